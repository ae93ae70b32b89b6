/// A view: what to add up, by what, and over which windows of event time.
public struct ViewDefinition: Codable, Sendable, Hashable {
  /// The view's name.
  public var name: String
  /// What it shows, for people.
  public var description: String
  /// The stream that it reads.
  public var source: String
  /// Only rows in which each of these columns has this text are read.
  public var filter: [String: String]
  /// The length of a window; windows follow each other without gap or overlap, from 1970 on.
  public var windowSeconds: Int64
  /// The columns whose values each have a row of their own in a window.
  public var keys: [String]
  /// What is computed for each row.
  public var aggregates: [Aggregate]
  /// The aggregate by which rows of a window are ordered, the greatest first; by keys where absent.
  public var orderBy: String?
  /// The most rows of a window in an answer, unless it asks for another number.
  public var limit: Int?
  /// The most rows that are kept; beyond, the oldest windows are dropped, and counted.
  public var maxRows: Int

  /// Something computed over rows.
  public struct Aggregate: Codable, Sendable, Hashable {
    /// How it is computed.
    public enum Function: String, Codable, Sendable, CaseIterable {
      /// The number of rows.
      case count
      /// The sum of a column's integers or decimals; exact.
      case sum
      /// The least value of a column.
      case min
      /// The greatest value of a column.
      case max
    }
    /// The name of the view's column.
    public var name: String
    /// How it is computed.
    public var function: Function
    /// The stream's column; none for counts.
    public var column: String?
    /// Only rows in which each of these columns has this text count.
    public var filter: [String: String]
    /// What the values are measured in, for people.
    public var unit: String?

    enum CodingKeys: String, CodingKey {
      case name, function, column, unit
      case filter = "where"
    }

    /// Reads an aggregate; column, where and unit may be absent.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      function = try container.decode(Function.self, forKey: .function)
      column = try container.decodeIfPresent(String.self, forKey: .column)
      filter = try container.decodeIfPresent([String: String].self, forKey: .filter) ?? [:]
      unit = try container.decodeIfPresent(String.self, forKey: .unit)
    }
  }

  enum CodingKeys: String, CodingKey {
    case name, description, source, keys, aggregates, limit
    case filter = "where"
    case windowSeconds = "window_seconds"
    case orderBy = "order_by"
    case maxRows = "max_rows"
  }

  /// The rows that are kept where a definition does not say.
  public static let defaultMaxRows = 2_000_000

  /// Reads a definition; what is optional may be absent.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    description = try container.decodeIfPresent(String.self, forKey: .description) ?? ""
    source = try container.decode(String.self, forKey: .source)
    filter = try container.decodeIfPresent([String: String].self, forKey: .filter) ?? [:]
    windowSeconds = try container.decode(Int64.self, forKey: .windowSeconds)
    keys = try container.decodeIfPresent([String].self, forKey: .keys) ?? []
    aggregates = try container.decode([Aggregate].self, forKey: .aggregates)
    orderBy = try container.decodeIfPresent(String.self, forKey: .orderBy)
    limit = try container.decodeIfPresent(Int.self, forKey: .limit)
    maxRows = try container.decodeIfPresent(Int.self, forKey: .maxRows) ?? Self.defaultMaxRows
  }

  /// Refuses a definition that does not fit its stream.
  public func validate(against schemas: [StreamSchema]) throws(StreamError) {
    func refuse(_ pointer: String, _ reason: String) -> StreamError {
      .invalidDefinition(view: name, pointer: pointer, reason: reason)
    }
    let isName =
      !name.isEmpty
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") || $0 &- UInt8(ascii: "0") < 10
      }
    guard isName, name.utf8.count <= 64 else { throw refuse("/name", "must be 1 to 64 of a-z, 0-9 and _") }
    guard let schema = schemas.first(where: { $0.name == source }) else {
      throw refuse("/source", "is not a stream; there are \(schemas.map(\.name).sorted().joined(separator: ", "))")
    }
    guard (1...31_536_000).contains(windowSeconds) else { throw refuse("/window_seconds", "must be 1 to 31536000") }
    guard (1...50_000_000).contains(maxRows) else { throw refuse("/max_rows", "must be 1 to 50000000") }
    if let limit, limit < 1 { throw refuse("/limit", "must be at least 1") }
    func check(_ column: String, _ pointer: String) throws(StreamError) {
      guard schema.index(of: column) != nil else {
        let names = schema.columns.map(\.name).joined(separator: ", ")
        throw refuse(pointer, "\(source) has no column \(column); it has \(names)")
      }
    }
    for column in filter.keys.sorted() { try check(column, "/where/\(column)") }
    for (index, key) in keys.enumerated() {
      try check(key, "/keys/\(index)")
      if keys[..<index].contains(key) { throw refuse("/keys/\(index)", "is used twice") }
    }
    guard !aggregates.isEmpty else { throw refuse("/aggregates", "must not be empty") }
    var names: Set<String> = Set(keys + ["window_start"])
    for (index, aggregate) in aggregates.enumerated() {
      let pointer = "/aggregates/\(index)"
      guard names.insert(aggregate.name).inserted else { throw refuse(pointer + "/name", "is used twice") }
      for column in aggregate.filter.keys.sorted() { try check(column, "\(pointer)/where/\(column)") }
      guard let column = aggregate.column else {
        guard aggregate.function == .count else {
          throw refuse(pointer + "/column", "is required for \(aggregate.function)")
        }
        continue
      }
      try check(column, pointer + "/column")
      if aggregate.function == .sum, let index = schema.index(of: column),
        ![.integer, .decimal].contains(schema.columns[index].type)
      {
        throw refuse(pointer + "/column", "only integers and decimals add up")
      }
    }
    if let orderBy, !aggregates.contains(where: { $0.name == orderBy }) {
      throw refuse("/order_by", "must be one of the aggregates")
    }
  }
}

/// Why a view can't be made or read.
public enum StreamError: Error, Equatable, CustomStringConvertible {
  /// A definition is wrong at a place.
  case invalidDefinition(view: String, pointer: String, reason: String)
  /// An answer was asked for in a way that the view can't give it.
  case invalidQuery(parameter: String, reason: String)

  /// One line.
  public var description: String {
    switch self {
    case .invalidDefinition(let view, let pointer, let reason): "view \(view): \(pointer) \(reason)"
    case .invalidQuery(let parameter, let reason): "\(parameter) \(reason)"
    }
  }
}
