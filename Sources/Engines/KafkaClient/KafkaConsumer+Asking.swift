internal import CKafka
public import RecordBatches

/// A topic as the cluster describes it.
public struct KafkaTopic: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// How many partitions it has; 0 where it is not there, or not known yet.
  public let partitions: Int32
  /// Why nothing is known of it.
  public let fault: KafkaFault?

  /// A topic.
  public init(name: String, partitions: Int32, fault: KafkaFault? = nil) {
    self.name = name
    self.partitions = partitions
    self.fault = fault
  }
}

/// What a partition of the cluster holds.
public struct KafkaBounds: Sendable, Equatable {
  /// The offset of the first record that is still there.
  public let start: Offset
  /// The offset after the last one that may be read.
  public let end: Offset

  /// The records from `start` up to `end`.
  public init(start: Offset, end: Offset) {
    self.start = start
    self.end = end
  }
}

extension KafkaConsumer {
  /// What the cluster says of topics: those asked for that it knows, by name. Asking makes none.
  public func describe(_ names: [String], milliseconds: Int32) throws(KafkaClientError) -> [KafkaTopic] {
    // The library asks for the topics that it has handles of.
    for name in names { _ = unsafe try topic(name) }
    var answer: UnsafePointer<rd_kafka_metadata>?
    // Safety: the answer is ours, and destroyed when its content has been copied.
    let code = unsafe rd_kafka_metadata(handle.pointer, 0, nil, &answer, milliseconds)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
      throw .cluster(KafkaFault(code, "the cluster does not tell of its topics"))
    }
    defer { unsafe rd_kafka_metadata_destroy(answer) }
    var topics: [KafkaTopic] = []
    for index in 0..<Int(unsafe answer.pointee.topic_cnt) {
      let topic = unsafe answer.pointee.topics[index]
      let name = unsafe String(cString: topic.topic)
      guard names.contains(name) else { continue }
      let code = unsafe topic.err
      let fault = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaFault(code, "the topic \(name)")
      topics.append(KafkaTopic(name: name, partitions: fault == nil ? unsafe topic.partition_cnt : 0, fault: fault))
    }
    return topics.sorted { $0.name < $1.name }
  }

  /// What the cluster calls itself; nil where it has no name, or does not answer in time.
  public func clusterID(milliseconds: Int32) -> String? {
    // Safety: the string is ours, copied and then freed by the library.
    guard let id = unsafe rd_kafka_clusterid(handle.pointer, milliseconds) else { return nil }
    defer { unsafe rd_kafka_mem_free(handle.pointer, id) }
    return unsafe String(cString: id)
  }

  /// The first and the next offset of a partition, as its leader knows them now.
  public func bounds(of partition: TopicPartition, milliseconds: Int32) throws(KafkaClientError) -> KafkaBounds {
    guard let bounds = try bounds(of: [partition], milliseconds: milliseconds)[partition] else { throw .closed }
    return bounds
  }

  /// The first and the next offset of each partition, as their leaders know them now: all, or an error where one of them
  /// does not tell.
  ///
  /// An answer may come behind that to a fetch which waits for records, so many are asked for together.
  public func bounds(
    of partitions: [TopicPartition], milliseconds: Int32
  ) throws(KafkaClientError) -> [TopicPartition: KafkaBounds] {
    // Not by `rd_kafka_query_watermark_offsets`: that takes an end for the start where a broker refuses to tell the start.
    let starts = try offsets(RD_KAFKA_OFFSET_BEGINNING, of: partitions, milliseconds)
    let ends = try offsets(RD_KAFKA_OFFSET_END, of: partitions, milliseconds)
    var bounds: [TopicPartition: KafkaBounds] = [:]
    for (partition, (start, end)) in zip(partitions, zip(starts, ends)) {
      bounds[partition] = KafkaBounds(start: start, end: max(start, end))
    }
    return bounds
  }

  /// An offset of each partition, by Kafka's number for what it is.
  private func offsets(
    _ meaning: Int32, of partitions: [TopicPartition], _ milliseconds: Int32
  ) throws(KafkaClientError) -> [Offset] {
    guard let first = partitions.first else { return [] }
    // Safety: the list is ours and destroyed after its elements were read. Elements keep the order in which they are
    // added, and each is written before the next is added, which may move them.
    guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(clamping: partitions.count)) else { throw .closed }
    defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
    for partition in partitions {
      guard let asked = unsafe rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition) else {
        throw .closed
      }
      unsafe asked.pointee.offset = Int64(meaning)
    }
    let code = unsafe rd_kafka_offsets_for_times(handle.pointer, list, milliseconds)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw .cluster(KafkaFault(code, "\(first) does not tell its offsets"))
    }
    var offsets: [Offset] = []
    for (index, partition) in partitions.enumerated() {
      var code = unsafe list.pointee.elems[index].err
      let offset = unsafe list.pointee.elems[index].offset
      if code == RD_KAFKA_RESP_ERR_NO_ERROR, offset < 0 { code = RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE }
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
        throw .cluster(KafkaFault(code, "\(partition) does not tell its offsets"))
      }
      offsets.append(Offset(rawValue: offset))
    }
    return offsets
  }

  /// The partition's end as it was told with the last records; nil where none have been fetched yet. Asks nobody.
  public func knownEnd(of partition: TopicPartition) -> Offset? {
    var start: Int64 = -1
    var end: Int64 = -1
    // Safety: as above.
    let code = unsafe rd_kafka_get_watermark_offsets(
      handle.pointer, partition.topic, partition.partition, &start, &end)
    return code == RD_KAFKA_RESP_ERR_NO_ERROR && end >= 0 ? Offset(rawValue: end) : nil
  }
}
