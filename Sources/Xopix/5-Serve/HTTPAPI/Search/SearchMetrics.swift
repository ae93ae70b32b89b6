internal import CoreMetrics
internal import SearchEngine
internal import Telemetry

/// Counts searches, those without results, and how long the engine takes.
struct SearchMetrics: Sendable {
  private let withResults: any CounterHandler
  private let withoutResults: any CounterHandler
  private let durations: any TimerHandler

  init(registry: PrometheusRegistry) {
    registry.describe("xopix_searches_total", "Searches answered, by whether they found something.")
    registry.describe("xopix_search_duration_seconds", "Time to answer a search, without HTTP.")
    withResults = registry.makeCounter(label: "xopix_searches_total", dimensions: [("results", "some")])
    withoutResults = registry.makeCounter(label: "xopix_searches_total", dimensions: [("results", "none")])
    durations = registry.makeTimer(label: "xopix_search_duration_seconds", dimensions: [])
  }

  func count(_ response: SearchResponse, duration: Duration) {
    (response.total == 0 ? withoutResults : withResults).increment(by: 1)
    let (seconds, attoseconds) = duration.components
    durations.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
