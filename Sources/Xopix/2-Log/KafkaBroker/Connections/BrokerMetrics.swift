internal import CoreMetrics
internal import KafkaWire

/// What the broker counts, for `/metrics`.
struct BrokerMetrics: Sendable {
  private let factory: any MetricsFactory

  init(_ factory: any MetricsFactory) { self.factory = factory }

  private func count(_ label: String, _ dimensions: [(String, String)] = [], by amount: Int = 1) {
    Counter(label: label, dimensions: dimensions, factory: factory).increment(by: Int64(amount))
  }

  func countProduced(topic: String, records: Int, bytes: Int) {
    count("xopix_broker_records_in_total", [("topic", topic)], by: records)
    count("xopix_broker_bytes_in_total", [("topic", topic)], by: bytes)
  }

  func countFetched(topic: String, bytes: Int) {
    count("xopix_broker_bytes_out_total", [("topic", topic)], by: bytes)
  }

  func countRefused(error: ErrorCode) { count("xopix_broker_batches_refused_total", [("error", "\(error)")]) }
  func countRequest(_ key: APIKey) { count("xopix_broker_requests_total", [("api", "\(key)")]) }
  func countStorageFailure() { count("xopix_broker_storage_failures_total") }
  func countMalformed() { count("xopix_broker_malformed_requests_total") }
  func countGroupOverflow() { count("xopix_broker_group_overflows_total") }
  func countThrottled() { count("xopix_broker_throttled_requests_total") }

  func countConnection(isRefused: Bool) {
    count("xopix_broker_connections_total", [("outcome", isRefused ? "refused" : "taken")])
  }

  func countAuthentication(isSuccess: Bool) {
    count("xopix_broker_authentications_total", [("outcome", isSuccess ? "success" : "failure")])
  }
}
