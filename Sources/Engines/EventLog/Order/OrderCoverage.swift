internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// How far the order journal is whole and what it covers, so that opening the log reads only what came after: the file
/// `order.covered`.
///
/// It is a hint: without it, or where it is damaged, the journal is read from its beginning.
struct OrderCoverage: Equatable {
  /// Entries of the journal.
  var count: UInt64 = 0
  /// The end, by partition number, of what those entries cover.
  var ends: [UInt32: Offset] = [:]

  static let fileName = "order.covered"

  init() {}

  init(count: UInt64, ends: [UInt32: Offset]) {
    self.count = count
    self.ends = ends
  }

  static func read(directory: String) -> OrderCoverage {
    guard let bytes = try? Files.read(directory + "/" + fileName), bytes.count > 4 else { return OrderCoverage() }
    let content = Array(bytes.dropLast(4))
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard stored == Checksum.crc32c(content), let coverage = try? OrderCoverage(content) else {
      return OrderCoverage()
    }
    return coverage
  }

  private init(_ content: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(content.rawBytes)
    count = try reader.readVarint()
    for _ in 0..<(try reader.readCount()) {
      let number = UInt32(truncatingIfNeeded: try reader.readVarint())
      ends[number] = Offset(rawValue: Int64(bitPattern: try reader.readVarint()))
    }
  }

  func write(directory: String) throws(FileError) {
    var writer = ByteWriter()
    writer.writeVarint(count)
    writer.writeVarint(UInt64(ends.count))
    for (number, offset) in ends.sorted(by: { $0.key < $1.key }) {
      writer.writeVarint(UInt64(number))
      writer.writeVarint(UInt64(bitPattern: offset.rawValue))
    }
    writer.write(Checksum.crc32c(writer.bytes))
    try Files.replaceUnsynced(directory + "/" + Self.fileName, with: writer.bytes)
  }
}
