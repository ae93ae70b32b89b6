internal import CKafka
public import RecordBatches

/// Reads partitions of a cluster that its owner names, from offsets that its owner names: there is no group, nothing is
/// committed, and nothing is reset. Transactions are read as committed.
///
/// Not thread-safe: one thread at a time uses a consumer.
@safe public final class KafkaConsumer {
  /// What reading gave.
  public enum Event: Sendable {
    /// Records of one partition, in order; `offsets` has one for each.
    case records(TopicPartition, offsets: [Offset], records: [Record])
    /// Everything before this offset has been read: the partition's end, for now.
    case end(TopicPartition, at: Offset)
    /// Reading a partition failed, and has ended: it must be started again. Nil: the client as a whole, which goes on by
    /// itself.
    case failed(TopicPartition?, KafkaFault)
  }

  let handle: KafkaHandle
  private let queue: OpaquePointer
  /// The library's handles of topics, by name; given back by `deinit`.
  private var topics = unsafe [String: OpaquePointer]()
  private var started: Set<TopicPartition> = []

  /// A consumer of the cluster that `properties` name. No connection is waited for.
  public init(
    _ properties: KafkaProperties, log: @escaping KafkaLog = { _ in }
  ) throws(KafkaClientError) {
    handle = try KafkaHandle(
      .consumer,
      properties: properties.with(
        defaults: [
          // By partition, since each is fetched by itself.
          "queued.max.messages.kbytes": "16384",
          "fetch.error.backoff.ms": "100", "reconnect.backoff.max.ms": "2000",
          "topic.metadata.refresh.interval.ms": "30000", "client.id": "xopix",
          "check.crcs": "true",
        ],
        fixed: [
          "isolation.level": "read_committed", "enable.auto.commit": "false", "enable.auto.offset.store": "false",
          "auto.offset.reset": "error", "enable.partition.eof": "true",
        ]), log: log)
    // Safety: a queue of the handle's, given back by `deinit` before the handle goes.
    guard let queue = unsafe rd_kafka_queue_new(handle.pointer) else {
      throw .configuration(property: "bootstrap.servers", reason: "no memory is left")
    }
    unsafe self.queue = queue
  }

  deinit {
    // Safety: partitions are stopped before their topics' handles and their queue are given back, and those before the
    // handle, which is a stored property and so lives until after this.
    for partition in started { stop(partition) }
    unsafe topics.values.forEach { unsafe rd_kafka_topic_destroy($0) }
    unsafe rd_kafka_queue_destroy(queue)
  }

  /// Reads a partition from `offset` on; from there anew where it is read already.
  public func start(_ partition: TopicPartition, at offset: Offset) throws(KafkaClientError) {
    stop(partition)
    let topic = unsafe try topic(partition.topic)
    // Safety: topic and queue are ours until `deinit`, which stops the partition first.
    guard unsafe rd_kafka_consume_start_queue(topic, partition.partition, offset.rawValue, queue) == 0 else {
      throw .cluster(KafkaFault(rd_kafka_last_error(), "\(partition) can't be read"))
    }
    started.insert(partition)
  }

  /// Ends the reading of a partition; what was fetched and not given yet is dropped.
  public func stop(_ partition: TopicPartition) {
    guard started.remove(partition) != nil, let topic = unsafe topics[partition.topic] else { return }
    _ = unsafe rd_kafka_consume_stop(topic, partition.partition)
  }

  /// What was read since the last call, waiting for it at most so long: at most `limit` records.
  ///
  /// Records come by partition, each in its order.
  public func poll(limit: Int = 10_000, milliseconds: Int32) -> [Event] {
    handle.poll(milliseconds: 0)
    var batch = KafkaEventBatch()
    let capacity = max(1, min(limit, 10_000))
    // Safety: the library fills the first `count` places with messages that are ours, and each is destroyed below after
    // what it holds was copied. A message of a partition that was stopped is not among them.
    unsafe withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<rd_kafka_message_t>?.self, capacity: capacity) {
      messages in
      // A wait for many lasts its whole time, so the first is waited for by itself.
      guard let start = messages.baseAddress else { return }
      var count = unsafe rd_kafka_consume_batch_queue(queue, milliseconds, start, 1)
      if count == 1, capacity > 1 {
        count += max(0, unsafe rd_kafka_consume_batch_queue(queue, 0, start + 1, capacity - 1))
      }
      for index in 0..<max(0, count) {
        guard let message = unsafe messages[index] else { continue }
        unsafe batch.add(message)
        unsafe rd_kafka_message_destroy(message)
      }
    }
    // The library would go on, perhaps behind what it could not read.
    for partition in batch.failed { stop(partition) }
    return batch.events + handle.takeFaults().map { .failed(nil, $0) }
  }

  /// The library's handle of a topic, which is made where there is none yet.
  ///
  /// - Safety: it must not be used after this consumer.
  @unsafe func topic(_ name: String) throws(KafkaClientError) -> OpaquePointer {
    if let known = unsafe topics[name] { return unsafe known }
    guard let topic = unsafe rd_kafka_topic_new(handle.pointer, name, nil) else {
      throw .cluster(KafkaFault(rd_kafka_last_error(), "the topic \(name)"))
    }
    unsafe topics[name] = topic
    return unsafe topic
  }
}
