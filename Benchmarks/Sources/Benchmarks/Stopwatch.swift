/// Times an operation again and again, and says what it took.
struct Stopwatch {
  /// Words that a benchmark's name must hold one of; all benchmarks where there are none.
  let wanted: [String]

  /// The time for which an operation is repeated, and how often at least.
  private static let span: Duration = .seconds(1)
  private static let fewest = 5

  func wants(_ name: String) -> Bool { wanted.isEmpty || wanted.contains { name.contains($0) } }

  /// Runs `body` for about a second and prints the percentiles of its time.
  ///
  /// - Parameter count: how many operations one run of `body` is.
  func measure(_ name: String, count: Int = 1, _ body: () throws -> Void) rethrows {
    guard wants(name) else { return }
    let clock = ContinuousClock()
    // Caches and branch predictors warm up unmeasured.
    try body()
    var times: [Duration] = []
    let start = clock.now
    while clock.now - start < Self.span || times.count < Self.fewest {
      let from = clock.now
      try body()
      times.append(clock.now - from)
    }
    times.sort()
    let total = times.reduce(Duration.zero, +)
    report(
      name, operations: times.count * count, median: times[times.count / 2] / count,
      high: times[min(times.count - 1, times.count * 99 / 100)] / count, total: total)
  }

  /// Runs `body` once, for what can't be repeated.
  func measureOnce(_ name: String, count: Int, _ body: () throws -> Void) rethrows {
    guard wants(name) else { return }
    let clock = ContinuousClock()
    let from = clock.now
    try body()
    let time = clock.now - from
    report(name, operations: count, median: time / count, high: time / count, total: time)
  }

  /// Prints what was measured elsewhere.
  func note(_ name: String, operations: Int, in total: Duration) {
    guard wants(name), operations > 0 else { return }
    report(name, operations: operations, median: total / operations, high: total / operations, total: total)
  }

  private func report(_ name: String, operations: Int, median: Duration, high: Duration, total: Duration) {
    let seconds = Double(total.components.seconds) + Double(total.components.attoseconds) / 1e18
    let rate = seconds > 0 ? Double(operations) / seconds : 0
    let columns = [
      Self.padded(name, 34), Self.padded("\(operations) ops", 14), Self.padded("median \(Self.text(median))", 18),
      Self.padded("p99 \(Self.text(high))", 16), "\(Int(rate))/s",
    ]
    print(columns.joined(separator: "  "))
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func text(_ duration: Duration) -> String {
    let nanoseconds =
      Double(duration.components.seconds) * 1e9 + Double(duration.components.attoseconds) / 1e9
    switch nanoseconds {
    case ..<1000: return "\(Int(nanoseconds)) ns"
    case ..<1_000_000: return "\((nanoseconds / 100).rounded() / 10) µs"
    default: return "\((nanoseconds / 100_000).rounded() / 10) ms"
    }
  }
}
