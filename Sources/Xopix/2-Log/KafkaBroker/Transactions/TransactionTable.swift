internal import KafkaWire
internal import RecordBatches

/// Kafka's rules for transactions (KIP-98, KIP-360), without time, disk or network of its own.
///
/// Whatever it answers that has to survive is to be kept on the disk before anybody is told.
struct TransactionTable {
  typealias ProducerIdentity = Transaction.ProducerIdentity

  /// `transaction.max.timeout.ms`.
  static let longestTimeout: Int64 = 900_000
  /// `transactional.id.expiration.ms`.
  static let idleLifetime: Int64 = 7 * 86_400_000
  static let mostIDs = 100_000
  /// The last epoch that a producer is given; the one after it is left for fencing it.
  static let lastEpoch = Int16.max - 1

  private(set) var transactions: [String: Transaction] = [:]

  init(_ stored: [StoredTransaction]) {
    for row in stored {
      let state: Transaction.State =
        switch row.phase {
        case .open: .empty
        case .prepareCommit: .ending(commit: true)
        case .prepareAbort: .ending(commit: false)
        case .completeCommit: .ended(commit: true)
        case .completeAbort: .ended(commit: false)
        }
      var transaction = Transaction(
        id: row.id, producer: row.producer, previous: row.previous, timeoutMilliseconds: row.timeoutMilliseconds,
        state: state, updatedAt: row.updatedAt)
      if case .ending = state {} else { transaction.isRestored = true }
      transactions[row.id] = transaction
    }
  }

  // MARK: Producers

  /// What an initialisation comes to.
  enum Initialisation: Equatable {
    case refused(ErrorCode)
    /// The producer may begin; keep the transactional id before it is told.
    case ready(ProducerIdentity)
    /// Its former transaction has to be aborted first; then ask again.
    case abortsFirst(TransactionEnding)
    /// It is the first of its id, or its epochs are used up: ask again with a new producer id.
    case needsProducerID
  }

  /// Begins a producer anew: whoever had its id before is fenced by a higher epoch.
  ///
  /// - Parameters:
  ///   - given: the id and epoch that the producer has (KIP-360); −1 for none.
  ///   - newProducerID: an id that nobody has; nil to be asked for one where it is needed.
  mutating func initialise(
    _ id: String, timeout: Int64, given: ProducerIdentity, newProducerID: Int64?, now: Int64
  ) -> Initialisation {
    guard !id.isEmpty, (given.id == -1) == (given.epoch == -1) else { return .refused(.invalidRequest) }
    guard timeout > 0, timeout <= Self.longestTimeout else { return .refused(.invalidTransactionTimeout) }
    guard var transaction = transactions[id] else {
      guard transactions.count < Self.mostIDs else { return .refused(.policyViolation) }
      guard let newProducerID else { return .needsProducerID }
      let producer = ProducerIdentity(id: newProducerID, epoch: 0)
      transactions[id] = Transaction(id: id, producer: producer, timeoutMilliseconds: timeout, updatedAt: now)
      return .ready(producer)
    }
    let isContinued = given.id != -1
    if isContinued {
      if given == transaction.previous { return .ready(transaction.producer) }
      guard given == transaction.producer else { return .refused(.producerFenced) }
    }
    switch transaction.state {
    case .ending: return .refused(.concurrentTransactions)
    case .ongoing: return fenceAndAbort(id, now: now).map { .abortsFirst($0) } ?? .refused(.unknownServerError)
    case .empty, .ended: break
    }
    let former = transaction.producer
    if former.epoch >= Self.lastEpoch {
      guard let newProducerID else { return .needsProducerID }
      transaction.producer = ProducerIdentity(id: newProducerID, epoch: 0)
    } else {
      transaction.producer = ProducerIdentity(id: former.id, epoch: former.epoch + 1)
    }
    // Only the producer itself may ask again: to anybody who was fenced, the new epoch would be a way back in.
    transaction.previous = isContinued ? former : nil
    transaction.timeoutMilliseconds = timeout
    transaction.state = .empty
    transaction.isRestored = false
    transaction.updatedAt = now
    transactions[id] = transaction
    return .ready(transaction.producer)
  }

  /// Ends an ongoing transaction in the producer's stead, with a higher epoch that fences it.
  private mutating func fenceAndAbort(_ id: String, now: Int64) -> TransactionEnding? {
    guard let transaction = transactions[id], case .ongoing = transaction.state else { return nil }
    transactions[id]?.previous = nil
    transactions[id]?.producer = ProducerIdentity(id: transaction.producer.id, epoch: transaction.producer.epoch + 1)
    return decide(id, commit: false, now: now)
  }

  private mutating func decide(_ id: String, commit: Bool, now: Int64) -> TransactionEnding? {
    guard var transaction = transactions[id] else { return nil }
    transaction.state = .ending(commit: commit)
    transaction.isRestored = false
    transaction.updatedAt = now
    transactions[id] = transaction
    return TransactionEnding(
      id: id, producer: transaction.producer, isCommit: commit, partitions: transaction.partitions)
  }

  /// The error for a request of a producer; nil where it is the one that its id belongs to.
  private func fault(_ id: String, _ producer: ProducerIdentity) -> ErrorCode? {
    guard let transaction = transactions[id], transaction.producer.id == producer.id else {
      return .invalidProducerIDMapping
    }
    // The epoch after the last one was given to nobody.
    return transaction.producer.epoch == producer.epoch && producer.epoch <= Self.lastEpoch ? nil : .producerFenced
  }

  // MARK: Transactions

  /// Lets partitions and groups take part, which begins the transaction.
  mutating func add(
    _ partitions: [TopicPartition], groups: [String] = [], to id: String, producer: ProducerIdentity, now: Int64
  ) -> ErrorCode {
    if let fault = fault(id, producer) { return fault }
    guard var transaction = transactions[id] else { return .invalidProducerIDMapping }
    switch transaction.state {
    case .ending: return .concurrentTransactions
    case .empty, .ended:
      transaction.partitions = []
      transaction.groups = []
      transaction.state = .ongoing(since: now)
    case .ongoing: break
    }
    transaction.partitions.formUnion(partitions)
    transaction.groups.formUnion(groups)
    transaction.updatedAt = now
    transactions[id] = transaction
    return .none
  }

  /// Why a transactional batch may not be appended; nil where it may.
  mutating func fault(
    ofBatchIn partition: TopicPartition, id: String, producer: ProducerIdentity, now: Int64
  ) -> ErrorCode? {
    admit([partition], [], id, producer, now) { $0.partitions.contains(partition) }
  }

  /// Why offsets of a group may not be committed with a transaction; nil where they may.
  mutating func fault(
    ofOffsetsIn group: String, id: String, producer: ProducerIdentity, now: Int64
  ) -> ErrorCode? {
    admit([], [group], id, producer, now) { $0.groups.contains(group) }
  }

  private mutating func admit(
    _ partitions: [TopicPartition], _ groups: [String], _ id: String, _ producer: ProducerIdentity, _ now: Int64,
    takesPart: (Transaction) -> Bool
  ) -> ErrorCode? {
    if let fault = fault(id, producer) { return fault == .producerFenced ? .invalidProducerEpoch : fault }
    guard let transaction = transactions[id] else { return .invalidProducerIDMapping }
    if case .ongoing = transaction.state, takesPart(transaction) { return nil }
    // What was named before a restart is forgotten, and the producer does not name it again: it is taken at its word.
    guard transaction.isRestored else { return .invalidTxnState }
    let error = add(partitions, groups: groups, to: id, producer: producer, now: now)
    return error == .none ? nil : error
  }

  /// What an end comes to.
  enum End: Equatable {
    case refused(ErrorCode)
    /// It has ended so before.
    case done
    /// Keep the decision; then write it everywhere.
    case begun(TransactionEnding)
  }

  /// Decides a transaction.
  mutating func end(_ id: String, producer: ProducerIdentity, commit: Bool, now: Int64) -> End {
    if let fault = fault(id, producer) { return .refused(fault) }
    guard let transaction = transactions[id] else { return .refused(.invalidProducerIDMapping) }
    switch transaction.state {
    case .ending(let decided): return .refused(decided == commit ? .concurrentTransactions : .invalidTxnState)
    case .ended(let decided) where decided == commit: return .done
    case .empty, .ended:
      // A transaction that was begun before a restart, and of which nothing was written yet, ends either way.
      guard transaction.isRestored else { return .refused(.invalidTxnState) }
      transactions[id]?.isRestored = false
      transactions[id]?.state = .ended(commit: commit)
      return .done
    case .ongoing:
      return decide(id, commit: commit, now: now).map { .begun($0) } ?? .refused(.unknownServerError)
    }
  }

  /// The transaction once its end is written everywhere, to be kept on the disk before it is noted: else a new one could
  /// begin while the disk still has the decision of this one, which a restart would carry out on the new one.
  func completed(_ ending: TransactionEnding, now: Int64) -> Transaction? {
    guard var transaction = transactions[ending.id], transaction.state == .ending(commit: ending.isCommit),
      transaction.producer == ending.producer
    else { return nil }
    transaction.state = .ended(commit: ending.isCommit)
    transaction.partitions = []
    transaction.groups = []
    transaction.updatedAt = now
    return transaction
  }

  /// Notes that an end is written everywhere.
  mutating func complete(_ ending: TransactionEnding, now: Int64) {
    if let transaction = completed(ending, now: now) { transactions[ending.id] = transaction }
  }

  // MARK: Time

  /// Aborts the transactions whose time is over.
  mutating func expire(now: Int64) -> [TransactionEnding] {
    transactions.values.compactMap { transaction -> String? in
      guard case .ongoing(let since) = transaction.state, now - since >= transaction.timeoutMilliseconds else {
        return nil
      }
      return transaction.id
    }.sorted().compactMap { fenceAndAbort($0, now: now) }
  }

  /// Forgets ids that were idle for long; returns them.
  mutating func forgetIdle(now: Int64) -> [String] {
    let idle = transactions.values.filter { transaction in
      switch transaction.state {
      case .empty, .ended: now - transaction.updatedAt >= Self.idleLifetime
      case .ongoing, .ending: false
      }
    }.map(\.id).sorted()
    for id in idle { transactions[id] = nil }
    return idle
  }

  // MARK: Restarts

  /// The ends that were decided and not written everywhere when the broker stopped.
  var unfinished: [TransactionEnding] {
    transactions.values.compactMap { transaction in
      guard case .ending(let commit) = transaction.state else { return nil }
      return TransactionEnding(
        id: transaction.id, producer: transaction.producer, isCommit: commit, partitions: transaction.partitions)
    }.sorted { $0.id < $1.id }
  }

  /// Takes what is open in the log, and the producers whose offsets are pending, for transactions that have just begun:
  /// their producers may go on, or time out. Returns what nobody can end any more, which is to be aborted.
  mutating func adopt(
    open: [OpenPartition], producersWithOffsets: [Int64], now: Int64
  ) -> (remnants: [OpenPartition], orphans: Set<Int64>) {
    let ids = Dictionary(transactions.values.map { ($0.producer.id, $0.id) }, uniquingKeysWith: { first, _ in first })
    var remnants: [OpenPartition] = []
    var orphans: Set<Int64> = []
    for found in open {
      guard let id = ids[found.producer.id], let transaction = transactions[id] else {
        orphans.insert(found.producer.id)
        continue
      }
      if case .ending = transaction.state { continue }
      // A higher epoch has fenced whoever has left it open.
      guard found.producer.epoch >= transaction.producer.epoch else {
        remnants.append(found)
        continue
      }
      resume(id, now: now)
      transactions[id]?.partitions.insert(found.partition)
    }
    for producerID in producersWithOffsets {
      if let id = ids[producerID] { resume(id, now: now) } else { orphans.insert(producerID) }
    }
    return (remnants, orphans)
  }

  private mutating func resume(_ id: String, now: Int64) {
    switch transactions[id]?.state {
    case .empty, .ended: transactions[id]?.state = .ongoing(since: now)
    case .ongoing, .ending, nil: break
    }
  }
}
