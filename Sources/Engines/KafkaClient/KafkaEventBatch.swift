internal import CKafka
internal import RecordBatches

/// Copies messages of the library into records, by partition.
struct KafkaEventBatch {
  private struct Run {
    let partition: TopicPartition
    var offsets: [Offset] = []
    var records: [Record] = []
  }

  private var runs: [Run] = []
  /// The run of a partition, by the address of its topic's handle and its number.
  private var places: [Place: Int] = [:]
  /// What is no record, after the records before it.
  private var others: [KafkaConsumer.Event] = []

  /// Partitions that could not be read any further: what comes after is not taken.
  private(set) var failed: Set<TopicPartition> = []

  private struct Place: Hashable {
    let topic: UInt
    let partition: Int32
  }

  /// The records by partition, then ends and faults.
  var events: [KafkaConsumer.Event] {
    runs.map { .records($0.partition, offsets: $0.offsets, records: $0.records) } + others
  }

  /// Copies a message.
  ///
  /// - Safety: `message` must be one that the library has just given.
  @unsafe mutating func add(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
    // Safety: a message and what it points to is valid until it is destroyed, which the caller does afterwards.
    let code = unsafe message.pointee.err
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      unsafe addFault(code, message)
      return
    }
    let place = unsafe Place(
      topic: UInt(bitPattern: message.pointee.rkt), partition: message.pointee.partition)
    let run: Int
    if let known = places[place] {
      run = known
    } else {
      run = runs.count
      runs.append(Run(partition: unsafe Self.partition(of: message) ?? TopicPartition(topic: "", partition: -1)))
      places[place] = run
    }
    guard failed.isEmpty || !failed.contains(runs[run].partition) else { return }
    runs[run].offsets.append(Offset(rawValue: unsafe message.pointee.offset))
    runs[run].records.append(unsafe Self.record(message))
  }

  private mutating func addFault(_ code: rd_kafka_resp_err_t, _ message: UnsafeMutablePointer<rd_kafka_message_t>) {
    // Safety: as above. A fault's payload is its text, of the given length.
    let partition = unsafe Self.partition(of: message)
    if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
      if let partition { others.append(.end(partition, at: Offset(rawValue: unsafe message.pointee.offset))) }
      return
    }
    let text = unsafe Self.bytes(message.pointee.payload, message.pointee.len)
      .map { String(decoding: $0, as: UTF8.self) }
    let what = [partition?.description, text].compactMap { $0 }.joined(separator: ": ")
    if let partition { failed.insert(partition) }
    others.append(.failed(partition, KafkaFault(code, what)))
  }

  private static func partition(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> TopicPartition? {
    guard let topic = unsafe message.pointee.rkt, let name = unsafe rd_kafka_topic_name(topic),
      unsafe message.pointee.partition >= 0
    else { return nil }
    return unsafe TopicPartition(topic: String(cString: name), partition: message.pointee.partition)
  }

  private static func record(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Record {
    var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    return unsafe Record(
      key: bytes(message.pointee.key, message.pointee.key_len),
      value: bytes(message.pointee.payload, message.pointee.len), headers: headers(of: message),
      timestampMilliseconds: rd_kafka_message_timestamp(message, &type))
  }

  private static func headers(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> [RecordHeader] {
    var list: OpaquePointer?
    guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list else {
      return []
    }
    var headers: [RecordHeader] = []
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    while unsafe rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
      headers.append(
        RecordHeader(key: unsafe name.map { unsafe String(cString: $0) } ?? "", value: unsafe bytes(value, size)))
    }
    return headers
  }

  private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
    guard let start = unsafe start else { return nil }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
