internal import AccessControl
internal import CoreMetrics
internal import KafkaWire
internal import Synchronization

/// What the broker counts, for `/metrics`.
final class BrokerMetrics: Sendable {
  private let factory: any MetricsFactory
  /// The counters of what happens with each request, which to find by name would take longer than to count.
  private let counters = Mutex<[Often: any CounterHandler]>([:])

  private enum Often: Hashable {
    case request(APIKey)
    case recordsIn(topic: String)
    case bytesIn(topic: String)
    case bytesOut(topic: String)
  }

  init(_ factory: any MetricsFactory) { self.factory = factory }

  private func count(_ often: Often, by amount: Int = 1) {
    let counter = counters.withLock { counters -> any CounterHandler in
      if let known = counters[often] { return known }
      let (label, dimension) =
        switch often {
        case .request(let key): ("xopix_broker_requests_total", ("api", "\(key)"))
        case .recordsIn(let topic): ("xopix_broker_records_in_total", ("topic", topic))
        case .bytesIn(let topic): ("xopix_broker_bytes_in_total", ("topic", topic))
        case .bytesOut(let topic): ("xopix_broker_bytes_out_total", ("topic", topic))
        }
      let counter = factory.makeCounter(label: label, dimensions: [dimension])
      counters[often] = counter
      return counter
    }
    counter.increment(by: Int64(amount))
  }

  private func count(_ label: String, _ dimensions: [(String, String)] = [], by amount: Int = 1) {
    Counter(label: label, dimensions: dimensions, factory: factory).increment(by: Int64(amount))
  }

  func countProduced(topic: String, records: Int, bytes: Int) {
    count(.recordsIn(topic: topic), by: records)
    count(.bytesIn(topic: topic), by: bytes)
  }

  func countFetched(topic: String, bytes: Int) {
    count(.bytesOut(topic: topic), by: bytes)
  }

  func countRefused(error: ErrorCode) { count("xopix_broker_batches_refused_total", [("error", "\(error)")]) }
  func countRequest(_ key: APIKey) { count(.request(key)) }
  func countStorageFailure() { count("xopix_broker_storage_failures_total") }
  func countMalformed() { count("xopix_broker_malformed_requests_total") }
  func countGroupOverflow() { count("xopix_broker_group_overflows_total") }
  func countThrottled() { count("xopix_broker_throttled_requests_total") }

  func countConnection(isRefused: Bool) {
    count("xopix_broker_connections_total", [("outcome", isRefused ? "refused" : "taken")])
  }

  func countAuthentication(mechanism: String, isSuccess: Bool) {
    count(
      "xopix_broker_authentications_total",
      [("mechanism", mechanism), ("outcome", isSuccess ? "success" : "failure")])
  }

  func countDenied(_ operation: Operation, _ kind: Resource.Kind) {
    count("xopix_broker_denied_total", [("operation", operation.rawValue), ("resource", kind.rawValue)])
  }

  func countHandshake(isSuccess: Bool) {
    count("xopix_broker_tls_handshakes_total", [("outcome", isSuccess ? "success" : "failure")])
  }
}
