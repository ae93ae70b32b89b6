import DurableFiles
import EventLog
import RecordBatches
import Synchronization
import Testing

@testable import EventSources

@Suite("The mirror of a cluster")
struct ClusterMirrorTests {
  /// A node that mirrors a cluster, and may be started again.
  final class Node {
    let directory: TemporaryDirectory
    let cluster: FakeCluster
    private(set) var log: EventLog
    private(set) var mirror: ClusterMirror
    let notices = NoticeList()

    init(_ cluster: FakeCluster, topics: [String] = ["orders"]) throws {
      directory = try TemporaryDirectory()
      self.cluster = cluster
      log = try EventLog.open(directory: directory.path + "/log")
      mirror = try ClusterMirror(
        topics: topics, log: log, cluster: FakeReader(cluster), identityPath: directory.path + "/cluster",
        timing: .quick, notice: { [notices] in notices.add($0) })
    }

    func restart(topics: [String] = ["orders"]) throws {
      log = try EventLog.open(directory: directory.path + "/log")
      mirror = try ClusterMirror(
        topics: topics, log: log, cluster: FakeReader(cluster), identityPath: directory.path + "/cluster",
        timing: .quick, notice: { [notices] in notices.add($0) })
    }

    /// Steps until everything was read, or the mirror has stopped.
    func catchUp(steps: Int = 2000) {
      for _ in 0..<steps {
        guard mirror.step() else { return }
        let ends = cluster.ends(of: mirror.topics)
        if mirror.status.missingTopics.isEmpty, mirror.status.partitions.count == ends.count,
          ends.allSatisfy({ mirror.status.partitions[$0.key]?.position.rawValue == $0.value })
        {
          return
        }
      }
    }

    func expectSame(_ topic: String = "orders", sourceLocation: SourceLocation = #_sourceLocation)
      throws
    {
      for (partition, expected) in cluster.content(of: topic) {
        let found = try log.content(of: topic, partition.partition)
        #expect(
          found.map { "\($0.0): \(text($0.1))" } == expected.map { "\($0.0): \(text($0.1))" },
          sourceLocation: sourceLocation)
        #expect(found.map(\.1.key) == expected.map(\.1.key), sourceLocation: sourceLocation)
      }
    }
  }

  final class NoticeList: Sendable {
    private let notices = Mutex<[String]>([])
    func add(_ notice: ClusterNotice) { notices.withLock { $0.append("\(notice)") } }
    var all: [String] { notices.withLock { $0 } }
  }

  @Test(
    "every record is there once and at its offset, whatever fails, grows, is aborted or starts again", arguments: 0..<20
  )
  func mirrorsProperty(round: Int) throws {
    let seed = UInt64.random(in: 0...999_999)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let cluster = FakeCluster(seed: seed)
    cluster.makeTopic("orders", partitions: 2)
    let node = try Node(cluster)
    cluster.setTrouble(0.15)
    var number = 0
    for _ in 0..<60 {
      for _ in 0..<Int.random(in: 0...8, using: &generator) {
        let count = cluster.content(of: "orders").count
        let fate = Int.random(in: 0..<6, using: &generator) == 0 ? FakeCluster.Fate.hidden : .committed
        cluster.append(record("\(number)"), to: "orders", Int.random(in: 0..<count, using: &generator), fate: fate)
        number += 1
      }
      switch Int.random(in: 0..<20, using: &generator) {
      case 0: try node.restart()
      case 1: cluster.makeTopic("orders", partitions: min(6, cluster.content(of: "orders").count + 1))
      case 2: cluster.setDown(true)
      case 3...8: cluster.setDown(false)
      default: break
      }
      for _ in 0..<Int.random(in: 0...6, using: &generator) { _ = node.mirror.step() }
    }
    cluster.setDown(false)
    cluster.setTrouble(0)
    node.catchUp()
    #expect(node.mirror.status.failure == nil)
    #expect(node.mirror.status.missedRecords == 0)
    try node.expectSame()
    try node.restart()
    node.catchUp()
    try node.expectSame()
  }

  @Test("records that the cluster removed before they were read are counted, and the rest follows at its offsets")
  func retentionGap() throws {
    let cluster = FakeCluster(seed: 1)
    cluster.makeTopic("orders", partitions: 1)
    for number in 0..<20 { cluster.append(record("\(number)"), to: "orders") }
    cluster.remove(before: 5, of: "orders")
    let node = try Node(cluster)
    node.catchUp()
    // What was gone before the mirror began is not missed: nobody promised it.
    #expect(node.mirror.status.missedRecords == 0)
    #expect(try node.log.content(of: "orders").map(\.0) == Array(5..<20))
    for number in 20..<60 { cluster.append(record("\(number)"), to: "orders") }
    cluster.remove(before: 40, of: "orders")
    try node.restart()
    node.catchUp()
    #expect(node.mirror.status.missedRecords == 20)
    #expect(node.notices.all.contains { $0.contains("20 records of orders:0") })
    #expect(try node.log.content(of: "orders").map(\.0) == Array(5..<20) + Array(40..<60))
    #expect(node.mirror.status.failure == nil)
  }

  @Test("records that are removed while they are read are counted too")
  func retentionWhileReading() throws {
    let cluster = FakeCluster(seed: 2)
    cluster.makeTopic("orders", partitions: 1)
    for number in 0..<20 { cluster.append(record("\(number)"), to: "orders") }
    let node = try Node(cluster)
    node.catchUp()
    for number in 20..<80 { cluster.append(record("\(number)"), to: "orders") }
    cluster.remove(before: 70, of: "orders")
    for _ in 0..<50 { _ = node.mirror.step() }
    #expect(node.mirror.status.missedRecords == 50)
    #expect(try node.log.content(of: "orders").map(\.0) == Array(0..<20) + Array(70..<80))
  }

  @Test("another cluster is refused, and nothing of it is taken")
  func otherCluster() throws {
    let cluster = FakeCluster(seed: 3)
    cluster.makeTopic("orders", partitions: 1)
    for number in 0..<20 { cluster.append(record("\(number)"), to: "orders") }
    let node = try Node(cluster)
    node.catchUp()
    cluster.setID("another")
    for number in 20..<30 { cluster.append(record("\(number)"), to: "orders") }
    try node.restart()
    node.catchUp()
    guard case .otherHistory(let reason) = node.mirror.status.failure else {
      Issue.record("it goes on")
      return
    }
    #expect(reason.contains("another") && reason.contains("fake"))
    #expect(node.mirror.step() == false)
    #expect(try node.log.content(of: "orders").count == 20)
  }

  @Test("a topic that was made again is recognised by its end, by its records, or by its partitions")
  func otherTopic() throws {
    for replacement in [(partitions: 2, count: 5), (partitions: 2, count: 50), (partitions: 1, count: 50)] {
      let cluster = FakeCluster(seed: 4)
      cluster.makeTopic("orders", partitions: 2)
      for number in 0..<40 { cluster.append(record("\(number)"), to: "orders", number % 2) }
      let node = try Node(cluster)
      node.catchUp()
      cluster.removeTopic("orders")
      for _ in 0..<5 { _ = node.mirror.step() }
      #expect(node.mirror.status.failure == nil)
      #expect(node.mirror.status.missingTopics["orders"] != nil)
      cluster.makeTopic("orders", partitions: replacement.partitions)
      for number in 0..<replacement.count * 2 {
        cluster.append(record("new \(number)"), to: "orders", number % replacement.partitions)
      }
      node.catchUp()
      guard case .otherHistory = node.mirror.status.failure else {
        Issue.record("it goes on with \(replacement)")
        continue
      }
      #expect(try node.log.content(of: "orders", 0).allSatisfy { !text($0.1).hasPrefix("new") })
    }
  }

  @Test("an end that is before ours for a moment only is waited out; one that stays stops the mirror")
  func shortEnds() throws {
    let cluster = FakeCluster(seed: 5)
    cluster.makeTopic("orders", partitions: 1)
    for number in 0..<20 { cluster.append(record("\(number)"), to: "orders") }
    let node = try Node(cluster)
    node.catchUp()
    cluster.lose(3, of: "orders")
    try node.restart()
    _ = node.mirror.step()
    _ = node.mirror.step()
    #expect(node.mirror.status.failure == nil)
    #expect(node.mirror.status.partitions.values.first?.fault?.contains("ends at offset 17") == true)
    for number in 17..<22 { cluster.append(record("\(number)"), to: "orders") }
    node.catchUp()
    #expect(node.mirror.status.failure == nil)
    #expect(try node.log.content(of: "orders").count == 22)
    cluster.lose(3, of: "orders")
    try node.restart()
    node.catchUp(steps: 20)
    #expect(node.mirror.status.failure != nil)
  }

  @Test("fewer partitions for a moment only are waited out; those that stay away stop the mirror")
  func fewerPartitions() throws {
    let cluster = FakeCluster(seed: 9)
    cluster.makeTopic("orders", partitions: 2)
    for number in 0..<20 { cluster.append(record("\(number)"), to: "orders", number % 2) }
    let node = try Node(cluster)
    node.catchUp()
    let hidden = cluster.hidePartition(of: "orders")
    for _ in 0..<3 { _ = node.mirror.step() }
    #expect(node.mirror.status.failure == nil)
    #expect(!node.mirror.status.isComplete)
    cluster.showPartition(hidden, of: "orders")
    cluster.append(record("20"), to: "orders", 1)
    node.catchUp()
    #expect(node.mirror.status.failure == nil)
    try node.expectSame()
    cluster.hidePartition(of: "orders")
    node.catchUp(steps: 30)
    guard case .otherHistory = node.mirror.status.failure else {
      Issue.record("it goes on")
      return
    }
  }

  @Test("after the cluster was away it must show that it is the same, before anything is taken from it")
  func comesBackAsAnother() throws {
    for replacement in ["another name", "another record"] {
      let cluster = FakeCluster(seed: 10)
      cluster.makeTopic("orders", partitions: 1)
      for number in 0..<20 { cluster.append(record("\(number)"), to: "orders") }
      let node = try Node(cluster)
      node.catchUp()
      #expect(node.mirror.status.isComplete && node.mirror.status.knowsEnds)
      cluster.setDown(true)
      for _ in 0..<5 { _ = node.mirror.step() }
      #expect(!node.mirror.status.isConnected)
      #expect(!node.mirror.status.knowsEnds)
      if replacement == "another name" { cluster.setID("another") }
      cluster.lose(replacement == "another name" ? 0 : 5, of: "orders")
      for number in 0..<50 { cluster.append(record("new \(number)"), to: "orders") }
      cluster.setDown(false)
      node.catchUp(steps: 50)
      guard case .otherHistory = node.mirror.status.failure else {
        Issue.record("it goes on with \(replacement)")
        continue
      }
      #expect(try node.log.content(of: "orders").map { text($0.1) } == (0..<20).map(String.init))
    }
  }

  @Test("one answer that is lost is no reason to begin anew")
  func lostAnswer() throws {
    let cluster = FakeCluster(seed: 11)
    cluster.makeTopic("orders", partitions: 1)
    cluster.append(record("0"), to: "orders")
    let node = try Node(cluster)
    node.catchUp()
    cluster.setDown(true)
    _ = node.mirror.step()
    #expect(node.mirror.status.isConnected)
    cluster.setDown(false)
    cluster.append(record("1"), to: "orders")
    node.catchUp()
    #expect(node.mirror.status.connections == 1)
    try node.expectSame()
  }

  @Test("topics that are not there are waited for, and told of once")
  func missingTopics() throws {
    let cluster = FakeCluster(seed: 6)
    cluster.makeTopic("orders", partitions: 1)
    cluster.append(record("0"), to: "orders")
    let node = try Node(cluster, topics: ["orders", "payments"])
    for _ in 0..<10 { _ = node.mirror.step() }
    #expect(node.mirror.status.missingTopics.keys.sorted() == ["payments"])
    #expect(node.notices.all.filter { $0.contains("payments") }.count == 1)
    #expect(node.log.topic("payments") == nil)
    try node.expectSame()
    cluster.makeTopic("payments", partitions: 3)
    cluster.append(record("1"), to: "payments", 2)
    node.catchUp()
    #expect(node.mirror.status.missingTopics.isEmpty)
    #expect(node.log.partitionCount("payments") == 3)
    try node.expectSame("payments")
  }

  @Test("a local topic with events of its own is refused; so is a mirror that does not say of what")
  func localTopics() throws {
    let cluster = FakeCluster(seed: 7)
    cluster.makeTopic("orders", partitions: 1)
    let directory = try TemporaryDirectory()
    let log = try EventLog.open(directory: directory.path + "/log")
    try log.createTopic("orders")
    #expect(throws: ClusterError.notAMirror(topic: "orders")) {
      try ClusterMirror(
        topics: ["orders"], log: log, cluster: FakeReader(cluster), identityPath: directory.path + "/cluster",
        notice: { _ in })
    }
    let node = try Node(cluster)
    node.catchUp()
    for text in [
      nil, "", "xopix-cluster 1\n", "xopix-cluster 2\nid a\n", "xopix-cluster 1\nid \n", "xopix-cluster 1\nid a\nb\n",
    ] {
      if let text {
        try Files.replace(node.directory.path + "/cluster", with: Array(text.utf8))
      } else {
        try Files.remove(node.directory.path + "/cluster")
      }
      #expect("\(text ?? "no file")") { try node.restart() } throws: {
        if case .damagedIdentity = $0 as? ClusterError { true } else { false }
      }
    }
    try Files.replace(node.directory.path + "/cluster", with: [0xff, 0xfe])
    #expect(throws: ClusterError.self) { try node.restart() }
  }

  @Test("the status tells of connection, ends and lag")
  func status() throws {
    let cluster = FakeCluster(seed: 8)
    cluster.makeTopic("orders", partitions: 1)
    cluster.setDown(true)
    let node = try Node(cluster)
    for _ in 0..<5 { _ = node.mirror.step() }
    #expect(!node.mirror.status.isConnected)
    #expect(!node.mirror.status.hasCaughtUp)
    #expect(node.notices.all.filter { $0.contains("does not answer") }.count == 1)
    cluster.setDown(false)
    for number in 0..<7 { cluster.append(record("\(number)"), to: "orders") }
    node.catchUp()
    #expect(node.mirror.status.isConnected)
    #expect(node.mirror.status.clusterID == "fake")
    let partition = node.mirror.status.partitions[TopicPartition(topic: "orders", partition: 0)]
    #expect(partition?.position.rawValue == 7)
    #expect(partition?.end?.rawValue == 7)
    #expect(node.mirror.status.lag == 0)
  }
}
