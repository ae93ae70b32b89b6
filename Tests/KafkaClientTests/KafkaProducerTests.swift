import CKafka
import KafkaClient
import RecordBatches
import Synchronization
import Testing

final class LogLines: Sendable {
  private let lines = Mutex<[KafkaLogLine]>([])
  var count: Int { lines.withLock { $0.count } }
  func add(_ line: KafkaLogLine) { lines.withLock { $0.append(line) } }
}

@Suite("A producer for a cluster")
struct KafkaProducerTests {
  /// The partition of a key as Kafka's Java client chooses it, computed by MurmurHash2.
  static func partition(of key: String, count: Int32) -> Int32 {
    let bytes = Array(key.utf8)
    var hash: UInt32 = 0x9747_b28c ^ UInt32(bytes.count)
    var index = 0
    while bytes.count - index >= 4 {
      var word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
      word = word &* 0x5bd1_e995
      word ^= word >> 24
      hash = hash &* 0x5bd1_e995 ^ word &* 0x5bd1_e995
      index += 4
    }
    if index < bytes.count {
      for (shift, byte) in bytes[index...].enumerated() { hash ^= UInt32(byte) << UInt32(8 * shift) }
      hash = hash &* 0x5bd1_e995
    }
    hash ^= hash >> 13
    hash = hash &* 0x5bd1_e995
    hash ^= hash >> 15
    return Int32(hash & 0x7fff_ffff) % count
  }

  @Test("keys choose partitions as they do with all of Kafka's clients")
  func partitionsByKey() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("colours", partitions: 7)
    let producer = try KafkaProducer(cluster.properties())
    let keys = (0..<200).map { "key-\($0 * 7919)" }
    let places = try await producer.produce(keys.map { KafkaMessage(topic: "colours", record: record($0, key: $0)) })
    #expect(places.map(\.topicPartition.partition) == keys.map { Self.partition(of: $0, count: 7) })
    #expect(Set(places.map { "\($0)" }).count == 200)
  }

  @Test("records are written once and in order, whatever the brokers answer")
  func writesOnce() async throws {
    let seed = UInt64.random(in: 0...9999)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let cluster = try MockCluster(brokers: 3)
    cluster.makeTopic("colours", partitions: 1, replicas: 3)
    // The mock does not look at sequence numbers: of two batches under way it would take the later one after it has
    // refused the earlier, which no broker does. So there is one batch a round.
    let producer = try KafkaProducer(
      cluster.properties(["batch.num.messages": "50", "linger.ms": "10000"]))
    let faults = [
      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
    ]
    var offsets: [Int64] = []
    for round in 0..<12 {
      if Bool.random(using: &generator) {
        cluster.plant((0..<2).map { _ in faults.randomElement(using: &generator) ?? faults[0] }, in: .produce)
      }
      if Bool.random(using: &generator) {
        cluster.setLeader(of: "colours", 0, to: Int32.random(in: 1...3, using: &generator))
      }
      let places = try await producer.produce(
        (0..<50).map { KafkaMessage(topic: "colours", record: record("\(round * 50 + $0)")) })
      offsets += places.map(\.offset.rawValue)
    }
    #expect(offsets == Array(0..<600))
    let consumer = try KafkaConsumer(cluster.properties())
    let partition = TopicPartition(topic: "colours", partition: 0)
    try consumer.start(partition, at: Offset(rawValue: 0))
    let collected = consumer.collect { !$0.ends.isEmpty }
    #expect(
      collected.records[partition]?.map { String(decoding: $0.1.value ?? [], as: UTF8.self) }
        == (0..<600).map(String.init))
  }

  @Test("a record that no broker takes fails after its time, with a reason, and the producer goes on")
  func timesOut() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("colours")
    let producer = try KafkaProducer(cluster.properties(), deliveryTimeoutMilliseconds: 1000)
    _ = try await producer.produce([KafkaMessage(topic: "colours", record: record("first"))])
    cluster.setDown()
    await #expect(throws: KafkaClientError.self) {
      try await producer.produce([KafkaMessage(topic: "colours", record: record("lost"))])
    }
    cluster.setUp()
    // Until it has found the way back, it may give up more.
    var places: [KafkaPlace]?
    for _ in 0..<60 where places == nil {
      places = try? await producer.produce([KafkaMessage(topic: "colours", record: record("second"))])
    }
    #expect(places?.count == 1)
  }

  @Test("closing waits for what was given, and refuses what comes later")
  func closes() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("colours")
    let producer = try KafkaProducer(cluster.properties(["linger.ms": "200"]))
    let outcomes = Mutex<[KafkaProducer.Outcome]>([])
    producer.produce([KafkaMessage(topic: "colours", record: record("given"))]) { outcome in
      outcomes.withLock { $0.append(outcome) }
    }
    producer.close(flushMilliseconds: 5000)
    #expect(outcomes.withLock { $0.count } == 1)
    #expect(throws: Never.self) { try outcomes.withLock { try $0.first?.get() } }
    await #expect(throws: KafkaClientError.closed) {
      try await producer.produce([KafkaMessage(topic: "colours", record: record("late"))])
    }
    #expect(try await KafkaProducer(cluster.properties()).produce([]).isEmpty)
  }

  @Test("a producer that goes without its records being written tells whoever waits")
  func tellsWhenItGoes() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("colours")
    cluster.setDown()
    let outcome: KafkaProducer.Outcome = await withCheckedContinuation { continuation in
      let producer = try? KafkaProducer(cluster.properties())
      producer?.produce([KafkaMessage(topic: "colours", record: record("lost"))]) { continuation.resume(returning: $0) }
    }
    #expect(throws: KafkaClientError.self) { try outcome.get() }
  }

  @Test("transactions are committed; one that a later producer of the same name has ended fails for good")
  func transactions() throws {
    let cluster = try MockCluster(brokers: 3)
    cluster.makeTopic("colours", partitions: 4)
    let first = try KafkaProducer(cluster.properties(), transactionalID: "painter")
    try first.beginTransactions(milliseconds: 5000)
    try first.beginTransaction()
    let places = try first.produceAndWait(
      (0..<20).map { KafkaMessage(topic: "colours", record: record("\($0)", key: "\($0)")) })
    try first.commitTransaction(milliseconds: 5000)
    #expect(places.count == 20)
    // The cluster in this process tells no generations of a producer apart, so its answer is planted.
    cluster.plant([RD_KAFKA_RESP_ERR_PRODUCER_FENCED], in: .addPartitionsToTransaction)
    #expect {
      try first.beginTransaction()
      _ = try first.produceAndWait([KafkaMessage(topic: "colours", record: record("zombie"))])
      try first.commitTransaction(milliseconds: 5000)
    } throws: { error in
      guard case .cluster = error as? KafkaClientError else { return false }
      return true
    }
    #expect(first.fatalFault?.isFenced == true)
  }
}

struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &+ 0x9e37_79b9_7f4a_7c15 }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
