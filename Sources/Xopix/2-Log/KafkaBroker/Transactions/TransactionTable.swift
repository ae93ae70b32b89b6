internal import KafkaWire
internal import RecordBatches

/// A transactional id: its producer, and the transaction that it is in.
struct Transaction: Equatable, Sendable {
  enum State: Equatable, Sendable {
    /// No transaction was begun since the producer was initialised.
    case empty
    case ongoing(since: Int64)
    /// The end is decided, and being written to the partitions.
    case ending(commit: Bool)
    case ended(commit: Bool)
  }

  let id: String
  var producerID: Int64
  var epoch: Int16
  /// The epoch before the last bump, for a producer that asks again since the answer was lost.
  var previousEpoch: Int16 = -1
  var timeoutMilliseconds: Int64
  var state = State.empty
  var partitions: Set<TopicPartition> = []
  var groups: Set<String> = []
  /// Milliseconds since 1970.
  var updatedAt: Int64

  /// What has to survive: who the producer is, and what was decided.
  var stored: StoredTransaction {
    var decision: Bool?
    if case .ending(let commit) = state { decision = commit }
    return StoredTransaction(
      id: id, producerID: producerID, epoch: epoch, timeoutMilliseconds: timeoutMilliseconds, decision: decision,
      updatedAt: updatedAt)
  }
}

/// What is kept of a transactional id on the disk.
///
/// Which partitions and groups take part is not: the log knows where a producer's transaction is open, and the groups'
/// store which of its offsets are pending.
struct StoredTransaction: Equatable, Sendable {
  var id: String
  var producerID: Int64
  var epoch: Int16
  var timeoutMilliseconds: Int64
  /// Whether the transaction commits; nil where nothing is decided.
  var decision: Bool?
  var updatedAt: Int64
}

/// An end that has to be written to every partition and group that takes part.
struct TransactionEnding: Equatable, Sendable {
  let id: String
  let producerID: Int64
  let epoch: Int16
  let isCommit: Bool
}

/// Kafka's rules for transactions (KIP-98, KIP-360), without time, disk or network of its own.
struct TransactionTable {
  /// `transaction.max.timeout.ms`.
  static let longestTimeout: Int64 = 900_000
  /// `transactional.id.expiration.ms`.
  static let idleLifetime: Int64 = 7 * 86_400_000
  static let mostIDs = 100_000

  private(set) var transactions: [String: Transaction] = [:]

  init(_ stored: [StoredTransaction], now: Int64) {
    for row in stored {
      var transaction = Transaction(
        id: row.id, producerID: row.producerID, epoch: row.epoch, timeoutMilliseconds: row.timeoutMilliseconds,
        updatedAt: row.updatedAt)
      if let decision = row.decision { transaction.state = .ending(commit: decision) }
      transactions[row.id] = transaction
    }
  }

  /// What an initialisation comes to.
  enum Initialisation: Equatable {
    case refused(ErrorCode)
    /// The producer may begin; keep the transaction's new epoch before it is told.
    case ready(producerID: Int64, epoch: Int16, isNew: Bool)
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
    _ id: String, timeout: Int64, given: (producerID: Int64, epoch: Int16), newProducerID: Int64?, now: Int64
  ) -> Initialisation {
    guard !id.isEmpty else { return .refused(.invalidRequest) }
    guard timeout > 0, timeout <= Self.longestTimeout else { return .refused(.invalidTransactionTimeout) }
    guard var transaction = transactions[id] else {
      guard transactions.count < Self.mostIDs else { return .refused(.policyViolation) }
      guard let newProducerID else { return .needsProducerID }
      transactions[id] = Transaction(
        id: id, producerID: newProducerID, epoch: 0, timeoutMilliseconds: timeout, updatedAt: now)
      return .ready(producerID: newProducerID, epoch: 0, isNew: true)
    }
    if given.producerID >= 0 {
      guard given.producerID == transaction.producerID else { return .refused(.invalidProducerIDMapping) }
      if given.epoch == transaction.previousEpoch, given.epoch != transaction.epoch {
        return .ready(producerID: transaction.producerID, epoch: transaction.epoch, isNew: false)
      }
      guard given.epoch == transaction.epoch else { return .refused(.producerFenced) }
    }
    switch transaction.state {
    case .ending: return .refused(.concurrentTransactions)
    case .ongoing: return fenceAndAbort(id, now: now).map { .abortsFirst($0) } ?? .refused(.unknownServerError)
    case .empty, .ended: break
    }
    if transaction.epoch >= Int16.max - 1 {
      guard let newProducerID else { return .needsProducerID }
      transaction.producerID = newProducerID
      transaction.epoch = 0
      transaction.previousEpoch = -1
    } else {
      transaction.previousEpoch = transaction.epoch
      transaction.epoch += 1
    }
    transaction.timeoutMilliseconds = timeout
    transaction.state = .empty
    transaction.updatedAt = now
    transactions[id] = transaction
    return .ready(producerID: transaction.producerID, epoch: transaction.epoch, isNew: true)
  }

  /// Ends an ongoing transaction in the producer's stead, with a higher epoch that fences it.
  private mutating func fenceAndAbort(_ id: String, now: Int64) -> TransactionEnding? {
    guard var transaction = transactions[id], case .ongoing = transaction.state else { return nil }
    transaction.previousEpoch = -1
    transaction.epoch += 1
    transaction.state = .ending(commit: false)
    transaction.updatedAt = now
    transactions[id] = transaction
    return TransactionEnding(
      id: id, producerID: transaction.producerID, epoch: transaction.epoch, isCommit: false)
  }

  /// The error for a request of a producer; nil where it is the one that its id belongs to.
  private func fault(_ id: String, _ producerID: Int64, _ epoch: Int16) -> ErrorCode? {
    guard let transaction = transactions[id], transaction.producerID == producerID else {
      return .invalidProducerIDMapping
    }
    return transaction.epoch == epoch ? nil : .producerFenced
  }

  /// Lets partitions take part, which begins the transaction.
  mutating func add(
    _ partitions: [TopicPartition], groups: [String] = [], to id: String, producerID: Int64, epoch: Int16, now: Int64
  ) -> ErrorCode {
    if let fault = fault(id, producerID, epoch) { return fault }
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
  func fault(ofBatchIn partition: TopicPartition, id: String, producerID: Int64, epoch: Int16) -> ErrorCode? {
    if let fault = fault(id, producerID, epoch) { return fault == .producerFenced ? .invalidProducerEpoch : fault }
    guard let transaction = transactions[id], case .ongoing = transaction.state,
      transaction.partitions.contains(partition)
    else { return .invalidTxnState }
    return nil
  }

  /// Why offsets of a group may not be committed with a transaction; nil where they may.
  func fault(ofOffsetsIn group: String, id: String, producerID: Int64, epoch: Int16) -> ErrorCode? {
    if let fault = fault(id, producerID, epoch) { return fault == .producerFenced ? .invalidProducerEpoch : fault }
    guard let transaction = transactions[id], case .ongoing = transaction.state, transaction.groups.contains(group)
    else { return .invalidTxnState }
    return nil
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
  mutating func end(_ id: String, producerID: Int64, epoch: Int16, commit: Bool, now: Int64) -> End {
    if let fault = fault(id, producerID, epoch) { return .refused(fault) }
    guard var transaction = transactions[id] else { return .refused(.invalidProducerIDMapping) }
    switch transaction.state {
    case .ending(let decided): return .refused(decided == commit ? .concurrentTransactions : .invalidTxnState)
    case .ended(let decided): return decided == commit ? .done : .refused(.invalidTxnState)
    case .empty: return .refused(.invalidTxnState)
    case .ongoing: break
    }
    transaction.state = .ending(commit: commit)
    transaction.updatedAt = now
    transactions[id] = transaction
    return .begun(TransactionEnding(id: id, producerID: producerID, epoch: epoch, isCommit: commit))
  }

  /// Notes that an end is written everywhere.
  mutating func complete(_ ending: TransactionEnding, now: Int64) {
    guard var transaction = transactions[ending.id], transaction.state == .ending(commit: ending.isCommit),
      transaction.producerID == ending.producerID
    else { return }
    transaction.state = .ended(commit: ending.isCommit)
    transaction.partitions = []
    transaction.groups = []
    transaction.updatedAt = now
    transactions[ending.id] = transaction
  }

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

  /// The ends that were decided and not written everywhere when the broker stopped.
  var unfinished: [TransactionEnding] {
    transactions.values.compactMap { transaction in
      guard case .ending(let commit) = transaction.state else { return nil }
      return TransactionEnding(
        id: transaction.id, producerID: transaction.producerID, epoch: transaction.epoch, isCommit: commit)
    }.sorted { $0.id < $1.id }
  }

  /// Takes an open transaction of the log for one that has just begun: its producer may go on, or time out.
  mutating func adopt(producerID: Int64, partition: TopicPartition, now: Int64) -> Bool {
    guard let id = transactions.values.first(where: { $0.producerID == producerID })?.id,
      var transaction = transactions[id]
    else { return false }
    switch transaction.state {
    case .ending: return true
    case .ongoing: break
    case .empty, .ended: transaction.state = .ongoing(since: now)
    }
    transaction.partitions.insert(partition)
    transactions[id] = transaction
    return true
  }

  /// Lets a group whose pending offsets were found take part again.
  mutating func adopt(producerID: Int64, group: String?, now: Int64) -> Bool {
    guard let id = transactions.values.first(where: { $0.producerID == producerID })?.id else { return false }
    if case .ended = transactions[id]?.state { transactions[id]?.state = .ongoing(since: now) }
    if case .empty = transactions[id]?.state { transactions[id]?.state = .ongoing(since: now) }
    if let group { transactions[id]?.groups.insert(group) }
    return true
  }
}
