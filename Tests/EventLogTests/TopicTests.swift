import RecordBatches
import Testing

@testable import EventLog

@Suite("Topics")
struct TopicTests {
  @Test("topics are there with their partitions after the log is opened again")
  func persistence() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("orders", partitions: 3)
    try log.createTopic("clicks")
    try log.createTopic("orders", partitions: 9)
    let expected = log.topics
    #expect(expected.map(\.name) == ["clicks", "orders"])
    #expect(expected.map(\.partitions) == [4, 3])
    #expect(try EventLog.open(directory: folder.path).topics == expected)
    #expect(log.partitionCount("orders") == 3)
    #expect(log.partitionCount("none") == nil)
  }

  @Test("names as Kafka allows them are taken", arguments: ["a", "A.b_c-9", String(repeating: "x", count: 249), "..."])
  func legalNames(name: String) throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic(name, partitions: 1)
    _ = try log.append([record("x")], to: partition(name))
    let opened = try EventLog.open(directory: folder.path)
    #expect(opened.endOffset(of: partition(name)).rawValue == 1)
    try opened.deleteTopic(name)
    #expect(try EventLog.open(directory: folder.path).topics.isEmpty)
  }

  @Test(
    "other names are refused",
    arguments: ["", ".", "..", "a/b", "a b", "é", "a\0", "a\n", String(repeating: "x", count: 250)])
  func illegalNames(name: String) throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    #expect(
      throws: EventLogError.invalidTopic(
        name: name, reason: "must be 1 to 249 letters, digits, dots, underscores or hyphens")
    ) { try log.createTopic(name, partitions: 1) }
    #expect(log.topics.isEmpty)
  }

  @Test("a topic has 1 to 1000 partitions", arguments: [0, -1, 1001, Int32.max, Int32.min])
  func partitionLimits(count: Int32) throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    #expect(throws: EventLogError.invalidTopic(name: "a", reason: "must have 1 to 1000 partitions")) {
      try log.createTopic("a", partitions: count)
    }
    #expect(log.topics.isEmpty)
  }

  @Test("a thousand partitions can be made and appended to")
  func thousandPartitions() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1000)
    _ = try log.append([record("x")], to: partition("a", 999))
    let opened = try EventLog.open(directory: folder.path)
    #expect(opened.partitionCount("a") == 1000)
    #expect(opened.endOffset(of: partition("a", 999)).rawValue == 1)
  }

  @Test("topics whose names and numbers could be confused stay apart")
  func similarNames() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 2)
    try log.createTopic("a-1", partitions: 2)
    _ = try log.append([record("1")], to: partition("a", 1))
    _ = try log.append([record("2"), record("3")], to: partition("a-1", 1))
    let opened = try EventLog.open(directory: folder.path)
    #expect(try opened.allRecords(of: partition("a", 1)) == [record("1")])
    #expect(try opened.allRecords(of: partition("a-1", 1)) == [record("2"), record("3")])
    #expect(opened.endOffset(of: partition("a-1", 0)).rawValue == 0)
  }
}
