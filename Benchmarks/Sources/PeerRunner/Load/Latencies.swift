import JSONBytes

/// Times in nanoseconds.
struct Latencies: Sendable {
  private(set) var values: [Int64] = []

  mutating func add(_ value: Int64) { values.append(value) }
  mutating func add(_ other: Latencies) { values += other.values }

  /// Writes how many there are, and percentiles in microseconds.
  func write(as name: String, to writer: inout JSONWriter) {
    let sorted = values.sorted()
    func microseconds(_ part: Double) -> Double {
      guard let last = sorted.indices.last else { return 0 }
      return Double(sorted[min(last, Int(Double(sorted.count) * part))]) / 1000
    }
    writer.key(name)
    writer.beginObject()
    writer.member("count", sorted.count)
    for (name, part) in [("p50", 0.5), ("p99", 0.99), ("max", 1)] { writer.member(name, microseconds(part)) }
    writer.endObject()
  }
}
