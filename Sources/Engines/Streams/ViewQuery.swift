public import ByteCoding

/// What to read of a view.
public struct ViewQuery: Sendable {
  /// Only windows that start at or after this.
  public var from: Timestamp?
  /// Only windows that start before this.
  public var to: Timestamp?
  /// The length of the windows of the answer, in seconds: a multiple of the view's; nil for the view's own.
  public var stepSeconds: Int64?
  /// Whether all windows are joined into one.
  public var joinsAllWindows = false
  /// The keys to tell apart; nil for all of them.
  public var keys: [String]?
  /// The most rows of a window; nil for the view's own limit.
  public var top: Int?

  /// Everything.
  public init() {}
}

/// Rows of a view with what they mean.
public struct ViewAnswer: Sendable {
  /// A column of the answer.
  public struct Column: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The type of its values.
    public let type: StreamType
    /// What the values are measured in, for people.
    public let unit: String?
    /// Whether the column tells rows apart.
    public let isKey: Bool
  }
  /// The columns.
  public let columns: [Column]
  /// The rows, by window, then as the view orders them.
  public let rows: [[StreamValue]]
  /// The moment before which no more events are expected.
  public let watermark: Timestamp?
  /// Windows that end at or before this are not expected to change.
  public let finalBefore: Timestamp?
}

extension ViewState {
  /// The columns of answers that tell all keys apart.
  public var columns: [ViewAnswer.Column] { columns(keys: Array(definition.keys.indices)) }

  private func columns(keys: [Int]) -> [ViewAnswer.Column] {
    let window = ViewAnswer.Column(name: "window_start", type: .time, unit: nil, isKey: true)
    let keyColumns = keys.map {
      ViewAnswer.Column(name: definition.keys[$0], type: keyTypes[$0], unit: nil, isKey: true)
    }
    let values = zip(definition.aggregates, aggregateTypes).map {
      ViewAnswer.Column(name: $0.name, type: $1, unit: $0.unit, isKey: false)
    }
    return [window] + keyColumns + values
  }

  /// A row as an answer has it; nil where it is not kept any more.
  public func row(_ key: RowKey) -> [StreamValue]? {
    values(of: key).map { [.time(key.window)] + key.keys + $0 }
  }

  /// The rows of the newest windows, oldest first: those that start within `microseconds` before the newest one, and of
  /// these the newest that are `most` rows in all at most.
  public func latestRows(within microseconds: Int64, most: Int) -> [[StreamValue]] {
    guard let newest = windows.keys.max() else { return [] }
    var rows: [[StreamValue]] = []
    for start in windows.keys.filter({ $0 >= newest - microseconds }).sorted(by: >) {
      let window = ordered(windows[start] ?? [:], top: max(definition.limit ?? 0, most))
      guard rows.count + window.count <= most || rows.isEmpty else { break }
      rows = window.prefix(most).map { [.time(Timestamp(rawValue: start))] + $0.0 + $0.1 } + rows
    }
    return rows
  }

  /// Reads the view.
  public func answer(_ query: ViewQuery) throws(StreamError) -> ViewAnswer {
    let keys = try keyIndexes(query.keys)
    let step = try step(query) * 1_000_000
    var groups: [Int64: [[StreamValue]: [StreamValue]]] = [:]
    let selected = windows.keys.filter { window in
      (query.from.map { window >= $0.rawValue } ?? true) && (query.to.map { window < $0.rawValue } ?? true)
    }
    let first = selected.min() ?? 0
    for window in selected {
      let offset = window % step
      let start = query.joinsAllWindows ? first : window - (offset < 0 ? offset + step : offset)
      for (rowKeys, values) in windows[window] ?? [:] {
        let key = keys.map { rowKeys[$0] }
        if let old = groups[start]?[key] {
          groups[start]?[key] = zip(zip(old, values), definition.aggregates).map {
            Self.merged($0.0, $0.1, $1.function)
          }
        } else {
          groups[start, default: [:]][key] = values
        }
      }
    }
    var rows: [[StreamValue]] = []
    for start in groups.keys.sorted() {
      rows += ordered(groups[start] ?? [:], top: query.top).map { [.time(Timestamp(rawValue: start))] + $0.0 + $0.1 }
    }
    return ViewAnswer(columns: columns(keys: keys), rows: rows, watermark: watermark, finalBefore: finalBefore)
  }

  private func keyIndexes(_ names: [String]?) throws(StreamError) -> [Int] {
    guard let names else { return Array(definition.keys.indices) }
    var indexes: [Int] = []
    for name in names where name != "window_start" {
      guard let index = definition.keys.firstIndex(of: name) else {
        let known = (["window_start"] + definition.keys).joined(separator: ", ")
        throw .invalidQuery(
          parameter: "by", reason: "names \(name.prefix(80)), which is no key of the view; its keys are \(known)")
      }
      indexes.append(index)
    }
    return indexes
  }

  /// The longest windows of an answer, in seconds: 10,000 years of 365 days.
  private static let longestStep: Int64 = 315_360_000_000

  private func step(_ query: ViewQuery) throws(StreamError) -> Int64 {
    guard let step = query.stepSeconds else { return definition.windowSeconds }
    guard (definition.windowSeconds...Self.longestStep).contains(step), step.isMultiple(of: definition.windowSeconds)
    else {
      throw .invalidQuery(
        parameter: "step",
        reason: "must be a multiple of the view's window, \(definition.windowSeconds) seconds, of at most 10000 years")
    }
    return step
  }

  private func ordered(
    _ rows: [[StreamValue]: [StreamValue]], top: Int?
  ) -> [([StreamValue], [StreamValue])] {
    let order = definition.orderBy.flatMap { name in definition.aggregates.firstIndex { $0.name == name } }
    let sorted = rows.sorted { left, right in
      if let order, left.value[order] != right.value[order] { return left.value[order] > right.value[order] }
      return left.key.lexicographicallyPrecedes(right.key)
    }
    let limit = top ?? definition.limit
    return (limit.map { Array(sorted.prefix(max(0, $0))) } ?? sorted).map { ($0.key, $0.value) }
  }
}
