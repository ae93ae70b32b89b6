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

  typealias ProducerIdentity = TransactionCoordinator.ProducerIdentity

  let id: String
  var producer: ProducerIdentity
  /// What the producer was before it had its own epoch raised (KIP-360), for when it asks again since the answer was
  /// lost; nil once anybody else had it raised.
  var previous: ProducerIdentity?
  var timeoutMilliseconds: Int64
  var state = State.empty
  var partitions: Set<TopicPartition> = []
  var groups: Set<String> = []
  /// Whether the broker was restarted since the producer was initialised and before it has ended a transaction: then the
  /// partitions and groups that it has named before are not known.
  var isRestored = false
  /// Milliseconds since 1970.
  var updatedAt: Int64

  /// What has to survive.
  var stored: StoredTransaction {
    let phase: StoredTransaction.Phase =
      switch state {
      case .empty, .ongoing: .open
      case .ending(let commit): commit ? .prepareCommit : .prepareAbort
      case .ended(let commit): commit ? .completeCommit : .completeAbort
      }
    return StoredTransaction(
      id: id, producer: producer, previous: previous, timeoutMilliseconds: timeoutMilliseconds, phase: phase,
      updatedAt: updatedAt)
  }
}

/// What is kept of a transactional id on the disk: who its producer is, and what was decided.
///
/// Which partitions and groups take part is not: the log knows where a producer's transaction is open, and the groups'
/// store which of its offsets are pending.
struct StoredTransaction: Equatable, Sendable {
  enum Phase: String, Sendable, CaseIterable {
    /// Nothing is decided.
    case open
    case prepareCommit = "prepare-commit"
    case prepareAbort = "prepare-abort"
    case completeCommit = "complete-commit"
    case completeAbort = "complete-abort"
  }

  var id: String
  var producer: Transaction.ProducerIdentity
  var previous: Transaction.ProducerIdentity?
  var timeoutMilliseconds: Int64
  var phase: Phase
  var updatedAt: Int64
}

/// A transaction of a producer that is open in one partition of the log.
struct OpenPartition: Equatable, Sendable {
  let partition: TopicPartition
  let producer: Transaction.ProducerIdentity
}

/// The end of a transaction, to be written to one partition.
struct TransactionMarker: Equatable, Sendable {
  let partition: TopicPartition
  let producer: Transaction.ProducerIdentity
  let isCommit: Bool
}

/// An end that has to be written to every partition and group that takes part.
struct TransactionEnding: Equatable, Sendable {
  let id: String
  let producer: Transaction.ProducerIdentity
  let isCommit: Bool
  /// The partitions that are known to take part.
  var partitions: Set<TopicPartition> = []

  /// What has to be written, `open` being what is open in the log.
  ///
  /// Partitions that were to take part get a marker though nothing was written to them yet: its epoch keeps out a batch
  /// of a fenced producer that is still on its way.
  func markers(open: [OpenPartition]) -> [TransactionMarker] {
    var markers: [TopicPartition: TransactionMarker] = [:]
    for partition in partitions {
      markers[partition] = TransactionMarker(partition: partition, producer: producer, isCommit: isCommit)
    }
    for found in open where found.producer.id == producer.id {
      // What an older epoch has left open was fenced, whatever becomes of this transaction. A partition that has seen a
      // higher epoch takes no marker below it.
      markers[found.partition] = TransactionMarker(
        partition: found.partition,
        producer: Transaction.ProducerIdentity(id: producer.id, epoch: max(producer.epoch, found.producer.epoch)),
        isCommit: isCommit && found.producer.epoch >= producer.epoch)
    }
    return markers.values.sorted { $0.partition < $1.partition }
  }
}
