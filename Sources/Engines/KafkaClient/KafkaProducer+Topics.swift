internal import CKafka

extension KafkaProducer {
  /// Makes a topic with the cluster's own defaults, where it does not exist.
  ///
  /// - Parameter partitions: how many; nil for the cluster's default, which needs Kafka 2.4.
  public func makeTopic(
    _ name: String, partitions: Int32? = nil, milliseconds: Int32
  ) throws(KafkaClientError) {
    var text = [CChar](repeating: 0, count: 512)
    // Safety: the description, the queue and the answer are ours, and given back before this returns; the library copies
    // the description when it is asked.
    guard let topic = unsafe rd_kafka_NewTopic_new(name, partitions ?? -1, -1, &text, text.count) else {
      throw .configuration(property: "topic", reason: "\(name) is not a name for a topic")
    }
    defer { unsafe rd_kafka_NewTopic_destroy(topic) }
    guard let queue = unsafe rd_kafka_queue_new(handle.pointer) else { throw .closed }
    defer { unsafe rd_kafka_queue_destroy(queue) }
    let options = unsafe rd_kafka_AdminOptions_new(handle.pointer, RD_KAFKA_ADMIN_OP_CREATETOPICS)
    defer { unsafe rd_kafka_AdminOptions_destroy(options) }
    _ = unsafe rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, &text, text.count)
    var topics: [OpaquePointer?] = unsafe [topic]
    unsafe rd_kafka_CreateTopics(handle.pointer, &topics, 1, options, queue)
    guard let event = unsafe rd_kafka_queue_poll(queue, milliseconds + 1000) else {
      throw .cluster(KafkaFault(RD_KAFKA_RESP_ERR__TIMED_OUT, "the topic \(name) can't be made"))
    }
    defer { unsafe rd_kafka_event_destroy(event) }
    var code = unsafe rd_kafka_event_error(event)
    if code == RD_KAFKA_RESP_ERR_NO_ERROR, let result = unsafe rd_kafka_event_CreateTopics_result(event) {
      var count = 0
      if let results = unsafe rd_kafka_CreateTopics_result_topics(result, &count), count > 0 {
        code = unsafe rd_kafka_topic_result_error(results[0])
      }
    }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS else {
      throw .cluster(KafkaFault(code, "the topic \(name) can't be made"))
    }
  }
}
