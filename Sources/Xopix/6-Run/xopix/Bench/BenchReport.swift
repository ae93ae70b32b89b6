internal import Foundation
internal import Histogram
internal import JSONBytes

/// What a load came to.
struct BenchReport {
  var records = 0
  var bytes = 0
  var errors = 0
  var seconds: Double = 0
  /// Microseconds of each request.
  var latencies = Histogram<UInt64>(highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)

  private static let percentiles = [50, 90, 99, 99.9]

  private var recordsPerSecond: Double { seconds > 0 ? Double(records) / seconds : 0 }
  private var megabytesPerSecond: Double { seconds > 0 ? Double(bytes) / seconds / 1e6 : 0 }

  /// The report for people, or as one line of JSON.
  func text(asJSON: Bool) -> String {
    guard asJSON else {
      let latency = Self.percentiles.map { "p\(name($0)) \(latencies.valueAtPercentile($0)) µs" }
      return String(
        format: "%d records, %.1f MB in %.2f s: %.0f records/s, %.1f MB/s, %d errors\nrequests: ", records,
        Double(bytes) / 1e6, seconds, recordsPerSecond, megabytesPerSecond, errors)
        + "\(latencies.totalCount), \(latency.joined(separator: ", ")), max \(latencies.max) µs"
    }
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in [
      ("records", records), ("bytes", bytes), ("errors", errors), ("requests", Int(latencies.totalCount)),
      ("records_per_second", Int(recordsPerSecond)), ("bytes_per_second", Int(megabytesPerSecond * 1e6)),
      ("max_us", Int(latencies.max)),
    ] {
      writer.key(name)
      writer.integer(Int64(value))
    }
    for percentile in Self.percentiles {
      writer.key("p\(name(percentile))_us")
      writer.integer(Int64(latencies.valueAtPercentile(percentile)))
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func name(_ percentile: Double) -> String {
    percentile == percentile.rounded() ? String(Int(percentile)) : String(percentile)
  }
}
