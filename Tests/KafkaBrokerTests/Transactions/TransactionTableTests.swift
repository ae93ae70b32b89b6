import KafkaWire
import RecordBatches
import Testing

@testable import KafkaBroker

@Suite("Kafka's rules for transactions")
struct TransactionTableTests {
  static let none = Producer(id: -1, epoch: -1)
  static let first = Producer(id: 7, epoch: 0)
  static let second = Producer(id: 7, epoch: 1)
  static let p0 = TopicPartition.number(0)
  static let p1 = TopicPartition.number(1)

  /// A table where id `a` has the producer 7 in epoch 0.
  static func table() -> TransactionTable {
    var table = TransactionTable([])
    #expect(table.initialise("a", timeout: 1000, given: none, newProducerID: 7, now: 0) == .ready(first))
    return table
  }

  static func begun(_ partitions: [TopicPartition] = [p0]) -> TransactionTable {
    var table = table()
    #expect(table.add(partitions, to: "a", producer: first, now: 10) == .none)
    return table
  }

  static func restored(_ phase: StoredTransaction.Phase, producer: Producer = first) -> TransactionTable {
    TransactionTable([
      StoredTransaction(
        id: "a", producer: producer, previous: nil, timeoutMilliseconds: 1000, phase: phase, updatedAt: 0)
    ])
  }

  // MARK: InitProducerId

  @Test("a new id asks for a producer id, and begins at epoch 0")
  func newID() {
    var table = TransactionTable([])
    #expect(table.initialise("a", timeout: 1, given: Self.none, newProducerID: nil, now: 0) == .needsProducerID)
    #expect(table.transactions.isEmpty)
    #expect(table.initialise("a", timeout: 1, given: Self.none, newProducerID: 7, now: 0) == .ready(Self.first))
  }

  @Test("a known id gets the next epoch, which fences the producer before")
  func nextEpoch() {
    var table = Self.table()
    #expect(table.initialise("a", timeout: 5, given: Self.none, newProducerID: nil, now: 1) == .ready(Self.second))
    #expect(table.add([Self.p0], to: "a", producer: Self.first, now: 2) == .producerFenced)
    #expect(table.end("a", producer: Self.first, commit: true, now: 2) == .refused(.producerFenced))
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 2) == .invalidProducerEpoch)
    #expect(table.fault(ofOffsetsIn: "g", id: "a", producer: Self.first, now: 2) == .invalidProducerEpoch)
    #expect(table.add([Self.p0], to: "a", producer: Self.second, now: 2) == .none)
    #expect(table.transactions["a"]?.timeoutMilliseconds == 5)
  }

  @Test("timeouts lie between 1 ms and transaction.max.timeout.ms", arguments: [0, -1, 900_001, Int64.max])
  func timeouts(timeout: Int64) {
    var table = TransactionTable([])
    let answer = table.initialise("a", timeout: timeout, given: Self.none, newProducerID: 7, now: 0)
    #expect(answer == .refused(.invalidTransactionTimeout))
    #expect(
      table.initialise("a", timeout: 900_000, given: Self.none, newProducerID: 7, now: 0) == .ready(Self.first))
  }

  @Test("an id without a name, and a producer id without an epoch, are no requests")
  func invalidRequests() {
    var table = Self.table()
    for (id, given) in [("", Self.none), ("a", Producer(id: 7, epoch: -1)), ("a", Producer(id: -1, epoch: 0))] {
      #expect(
        table.initialise(id, timeout: 1, given: given, newProducerID: nil, now: 0) == .refused(.invalidRequest))
    }
  }

  @Test("an ongoing transaction is aborted first, in an epoch that nobody has")
  func abortsFirst() {
    var table = Self.begun()
    let answer = table.initialise("a", timeout: 1000, given: Self.none, newProducerID: nil, now: 20)
    let ending = TransactionEnding(id: "a", producer: Self.second, isCommit: false, partitions: [Self.p0])
    #expect(answer == .abortsFirst(ending))
    // The older producer is fenced from here on, and a newer one waits.
    #expect(table.end("a", producer: Self.first, commit: true, now: 21) == .refused(.producerFenced))
    #expect(
      table.initialise("a", timeout: 1, given: Self.none, newProducerID: nil, now: 21)
        == .refused(.concurrentTransactions))
    table.complete(ending, now: 22)
    #expect(
      table.initialise("a", timeout: 1, given: Self.none, newProducerID: nil, now: 23)
        == .ready(Producer(id: 7, epoch: 2)))
  }

  @Test("used-up epochs bring a new producer id, and no epoch overflows")
  func exhaustion() {
    let last = Producer(id: 7, epoch: .max - 1)
    var table = Self.restored(.completeAbort, producer: last)
    #expect(table.add([Self.p0], to: "a", producer: last, now: 0) == .none)
    guard
      case .abortsFirst(let ending) = table.initialise("a", timeout: 1, given: Self.none, newProducerID: nil, now: 1)
    else {
      Issue.record("it was not aborted")
      return
    }
    #expect(ending.producer.epoch == .max)
    table.complete(ending, now: 2)
    // Nobody was given the epoch that fenced it, so nobody may use it.
    #expect(table.add([Self.p0], to: "a", producer: ending.producer, now: 3) == .producerFenced)
    #expect(table.initialise("a", timeout: 1, given: Self.none, newProducerID: nil, now: 3) == .needsProducerID)
    #expect(
      table.initialise("a", timeout: 1, given: Self.none, newProducerID: 8, now: 3) == .ready(Producer(id: 8, epoch: 0))
    )
    #expect(table.add([Self.p0], to: "a", producer: last, now: 4) == .invalidProducerIDMapping)
  }

  @Test("a producer that goes on gets the next epoch, and the same again where the answer was lost")
  func continuing() {
    var table = Self.table()
    for _ in 0..<3 {
      #expect(table.initialise("a", timeout: 1, given: Self.first, newProducerID: nil, now: 1) == .ready(Self.second))
    }
    let third = Producer(id: 7, epoch: 2)
    #expect(table.initialise("a", timeout: 1, given: Self.second, newProducerID: nil, now: 2) == .ready(third))
    #expect(
      table.initialise("a", timeout: 1, given: Self.first, newProducerID: nil, now: 3) == .refused(.producerFenced))
    #expect(
      table.initialise("a", timeout: 1, given: Producer(id: 9, epoch: 2), newProducerID: nil, now: 3)
        == .refused(.producerFenced))
  }

  @Test("a fenced producer that goes on is not let back in by the epoch of the one that fenced it")
  func continuingFenced() {
    var table = Self.table()
    #expect(table.initialise("a", timeout: 1, given: Self.none, newProducerID: nil, now: 1) == .ready(Self.second))
    #expect(
      table.initialise("a", timeout: 1, given: Self.first, newProducerID: nil, now: 2) == .refused(.producerFenced))
    #expect(table.add([Self.p0], to: "a", producer: Self.second, now: 3) == .none)
  }

  @Test("the lost answer of a new producer id is given again too")
  func continuingExhausted() {
    let last = Producer(id: 7, epoch: .max - 1)
    var table = Self.restored(.open, producer: last)
    #expect(table.initialise("a", timeout: 1, given: last, newProducerID: nil, now: 1) == .needsProducerID)
    let new = Producer(id: 8, epoch: 0)
    #expect(table.initialise("a", timeout: 1, given: last, newProducerID: 8, now: 1) == .ready(new))
    #expect(table.initialise("a", timeout: 1, given: last, newProducerID: nil, now: 2) == .ready(new))
    // Also after a restart.
    var reloaded = TransactionTable(table.transactions.values.map(\.stored))
    #expect(reloaded.initialise("a", timeout: 1, given: last, newProducerID: nil, now: 3) == .ready(new))
  }

  @Test("no more than so many ids are kept")
  func mostIDs() {
    let stored = (0..<TransactionTable.mostIDs).map { number in
      StoredTransaction(
        id: "\(number)", producer: Producer(id: Int64(number), epoch: 0), previous: nil, timeoutMilliseconds: 1,
        phase: .open, updatedAt: 0)
    }
    var table = TransactionTable(stored)
    #expect(
      table.initialise("a", timeout: 1, given: Self.none, newProducerID: 1, now: 0) == .refused(.policyViolation))
    #expect(
      table.initialise("5", timeout: 1, given: Self.none, newProducerID: nil, now: 0)
        == .ready(Producer(id: 5, epoch: 1)))
  }

  // MARK: Transactions

  @Test("only partitions and groups that were named take part")
  func takingPart() {
    var table = Self.begun()
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 11) == nil)
    #expect(table.fault(ofBatchIn: Self.p1, id: "a", producer: Self.first, now: 11) == .invalidTxnState)
    #expect(table.fault(ofOffsetsIn: "g", id: "a", producer: Self.first, now: 11) == .invalidTxnState)
    #expect(table.add([Self.p1], groups: ["g"], to: "a", producer: Self.first, now: 12) == .none)
    #expect(table.fault(ofBatchIn: Self.p1, id: "a", producer: Self.first, now: 13) == nil)
    #expect(table.fault(ofOffsetsIn: "g", id: "a", producer: Self.first, now: 13) == nil)
    #expect(table.fault(ofOffsetsIn: "h", id: "a", producer: Self.first, now: 13) == .invalidTxnState)
  }

  @Test("batches outside a transaction are refused")
  func batchesOutside() {
    var table = Self.table()
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 1) == .invalidTxnState)
  }

  @Test("ids that are not known, and producers that do not belong to them, are told so")
  func mapping() {
    var table = Self.begun()
    let other = Producer(id: 8, epoch: 0)
    #expect(table.add([Self.p0], to: "b", producer: Self.first, now: 0) == .invalidProducerIDMapping)
    #expect(table.add([Self.p0], to: "a", producer: other, now: 0) == .invalidProducerIDMapping)
    #expect(table.end("a", producer: other, commit: true, now: 0) == .refused(.invalidProducerIDMapping))
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: other, now: 0) == .invalidProducerIDMapping)
    // An epoch that was not given yet is not taken either.
    #expect(table.add([Self.p0], to: "a", producer: Self.second, now: 0) == .producerFenced)
  }

  @Test("an end is decided once; the same again is done, another is refused", arguments: [true, false])
  func ends(commit: Bool) {
    var table = Self.begun([Self.p1, Self.p0])
    let ending = TransactionEnding(
      id: "a", producer: Self.first, isCommit: commit, partitions: [Self.p0, Self.p1])
    #expect(table.end("a", producer: Self.first, commit: commit, now: 20) == .begun(ending))
    // While it is written.
    #expect(table.end("a", producer: Self.first, commit: commit, now: 21) == .refused(.concurrentTransactions))
    #expect(table.end("a", producer: Self.first, commit: !commit, now: 21) == .refused(.invalidTxnState))
    #expect(table.add([Self.p0], to: "a", producer: Self.first, now: 21) == .concurrentTransactions)
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 21) == .invalidTxnState)
    table.complete(ending, now: 22)
    #expect(table.end("a", producer: Self.first, commit: commit, now: 23) == .done)
    #expect(table.end("a", producer: Self.first, commit: !commit, now: 23) == .refused(.invalidTxnState))
    // The next transaction begins with nothing.
    #expect(table.add([Self.p1], to: "a", producer: Self.first, now: 24) == .none)
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 25) == .invalidTxnState)
  }

  @Test("what was not begun can't be ended")
  func endOfNothing() {
    var table = Self.table()
    #expect(table.end("a", producer: Self.first, commit: true, now: 1) == .refused(.invalidTxnState))
    #expect(table.end("b", producer: Self.first, commit: true, now: 1) == .refused(.invalidProducerIDMapping))
  }

  @Test("an end of another producer completes nothing")
  func strayCompletion() {
    var table = Self.begun()
    guard case .begun(let ending) = table.end("a", producer: Self.first, commit: true, now: 1) else { return }
    table.complete(TransactionEnding(id: "a", producer: Self.second, isCommit: true), now: 2)
    table.complete(TransactionEnding(id: "a", producer: Self.first, isCommit: false), now: 2)
    table.complete(TransactionEnding(id: "b", producer: Self.first, isCommit: true), now: 2)
    #expect(table.unfinished == [ending])
  }

  // MARK: Time

  @Test("a transaction is aborted when its time is over, not before, in an epoch that fences it")
  func expiry() {
    var table = Self.begun()
    #expect(table.expire(now: 1009).isEmpty)
    let ending = TransactionEnding(id: "a", producer: Self.second, isCommit: false, partitions: [Self.p0])
    #expect(table.expire(now: 1010) == [ending])
    #expect(table.expire(now: 2000).isEmpty)
    #expect(table.end("a", producer: Self.first, commit: true, now: 1011) == .refused(.producerFenced))
  }

  @Test("more partitions do not give a transaction more time")
  func expiryAfterAdding() {
    var table = Self.begun()
    #expect(table.add([Self.p1], to: "a", producer: Self.first, now: 900) == .none)
    #expect(table.expire(now: 1010).count == 1)
  }

  @Test("idle ids are forgotten after seven days, others are not")
  func idle() {
    let week = TransactionTable.idleLifetime
    var table = Self.table()
    #expect(table.forgetIdle(now: week - 1).isEmpty)
    #expect(table.forgetIdle(now: week) == ["a"])
    #expect(table.add([Self.p0], to: "a", producer: Self.first, now: week) == .invalidProducerIDMapping)
    var ongoing = Self.begun()
    #expect(ongoing.forgetIdle(now: 10 * week).isEmpty)
    _ = ongoing.end("a", producer: Self.first, commit: true, now: 20)
    #expect(ongoing.forgetIdle(now: 10 * week).isEmpty)
  }

  // MARK: Restarts

  @Test("decided ends are taken up again, with their result", arguments: [true, false])
  func unfinished(commit: Bool) {
    var table = Self.restored(commit ? .prepareCommit : .prepareAbort)
    let ending = TransactionEnding(id: "a", producer: Self.first, isCommit: commit)
    #expect(table.unfinished == [ending])
    #expect(table.end("a", producer: Self.first, commit: commit, now: 1) == .refused(.concurrentTransactions))
    #expect(table.end("a", producer: Self.first, commit: !commit, now: 1) == .refused(.invalidTxnState))
  }

  @Test("what is stored is what is loaded")
  func storedPhases() {
    var table = Self.table()
    #expect(table.transactions["a"]?.stored.phase == .open)
    _ = table.add([Self.p0], to: "a", producer: Self.first, now: 1)
    #expect(table.transactions["a"]?.stored.phase == .open)
    for commit in [true, false] {
      _ = table.add([Self.p0], to: "a", producer: Self.first, now: 1)
      guard case .begun(let ending) = table.end("a", producer: Self.first, commit: commit, now: 2) else { return }
      #expect(table.transactions["a"]?.stored.phase == (commit ? .prepareCommit : .prepareAbort))
      table.complete(ending, now: 3)
      #expect(table.transactions["a"]?.stored.phase == (commit ? .completeCommit : .completeAbort))
    }
  }

  @Test("after a restart a producer goes on with partitions and groups that it has named before")
  func goingOn() {
    var table = Self.restored(.completeCommit)
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 5) == nil)
    #expect(table.fault(ofOffsetsIn: "g", id: "a", producer: Self.first, now: 6) == nil)
    let ending = TransactionEnding(id: "a", producer: Self.first, isCommit: true, partitions: [Self.p0])
    #expect(table.end("a", producer: Self.first, commit: true, now: 7) == .begun(ending))
    table.complete(ending, now: 8)
    // From its next transaction on it is held to what it names.
    #expect(table.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 9) == .invalidTxnState)
    #expect(Self.faultAfterRestart(of: Self.second) == .invalidProducerEpoch)
  }

  private static func faultAfterRestart(of producer: Producer) -> ErrorCode? {
    var table = restored(.open)
    return table.fault(ofBatchIn: p0, id: "a", producer: producer, now: 0)
  }

  @Test("after a restart an end is repeated, and one of nothing written is done", arguments: [true, false])
  func endsAfterRestart(commit: Bool) {
    var repeated = Self.restored(commit ? .completeCommit : .completeAbort)
    #expect(repeated.end("a", producer: Self.first, commit: commit, now: 1) == .done)
    var empty = Self.restored(.open)
    #expect(empty.end("a", producer: Self.first, commit: commit, now: 1) == .done)
    #expect(empty.end("a", producer: Self.first, commit: !commit, now: 2) == .refused(.invalidTxnState))
    #expect(empty.fault(ofBatchIn: Self.p0, id: "a", producer: Self.first, now: 2) == .invalidTxnState)
  }

  @Test("what is open in the log goes on or times out; what nobody can end is told")
  func adoption() {
    var table = Self.restored(.completeCommit, producer: Self.second)
    let open = [
      OpenPartition(partition: Self.p0, producer: Self.second), OpenPartition(partition: Self.p1, producer: Self.first),
      OpenPartition(partition: Self.p1, producer: Producer(id: 50, epoch: 0)),
    ]
    let (remnants, orphans) = table.adopt(open: open, producersWithOffsets: [7, 60], now: 100)
    #expect(remnants == [open[1]])
    #expect(orphans == [50, 60])
    #expect(table.transactions["a"]?.state == .ongoing(since: 100))
    #expect(table.expire(now: 1100).first?.partitions == [Self.p0])
    // A decided transaction stays decided.
    var decided = Self.restored(.prepareCommit)
    let (none, nobody) = decided.adopt(
      open: [OpenPartition(partition: Self.p0, producer: Self.first)], producersWithOffsets: [7], now: 100)
    #expect(none.isEmpty && nobody.isEmpty)
    #expect(decided.unfinished.count == 1)
  }

  // MARK: Markers

  @Test("markers go to what was named and to what is open, with the result that each has")
  func markers() {
    let ending = TransactionEnding(id: "a", producer: Self.second, isCommit: true, partitions: [Self.p0])
    func marker(_ number: Int32, _ epoch: Int16, _ isCommit: Bool) -> TransactionMarker {
      TransactionMarker(partition: .number(number), producer: Producer(id: 7, epoch: epoch), isCommit: isCommit)
    }
    func open(_ number: Int32, _ id: Int64, _ epoch: Int16) -> OpenPartition {
      OpenPartition(partition: .number(number), producer: Producer(id: id, epoch: epoch))
    }
    #expect(ending.markers(open: []) == [marker(0, 1, true)])
    #expect(ending.markers(open: [open(0, 7, 1), open(1, 7, 1)]) == [marker(0, 1, true), marker(1, 1, true)])
    #expect(ending.markers(open: [open(1, 8, 1)]) == [marker(0, 1, true)])
    // A fenced producer's remnant is not committed by the one that fenced it.
    #expect(ending.markers(open: [open(1, 7, 0)]) == [marker(0, 1, true), marker(1, 1, false)])
    // Where a higher epoch was seen, a marker below it would be refused for ever.
    #expect(ending.markers(open: [open(1, 7, 9)]) == [marker(0, 1, true), marker(1, 9, true)])
  }
}
