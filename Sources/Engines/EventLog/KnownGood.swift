internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// How far the log's files are whole and durable, so that opening it checks only what came after: the file `known-good`.
///
/// It is a hint: without it, or where it is damaged, everything is checked.
struct KnownGood: Equatable {
  /// Bytes of each partition's last segment, by path within the log's directory; earlier segments are whole.
  var segments: [String: Int] = [:]
  /// Entries of the order journal.
  var orderCount: UInt64 = 0
  /// The end, by partition number, of what those entries cover.
  var covered: [UInt32: Offset] = [:]

  static let fileName = "known-good"

  static func read(directory: String) -> KnownGood {
    guard let bytes = try? Files.read(directory + "/" + fileName), bytes.count > 4 else { return KnownGood() }
    let content = Array(bytes.dropLast(4))
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard stored == Checksum.crc32c(content), let known = try? KnownGood(content) else { return KnownGood() }
    return known
  }

  init() {}

  private init(_ content: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(content.rawBytes)
    for _ in 0..<(try reader.readCount()) {
      let path = try reader.readPrefixedString()
      segments[path] = Int(clamping: try reader.readVarint())
    }
    orderCount = try reader.readVarint()
    for _ in 0..<(try reader.readCount()) {
      let number = UInt32(truncatingIfNeeded: try reader.readVarint())
      covered[number] = Offset(rawValue: Int64(bitPattern: try reader.readVarint()))
    }
  }

  func write(directory: String) throws(FileError) {
    var writer = ByteWriter()
    writer.writeVarint(UInt64(segments.count))
    for (path, count) in segments.sorted(by: { $0.key < $1.key }) {
      writer.writePrefixed(path)
      writer.writeVarint(UInt64(count))
    }
    writer.writeVarint(orderCount)
    writer.writeVarint(UInt64(covered.count))
    for (number, offset) in covered.sorted(by: { $0.key < $1.key }) {
      writer.writeVarint(UInt64(number))
      writer.writeVarint(UInt64(bitPattern: offset.rawValue))
    }
    writer.write(Checksum.crc32c(writer.bytes))
    try Files.replace(directory + "/" + Self.fileName, with: writer.bytes)
  }
}
