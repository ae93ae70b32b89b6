public import CoreMetrics
internal import Synchronization

/// A backend of swift-metrics that a Prometheus server reads: counters, gauges and histograms with fixed buckets.
///
/// Sets of labels are bounded: a family that has ``largestFamily`` of them counts further ones under `other`. Safe from
/// any thread; an update costs a lock of the one series.
public final class PrometheusRegistry: MetricsFactory {
  /// The series that one family may have.
  public static let largestFamily = 1000

  private struct State {
    var families: [String: MetricFamily] = [:]
    var help: [String: String] = [:]
    var buckets: [String: [Double]] = [:]
    var collectors: [@Sendable () -> [CollectedFamily]] = []
  }

  private let state = Mutex(State())

  /// A registry without series.
  public init() {}

  /// Says what a metric is, in a line. `name` is the name in the exposition, e.g. `xopix_http_requests_total`.
  public func describe(_ name: String, _ help: String) {
    state.withLock { $0.help[name] = help }
  }

  /// Gives a histogram its bucket bounds, ascending; to be called before its first series is made.
  public func setBuckets(of name: String, _ bounds: [Double]) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bucket bounds must ascend")
    state.withLock { $0.buckets[name] = bounds }
  }

  /// Adds values that are read at each rendering rather than kept: `collect` is called on the thread that renders.
  public func collect(_ collect: @escaping @Sendable () -> [CollectedFamily]) {
    state.withLock { $0.collectors.append(collect) }
  }

  /// Everything in Prometheus' text format 0.0.4: families by name, series by labels.
  public func render() -> String {
    let (families, help, collectors) = state.withLock { ($0.families, $0.help, $0.collectors) }
    var texts: [String: String] = [:]
    for family in collectors.flatMap({ $0() }) where families[family.name] == nil {
      texts[family.name] = family.text
    }
    for (name, family) in families {
      var text = PrometheusText.head(name: name, kind: family.kind, help: help[name] ?? family.defaultHelp)
      for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
        series.write(name: name, labels: labels, to: &text)
      }
      texts[name] = text
    }
    return texts.sorted { $0.key < $1.key }.map(\.value).joined()
  }

  /// The media type of ``render()``.
  public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  // MARK: MetricsFactory

  /// A counter; its name gets `_total` where it does not end so.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(PrometheusText.name(label, suffix: "_total"), .counter, dimensions) { _ in CounterSeries() }
  }

  /// A counter of fractions.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    series(PrometheusText.name(label, suffix: "_total"), .counter, dimensions) { _ in CounterSeries() }
  }

  /// A gauge.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(PrometheusText.name(label), .gauge, dimensions) { _ in GaugeSeries() }
  }

  /// A histogram where values are aggregated, else a gauge.
  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    let name = PrometheusText.name(label)
    if !aggregate { return series(name, .gauge, dimensions) { _ in GaugeSeries() } }
    return series(name, .histogram, dimensions) { HistogramSeries(bounds: $0 ?? Buckets.sizes) }
  }

  /// A histogram in seconds; its name gets `_seconds` where it does not end so.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let name = PrometheusText.name(label, suffix: "_seconds")
    return series(name, .histogram, dimensions) { HistogramSeries(bounds: $0 ?? Buckets.latencies) }
  }

  /// Does nothing: a series lives as long as the registry, since what it counted is not undone.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Does nothing, as ``destroyCounter(_:)``.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  /// Does nothing, as ``destroyCounter(_:)``.
  public func destroyMeter(_ handler: any MeterHandler) {}
  /// Does nothing, as ``destroyCounter(_:)``.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Does nothing, as ``destroyCounter(_:)``.
  public func destroyTimer(_ handler: any TimerHandler) {}

  /// The series of these labels, made where it is new. A series of another kind than its family's counts nowhere: two
  /// parts of the program gave one name two meanings, which must not stop either.
  private func series<Series: MetricSeries>(
    _ name: String, _ kind: MetricKind, _ labels: [(String, String)], make: ([Double]?) -> Series
  ) -> Series {
    state.withLock { state in
      var family = state.families[name] ?? MetricFamily(name: name, kind: kind)
      var key = PrometheusText.labels(labels)
      if family.series[key] == nil, family.series.count >= Self.largestFamily {
        key = PrometheusText.labels(labels.map { ($0.0, "other") })
      }
      if let existing = family.series[key] { return existing as? Series ?? make(nil) }
      let series = make(state.buckets[name])
      guard family.kind == kind else { return series }
      family.series[key] = series
      state.families[name] = family
      return series
    }
  }
}

/// Bounds of histogram buckets.
public enum Buckets {
  /// Seconds, for what should take microseconds to seconds.
  public static let latencies: [Double] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  /// Counts and bytes.
  public static let sizes: [Double] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]
}

/// A family whose values are read when they are rendered.
public struct CollectedFamily: Sendable {
  /// The name in the exposition.
  public let name: String
  let text: String

  /// A family of counters or gauges.
  ///
  /// - Parameters:
  ///   - name: the name; of a counter, with `_total`.
  ///   - isCounter: whether values only grow.
  ///   - values: labels and value of each series.
  public init(
    _ name: String, help: String, isCounter: Bool = false, _ values: [(labels: [(String, String)], value: Double)]
  ) {
    let name = PrometheusText.name(name)
    self.name = name
    var text = PrometheusText.head(name: name, kind: isCounter ? .counter : .gauge, help: help)
    for (labels, value) in values.map({ (PrometheusText.labels($0.labels), $0.value) }).sorted(by: { $0.0 < $1.0 }) {
      PrometheusText.sample(name, labels: labels, value: value, to: &text)
    }
    self.text = text
  }

  /// A family of one series without labels.
  public init(_ name: String, help: String, isCounter: Bool = false, value: Double) {
    self.init(name, help: help, isCounter: isCounter, [(labels: [], value: value)])
  }
}
