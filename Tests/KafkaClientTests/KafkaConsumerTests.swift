import CKafka
import KafkaClient
import RecordBatches
import Testing

@Suite("A consumer of a cluster")
struct KafkaConsumerTests {
  private static let partition = TopicPartition(topic: "colours", partition: 0)

  @Test("reads what was written: keys, values, headers, timestamps, tombstones and empty values")
  func readsRecordsWhole() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("colours")
    let records = [
      record(
        "red", key: "r", headers: [RecordHeader(key: "a", value: [1, 0, 2]), RecordHeader(key: "a", value: nil)]),
      Record(key: [0xff, 0], value: nil, timestampMilliseconds: 5),
      Record(key: nil, value: [], timestampMilliseconds: 6),
      Record(key: [], value: [0], headers: [RecordHeader(key: "empty", value: [])], timestampMilliseconds: 7),
    ]
    let producer = try KafkaProducer(cluster.properties())
    let places = try await producer.produce(records.map { KafkaMessage(topic: "colours", record: $0) })
    #expect(places.map(\.offset.rawValue) == [0, 1, 2, 3])
    let consumer = try KafkaConsumer(cluster.properties())
    try consumer.start(Self.partition, at: Offset(rawValue: 0))
    let collected = consumer.collect { !$0.ends.isEmpty }
    #expect(collected.records[Self.partition]?.map(\.1) == records)
    #expect(collected.records[Self.partition]?.map(\.0.rawValue) == [0, 1, 2, 3])
    #expect(collected.ends[Self.partition]?.rawValue == 4)
    #expect(collected.faults.isEmpty)
    #expect(consumer.knownEnd(of: Self.partition)?.rawValue == 4)
  }

  @Test("starts where it is told, again and again, and gives nothing of a partition that was stopped")
  func startsAtOffsets() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("colours")
    let producer = try KafkaProducer(cluster.properties())
    for round in 0..<10 {
      _ = try await producer.produce(
        (0..<10).map { KafkaMessage(topic: "colours", record: record("\(round * 10 + $0)")) })
    }
    let consumer = try KafkaConsumer(cluster.properties())
    for start in [0, 95, 37, 100, 0] as [Int64] {
      try consumer.start(Self.partition, at: Offset(rawValue: start))
      let collected = consumer.collect { !$0.ends.isEmpty }
      #expect(collected.records[Self.partition]?.map(\.0.rawValue) ?? [] == Array(start..<100))
    }
    try consumer.start(Self.partition, at: Offset(rawValue: 0))
    consumer.stop(Self.partition)
    #expect(consumer.collect(seconds: 0.3) { $0.count > 0 }.count == 0)
  }

  @Test("an offset that the partition does not have is told, not replaced by another")
  func tellsOffsetsOutOfRange() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("colours")
    let consumer = try KafkaConsumer(cluster.properties())
    try consumer.start(Self.partition, at: Offset(rawValue: 50))
    let collected = consumer.collect { !$0.faults.isEmpty }
    #expect(collected.faults.first?.0 == Self.partition)
    #expect(collected.faults.first?.1.isOffsetOutOfRange == true)
    #expect(collected.count == 0)
  }

  @Test("tells topics, their partitions and offsets, the cluster's name, and topics that are not there")
  func describesTopics() async throws {
    let cluster = try MockCluster(brokers: 2)
    cluster.makeTopic("colours", partitions: 3)
    cluster.setTopicError("secret", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    let consumer = try KafkaConsumer(cluster.properties())
    #expect(consumer.clusterID(milliseconds: 5000)?.hasPrefix("mock") == true)
    let topics = try consumer.describe(["colours", "secret"], milliseconds: 5000)
    #expect(topics.map(\.name) == ["colours", "secret"])
    #expect(topics.first?.partitions == 3)
    #expect(topics.last?.fault?.name == "TOPIC_AUTHORIZATION_FAILED")
    #expect(
      try consumer.bounds(of: TopicPartition(topic: "colours", partition: 1), milliseconds: 5000)
        == KafkaBounds(start: Offset(rawValue: 0), end: Offset(rawValue: 0)))
  }

  @Test("a broker that does not tell an offset is never taken to have told one")
  func boundsAreRightOrNone() async throws {
    let cluster = try MockCluster(brokers: 2)
    cluster.makeTopic("colours", partitions: 1, replicas: 2)
    let producer = try KafkaProducer(cluster.properties())
    _ = try await producer.produce((0..<10).map { KafkaMessage(topic: "colours", record: record("\($0)")) })
    let consumer = try KafkaConsumer(cluster.properties())
    let expected = KafkaBounds(start: Offset(rawValue: 0), end: Offset(rawValue: 10))
    let faults = [
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__TRANSPORT,
      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_NO_ERROR,
      RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
    ]
    for fault in faults {
      for planted in [[fault], [RD_KAFKA_RESP_ERR_NO_ERROR, fault], [fault, fault]] {
        cluster.plant(planted, in: .listOffsets)
        let bounds = try? consumer.bounds(of: Self.partition, milliseconds: 1000)
        #expect(bounds == nil || bounds == expected, "\(fault)")
        cluster.clear(.listOffsets)
      }
    }
    #expect(try consumer.bounds(of: Self.partition, milliseconds: 5000) == expected)
  }

  @Test("many partitions' offsets are told together, rightly or not at all")
  func boundsOfMany() async throws {
    let cluster = try MockCluster(brokers: 2)
    cluster.makeTopic("colours", partitions: 4, replicas: 2)
    for number in 0..<4 { cluster.setLeader(of: "colours", Int32(number), to: Int32(number % 2 + 1)) }
    let producer = try KafkaProducer(cluster.properties())
    let places = try await producer.produce(
      (0..<40).map { KafkaMessage(topic: "colours", record: record("\($0)", key: "\($0)")) })
    let partitions = (0..<Int32(4)).map { TopicPartition(topic: "colours", partition: $0) }
    let consumer = try KafkaConsumer(cluster.properties())
    var expected: [TopicPartition: KafkaBounds] = [:]
    for partition in partitions {
      let count = places.count { $0.topicPartition == partition }
      expected[partition] = KafkaBounds(start: Offset(rawValue: 0), end: Offset(rawValue: Int64(count)))
    }
    #expect(try consumer.bounds(of: [], milliseconds: 5000).isEmpty)
    #expect(try consumer.bounds(of: partitions, milliseconds: 5000) == expected)
    #expect(try consumer.bounds(of: partitions.reversed(), milliseconds: 5000) == expected)
    for fault in [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__TRANSPORT] {
      for before in 0..<4 {
        cluster.plant(
          Array(repeating: RD_KAFKA_RESP_ERR_NO_ERROR, count: before) + [fault, fault], in: .listOffsets)
        let bounds = try? consumer.bounds(of: partitions, milliseconds: 1000)
        #expect(bounds == nil || bounds == expected, "\(fault) after \(before)")
        cluster.clear(.listOffsets)
      }
    }
    #expect(throws: KafkaClientError.self) {
      try consumer.bounds(of: partitions + [TopicPartition(topic: "colours", partition: 9)], milliseconds: 1000)
    }
  }

  @Test("a cluster that is not there is told, and nothing hangs")
  func tellsDisconnection() throws {
    let consumer = try KafkaConsumer(KafkaProperties(brokers: "127.0.0.1:1", ["log_level": "0"]))
    try consumer.start(Self.partition, at: Offset(rawValue: 0))
    let collected = consumer.collect { $0.faults.contains { $0.1.isDisconnection } }
    #expect(collected.faults.contains { $0.1.isDisconnection })
    #expect(throws: KafkaClientError.self) { try consumer.describe(["colours"], milliseconds: 100) }
  }

  @Test("properties that the library does not know, or that decide on correctness, are refused by name")
  func refusesProperties() throws {
    #expect(throws: KafkaClientError.self) { try KafkaProperties(brokers: "") }
    for name in KafkaProperties.reserved {
      #expect(throws: KafkaClientError.self) { try KafkaProperties(brokers: "h:1", [name: "1"]) }
    }
    let unknown = try KafkaProperties(brokers: "h:1", ["colour": "red"])
    #expect { try KafkaConsumer(unknown) } throws: { "\($0)".contains("colour") }
    let wrong = try KafkaProperties(brokers: "h:1", ["security.protocol": "loud"])
    #expect { try KafkaProducer(wrong) } throws: { "\($0)".contains("security.protocol") }
  }

  @Test("log lines reach whoever made the client")
  func logs() throws {
    let lines = LogLines()
    let consumer = try KafkaConsumer(KafkaProperties(brokers: "127.0.0.1:1")) { lines.add($0) }
    try consumer.start(Self.partition, at: Offset(rawValue: 0))
    _ = consumer.collect(seconds: 5) { _ in lines.count > 0 }
    #expect(lines.count > 0)
  }
}
