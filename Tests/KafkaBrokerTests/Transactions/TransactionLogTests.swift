import ByteCoding
import Dispatch
import EventLog
import Foundation
import KafkaWire
import Logging
import RecordBatches
import Testing

@testable import KafkaBroker

private let partition = TopicPartition(topic: "orders", partition: 0)

@Suite("Transactions over the log, the groups and SQLite themselves")
struct TransactionLogTests {

  private final class Broker {
    let log: EventLog
    let groups: GroupCoordinator
    let coordinator: TransactionCoordinator
    let clock = GroupVirtualClock()

    init(_ directory: String) throws {
      log = try EventLog.open(directory: directory + "/log")
      if log.topic("orders") == nil { try log.createTopic("orders", partitions: 1) }
      groups = try GroupCoordinator(store: SQLiteOffsetStore(path: directory + "/groups.sqlite"), clock: clock) { _ in }
      coordinator = try TransactionCoordinator(
        path: directory + "/transactions.sqlite", log: log, groups: groups, clock: clock,
        logger: Logger(label: "transactions") { _ in SwiftLogNoOpLogHandler() })
    }

    func initialise(_ id: String) throws -> Producer {
      let inbox = GroupInbox<Result<Producer, ErrorCode>>()
      let done = DispatchSemaphore(value: 0)
      coordinator.initialise(transactionalID: id, timeout: 60_000, given: (-1, -1)) {
        inbox.take($0)
        done.signal()
      }
      try #require(done.wait(timeout: .now() + 10) == .success)
      return try #require(try inbox.last?.get())
    }

    func end(_ id: String, _ producer: Producer, commit: Bool) throws -> ErrorCode? {
      let inbox = GroupInbox<ErrorCode>()
      let done = DispatchSemaphore(value: 0)
      coordinator.end(id, producer: producer, commit: commit) {
        inbox.take($0)
        done.signal()
      }
      try #require(done.wait(timeout: .now() + 10) == .success)
      return inbox.last
    }

    func append(_ producer: Producer, sequence: Int32) throws {
      let batch = try RecordBatchEncoder.encode(
        [Record(key: [1], value: [2], timestampMilliseconds: 1000)],
        producer: ProducerFields(id: producer.id, epoch: producer.epoch, baseSequence: sequence, isTransactional: true))
      let header = try ProducedBatch.validate(batch.rawBytes)
      _ = try log.append(batch.rawBytes, header: header, to: partition, now: 1000)
    }

    func stop() throws {
      coordinator.shutDown()
      groups.shutDown()
      try log.close()
    }
  }

  private func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("transactions-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.path)
  }

  @Test("an end is a control batch in the log, which closes the transaction", arguments: [true, false])
  func ends(commit: Bool) throws {
    try withDirectory { directory in
      let broker = try Broker(directory)
      let producer = try broker.initialise("a")
      #expect(broker.coordinator.add([partition], to: "a", producer: producer) == .none)
      try broker.append(producer, sequence: 0)
      #expect(broker.log.openPartitions() == [OpenPartition(partition: partition, producer: producer)])
      #expect(try broker.end("a", producer, commit: commit) == ErrorCode.none)
      #expect(broker.log.openPartitions().isEmpty)
      #expect(try broker.end("a", producer, commit: commit) == ErrorCode.none)
      // The record, and the one marker.
      #expect(broker.log.bounds(of: partition)?.end == Offset(rawValue: 2))
      try broker.stop()
    }
  }

  @Test("a transaction goes on after the broker was stopped and started", arguments: [true, false])
  func restarts(commit: Bool) throws {
    try withDirectory { directory in
      let first = try Broker(directory)
      let producer = try first.initialise("a")
      #expect(first.coordinator.add([partition], to: "a", producer: producer) == .none)
      try first.append(producer, sequence: 0)
      try first.stop()
      let second = try Broker(directory)
      #expect(second.coordinator.fault(ofBatchIn: partition, id: "a", producer: producer) == nil)
      try second.append(producer, sequence: 1)
      #expect(try second.end("a", producer, commit: commit) == ErrorCode.none)
      #expect(second.log.openPartitions().isEmpty)
      try second.stop()
      let third = try Broker(directory)
      #expect(try third.end("a", producer, commit: commit) == ErrorCode.none)
      #expect(try third.initialise("a") == Producer(id: producer.id, epoch: producer.epoch + 1))
      #expect(try third.initialise("b").id != producer.id)
      try third.stop()
    }
  }

  @Test("a batch of a fenced producer that comes late is refused by the log")
  func lateBatches() throws {
    try withDirectory { directory in
      let broker = try Broker(directory)
      let producer = try broker.initialise("a")
      #expect(broker.coordinator.add([partition], to: "a", producer: producer) == .none)
      #expect(broker.coordinator.fault(ofBatchIn: partition, id: "a", producer: producer) == nil)
      _ = try broker.initialise("a")
      #expect(throws: EventLogError.self) { try broker.append(producer, sequence: 0) }
      #expect(broker.log.openPartitions().isEmpty)
      try broker.stop()
    }
  }

  @Test("a topic that is gone needs no end")
  func deletedTopics() throws {
    try withDirectory { directory in
      let broker = try Broker(directory)
      let producer = try broker.initialise("a")
      #expect(broker.coordinator.add([partition], to: "a", producer: producer) == .none)
      try broker.append(producer, sequence: 0)
      try broker.log.deleteTopic("orders")
      #expect(try broker.end("a", producer, commit: true) == ErrorCode.none)
      try broker.stop()
    }
  }
}
