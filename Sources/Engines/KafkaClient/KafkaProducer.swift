internal import CKafka
internal import Dispatch
public import RecordBatches
internal import Synchronization

/// Where a record went.
public struct KafkaPlace: Sendable, Equatable {
  /// The partition that the record's key has chosen.
  public let topicPartition: TopicPartition
  /// The record's offset.
  public let offset: Offset

  /// A place.
  public init(topicPartition: TopicPartition, offset: Offset) {
    self.topicPartition = topicPartition
    self.offset = offset
  }
}

/// A record for a topic of the cluster.
public struct KafkaMessage: Sendable {
  /// The topic.
  public let topic: String
  /// The record; its key chooses the partition as all of Kafka's clients do (murmur2), none any partition.
  public let record: Record

  /// A record for `topic`.
  public init(topic: String, record: Record) {
    self.topic = topic
    self.record = record
  }
}

/// Writes records to a cluster: each once and in order (`enable.idempotence`), told as written when every in-sync replica
/// has it (`acks=all`). With a transactional id it writes in transactions only.
///
/// Any thread may use a producer.
public final class KafkaProducer: Sendable {
  /// What became of records: their places in the order in which they were given, or why not all of them have one.
  public typealias Outcome = Result<[KafkaPlace], KafkaClientError>

  /// Records that were given together and wait for their deliveries.
  private struct Group {
    let topics: [String]
    var places: [KafkaPlace?]
    var remaining: Int
    var fault: KafkaFault?
    let completion: @Sendable (Outcome) -> Void

    mutating func settle(_ count: Int, _ change: (inout Group) -> Void) {
      change(&self)
      remaining -= count
    }

    var outcome: Outcome {
      fault.map { .failure(.cluster($0)) } ?? .success(places.compactMap { $0 })
    }
  }

  /// What deliveries reach; kept by the handle's callbacks.
  private final class Deliveries: Sendable {
    struct State {
      var groups: [UInt: Group] = [:]
      var nextGroup: UInt = 1
      /// How long to wait for what is not written, once the producer is to end.
      var closing: Int32?
    }

    let state = Mutex(State())

    /// A record's number: its group's, then its own.
    static let indexBits: UInt = 24

    func delivered(_ delivery: KafkaDelivery) {
      let number = delivery.number >> Self.indexBits
      let index = Int(delivery.number & (1 << Self.indexBits - 1))
      settle(number, count: 1) { group in
        if let fault = delivery.fault {
          group.fault = group.fault ?? fault
        } else {
          group.places[index] = KafkaPlace(
            topicPartition: TopicPartition(topic: group.topics[index], partition: delivery.partition),
            offset: Offset(rawValue: delivery.offset))
        }
      }
    }

    /// Notes that so many of a group's records are done with, and tells the group's owner when all are.
    func settle(_ number: UInt, count: Int, _ change: (inout Group) -> Void) {
      let done = state.withLock { state -> Group? in
        // In place: a copy of the group for each of its records would cost their square.
        state.groups[number]?.settle(count, change)
        return state.groups[number]?.remaining == 0 ? state.groups.removeValue(forKey: number) : nil
      }
      if let done { done.completion(done.outcome) }
    }
  }

  let handle: KafkaHandle
  private let deliveries: Deliveries
  private let hasEnded = DispatchSemaphore(value: 0)

  /// The most records that can be given together.
  public static let largestGroup = 1 << 24 - 1

  /// A producer for the cluster that `properties` name. No connection is waited for.
  ///
  /// - Parameters:
  ///   - transactionalID: who writes, for a producer of transactions: a later one of the same name ends this one's.
  ///   - deliveryTimeoutMilliseconds: after which a record that no broker has taken is given up.
  public init(
    _ properties: KafkaProperties, transactionalID: String? = nil, deliveryTimeoutMilliseconds: Int = 30_000,
    log: @escaping KafkaLog = { _ in }
  ) throws(KafkaClientError) {
    let deliveries = Deliveries()
    self.deliveries = deliveries
    var fixed = [
      "enable.idempotence": "true", "acks": "all", "partitioner": "murmur2_random",
      "message.timeout.ms": String(deliveryTimeoutMilliseconds),
    ]
    if let transactionalID {
      fixed["transactional.id"] = transactionalID
      fixed["transaction.timeout.ms"] = String(max(60_000, deliveryTimeoutMilliseconds))
    }
    let handle = try KafkaHandle(
      .producer,
      properties: properties.with(
        defaults: [
          "compression.type": "zstd", "linger.ms": "1", "reconnect.backoff.max.ms": "2000",
          "queue.buffering.max.messages": "1000000", "client.id": "xopix",
        ], fixed: fixed), log: log
    ) { deliveries.delivered($0) }
    self.handle = handle
    // The loop keeps what it needs and not this object, whose end is what ends it.
    DispatchQueue(label: "kafka-deliveries").async { [hasEnded] in
      var closing: Int32?
      while closing == nil {
        handle.poll(milliseconds: 50)
        closing = deliveries.state.withLock { $0.closing }
      }
      Self.end(handle, deliveries, flushMilliseconds: closing ?? 0)
      hasEnded.signal()
    }
  }

  // The thread is not waited for: this may be running on it.
  deinit { deliveries.state.withLock { $0.closing = $0.closing ?? 0 } }

  /// Gives records to the cluster; `completion` is called once, on a thread of the producer's or the caller's, when all of
  /// them are written or it is known that one is not.
  ///
  /// In a transaction, "written" means that they become visible if it is committed. Where it fails, any of the others may
  /// have been written. Never waits.
  public func produce(_ messages: [KafkaMessage], completion: @escaping @Sendable (Outcome) -> Void) {
    guard !messages.isEmpty else { return completion(.success([])) }
    precondition(messages.count <= Self.largestGroup, "too many records at once")
    let number = deliveries.state.withLock { state -> UInt? in
      guard state.closing == nil else { return nil }
      defer { state.nextGroup += 1 }
      state.groups[state.nextGroup] = Group(
        topics: messages.map(\.topic), places: Array(repeating: nil, count: messages.count),
        remaining: messages.count, fault: nil, completion: completion)
      return state.nextGroup
    }
    guard let number else { return completion(.failure(.closed)) }
    for (index, message) in messages.enumerated() {
      let code = enqueue(message, number: number << Deliveries.indexBits | UInt(index))
      guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
      // Those behind it must not overtake it.
      let fault =
        code == RD_KAFKA_RESP_ERR__FATAL
        ? handle.fatalFault() ?? KafkaFault(code, "the producer") : KafkaFault(code, "a record for \(message.topic)")
      return deliveries.settle(number, count: messages.count - index) { $0.fault = $0.fault ?? fault }
    }
  }

  /// Writes records and returns their places, in the order given, when all of them are written.
  public func produce(_ messages: [KafkaMessage]) async throws(KafkaClientError) -> [KafkaPlace] {
    let outcome = await withCheckedContinuation { continuation in
      produce(messages) { continuation.resume(returning: $0) }
    }
    return try outcome.get()
  }

  /// As the other, but holds up the calling thread, which must not be one that runs tasks.
  public func produceAndWait(_ messages: [KafkaMessage]) throws(KafkaClientError) -> [KafkaPlace] {
    let semaphore = DispatchSemaphore(value: 0)
    let result = Mutex<Outcome?>(nil)
    produce(messages) { outcome in
      result.withLock { $0 = outcome }
      semaphore.signal()
    }
    semaphore.wait()
    guard let outcome = result.withLock({ $0 }) else { throw .closed }
    return try outcome.get()
  }

  /// Waits at most so long for what was given to be written, then ends the producer; what is not written by then fails.
  ///
  /// Not to be called from a completion.
  public func close(flushMilliseconds: Int32) {
    let wasClosed = deliveries.state.withLock { state in
      defer { state.closing = state.closing ?? flushMilliseconds }
      return state.closing != nil
    }
    if !wasClosed { hasEnded.wait() }
  }

  private static func end(_ handle: KafkaHandle, _ deliveries: Deliveries, flushMilliseconds: Int32) {
    // Safety: the caller holds the handle, which keeps the library's instance alive.
    if flushMilliseconds > 0 { _ = unsafe rd_kafka_flush(handle.pointer, flushMilliseconds) }
    _ = unsafe rd_kafka_purge(handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    handle.poll(milliseconds: 0)
    let left = deliveries.state.withLock { state in
      defer { state.groups = [:] }
      return Array(state.groups.values)
    }
    for group in left { group.completion(.failure(.closed)) }
  }

  private func enqueue(_ message: KafkaMessage, number: UInt) -> rd_kafka_resp_err_t {
    let record = message.record
    // Safety: key and value are copied by the library before the call returns. The headers are made here; the library
    // takes them over where it succeeds, else they are destroyed. The opaque pointer is a number and never followed.
    let headers = unsafe Self.headers(of: record)
    let opaque = unsafe UnsafeMutableRawPointer(bitPattern: number)
    let code = unsafe Self.withBytes(record.key) { key, keyCount in
      unsafe Self.withBytes(record.value) { value, valueCount in
        unsafe ckafka_produce(
          handle.pointer, message.topic, key, keyCount, UnsafeMutableRawPointer(mutating: value), valueCount, headers,
          record.timestampMilliseconds, opaque)
      }
    }
    if code != RD_KAFKA_RESP_ERR_NO_ERROR, let headers = unsafe headers { unsafe rd_kafka_headers_destroy(headers) }
    return code
  }

  private static func headers(of record: Record) -> OpaquePointer? {
    guard !record.headers.isEmpty, let list = unsafe rd_kafka_headers_new(record.headers.count) else { return nil }
    for header in record.headers {
      // Safety: the name, with its zero at the end, and the value are copied.
      unsafe withBytes(header.value) { value, count in
        _ = unsafe rd_kafka_header_add(list, header.key, -1, value, count)
      }
    }
    return unsafe list
  }

  /// Lends bytes to `body`: nil for none, an address for an empty array too, since the library tells null by it.
  private static func withBytes<R>(_ bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> R) -> R {
    guard let bytes else { return body(nil, 0) }
    guard !bytes.isEmpty else {
      var nothing: UInt8 = 0
      return unsafe withUnsafePointer(to: &nothing) { unsafe body(UnsafeRawPointer($0), 0) }
    }
    return unsafe bytes.withUnsafeBytes { unsafe body($0.baseAddress, bytes.count) }
  }
}
