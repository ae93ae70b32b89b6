/// How a cluster is reached: librdkafka's own properties, by their names (`bootstrap.servers`, `security.protocol`,
/// `sasl.mechanism`, `ssl.ca.location` and so on).
public struct KafkaProperties: Sendable, Equatable {
  /// The properties by name.
  public private(set) var values: [String: String]

  /// Properties that decide whether records arrive, once and in order; they are set here and nowhere else.
  public static let reserved: Set<String> = [
    "acks", "auto.offset.reset", "enable.auto.commit", "enable.auto.offset.store", "enable.idempotence",
    "enable.partition.eof", "group.id", "isolation.level", "log.queue", "partitioner", "request.required.acks",
    "transactional.id", "max.in.flight", "max.in.flight.requests.per.connection", "enable.gapless.guarantee",
  ]

  /// The cluster of `brokers` (`host:port`, several separated by commas), with further properties of its owner's choice.
  ///
  /// Throws where one of them is among ``reserved``; one that the library does not know is told of when a client is made.
  public init(brokers: String, _ others: [String: String] = [:]) throws(KafkaClientError) {
    for name in others.keys.sorted() where Self.reserved.contains(name) {
      throw .configuration(property: name, reason: "is set by the client itself; leave it out")
    }
    guard !brokers.isEmpty else {
      throw .configuration(property: "bootstrap.servers", reason: "must name at least one broker")
    }
    values = others
    values["bootstrap.servers"] = brokers
  }

  /// These properties with defaults for what they leave open, and with others that are fixed.
  func with(defaults: [String: String], fixed: [String: String]) -> [String: String] {
    defaults.merging(values) { $1 }.merging(fixed) { $1 }
  }
}
