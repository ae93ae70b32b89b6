internal import CoreMetrics
internal import HTTPTypes
internal import Synchronization
internal import Telemetry

/// Counts requests by endpoint, method and status, and how long they take by endpoint.
///
/// Handles are kept, since looking a series up costs more than counting.
final class RequestMetrics: Sendable {
  private struct Key: Hashable {
    let route: String
    let method: String
    let status: Int
  }

  private struct Handles {
    var requests: [Key: any CounterHandler] = [:]
    var durations: [String: any TimerHandler] = [:]
  }

  private let registry: PrometheusRegistry
  private let handles = Mutex(Handles())

  init(registry: PrometheusRegistry) {
    self.registry = registry
    registry.describe("xopix_http_requests_total", "Requests answered, by endpoint, method and status.")
    registry.describe("xopix_http_request_duration_seconds", "Time to the answer's head, by endpoint.")
  }

  func count(route: String, method: HTTPRequest.Method, status: Int, duration: Duration) {
    // Both come from outside and must not make series without end.
    let route = Self.knownRoutes.contains(route) ? route : "unknown"
    let method = Self.knownMethods.contains(method.rawValue) ? method.rawValue : "other"
    let key = Key(route: route, method: method, status: status)
    let (requests, durations) = handles.withLock { handles in
      let requests =
        handles.requests[key]
        ?? registry.makeCounter(
          label: "xopix_http_requests_total",
          dimensions: [("route", route), ("method", method), ("code", String(status))])
      let durations =
        handles.durations[route]
        ?? registry.makeTimer(label: "xopix_http_request_duration_seconds", dimensions: [("route", route)])
      handles.requests[key] = requests
      handles.durations[route] = durations
      return (requests, durations)
    }
    requests.increment(by: 1)
    let (seconds, attoseconds) = duration.components
    durations.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  private static let knownRoutes = Set(Routes.all.map(\.path))
  private static let knownMethods: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
}
