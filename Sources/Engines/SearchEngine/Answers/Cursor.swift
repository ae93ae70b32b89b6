internal import ByteCoding

/// A place between two hits: the sort values and the id of the one before it. It stays right while documents come and go.
public struct Cursor: Sendable, Equatable {
  var values: [SortValue]
  var id: [UInt8]
  /// Tells cursors of one order from those of another.
  var order: UInt64

  /// A sort value: missing values come last in either direction.
  enum SortValue: Sendable, Equatable {
    case missing
    case number(Double)
    case text([UInt8])
  }

  /// The place as bytes.
  public var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(order)
    writer.writePrefixed(id)
    writer.writeVarint(UInt64(values.count))
    for value in values {
      switch value {
      case .missing: writer.write(UInt8(0))
      case .number(let number):
        writer.write(UInt8(1))
        writer.write(number)
      case .text(let text):
        writer.write(UInt8(2))
        writer.writePrefixed(text)
      }
    }
    writer.write(Checksum.crc32c(writer.bytes))
    return writer.bytes
  }

  init(values: [SortValue], id: [UInt8], order: UInt64) {
    self.values = values
    self.id = id
    self.order = order
  }

  /// Reads what ``bytes`` wrote; nil for anything else.
  public init?(bytes: [UInt8]) {
    let content = Array(bytes.dropLast(4))
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard bytes.count >= 14, stored == Checksum.crc32c(content), let cursor = try? Cursor(content) else { return nil }
    self = cursor
  }

  private init(_ content: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(content.rawBytes)
    order = try reader.read()
    id = try reader.readPrefixedBytes()
    values = []
    for _ in 0..<(try reader.readCount()) {
      switch try reader.read(UInt8.self) {
      case 0: values.append(.missing)
      case 1: values.append(.number(try reader.readDouble()))
      default: values.append(.text(try reader.readPrefixedBytes()))
      }
    }
  }
}
