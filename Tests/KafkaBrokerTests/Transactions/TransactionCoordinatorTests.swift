import KafkaWire
import RecordBatches
import Synchronization
import Testing

@testable import KafkaBroker

@Suite("The transaction coordinator")
struct TransactionCoordinatorTests {
  static let p0 = TopicPartition.number(0)
  static let p1 = TopicPartition.number(1)

  /// A broker where id `a` is in a transaction, with a batch in each of the partitions and with offsets.
  static func begun(_ partitions: [TopicPartition] = [p0, p1]) throws -> (TransactionBroker, Producer) {
    let broker = try TransactionBroker()
    let producer = try #require(try broker.initialise("a")?.get())
    #expect(broker.coordinator.add(partitions, to: "a", producer: producer) == .none)
    #expect(broker.coordinator.add(group: "g", to: "a", producer: producer) == .none)
    for partition in partitions { #expect(broker.produce("a", producer, transaction: 1, to: partition) == .none) }
    broker.disk.pend(producer, transaction: 1)
    return (broker, producer)
  }

  static func ends(_ broker: TransactionBroker, _ partition: TopicPartition) -> [Bool] {
    broker.disk.entries(partition).compactMap { if case .marker(_, let isCommit) = $0 { isCommit } else { nil } }
  }

  @Test("producers without a transactional id get ids that nobody had, also after a restart")
  func producerIDs() throws {
    let broker = try TransactionBroker()
    var seen: Set<Int64> = []
    for round in 0..<3 {
      for _ in 0..<1100 {
        let producer = try #require(try broker.initialise(nil)?.get())
        #expect(producer.epoch == 0)
        #expect(seen.insert(producer.id).inserted)
      }
      // Two blocks of a thousand.
      #expect(broker.disk.contents.withLock { $0.steps[.takeIDs] } == 2 * (round + 1))
      try broker.restart()
    }
  }

  @Test("an end is on the disk everywhere before the producer is told", arguments: [true, false])
  func ending(commit: Bool) throws {
    let (broker, producer) = try Self.begun()
    #expect(broker.end("a", producer, commit: commit) == ErrorCode.none)
    #expect(Self.ends(broker, Self.p0) == [commit])
    #expect(Self.ends(broker, Self.p1) == [commit])
    #expect(broker.disk.contents.withLock { $0.offsets } == [1: commit])
    #expect(broker.disk.row("a")?.phase == (commit ? .completeCommit : .completeAbort))
    // Again: the same answer, and nothing more is written.
    #expect(broker.end("a", producer, commit: commit) == ErrorCode.none)
    #expect(broker.end("a", producer, commit: !commit) == .invalidTxnState)
    #expect(Self.ends(broker, Self.p0) == [commit])
  }

  @Test("a partition that was named gets a marker though nothing was written to it, which keeps late batches out")
  func lateBatches() throws {
    let (broker, producer) = try Self.begun([Self.p0])
    #expect(broker.coordinator.add([Self.p1], to: "a", producer: producer) == .none)
    // The coordinator has let a batch pass, and it has not come to the log yet.
    #expect(broker.coordinator.fault(ofBatchIn: Self.p1, id: "a", producer: producer) == nil)
    let next = try #require(try broker.initialise("a")?.get())
    #expect(next.epoch == producer.epoch + 2)
    #expect(!broker.disk.append(producer, transaction: 1, to: Self.p1))
    #expect(Self.ends(broker, Self.p1) == [false])
  }

  @Test("a marker that can't be written is tried again, and only that one")
  func failingMarkers() throws {
    let (broker, producer) = try Self.begun()
    broker.disk.fail(.marker, times: 1)
    #expect(broker.end("a", producer, commit: true) == .concurrentTransactions)
    #expect(broker.disk.row("a")?.phase == .prepareCommit)
    #expect(broker.end("a", producer, commit: true) == .concurrentTransactions)
    #expect(broker.end("a", producer, commit: false) == .invalidTxnState)
    broker.advance(by: 2000)
    #expect(broker.end("a", producer, commit: true) == ErrorCode.none)
    #expect(Self.ends(broker, Self.p0) == [true])
    #expect(Self.ends(broker, Self.p1) == [true])
  }

  @Test("offsets that can't be written are tried again, without more markers")
  func failingOffsets() throws {
    let (broker, producer) = try Self.begun()
    broker.disk.fail(.offsets, times: 3)
    #expect(broker.end("a", producer, commit: true) == .concurrentTransactions)
    broker.advance(by: 5000)
    #expect(broker.end("a", producer, commit: true) == ErrorCode.none)
    #expect(broker.disk.contents.withLock { $0.offsets } == [1: true])
    #expect(Self.ends(broker, Self.p0) == [true])
  }

  @Test("a decision that can't be kept is tried again before anything is written of it")
  func failingDecision() throws {
    let (broker, producer) = try Self.begun()
    broker.disk.fail(.save, times: 2)
    #expect(broker.end("a", producer, commit: true) == .coordinatorNotAvailable)
    #expect(Self.ends(broker, Self.p0).isEmpty)
    broker.advance(by: 1000)
    #expect(Self.ends(broker, Self.p0).isEmpty)
    broker.advance(by: 1000)
    #expect(broker.end("a", producer, commit: true) == ErrorCode.none)
    #expect(Self.ends(broker, Self.p0) == [true])
  }

  @Test("while it can't be kept that an end is complete, no transaction begins that would end the same way")
  func failingCompletion() throws {
    let (broker, producer) = try Self.begun([Self.p0])
    // The decision is kept, and what comes after it is not.
    broker.disk.fail(.offsets, times: 1)
    #expect(broker.end("a", producer, commit: true) == .concurrentTransactions)
    broker.disk.fail(.save, times: 1)
    broker.advance(by: 1000)
    #expect(broker.disk.row("a")?.phase == .prepareCommit)
    #expect(broker.end("a", producer, commit: true) == .concurrentTransactions)
    #expect(broker.coordinator.add([Self.p0], to: "a", producer: producer) == .concurrentTransactions)
    broker.advance(by: 2000)
    #expect(broker.coordinator.add([Self.p0], to: "a", producer: producer) == .none)
    #expect(broker.produce("a", producer, transaction: 2, to: Self.p0) == .none)
    try broker.restart()
    #expect(Self.ends(broker, Self.p0) == [true])
    #expect(broker.end("a", producer, commit: false) == ErrorCode.none)
    #expect(Self.ends(broker, Self.p0) == [true, false])
  }

  @Test("an epoch that can't be kept is not told, also not to one that asks again")
  func failingFence() throws {
    let broker = try TransactionBroker()
    let first = try #require(try broker.initialise("a")?.get())
    broker.disk.fail(.save, times: 2)
    #expect(broker.initialise("a", given: first) == .failure(.coordinatorNotAvailable))
    #expect(broker.initialise("a", given: first) == .failure(.coordinatorNotAvailable))
    #expect(broker.disk.row("a")?.producer == first)
    let second = try #require(try broker.initialise("a", given: first)?.get())
    #expect(broker.disk.row("a")?.producer == second)
    broker.disk.fail(.takeIDs, times: 1)
    #expect(broker.initialise("b") == .success(Producer(id: 1, epoch: 0)))
  }

  @Test("a transaction whose time is over is aborted, though the disk fails for a while")
  func expiry() throws {
    let (broker, producer) = try Self.begun()
    broker.disk.fail(.save, times: 3)
    broker.advance(by: 70_000)
    #expect(Self.ends(broker, Self.p0) == [false])
    #expect(broker.disk.contents.withLock { $0.offsets } == [1: false])
    #expect(broker.end("a", producer, commit: true) == .producerFenced)
    #expect(broker.produce("a", producer, transaction: 1, to: Self.p0) == .invalidProducerEpoch)
    let next = try #require(try broker.initialise("a")?.get())
    #expect(next.epoch == producer.epoch + 2)
  }

  @Test("a producer that goes on while its transaction is open has it aborted; another that came meanwhile wins")
  func continuing() throws {
    let (broker, producer) = try Self.begun()
    let next = try #require(try broker.initialise("a", given: producer)?.get())
    #expect(next.epoch == producer.epoch + 2)
    #expect(Self.ends(broker, Self.p0) == [false])
    // The epoch that has fenced it is the one to go on from; it was given to nobody else.
    let newer = try #require(try broker.initialise("a")?.get())
    #expect(newer.epoch == next.epoch + 1)
    #expect(broker.initialise("a", given: next) == .failure(.producerFenced))
    #expect(broker.coordinator.add([Self.p0], to: "a", producer: newer) == .none)
  }

  @Test("ids that nobody has used for seven days are forgotten on the disk too")
  func idle() throws {
    let broker = try TransactionBroker()
    _ = broker.initialise("a")
    broker.clock.advance(by: TransactionTable.idleLifetime + 1000)
    broker.settle()
    broker.advance(by: 2000)
    #expect(broker.disk.row("a") == nil)
  }

  @Test("a decided end is written after a restart, whichever step the broker stopped at", arguments: [true, false])
  func restarts(commit: Bool) throws {
    for steps in 0..<8 {
      for makesLastStep in [false, true] {
        let (broker, producer) = try Self.begun()
        broker.crash(after: steps, makesLastStep: makesLastStep)
        let answer = broker.end("a", producer, commit: commit)
        let wasDecided = broker.disk.row("a")?.phase != .open
        try broker.restart()
        // Where nothing was decided, the transaction goes on and can be ended now.
        #expect(broker.end("a", producer, commit: commit) == ErrorCode.none, "\(steps) steps, \(makesLastStep)")
        #expect(broker.disk.contents.withLock { $0.offsets } == [1: commit], "\(steps) steps, \(makesLastStep)")
        for partition in [Self.p0, Self.p1] {
          let ends = Self.ends(broker, partition)
          #expect(!ends.isEmpty && ends.allSatisfy { $0 == commit }, "\(steps) steps, \(makesLastStep)")
        }
        #expect(broker.disk.contents.withLock { $0.wrongMarkers.isEmpty })
        if answer == ErrorCode.none { #expect(wasDecided) }
      }
    }
  }

  @Test("what is open in the log and belongs to nobody any more is aborted at the start")
  func orphans() throws {
    let (broker, producer) = try Self.begun()
    broker.disk.contents.withLock { $0.rows = [:] }
    try broker.restart()
    #expect(Self.ends(broker, Self.p0) == [false])
    #expect(broker.disk.contents.withLock { $0.offsets } == [1: false])
    #expect(broker.end("a", producer, commit: true) == .invalidProducerIDMapping)
  }

  @Test("an open transaction that was fenced is not committed by its successor after a restart")
  func remnants() throws {
    let (broker, producer) = try Self.begun([Self.p0])
    let next = Producer(id: producer.id, epoch: producer.epoch + 2)
    broker.disk.contents.withLock { contents in
      contents.rows["a"]?.producer = next
      contents.pending = [:]
    }
    broker.disk.fail(.marker, times: 0)
    try broker.restart()
    #expect(Self.ends(broker, Self.p0) == [false])
    #expect(broker.coordinator.add([Self.p1], to: "a", producer: next) == .none)
    #expect(broker.produce("a", next, transaction: 2, to: Self.p1) == .none)
    #expect(broker.end("a", next, commit: true) == ErrorCode.none)
    #expect(Self.ends(broker, Self.p0) == [false])
    #expect(Self.ends(broker, Self.p1) == [true])
  }

  @Test("a coordinator that is shut down writes nothing more")
  func shutDown() throws {
    let (broker, producer) = try Self.begun()
    broker.disk.fail(.marker, times: 1)
    #expect(broker.end("a", producer, commit: true) == .concurrentTransactions)
    broker.coordinator.shutDown()
    broker.advance(by: 10_000)
    #expect(broker.disk.row("a")?.phase == .prepareCommit)
  }
}
