import ByteCoding
import Streams

/// A view as its definition says it, computed from all rows each time it is asked.
struct NaiveView {
  let definition: ViewDefinition
  /// The rows that pass the view's filter, with their partitions, in order.
  private(set) var rows: [(row: StreamRow, partition: String)] = []
  private(set) var lateCount: UInt64 = 0

  init(_ definition: ViewDefinition) { self.definition = definition }

  mutating func apply(_ row: StreamRow, partition: String) {
    guard passes(row, definition.filter) else { return }
    if let watermark, start(of: row.time, definition.windowSeconds) + definition.windowSeconds * 1_000_000 <= watermark
    {
      lateCount += 1
    }
    rows.append((row, partition))
  }

  /// The least of the partitions' latest times, less 5 s; partitions a minute behind do not count.
  var watermark: Int64? {
    var latest: [String: Int64] = [:]
    for (row, partition) in rows { latest[partition] = max(latest[partition] ?? .min, row.time.rawValue) }
    guard let last = latest.values.max() else { return nil }
    return (latest.values.filter { last - $0 <= 60_000_000 }.min() ?? last) - 5_000_000
  }

  func start(of time: Timestamp, _ seconds: Int64) -> Int64 {
    let width = Double(seconds) * 1_000_000
    return Int64((Double(time.rawValue) / width).rounded(.down) * width)
  }

  func answer(_ query: ViewQuery, from keptFrom: Int64 = .min) -> [[StreamValue]] {
    let selected = rows.map(\.row).filter { row in
      let window = start(of: row.time, definition.windowSeconds)
      return window >= keptFrom && window >= query.from?.rawValue ?? .min && window < query.to?.rawValue ?? .max
    }
    let first = selected.map { start(of: $0.time, definition.windowSeconds) }.min() ?? 0
    let keys = (query.keys ?? definition.keys).filter { $0 != "window_start" }
    var groups: [[StreamValue]: [StreamRow]] = [:]
    for row in selected {
      let window =
        query.joinsAllWindows
        ? first
        : start(
          of: seconds(start(of: row.time, definition.windowSeconds) / 1_000_000),
          query.stepSeconds ?? definition.windowSeconds)
      groups[[.time(Timestamp(rawValue: window))] + keys.map { value(row, $0) }, default: []].append(row)
    }
    let all = groups.map { key, rows in key + definition.aggregates.map { aggregate($0, over: rows) } }
    let order = definition.aggregates.firstIndex { $0.name == definition.orderBy }.map { 1 + keys.count + $0 }
    let sorted = all.sorted { left, right in
      if left[0] != right[0] { return left[0] < right[0] }
      if let order, left[order] != right[order] { return right[order] < left[order] }
      return left[...keys.count].lexicographicallyPrecedes(right[...keys.count])
    }
    guard let limit = query.top ?? definition.limit else { return sorted }
    var counts: [StreamValue: Int] = [:]
    return sorted.filter { row in
      counts[row[0], default: 0] += 1
      return counts[row[0], default: 0] <= limit
    }
  }

  private func value(_ row: StreamRow, _ column: String) -> StreamValue {
    sales.index(of: column).map { row.values[$0] } ?? .null
  }

  private func passes(_ row: StreamRow, _ filter: [String: String]) -> Bool {
    filter.allSatisfy { column, text in
      switch value(row, column) {
      case .text(let value): value == text
      case .integer(let value): "\(value)" == text
      default: false
      }
    }
  }

  private func aggregate(_ aggregate: ViewDefinition.Aggregate, over rows: [StreamRow]) -> StreamValue {
    let counted = rows.filter { passes($0, aggregate.filter) }
    guard let column = aggregate.column else { return .integer(Int64(counted.count)) }
    let values = counted.map { value($0, column) }.filter { $0 != .null }
    switch aggregate.function {
    case .count: return .integer(Int64(values.count))
    case .min: return values.min() ?? .null
    case .max: return values.max() ?? .null
    case .sum:
      var integers: Int64 = 0
      var decimals: Int128 = 0
      for value in values {
        if case .integer(let integer) = value { integers += integer }
        if case .decimal(let decimal) = value { decimals += decimal }
      }
      return column == "total" ? .decimal(decimals) : .integer(integers)
    }
  }
}
