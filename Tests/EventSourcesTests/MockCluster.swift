import CKafka
import KafkaClient

/// A cluster inside this process, made by librdkafka, in which faults can be planted.
final class MockCluster: @unchecked Sendable {
  private let owner: OpaquePointer
  private let cluster: OpaquePointer
  /// `host:port` of each broker.
  let brokers: String

  struct Unavailable: Error {}

  /// The requests in which faults can be planted, by their numbers in Kafka's protocol.
  enum Request: Int16, CaseIterable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case initProducerID = 22
    case addPartitionsToTransaction = 24
    case endTransaction = 26
  }

  init(brokers count: Int32 = 1) throws {
    let configuration = rd_kafka_conf_new()
    var text = [CChar](repeating: 0, count: 256)
    // Its own log lines tell of the faults that tests plant.
    rd_kafka_conf_set(configuration, "log_level", "0", &text, text.count)
    guard let owner = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count),
      let cluster = rd_kafka_mock_cluster_new(owner, count), let brokers = rd_kafka_mock_cluster_bootstraps(cluster)
    else { throw Unavailable() }
    self.owner = owner
    self.cluster = cluster
    self.brokers = String(cString: brokers)
  }

  deinit {
    rd_kafka_mock_cluster_destroy(cluster)
    rd_kafka_destroy(owner)
  }

  func properties(_ others: [String: String] = [:]) throws -> KafkaProperties {
    try KafkaProperties(
      brokers: brokers,
      ["reconnect.backoff.ms": "10", "reconnect.backoff.max.ms": "50", "retry.backoff.ms": "20", "log_level": "0"]
        .merging(others) { $1 })
  }

  func makeTopic(_ name: String, partitions: Int32 = 1, replicas: Int32 = 1) {
    rd_kafka_mock_topic_create(cluster, name, partitions, replicas)
  }

  func setLeader(of topic: String, _ partition: Int32, to broker: Int32) {
    rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker)
  }

  func setDown(_ broker: Int32 = -1) { rd_kafka_mock_broker_set_down(cluster, broker) }

  func setUp(_ broker: Int32 = -1) { rd_kafka_mock_broker_set_up(cluster, broker) }

  /// The next requests of a kind are answered with these errors; `RD_KAFKA_RESP_ERR__TRANSPORT` cuts the connection.
  func plant(_ errors: [rd_kafka_resp_err_t], in request: Request) {
    rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
  }

  func clear(_ request: Request) { rd_kafka_mock_clear_request_errors(cluster, request.rawValue) }

  func setTopicError(_ topic: String, _ error: rd_kafka_resp_err_t) {
    rd_kafka_mock_topic_set_error(cluster, topic, error)
  }
}
