import CKafka
import EventLog
import Foundation
import KafkaClient
import Projections
import RecordBatches
import Testing

@testable import EventSources

@Suite("Following a cluster through the client library")
struct ClusterFollowerTests {
  static func follower(_ cluster: MockCluster, _ log: EventLog, _ directory: TemporaryDirectory) throws
    -> ClusterFollower
  {
    try ClusterFollower(
      properties: cluster.properties(), topics: ["orders"], log: log, identityPath: directory.path + "/cluster")
  }

  @Test("every record is there once, at its offset, while brokers fail, leaders change and the node starts again")
  func followsThroughFaults() async throws {
    let seed = UInt64.random(in: 0...999_999)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let cluster = try MockCluster(brokers: 3)
    cluster.makeTopic("orders", partitions: 3, replicas: 3)
    let appender = try ClusterAppender(properties: cluster.properties(), timeoutMilliseconds: 30_000)
    let directory = try TemporaryDirectory()
    var log = try EventLog.open(directory: directory.path + "/log")
    var follower = try Self.follower(cluster, log, directory)
    follower.start()
    let faults = [
      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
    ]
    var position = Position()
    for round in 0..<25 {
      let entries = (0..<40).map { number in
        EventAppender.Entry(topic: "orders", record: record("\(round * 40 + number)", key: "\(number)"))
      }
      let written = try await appender.append(entries)
      for (partition, offset) in written.nextOffsets { position.advance(partition, to: offset) }
      switch Int.random(in: 0..<6, using: &generator) {
      case 0:
        let request: MockCluster.Request = [.fetch, .listOffsets, .metadata].randomElement(using: &generator) ?? .fetch
        cluster.plant([faults.randomElement(using: &generator) ?? faults[0]], in: request)
      case 1:
        cluster.setLeader(
          of: "orders", Int32.random(in: 0..<3, using: &generator), to: Int32.random(in: 1...3, using: &generator))
      case 2:
        let broker = Int32.random(in: 1...3, using: &generator)
        cluster.setDown(broker)
        try await Task.sleep(for: .milliseconds(50))
        cluster.setUp(broker)
      case 3 where round % 2 == 0:
        follower.stop()
        try log.close()
        log = try EventLog.open(directory: directory.path + "/log")
        follower = try Self.follower(cluster, log, directory)
        follower.start()
      default: break
      }
    }
    let isThere = eventually {
      position.nextOffsets.allSatisfy { log.endOffset(of: $0.key) >= $0.value }
    }
    #expect(isThere, "\(follower.status)")
    #expect(follower.status.failure == nil)
    #expect(follower.status.missedRecords == 0)
    follower.stop()
    appender.close()
    var found: [Int] = []
    for partition in 0..<Int32(3) {
      let content = try log.content(of: "orders", partition)
      #expect(content.map(\.0) == Array(0..<Int64(content.count)))
      let numbers = content.compactMap { Int(text($0.1)) }
      #expect(numbers == numbers.sorted())
      found += numbers
    }
    #expect(found.sorted() == Array(0..<1000))
  }

  @Test("a cluster that is away is told of, and followed again when it is back")
  func tellsDisconnection() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("orders")
    let directory = try TemporaryDirectory()
    let log = try EventLog.open(directory: directory.path + "/log")
    let follower = try Self.follower(cluster, log, directory)
    follower.start()
    defer { follower.stop() }
    #expect(eventually { follower.status.hasCaughtUp })
    #expect(follower.status.isConnected)
    cluster.setDown()
    #expect(eventually { !follower.status.isConnected }, "\(follower.status)")
    cluster.setUp()
    let appender = try ClusterAppender(properties: cluster.properties())
    let position = try await appender.append([EventAppender.Entry(topic: "orders", record: record("back"))])
    #expect(position.nextOffsets.values.map(\.rawValue) == [1])
    #expect(try eventually { try log.content(of: "orders").count == 1 && follower.status.isConnected })
  }

  @Test("what is not acknowledged is told, after a time")
  func appendingFails() async throws {
    let cluster = try MockCluster()
    cluster.makeTopic("orders")
    let appender = try ClusterAppender(properties: cluster.properties(), timeoutMilliseconds: 300)
    cluster.setDown()
    await #expect(throws: ClusterError.self) {
      try await appender.append([EventAppender.Entry(topic: "orders", record: record("lost"))])
    }
  }

  @Test("outputs are written in transactions, recognised after a start, and their end is known")
  func writesOutputs() throws {
    let cluster = try MockCluster(brokers: 3)
    cluster.makeTopic("scores", partitions: 2, replicas: 3)
    let directory = try TemporaryDirectory()
    let log = try EventLog.open(directory: directory.path + "/log")
    let sink = ClusterSink(properties: try cluster.properties(), log: log)
    #expect(try sink.records(of: ["scores", "orders.dlq"], from: Position()).isEmpty)
    cluster.plant(
      [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT],
      in: .produce)
    cluster.plant([RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT], in: .endTransaction)
    for round in 0..<3 {
      try sink.append((0..<10).map { record("\(round * 10 + $0)", key: "\($0)") }, to: "scores")
    }
    let end = sink.endPosition(of: ["scores"])
    let again = ClusterSink(properties: try cluster.properties(), log: log)
    let found = try again.records(of: ["scores"], from: Position())
    #expect(Set(found.map(text)) == Set((0..<30).map(String.init)))
    #expect(found.count == 30)
    #expect(try again.records(of: ["scores"], from: end).isEmpty)
    #expect(again.endPosition(of: ["scores"]).covers(end))
    // The cluster in this process makes the topic by itself.
    try again.append([record("letter")], to: "orders.dlq")
    #expect(try again.records(of: ["orders.dlq"], from: Position()).map(text) == ["letter"])
    try again.sync()
  }
}
