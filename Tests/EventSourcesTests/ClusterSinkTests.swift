import ByteCoding
import EventLog
import KafkaClient
import Projections
import RecordBatches
import Synchronization
import Testing

@testable import EventSources

/// Reads records of text; those that begin with "!" are refused.
final class TextDecoder: EventDecoding {
  func reads(topic: String) -> Bool { topic == "orders" }

  func decode(_ record: Record, topic: String) -> Decoded<String> {
    let text = text(record)
    guard !text.hasPrefix("!") else { return .rejected(Rejection(code: "loud", message: "too loud")) }
    let bytes = Array(text.utf8)
    return .event(
      text,
      identity: EventIdentity(high: XXHash64.hash(bytes.rawBytes, seed: 1), low: XXHash64.hash(bytes.rawBytes, seed: 2))
    )
  }
}

/// Counts events, and gives each a score that tells its number.
final class CountingModel: ReadModel {
  let name = "counts"
  private(set) var count = 0

  init(manifest: [UInt8]?) {
    count = manifest.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
  }

  func apply(_ events: [PositionedEvent<String>]) -> [OutputRecord] {
    events.map { event in
      count += 1
      return OutputRecord(
        topic: "scores", record: record("\(event.event) is number \(count)", key: event.event),
        source: SourceRecord(event.topicPartition, event.offset))
    }
  }

  func publish(at position: Position) {}
  func writeCheckpoint(number: UInt64) throws -> [UInt8] { Array("\(count)".utf8) }
  func discardFiles(notIn manifest: [UInt8]) {}
  func checksum() -> LogicalChecksum { LogicalChecksum() }
}

@Suite("Writing what is derived to a cluster")
struct ClusterSinkTests {
  static let outputs = ["orders.dlq", "scores"]

  static func sink(_ cluster: FakeCluster, _ log: EventLog) -> ClusterSink {
    ClusterSink(
      transactionalID: "test", log: log,
      timing: ClusterSink.Timing(
        answerMilliseconds: 1, retry: .zero, longestRetry: .zero, patience: .seconds(20)),
      makeWriter: { () throws(KafkaClientError) in FakeWriter(cluster) },
      makeReader: { () throws(KafkaClientError) in FakeReader(cluster) })
  }

  static func projection(_ directory: String, _ log: EventLog, _ sink: ClusterSink) throws -> Projection<String> {
    try Projection(
      directory: directory, source: EmbeddedSource(log: log, topics: ["orders"] + outputs), sink: sink,
      outputTopics: outputs, decoder: TextDecoder(),
      factories: [ReadModelFactory<String>(name: "counts") { CountingModel(manifest: $1) }],
      wallClock: { Timestamp(rawValue: 0) })
  }

  @Test(
    "each output is written once, whatever fails, and wherever the process is killed between writing and its checkpoint",
    arguments: 0..<12)
  func exactlyOnceProperty(round: Int) throws {
    let seed = UInt64.random(in: 0...999_999)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let cluster = FakeCluster(seed: seed)
    cluster.makeTopic("orders", partitions: 2)
    if Bool.random(using: &generator) { cluster.makeTopic("scores", partitions: 2) }
    let directory = try TemporaryDirectory()
    cluster.setTrouble(0.1)
    var events = 0
    var refused = 0
    for life in 0..<8 {
      // Everything of the life before is dropped where it stood, as `kill -9` does.
      let log = try EventLog.open(directory: directory.path + "/log")
      let mirror = try ClusterMirror(
        topics: ["orders"] + Self.outputs, log: log, cluster: FakeReader(cluster),
        identityPath: directory.path + "/cluster", timing: .quick, notice: { _ in })
      if life == 7 { cluster.setTrouble(0) }
      cluster.kill(after: life == 7 ? nil : Int.random(in: 0..<120, using: &generator))
      guard let projection = try? Self.projection(directory.path + "/generation", log, Self.sink(cluster, log)) else {
        continue
      }
      for _ in 0..<(life == 7 ? 400 : Int.random(in: 0..<40, using: &generator)) {
        if life < 7, Bool.random(using: &generator) {
          let isLoud = Int.random(in: 0..<5, using: &generator) == 0
          cluster.append(
            record(isLoud ? "!\(refused)" : "event \(events)"), to: "orders", Int.random(in: 0..<2, using: &generator))
          if isLoud { refused += 1 } else { events += 1 }
        }
        _ = mirror.step()
        #expect(mirror.status.failure == nil)
        do {
          try projection.step(maxBytes: 1 << 20)
          if Int.random(in: 0..<6, using: &generator) == 0 { try projection.checkpoint() }
        } catch ClusterError.client(.closed) {
          break
        }
      }
    }
    let scores = cluster.content(of: "scores").values.flatMap { $0.map { text($0.1) } }
    #expect(Set(scores).count == scores.count)
    #expect(
      Set(scores.map { $0.split(separator: " ").last ?? "" })
        == Set((1...max(1, events)).prefix(events).map { "\($0)"[...] }))
    #expect(scores.count == events)
    let letters = cluster.content(of: "orders.dlq").values.flatMap { $0.map { text($0.1) } }
    #expect(letters.sorted() == (0..<refused).map { "!\($0)" }.sorted())
  }

  @Test("a later process with the same name stops an earlier one")
  func fencing() throws {
    let cluster = FakeCluster(seed: 1)
    cluster.makeTopic("scores", partitions: 1)
    let directory = try TemporaryDirectory()
    let log = try EventLog.open(directory: directory.path + "/log")
    let first = Self.sink(cluster, log)
    try first.append([record("a")], to: "scores")
    let second = Self.sink(cluster, log)
    #expect(try second.records(of: ["scores"], from: Position()).map(text) == ["a"])
    #expect(throws: ClusterError.fenced(transactionalID: "test")) { try first.append([record("b")], to: "scores") }
    try second.append([record("c")], to: "scores")
    #expect(cluster.content(of: "scores").values.flatMap { $0.map { text($0.1) } } == ["a", "c"])
  }

  @Test("a sink that is stopped does not wait for a cluster that does not answer")
  func stopping() throws {
    let cluster = FakeCluster(seed: 2)
    cluster.makeTopic("scores", partitions: 1)
    let directory = try TemporaryDirectory()
    let log = try EventLog.open(directory: directory.path + "/log")
    let sink = Self.sink(cluster, log)
    try sink.append([record("a")], to: "scores")
    sink.stop()
    try sink.append([record("b")], to: "scores")
    cluster.setDown(true)
    #expect(throws: ClusterError.stopped) { try sink.append([record("c")], to: "scores") }
    #expect(sink.fault != nil)
    #expect(sink.endPosition(of: ["scores", "other"]).nextOffsets.values.map(\.rawValue) == [3])
    #expect(throws: ClusterError.stopped) { try sink.records(of: ["scores"], from: Position()) }
  }

  @Test("nothing is written, or taken over, while something is in the way")
  func obstacle() throws {
    let cluster = FakeCluster(seed: 4)
    cluster.makeTopic("scores", partitions: 1)
    let directory = try TemporaryDirectory()
    let log = try EventLog.open(directory: directory.path + "/log")
    let before = Self.sink(cluster, log)
    try before.append([record("a")], to: "scores")
    let reason = Mutex<String?>("it may be another cluster")
    let sink = ClusterSink(
      transactionalID: "test", log: log,
      timing: ClusterSink.Timing(answerMilliseconds: 1, retry: .milliseconds(1), longestRetry: .milliseconds(5)),
      makeWriter: { () throws(KafkaClientError) in FakeWriter(cluster) },
      makeReader: { () throws(KafkaClientError) in FakeReader(cluster) }, obstacle: { reason.withLock { $0 } })
    sink.takeOver()
    #expect(eventually { sink.fault == "it may be another cluster" })
    try before.append([record("b")], to: "scores")
    reason.withLock { $0 = nil }
    #expect(eventually { sink.fault == nil })
    #expect(throws: ClusterError.fenced(transactionalID: "test")) { try before.append([record("c")], to: "scores") }
    try sink.append([record("d")], to: "scores")
    #expect(cluster.content(of: "scores").values.flatMap { $0.map { text($0.1) } } == ["a", "b", "d"])
    reason.withLock { $0 = "it went away" }
    sink.stop()
    #expect(throws: ClusterError.stopped) { try sink.append([record("e")], to: "scores") }
  }

  @Test("a projection opens, and shows its last state, while the cluster is away")
  func opensWithoutTheCluster() throws {
    let cluster = FakeCluster(seed: 5)
    cluster.makeTopic("orders", partitions: 1)
    cluster.makeTopic("scores", partitions: 1)
    cluster.append(record("first"), to: "orders")
    let directory = try TemporaryDirectory()
    let log = try EventLog.open(directory: directory.path + "/log")
    let mirror = try ClusterMirror(
      topics: ["orders"], log: log, cluster: FakeReader(cluster), identityPath: directory.path + "/cluster",
      timing: .quick, notice: { _ in })
    for _ in 0..<20 { _ = mirror.step() }
    try log.syncNow()
    let first = try Self.projection(directory.path + "/generation", log, Self.sink(cluster, log))
    #expect(try first.step(maxBytes: 1 << 20) == 1)
    try first.checkpoint()
    cluster.append(record("second"), to: "orders")
    for _ in 0..<20 { _ = mirror.step() }
    try log.syncNow()
    cluster.setDown(true)
    let sink = Self.sink(cluster, log)
    let second = try Self.projection(directory.path + "/generation", log, sink)
    #expect((second.models.first as? CountingModel)?.count == 1)
    sink.stop()
    #expect(throws: ClusterError.stopped) { try second.step(maxBytes: 1 << 20) }
    cluster.setDown(false)
    let third = try Self.projection(directory.path + "/generation", log, Self.sink(cluster, log))
    #expect(try third.step(maxBytes: 1 << 20) == 1)
    #expect(
      cluster.content(of: "scores").values.flatMap { $0.map { text($0.1) } }
        == ["first is number 1", "second is number 2"])
  }

  @Test("the end is that of the topics, also of those that were never read or written here")
  func ends() throws {
    let cluster = FakeCluster(seed: 3)
    cluster.makeTopic("scores", partitions: 2)
    for number in 0..<5 { cluster.append(record("\(number)"), to: "scores", 1) }
    let directory = try TemporaryDirectory()
    let sink = Self.sink(cluster, try EventLog.open(directory: directory.path + "/log"))
    let position = sink.endPosition(of: ["scores", "orders.dlq"])
    #expect(position == Position([TopicPartition(topic: "scores", partition: 1): Offset(rawValue: 5)]))
    #expect(try sink.records(of: ["scores"], from: position).isEmpty)
  }
}
