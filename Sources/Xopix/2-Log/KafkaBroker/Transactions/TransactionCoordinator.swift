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
  /// How often transactions are looked at whose time may be over, and how soon what has failed is tried again.
  private static let tickMilliseconds: Int64 = 1000

  private let store: any TransactionStore
  private let log: any TransactionLog
  private let groups: any TransactionGroups
  private let clock: any GroupClock
  private let logger: Logger
  private let state: Mutex<State>
  /// Where the disk is waited for, one change after the other.
  private let queue: DispatchQueue

  /// Loads what `path` holds, and ends what was being ended.
  convenience init(
    path: String, log: EventLog, groups: GroupCoordinator, clock: any GroupClock, logger: Logger
  ) throws {
    try self.init(
      store: SQLiteTransactionStore(path: path), log: log, groups: groups, clock: clock, logger: logger)
  }

  /// Loads what `store` holds, and ends what was being ended.
  init(
    store: any TransactionStore, log: any TransactionLog, groups: any TransactionGroups, clock: any GroupClock,
    logger: Logger, queue: DispatchQueue = DispatchQueue(label: "transactions")
  ) throws {
    self.store = store
    self.log = log
    self.groups = groups
    self.clock = clock
    self.logger = logger
    self.queue = queue
    state = Mutex(State(table: TransactionTable(try store.load())))
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
        let given = ProducerIdentity(id: given.producerID, epoch: given.epoch)
        try initialise(transactionalID, timeout, given, reply)
      } catch {
        reply(.failure(failed(error)))
      }
    }
  }

  private func initialise(
    _ id: String, _ timeout: Int64, _ given: ProducerIdentity,
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
    case .ready(let producer):
      // A fence that a restart forgets is none. A repeated request saves again what may have failed to be saved.
      try save(id)
      reply(.success(producer))
    case .abortsFirst(let ending):
      // The fence has raised the epoch; a producer that goes on is the one that has it, until another comes.
      let next = given.id == -1 ? given : ending.producer
      carryOut(ending) { [self] error in
        guard error == .none else { return reply(.failure(error)) }
        initialise(transactionalID: id, timeout: timeout, given: (next.id, next.epoch), reply: reply)
      }
    }
  }

  /// AddPartitionsToTxn.
  func add(_ partitions: [TopicPartition], to id: String, producer: ProducerIdentity) -> ErrorCode {
    let now = clock.now()
    return state.withLock {
      $0.table.add(partitions, to: id, producer: producer, now: now)
    }
  }

  /// AddOffsetsToTxn.
  func add(group: String, to id: String, producer: ProducerIdentity) -> ErrorCode {
    let now = clock.now()
    return state.withLock {
      $0.table.add([], groups: [group], to: id, producer: producer, now: now)
    }
  }

  /// Why a transactional batch may not be appended; nil where it may.
  func fault(ofBatchIn partition: TopicPartition, id: String, producer: ProducerIdentity) -> ErrorCode? {
    let now = clock.now()
    return state.withLock { $0.table.fault(ofBatchIn: partition, id: id, producer: producer, now: now) }
  }

  /// Calls `submit` where offsets may be committed with a transaction, before it can end or its producer be fenced;
  /// otherwise returns why they may not. `submit` must not wait.
  func withOpenTransaction(
    of group: String, id: String, producer: ProducerIdentity, _ submit: () -> Void
  ) -> ErrorCode? {
    let now = clock.now()
    return state.withLock { state in
      if let fault = state.table.fault(ofOffsetsIn: group, id: id, producer: producer, now: now) { return fault }
      submit()
      return nil
    }
  }

  /// EndTxn. Replies once the end is on the disk in every partition and group, so that whoever reads then sees it.
  func end(
    _ id: String, producer: ProducerIdentity, commit: Bool, reply: @escaping @Sendable (ErrorCode) -> Void
  ) {
    queue.async { [self] in
      let now = clock.now()
      let answer = state.withLock { $0.table.end(id, producer: producer, commit: commit, now: now) }
      switch answer {
      case .refused(let error): reply(error)
      case .done: reply(.none)
      case .begun(let ending): carryOut(ending, reply)
      }
    }
  }

  // MARK: Ends

  /// Keeps a decided end on the disk, then writes it everywhere. What fails is tried again by and by: the decision stands.
  private func carryOut(_ ending: TransactionEnding, _ reply: @escaping @Sendable (ErrorCode) -> Void) {
    do {
      try save(ending.id)
      finish(ending, reply)
    } catch {
      reply(failed(error))
      retry { $0.carryOut(ending) { _ in } }
    }
  }

  private func finish(_ ending: TransactionEnding, _ reply: @escaping @Sendable (ErrorCode) -> Void) {
    let now = clock.now()
    let markers = ending.markers(open: log.openPartitions())
    // The groups are one more that is waited for.
    let waiting = Mutex((remaining: markers.count + 1, failed: Set<TopicPartition>(), error: ErrorCode.none))
    let done: @Sendable (TopicPartition?, ErrorCode) -> Void = { [self] partition, error in
      let outcome = waiting.withLock { waiting -> (failed: Set<TopicPartition>, error: ErrorCode)? in
        if error != .none {
          waiting.error = error
          if let partition { waiting.failed.insert(partition) }
        }
        waiting.remaining -= 1
        return waiting.remaining == 0 ? (waiting.failed, waiting.error) : nil
      }
      guard let outcome else { return }
      queue.async { [self] in
        if outcome.error == .none { return complete(ending, reply) }
        var rest = ending
        rest.partitions = outcome.failed
        postpone(rest, outcome.error, reply)
      }
    }
    for marker in markers { log.write(marker, now: now) { done(marker.partition, $0) } }
    groups.completeTransactional(producerID: ending.producer.id, commit: ending.isCommit) { done(nil, ErrorCode($0)) }
  }

  private func complete(_ ending: TransactionEnding, _ reply: @escaping @Sendable (ErrorCode) -> Void) {
    guard !isShutDown else { return reply(.coordinatorNotAvailable) }
    let now = clock.now()
    do {
      if let completed = state.withLock({ $0.table.completed(ending, now: now) }) { try store.save(completed.stored) }
      state.withLock { $0.table.complete(ending, now: now) }
      reply(.none)
    } catch {
      _ = failed(error)
      retry { $0.complete(ending) { _ in } }
      reply(.concurrentTransactions)
    }
  }

  private func postpone(
    _ ending: TransactionEnding, _ error: ErrorCode, _ reply: @escaping @Sendable (ErrorCode) -> Void
  ) {
    logger.error(
      "a transaction's end could not be written; it is tried again",
      metadata: ["transactional_id": "\(ending.id)", "error": "\(error)"])
    retry { $0.finish(ending) { _ in } }
    // The client asks again until it is done.
    reply(.concurrentTransactions)
  }

  private func retry(_ work: @escaping @Sendable (TransactionCoordinator) -> Void) {
    clock.schedule(at: clock.now() + Self.tickMilliseconds) { [weak self] in
      guard let self, !isShutDown else { return }
      queue.async { work(self) }
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
    for ending in endings {
      logger.warning(
        "a transaction took too long and is aborted", metadata: ["transactional_id": "\(ending.id)"])
      carryOut(ending) { _ in }
    }
    do {
      if !idle.isEmpty { try store.remove(idle) }
    } catch {
      _ = failed(error)
    }
  }

  /// Takes up where the last run of the broker has ended: decided ends are written, open transactions may go on.
  private func resume() {
    let now = clock.now()
    let open = log.openPartitions()
    let producers = groups.producersWithPendingOffsets
    // First, so that a transaction whose end is being written is not taken for an open one.
    let unfinished = state.withLock { $0.table.unfinished }
    let (remnants, orphans) = state.withLock {
      $0.table.adopt(open: open, producersWithOffsets: producers, now: now)
    }
    for ending in unfinished { finish(ending) { _ in } }
    for remnant in remnants {
      let marker = TransactionMarker(partition: remnant.partition, producer: remnant.producer, isCommit: false)
      // Where this fails, the end of the producer's next transaction aborts it.
      log.write(marker, now: now) { _ in }
    }
    // Nobody can end these any more: their transactional id was forgotten.
    for producerID in orphans {
      let epoch = open.filter { $0.producer.id == producerID }.map(\.producer.epoch).max() ?? 0
      finish(
        TransactionEnding(id: "", producer: ProducerIdentity(id: producerID, epoch: epoch), isCommit: false)
      ) { _ in }
    }
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
