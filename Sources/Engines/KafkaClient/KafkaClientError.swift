internal import CKafka

/// Why a client of a Kafka cluster could not do what was asked.
public enum KafkaClientError: Error, Equatable, CustomStringConvertible {
  /// A property that the library does not know, or a value that it does not take.
  case configuration(property: String, reason: String)
  /// The cluster, or the way to it, failed.
  case cluster(KafkaFault)
  /// The client was closed meanwhile.
  case closed

  /// One line: what failed, and why.
  public var description: String {
    switch self {
    case .configuration(let property, let reason): "the Kafka property \(property): \(reason)"
    case .cluster(let fault): fault.description
    case .closed: "the Kafka client was closed"
    }
  }

  /// Whether doing the same again may succeed.
  public var isRetriable: Bool {
    if case .cluster(let fault) = self { return fault.isRetriable }
    return false
  }
}

/// What the cluster or the library said.
public struct KafkaFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Kafka's code; negative for the library's own.
  public let code: Int32
  /// The code's name, such as `UNKNOWN_TOPIC_OR_PART`.
  public let name: String
  /// What it says, and of what.
  public let reason: String
  /// Whether doing the same again may succeed.
  public let isRetriable: Bool
  /// Whether the client is of no more use and must be made anew.
  public let isFatal: Bool
  /// Whether the transaction under way must be aborted before anything else.
  public let requiresAbort: Bool

  /// `…: Broker: Unknown topic or partition (UNKNOWN_TOPIC_OR_PART)`.
  public var description: String { "\(reason) (\(name))" }

  /// Whether there is no such topic, or not yet.
  public var isUnknownTopic: Bool {
    [RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION]
      .contains { $0.rawValue == code }
  }

  /// Whether a position is outside of what the partition holds.
  public var isOffsetOutOfRange: Bool {
    [RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE].contains { $0.rawValue == code }
  }

  /// Whether no broker can be reached at all, or none lets the client in.
  public var isDisconnection: Bool {
    [
      RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__AUTHENTICATION,
      RD_KAFKA_RESP_ERR__SSL,
    ].contains { $0.rawValue == code }
  }

  /// Whether another producer with the same transactional id has taken over.
  public var isFenced: Bool {
    [
      RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
    ].contains { $0.rawValue == code }
  }

  /// Whether the cluster does not have what was asked for, by its version.
  public var isUnsupported: Bool {
    [RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION].contains { $0.rawValue == code }
  }

  /// Whether a record is larger than the cluster takes.
  public var isTooLarge: Bool {
    [RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE].contains { $0.rawValue == code }
  }

  /// A code of Kafka's protocol, or one of the library's.
  public init(code: Int32, reason: String) { self.init(rd_kafka_resp_err_t(rawValue: code), reason) }

  /// A code by itself.
  init(_ code: rd_kafka_resp_err_t, _ what: String) {
    // Safety, here and below: the library gives strings that end with a zero and live as long as what was asked; they
    // are copied at once.
    let text = unsafe rd_kafka_err2str(code).map { unsafe String(cString: $0) } ?? ""
    self.init(
      code: code, reason: "\(what): \(text)", isRetriable: Self.isRetriable(code),
      isFatal: code == RD_KAFKA_RESP_ERR__FATAL, requiresAbort: false)
  }

  init(code: rd_kafka_resp_err_t, reason: String, isRetriable: Bool, isFatal: Bool, requiresAbort: Bool) {
    self.code = code.rawValue
    name = unsafe rd_kafka_err2name(code).map { unsafe String(cString: $0) } ?? "\(code.rawValue)"
    self.reason = reason
    self.isRetriable = isRetriable
    self.isFatal = isFatal
    self.requiresAbort = requiresAbort
  }

  /// Takes over an error of the library, which is freed.
  ///
  /// - Safety: `error` must be an error that the library has just given, and not be used afterwards.
  @unsafe init(consuming error: OpaquePointer, _ what: String) {
    unsafe self.init(
      code: rd_kafka_error_code(error), reason: "\(what): \(String(cString: rd_kafka_error_string(error)))",
      isRetriable: rd_kafka_error_is_retriable(error) != 0, isFatal: rd_kafka_error_is_fatal(error) != 0,
      requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0)
    unsafe rd_kafka_error_destroy(error)
  }

  private static func isRetriable(_ code: rd_kafka_resp_err_t) -> Bool {
    [
      RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE,
      RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__WAIT_COORD,
      RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
      RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
    ].contains(code)
  }
}
