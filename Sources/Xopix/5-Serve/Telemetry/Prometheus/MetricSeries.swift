internal import CoreMetrics
internal import Synchronization

/// What kind of values a family has.
enum MetricKind: String, Sendable {
  case counter
  case gauge
  case histogram
}

/// The series of one name.
struct MetricFamily: Sendable {
  let name: String
  let kind: MetricKind
  /// By the text of their labels.
  var series: [String: any MetricSeries] = [:]

  /// Names of our metrics speak for themselves; the format wants a line nevertheless.
  var defaultHelp: String { name.replacing("_", with: " ") }
}

/// The values of one set of labels.
protocol MetricSeries: AnyObject, Sendable {
  func write(name: String, labels: String, to text: inout String)
}

/// A value that only grows.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
  private let value = Mutex(0.0)

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  func increment(by amount: Double) {
    guard amount > 0, amount.isFinite else { return }
    value.withLock { $0 += amount }
  }

  func reset() { value.withLock { $0 = 0 } }

  func write(name: String, labels: String, to text: inout String) {
    PrometheusText.sample(name, labels: labels, value: value.withLock { $0 }, to: &text)
  }
}

/// A value that goes up and down.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
  private let value = Mutex(0.0)

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }

  func write(name: String, labels: String, to text: inout String) {
    PrometheusText.sample(name, labels: labels, value: value.withLock { $0 }, to: &text)
  }
}

/// How often values fell into each of fixed buckets, and their sum.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
  private struct State {
    /// One per bound, and one for what is above them all.
    var counts: [UInt64]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    guard value.isFinite else { return }
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[bucket] += 1
      $0.sum += value
    }
  }

  func write(name: String, labels: String, to text: inout String) {
    let state = state.withLock { $0 }
    var total: UInt64 = 0
    for (index, count) in state.counts.enumerated() {
      total += count
      let bound = index < bounds.count ? PrometheusText.number(bounds[index]) : "+Inf"
      let bucket = labels.isEmpty ? "le=\"\(bound)\"" : "\(labels),le=\"\(bound)\""
      PrometheusText.sample(name + "_bucket", labels: bucket, value: Double(total), to: &text)
    }
    PrometheusText.sample(name + "_sum", labels: labels, value: state.sum, to: &text)
    PrometheusText.sample(name + "_count", labels: labels, value: Double(total), to: &text)
  }
}
