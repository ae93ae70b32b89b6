public import ByteCoding

/// A view's rows by window and key, folded from a stream.
///
/// Every event counts in its window however late it comes, as long as the window is kept: what an answer says is final may
/// still be corrected, and such events are counted as late. Watermarks are kept by partition and follow event time alone, so
/// equal streams give equal states.
public struct ViewState: Sendable {
  /// A row's place: its window's start and its keys' values.
  public struct RowKey: Hashable, Sendable {
    /// The window's start.
    public let window: Timestamp
    /// The keys' values.
    public let keys: [StreamValue]

    /// A row's place.
    public init(window: Timestamp, keys: [StreamValue]) {
      self.window = window
      self.keys = keys
    }
  }

  /// The definition.
  public let definition: ViewDefinition
  /// The types of the keys, then of the aggregates.
  let keyTypes: [StreamType]
  let aggregateTypes: [StreamType]
  /// Rows by window's start and keys' values: for each the aggregates' values.
  private(set) var windows: [Int64: [[StreamValue]: [StreamValue]]] = [:]
  /// The number of rows.
  public private(set) var rowCount = 0
  /// Rows changed since ``takeChanges()``.
  private var changed: Set<RowKey> = []
  /// The latest event time of each partition.
  public private(set) var latestTimes: [String: Timestamp] = [:]
  /// Events that came after their window's end had been passed by the watermark.
  public private(set) var lateCount: UInt64 = 0
  /// Events of windows that are not kept any more.
  public private(set) var droppedCount: UInt64 = 0
  /// Windows that start before this are not kept any more.
  public private(set) var keptFrom: Timestamp?

  private let filter: [(column: Int, text: String)]
  private let keyColumns: [Int]
  private let aggregateColumns: [(function: ViewDefinition.Aggregate.Function, column: Int?, filter: [(Int, String)])]

  /// How far events of a partition may be out of order before they count as late, in microseconds.
  static let lateness: Int64 = 5_000_000
  /// A partition this far behind the others, in microseconds, does not hold the watermark back.
  static let idleness: Int64 = 60_000_000

  /// An empty view of a definition that fits the schema.
  public init(definition: ViewDefinition, schema: StreamSchema) {
    self.definition = definition
    func places(_ filter: [String: String]) -> [(Int, String)] {
      filter.sorted { $0.key < $1.key }.compactMap { name, text in schema.index(of: name).map { ($0, text) } }
    }
    filter = places(definition.filter)
    keyColumns = definition.keys.compactMap(schema.index(of:))
    keyTypes = keyColumns.map { schema.columns[$0].type }
    aggregateColumns = definition.aggregates.map { aggregate in
      (aggregate.function, aggregate.column.flatMap(schema.index(of:)), places(aggregate.filter))
    }
    aggregateTypes = definition.aggregates.map { aggregate in
      guard let column = aggregate.column.flatMap(schema.index(of:)) else { return .integer }
      return aggregate.function == .count ? .integer : schema.columns[column].type
    }
  }

  // MARK: Folding

  /// Adds a row of the stream.
  ///
  /// - Parameter partition: what the row's order is kept in.
  public mutating func apply(_ row: StreamRow, partition: String) {
    for (column, text) in filter where !Self.has(row.values[column], text) { return }
    let width = definition.windowSeconds * 1_000_000
    let offset = row.time.rawValue % width
    let window = row.time.rawValue - (offset < 0 ? offset + width : offset)
    if let watermark, window + width <= watermark.rawValue { lateCount += 1 }
    latestTimes[partition] = max(latestTimes[partition] ?? row.time, row.time)
    if let keptFrom, window < keptFrom.rawValue {
      droppedCount += 1
      return
    }
    let key = keyColumns.map { row.values[$0] }
    let isNew = windows[window]?[key] == nil
    var values = windows[window]?[key] ?? initialValues
    add(row, to: &values)
    windows[window, default: [:]][key] = values
    changed.insert(RowKey(window: Timestamp(rawValue: window), keys: key))
    if isNew {
      rowCount += 1
      if rowCount > definition.maxRows { dropOldest() }
    }
  }

  private var initialValues: [StreamValue] {
    zip(definition.aggregates, aggregateTypes).map { aggregate, type in
      switch (aggregate.function, type) {
      case (.count, _), (.sum, .integer): .integer(0)
      case (.sum, _): .decimal(0)
      default: .null
      }
    }
  }

  private func add(_ row: StreamRow, to values: inout [StreamValue]) {
    for (index, aggregate) in aggregateColumns.enumerated() {
      var counts = true
      for (column, text) in aggregate.filter where !Self.has(row.values[column], text) { counts = false }
      guard counts else { continue }
      let value = aggregate.column.map { row.values[$0] }
      if value == .null { continue }
      values[index] = Self.combined(values[index], value ?? .null, aggregate.function)
    }
  }

  private static func combined(
    _ old: StreamValue, _ value: StreamValue, _ function: ViewDefinition.Aggregate.Function
  ) -> StreamValue {
    switch (function, old, value) {
    case (.count, .integer(let count), _): .integer(count + 1)
    case (.sum, .integer(let sum), .integer(let value)): .integer(sum &+ value)
    case (.sum, .decimal(let sum), .decimal(let value)): .decimal(sum &+ value)
    case (.min, .null, _), (.max, .null, _): value
    case (.min, _, _): Swift.min(old, value)
    case (.max, _, _): Swift.max(old, value)
    default: old
    }
  }

  /// Two partial results of an aggregate as one.
  static func merged(
    _ left: StreamValue, _ right: StreamValue, _ function: ViewDefinition.Aggregate.Function
  ) -> StreamValue {
    switch (function, left, right) {
    case (.count, .integer(let left), .integer(let right)): .integer(left &+ right)
    case (_, _, .null): left
    case (_, .null, _): right
    default: combined(left, right, function)
    }
  }

  private static func has(_ value: StreamValue, _ text: String) -> Bool {
    switch value {
    case .text(let value): value == text
    case .integer(let value): String(value) == text
    default: false
    }
  }

  /// Drops the oldest windows until a tenth of the room is free, so that it is not done for each event.
  private mutating func dropOldest() {
    let width = definition.windowSeconds * 1_000_000
    for window in windows.keys.sorted() where rowCount > definition.maxRows - definition.maxRows / 10 {
      guard let rows = windows.removeValue(forKey: window) else { continue }
      rowCount -= rows.count
      for key in rows.keys { changed.insert(RowKey(window: Timestamp(rawValue: window), keys: key)) }
      keptFrom = Timestamp(rawValue: window + width)
    }
  }

  // MARK: Watermark

  /// The moment before which no more events are expected; nil before the first event.
  public var watermark: Timestamp? {
    guard let latest = latestTimes.values.max() else { return nil }
    let active = latestTimes.values.filter { $0.rawValue >= latest.rawValue - Self.idleness }
    return active.min().map { Timestamp(rawValue: $0.rawValue - Self.lateness) }
  }

  /// Windows that end at or before this are not expected to change.
  public var finalBefore: Timestamp? {
    guard let watermark else { return nil }
    let width = definition.windowSeconds * 1_000_000
    let offset = watermark.rawValue % width
    return Timestamp(rawValue: watermark.rawValue - (offset < 0 ? offset + width : offset))
  }

  // MARK: Changes and durability

  /// The rows changed since the last call, in order.
  public mutating func takeChanges() -> [RowKey] {
    defer { changed = [] }
    return changed.sorted { left, right in
      left.window != right.window ? left.window < right.window : left.keys.lexicographicallyPrecedes(right.keys)
    }
  }

  /// A row's values; nil where it is not kept any more.
  public func values(of key: RowKey) -> [StreamValue]? { windows[key.window.rawValue]?[key.keys] }

  /// Every row.
  public func forEachRow(_ body: (RowKey, [StreamValue]) -> Void) {
    for (window, rows) in windows {
      for (keys, values) in rows { body(RowKey(window: Timestamp(rawValue: window), keys: keys), values) }
    }
  }

  /// Puts a row back as it was.
  public mutating func restore(_ key: RowKey, values: [StreamValue]) {
    if windows[key.window.rawValue, default: [:]].updateValue(values, forKey: key.keys) == nil { rowCount += 1 }
  }

  /// Takes out a row that had been put back and was dropped later.
  public mutating func restoreRemoval(of key: RowKey) {
    guard windows[key.window.rawValue]?.removeValue(forKey: key.keys) != nil else { return }
    rowCount -= 1
    if windows[key.window.rawValue]?.isEmpty == true { windows[key.window.rawValue] = nil }
  }

  /// Everything but the rows, as bytes: equal for equal states.
  public var header: [UInt8] {
    var writer = ByteWriter()
    writer.writeVarint(lateCount)
    writer.writeVarint(droppedCount)
    StreamValue.write(keptFrom, to: &writer)
    writer.writeVarint(UInt64(latestTimes.count))
    for (partition, time) in latestTimes.sorted(by: { $0.key < $1.key }) {
      writer.writePrefixed(partition)
      writer.writeSignedVarint(time.rawValue)
    }
    return writer.bytes
  }

  /// Takes over what ``header`` wrote.
  public mutating func restoreHeader(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes.rawBytes)
    lateCount = try reader.readVarint()
    droppedCount = try reader.readVarint()
    if case .time(let time) = try StreamValue(from: &reader) { keptFrom = time }
    for _ in 0..<(try reader.readCount()) {
      let partition = try reader.readPrefixedString()
      latestTimes[partition] = Timestamp(rawValue: try reader.readSignedVarint())
    }
  }
}

extension StreamValue {
  fileprivate static func write(_ time: Timestamp?, to writer: inout ByteWriter) {
    (time.map { StreamValue.time($0) } ?? .null).write(to: &writer)
  }
}
