public import ByteCoding

/// A value in a stream's column, or in a view's row.
public enum StreamValue: Sendable, Hashable {
  case null
  case text(String)
  case integer(Int64)
  /// An exact decimal, in 1/10,000.
  case decimal(Int128)
  case time(Timestamp)
}

/// The type of a column's values.
public enum StreamType: String, Sendable, Codable, CaseIterable {
  case text = "string"
  case integer
  case decimal
  case time
}

extension StreamValue: Comparable {
  /// Orders null first, then values of one type by size or by their bytes.
  public static func < (left: StreamValue, right: StreamValue) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.integer(let left), .integer(let right)): left < right
    case (.decimal(let left), .decimal(let right)): left < right
    case (.time(let left), .time(let right)): left < right
    default: left.rank < right.rank
    }
  }

  private var rank: Int {
    switch self {
    case .null: 0
    case .text: 1
    case .integer: 2
    case .decimal: 3
    case .time: 4
    }
  }

  /// Appends the value: a byte for its type, then its content.
  public func write(to writer: inout ByteWriter) {
    writer.write(UInt8(rank))
    switch self {
    case .null: break
    case .text(let text): writer.writePrefixed(text)
    case .integer(let integer): writer.writeSignedVarint(integer)
    case .decimal(let decimal):
      writer.write(UInt64(truncatingIfNeeded: decimal))
      writer.write(UInt64(truncatingIfNeeded: decimal >> 64))
    case .time(let time): writer.writeSignedVarint(time.rawValue)
    }
  }

  /// Reads what ``write(to:)`` wrote.
  @_lifetime(reader: copy reader)
  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    let start = reader.offset
    switch try reader.read(UInt8.self) {
    case 0: self = .null
    case 1: self = .text(try reader.readPrefixedString())
    case 2: self = .integer(try reader.readSignedVarint())
    case 3:
      let low = try reader.read(UInt64.self)
      let high = try reader.read(UInt64.self)
      self = .decimal(Int128(truncatingIfNeeded: UInt128(high) << 64 | UInt128(low)))
    case 4: self = .time(Timestamp(rawValue: try reader.readSignedVarint()))
    default: throw .malformedText(offset: start)
    }
  }
}

/// A stream's columns, by name and type.
public struct StreamSchema: Sendable, Hashable {
  /// The stream's name.
  public let name: String
  /// The columns, in the order of a row's values.
  public let columns: [Column]

  /// A column.
  public struct Column: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The type of its values, which may be null.
    public let type: StreamType

    /// A column.
    public init(_ name: String, _ type: StreamType) {
      self.name = name
      self.type = type
    }
  }

  /// A stream.
  public init(name: String, columns: [Column]) {
    self.name = name
    self.columns = columns
  }

  /// The place of a column in a row.
  public func index(of column: String) -> Int? { columns.firstIndex { $0.name == column } }
}

/// One row of a stream.
public struct StreamRow: Sendable {
  /// When it happened.
  public let time: Timestamp
  /// A value for each column.
  public let values: [StreamValue]

  /// A row.
  public init(time: Timestamp, values: [StreamValue]) {
    self.time = time
    self.values = values
  }
}
