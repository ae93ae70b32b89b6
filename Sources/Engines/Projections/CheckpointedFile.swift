public import ByteCoding
internal import DurableFiles

/// A file that only grows, of which a checkpoint says how many bytes count.
///
/// It is a sequence of frames: the payload's length and CRC-32C, 4 bytes each, then the payload. What a crash left
/// behind the end that the last checkpoint names is cut off by the next append.
public struct CheckpointedFile: Equatable, Sendable {
  /// Tells the file from those before it.
  public let number: UInt64
  /// The bytes that count.
  public private(set) var byteCount: UInt64

  /// A file of which `byteCount` bytes count.
  public init(number: UInt64, byteCount: UInt64 = 0) {
    self.number = number
    self.byteCount = byteCount
  }

  /// The file's path, for files called `name`.
  public func path(named name: String, in directory: String) -> String { "\(directory)/\(name)-\(number)" }

  /// Appends a frame and makes it durable; nothing for an empty payload.
  public mutating func append(_ payload: [UInt8], named name: String, in directory: String) throws {
    guard !payload.isEmpty else { return }
    var header = ByteWriter(capacity: 8)
    header.write(UInt32(payload.count))
    header.write(Checksum.crc32c(payload))
    let file = try AppendFile(path: path(named: name, in: directory))
    if UInt64(file.byteCount) > byteCount { try file.truncate(to: Int(byteCount)) }
    try file.append(header.bytes)
    try file.append(payload)
    try file.sync()
    if byteCount == 0 { try Files.syncDirectory(directory) }
    byteCount += UInt64(header.count + payload.count)
  }

  /// Reads the payloads that count, in order.
  public func forEachPayload(
    named name: String, in directory: String, _ body: ([UInt8]) throws(ByteReaderError) -> Void
  ) throws {
    guard byteCount > 0 else { return }
    let path = path(named: name, in: directory)
    guard Files.exists(path) else { throw ProjectionError.damagedFile(path: path, reason: "it is missing") }
    let bytes = try Files.read(path)
    guard UInt64(bytes.count) >= byteCount else {
      throw ProjectionError.damagedFile(path: path, reason: "it is shorter than its checkpoint says")
    }
    let content = Array(bytes.prefix(Int(byteCount)))
    var reader = ByteReader(content.rawBytes)
    do {
      while reader.remaining > 0 {
        let count = try reader.read(UInt32.self)
        let checksum = try reader.read(UInt32.self)
        let payload = try reader.readBytes(Int(count))
        guard Checksum.crc32c(payload) == checksum else {
          throw ProjectionError.damagedFile(path: path, reason: "a frame's checksum is wrong")
        }
        try body(payload)
      }
    } catch let error as ByteReaderError {
      throw ProjectionError.damagedFile(path: path, reason: "\(error)")
    }
  }

  /// Appends the number and the byte count.
  public func write(to writer: inout ByteWriter) {
    writer.write(number)
    writer.write(byteCount)
  }

  /// Reads what ``write(to:)`` wrote.
  @_lifetime(reader: copy reader)
  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    number = try reader.read()
    byteCount = try reader.read()
  }
}
