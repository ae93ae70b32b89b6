internal import Dispatch
internal import EventLog
internal import KafkaWire
internal import Logging
internal import RecordBatches
internal import Synchronization

/// Kafka's transaction coordinator: keeps the rules' outcome on the disk, and writes the ends of transactions to the
/// partitions and groups that take part.
///
/// Any thread may call it; replies come on a queue of its own.
final class TransactionCoordinator: Sendable {
  private struct State {
    var table: TransactionTable
    /// Producer ids that were taken from the store and not given yet.
    var producerIDs: Range<Int64> = 0..<0
    var isShutDown = false
  }

  private static let producerIDBlock: Int64 = 1000
  private static let coordinatorEpoch: Int32 = 0
  /// How often transactions are looked at whose time may be over, in milliseconds.
  private static let tickMilliseconds: Int64 = 1000

  private let store: TransactionStore
  private let log: EventLog
  private let groups: GroupCoordinator
  private let clock: any GroupClock
  private let logger: Logger
  private let state: Mutex<State>
  /// Where the disk is waited for, one change after the other.
  private let queue = DispatchQueue(label: "transactions")

  /// Loads what `path` holds, and ends what was being ended.
  init(path: String, log: EventLog, groups: GroupCoordinator, clock: any GroupClock, logger: Logger) throws {
    store = try TransactionStore(path: path)
    self.log = log
    self.groups = groups
    self.clock = clock
    self.logger = logger
    state = Mutex(State(table: TransactionTable(try store.load(), now: clock.now())))
    resume()
    scheduleTick()
  }

  func shutDown() {
    state.withLock { $0.isShutDown = true }
    queue.sync { store.close() }
  }

  // MARK: Requests

  /// The id and epoch of a producer.
  struct ProducerIdentity: Sendable, Equatable {
    let id: Int64
    let epoch: Int16
  }

  /// InitProducerId. A producer without a transactional id gets one that nobody had.
  func initialise(
    transactionalID: String?, timeout: Int64, given: (producerID: Int64, epoch: Int16),
    reply: @escaping @Sendable (Result<ProducerIdentity, ErrorCode>) -> Void
  ) {
    queue.async { [self] in
      do {
        guard let transactionalID else {
          return reply(.success(ProducerIdentity(id: try takeProducerID(), epoch: 0)))
        }
        try initialise(transactionalID, timeout, given, reply)
      } catch {
        reply(.failure(failed(error)))
      }
    }
  }

  private func initialise(
    _ id: String, _ timeout: Int64, _ given: (producerID: Int64, epoch: Int16),
    _ reply: @escaping @Sendable (Result<ProducerIdentity, ErrorCode>) -> Void
  ) throws {
    let now = clock.now()
    var answer = state.withLock {
      $0.table.initialise(id, timeout: timeout, given: given, newProducerID: nil, now: now)
    }
    if answer == .needsProducerID {
      let producerID = try takeProducerID()
      answer = state.withLock {
        $0.table.initialise(id, timeout: timeout, given: given, newProducerID: producerID, now: now)
      }
    }
    switch answer {
    case .refused(let error): reply(.failure(error))
    case .needsProducerID: reply(.failure(.unknownServerError))
    case .ready(let producerID, let epoch, let isNew):
      // A fence that a restart forgets is none.
      if isNew { try save(id) }
      reply(.success(ProducerIdentity(id: producerID, epoch: epoch)))
    case .abortsFirst(let ending):
      try save(id)
      // The fence has raised the epoch, so that of the request no longer holds.
      finish(ending) { [self] error in
        guard error == .none else { return reply(.failure(error)) }
        initialise(transactionalID: id, timeout: timeout, given: (-1, -1), reply: reply)
      }
    }
  }

  /// AddPartitionsToTxn.
  func add(_ partitions: [TopicPartition], to id: String, producer: ProducerIdentity) -> ErrorCode {
    let now = clock.now()
    return state.withLock {
      $0.table.add(partitions, to: id, producerID: producer.id, epoch: producer.epoch, now: now)
    }
  }

  /// AddOffsetsToTxn.
  func add(group: String, to id: String, producer: ProducerIdentity) -> ErrorCode {
    let now = clock.now()
    return state.withLock {
      $0.table.add([], groups: [group], to: id, producerID: producer.id, epoch: producer.epoch, now: now)
    }
  }

  /// Why a transactional batch may not be appended; nil where it may.
  func fault(ofBatchIn partition: TopicPartition, id: String, producer: ProducerIdentity) -> ErrorCode? {
    state.withLock {
      $0.table.fault(ofBatchIn: partition, id: id, producerID: producer.id, epoch: producer.epoch)
    }
  }

  /// Why offsets may not be committed with a transaction; nil where they may.
  func fault(ofOffsetsIn group: String, id: String, producer: ProducerIdentity) -> ErrorCode? {
    state.withLock {
      $0.table.fault(ofOffsetsIn: group, id: id, producerID: producer.id, epoch: producer.epoch)
    }
  }

  /// EndTxn. Replies once the end is on the disk in every partition and group, so that whoever reads then sees it.
  func end(
    _ id: String, producer: ProducerIdentity, commit: Bool, reply: @escaping @Sendable (ErrorCode) -> Void
  ) {
    queue.async { [self] in
      let now = clock.now()
      let answer = state.withLock {
        $0.table.end(id, producerID: producer.id, epoch: producer.epoch, commit: commit, now: now)
      }
      switch answer {
      case .refused(let error): reply(error)
      case .done: reply(.none)
      case .begun(let ending):
        do {
          try save(id)
          finish(ending, reply)
        } catch {
          reply(failed(error))
        }
      }
    }
  }

  // MARK: Ends

  /// Writes a decided end everywhere. Where that fails it is tried again by and by: the decision stands.
  private func finish(_ ending: TransactionEnding, _ reply: @escaping @Sendable (ErrorCode) -> Void) {
    let now = clock.now()
    let partitions = log.openTransactions().filter { $0.producerID == ending.producerID }.map(\.partition)
    let waiting = Mutex((remaining: partitions.count + 1, error: ErrorCode.none))
    let done: @Sendable (ErrorCode) -> Void = { [self] error in
      let outcome = waiting.withLock { waiting -> ErrorCode? in
        if error != .none { waiting.error = error }
        waiting.remaining -= 1
        return waiting.remaining == 0 ? waiting.error : nil
      }
      if let outcome { queue.async { [self] in complete(ending, outcome, reply) } }
    }
    for partition in partitions {
      do throws(EventLogError) {
        let appended = try log.appendMarker(
          to: partition, producerID: ending.producerID, epoch: ending.epoch,
          coordinatorEpoch: Self.coordinatorEpoch, isCommit: ending.isCommit, now: now)
        log.whenDurable(appended) { result in
          if case .failure(let error) = result { done(ErrorCode(error)) } else { done(.none) }
        }
      } catch {
        // A topic that is gone needs no end.
        if case .unknownPartition = error { done(.none) } else { done(ErrorCode(error)) }
      }
    }
    groups.completeTransactional(producerID: ending.producerID, commit: ending.isCommit) { done(ErrorCode($0)) }
  }

  private func complete(
    _ ending: TransactionEnding, _ outcome: ErrorCode, _ reply: @escaping @Sendable (ErrorCode) -> Void
  ) {
    let now = clock.now()
    guard outcome == .none else {
      logger.error(
        "a transaction's end could not be written; it is tried again",
        metadata: ["transactional_id": "\(ending.id)", "error": "\(outcome)"])
      clock.schedule(at: now + Self.tickMilliseconds) { [weak self] in
        guard let self, !isShutDown else { return }
        queue.async { [self] in finish(ending) { _ in } }
      }
      // The client asks again until it is done.
      return reply(.concurrentTransactions)
    }
    state.withLock { $0.table.complete(ending, now: now) }
    do {
      try save(ending.id)
      reply(.none)
    } catch {
      reply(failed(error))
    }
  }

  // MARK: Time

  private var isShutDown: Bool { state.withLock { $0.isShutDown } }

  private func scheduleTick() {
    clock.schedule(at: clock.now() + Self.tickMilliseconds) { [weak self] in
      guard let self, !isShutDown else { return }
      queue.async { [self] in
        tick()
        scheduleTick()
      }
    }
  }

  private func tick() {
    guard !isShutDown else { return }
    let now = clock.now()
    let (endings, idle) = state.withLock { ($0.table.expire(now: now), $0.table.forgetIdle(now: now)) }
    do {
      for ending in endings {
        logger.warning(
          "a transaction took too long and is aborted", metadata: ["transactional_id": "\(ending.id)"])
        try save(ending.id)
        finish(ending) { _ in }
      }
      if !idle.isEmpty { try store.remove(idle) }
    } catch {
      _ = failed(error)
    }
  }

  /// Takes up where the last run of the broker has ended: decided ends are written, open transactions may go on.
  private func resume() {
    let now = clock.now()
    let unfinished = state.withLock { $0.table.unfinished }
    for ending in unfinished { finish(ending) { _ in } }
    var orphans: Set<Int64> = []
    for open in log.openTransactions() {
      let isKnown = state.withLock {
        $0.table.adopt(producerID: open.producerID, partition: open.partition, now: now)
      }
      if !isKnown { orphans.insert(open.producerID) }
    }
    for producerID in groups.producersWithPendingOffsets {
      let isKnown = state.withLock { $0.table.adopt(producerID: producerID, group: nil, now: now) }
      if !isKnown { orphans.insert(producerID) }
    }
    // Nobody can end these any more: their transactional id was forgotten.
    for open in log.openTransactions() where orphans.contains(open.producerID) {
      _ = try? log.appendMarker(
        to: open.partition, producerID: open.producerID, epoch: open.producerEpoch,
        coordinatorEpoch: Self.coordinatorEpoch, isCommit: false, now: now)
    }
    for producerID in orphans { groups.completeTransactional(producerID: producerID, commit: false) { _ in } }
  }

  // MARK: Store

  private func takeProducerID() throws -> Int64 {
    if let id = state.withLock({ $0.producerIDs.popFirst() }) { return id }
    let first = try store.takeProducerIDs(Self.producerIDBlock)
    return state.withLock { state in
      state.producerIDs = first + 1..<first + Self.producerIDBlock
      return first
    }
  }

  private func save(_ id: String) throws {
    guard let transaction = state.withLock({ $0.table.transactions[id] }) else { return }
    try store.save(transaction.stored)
  }

  private func failed(_ error: any Error) -> ErrorCode {
    logger.error("the transactions' database failed", metadata: ["error": "\(error)"])
    return .coordinatorNotAvailable
  }
}
