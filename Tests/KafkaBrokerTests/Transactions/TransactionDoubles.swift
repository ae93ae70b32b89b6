import Dispatch
import KafkaWire
import Logging
import RecordBatches
import Synchronization

@testable import KafkaBroker

typealias Producer = TransactionCoordinator.ProducerIdentity

/// A disk in memory that outlives its broker: transactional ids, partitions and pending offsets. Any step that would be
/// durable can fail, or be the last one before a crash.
final class TransactionDisk: Sendable {
  enum Entry: Equatable {
    /// A batch, by the number of the transaction that its producer thinks it belongs to.
    case batch(Producer, transaction: Int)
    case marker(Producer, isCommit: Bool)
  }

  struct Partition {
    var entries: [Entry] = []
    /// What the log knows of producers: the highest epoch, and whether a transaction is open.
    var epochs: [Int64: Int16] = [:]
    var open: Set<Int64> = []
  }

  struct Contents {
    var rows: [String: StoredTransaction] = [:]
    var nextProducerID: Int64 = 0
    var partitions: [TopicPartition: Partition] = [:]
    /// The transactions whose offsets are pending, by producer.
    var pending: [Int64: Set<Int>] = [:]
    /// How the offsets of transactions ended.
    var offsets: [Int: Bool] = [:]
    /// The durable steps that are still made; nil for all.
    var stepsLeft: Int?
    /// Whether the last step of a crash is made, though nobody learns of it.
    var makesLastStep = false
    var hasCrashed = false
    /// Which steps from now on fail: a count of each kind.
    var failures: [Step: Int] = [:]
    var steps: [Step: Int] = [:]
    /// Markers that were written against what was decided on the disk.
    var wrongMarkers: [String] = []
  }

  enum Step: Hashable { case save, remove, takeIDs, marker, offsets }
  struct Failed: Error {}

  let contents = Mutex(Contents())

  /// Makes a step, unless it fails or the broker has crashed. Returns whether the broker learns of it.
  fileprivate func make(_ step: Step, _ change: (inout Contents) -> Void) -> Result<Void, Failed>? {
    contents.withLock { contents in
      guard !contents.hasCrashed else { return nil }
      contents.steps[step, default: 0] += 1
      if let failures = contents.failures[step], failures > 0 {
        contents.failures[step] = failures - 1
        return .failure(Failed())
      }
      if let left = contents.stepsLeft {
        guard left > 0 else {
          if contents.makesLastStep { change(&contents) }
          contents.hasCrashed = true
          return nil
        }
        contents.stepsLeft = left - 1
      }
      change(&contents)
      return .success(())
    }
  }

  /// Appends a batch as the log does: nothing of an epoch that is fenced in this partition.
  func append(_ producer: Producer, transaction: Int, to partition: TopicPartition) -> Bool {
    contents.withLock { contents in
      guard !contents.hasCrashed else { return false }
      guard producer.epoch >= contents.partitions[partition]?.epochs[producer.id] ?? -1 else { return false }
      contents.partitions[partition, default: Partition()].entries.append(.batch(producer, transaction: transaction))
      contents.partitions[partition]?.epochs[producer.id] = producer.epoch
      contents.partitions[partition]?.open.insert(producer.id)
      return true
    }
  }

  func pend(_ producer: Producer, transaction: Int) {
    contents.withLock { if !$0.hasCrashed { _ = $0.pending[producer.id, default: []].insert(transaction) } }
  }

  func fail(_ step: Step, times: Int) { contents.withLock { $0.failures[step] = times } }
  func entries(_ partition: TopicPartition) -> [Entry] { contents.withLock { $0.partitions[partition]?.entries ?? [] } }
  func row(_ id: String) -> StoredTransaction? { contents.withLock { $0.rows[id] } }
}

struct DiskTransactionStore: TransactionStore {
  let disk: TransactionDisk

  func load() throws -> [StoredTransaction] { disk.contents.withLock { $0.rows.values.sorted { $0.id < $1.id } } }

  func save(_ transaction: StoredTransaction) throws {
    try Self.told(disk.make(.save) { $0.rows[transaction.id] = transaction })
  }

  func remove(_ ids: [String]) throws {
    try Self.told(disk.make(.remove) { contents in for id in ids { contents.rows[id] = nil } })
  }

  func takeProducerIDs(_ count: Int64) throws -> Int64 {
    let first = disk.contents.withLock { $0.nextProducerID }
    try Self.told(disk.make(.takeIDs) { $0.nextProducerID += count })
    return first
  }

  func close() {}

  private static func told(_ result: Result<Void, TransactionDisk.Failed>?) throws {
    guard let result else { throw TransactionDisk.Failed() }
    try result.get()
  }
}

struct DiskTransactionLog: TransactionLog {
  let disk: TransactionDisk

  func openPartitions() -> [OpenPartition] {
    disk.contents.withLock { contents in
      contents.partitions.sorted { $0.key < $1.key }.flatMap { name, partition in
        partition.open.sorted().map { id in
          OpenPartition(partition: name, producer: Producer(id: id, epoch: partition.epochs[id] ?? 0))
        }
      }
    }
  }

  func write(_ marker: TransactionMarker, now: Int64, reply: @escaping @Sendable (ErrorCode) -> Void) {
    let id = marker.producer.id
    let isFenced = disk.contents.withLock {
      marker.producer.epoch < $0.partitions[marker.partition]?.epochs[id] ?? -1
    }
    guard !isFenced else { return reply(.invalidProducerEpoch) }
    let result = disk.make(.marker) { contents in
      // The decision must be on the disk before; a commit needs one, and what nobody decided is aborted.
      let phase = contents.rows.values.first { $0.producer.id == id }?.phase
      if marker.isCommit, phase != .prepareCommit {
        contents.wrongMarkers.append("commit of \(marker.producer) at phase \(String(describing: phase))")
      }
      if !marker.isCommit, phase == .prepareCommit,
        contents.partitions[marker.partition]?.epochs[id] ?? -1
          >= contents.rows.values.first(where: { $0.producer.id == id })?.producer.epoch ?? 0
      {
        contents.wrongMarkers.append("abort of \(marker.producer), which is to be committed")
      }
      contents.partitions[marker.partition, default: .init()].entries.append(
        .marker(marker.producer, isCommit: marker.isCommit))
      contents.partitions[marker.partition]?.epochs[id] = marker.producer.epoch
      contents.partitions[marker.partition]?.open.remove(id)
    }
    switch result {
    case .success: reply(.none)
    case .failure: reply(.kafkaStorageError)
    case nil: break
    }
  }
}

struct DiskTransactionGroups: TransactionGroups {
  let disk: TransactionDisk

  var producersWithPendingOffsets: [Int64] { disk.contents.withLock { $0.pending.keys.sorted() } }

  func completeTransactional(producerID: Int64, commit: Bool, reply: @escaping @Sendable (GroupError) -> Void) {
    let result = disk.make(.offsets) { contents in
      for number in contents.pending.removeValue(forKey: producerID) ?? [] { contents.offsets[number] = commit }
    }
    switch result {
    case .success: reply(.none)
    case .failure: reply(.coordinatorNotAvailable)
    case nil: break
    }
  }
}

/// A coordinator over a disk, which can crash and start again. Nothing happens but when a test asks.
final class TransactionBroker {
  let disk = TransactionDisk()
  let clock = GroupVirtualClock()
  private(set) var coordinator: TransactionCoordinator
  private var queue: DispatchQueue

  init() throws {
    queue = DispatchQueue(label: "transactions")
    coordinator = try Self.start(disk, clock, queue)
    settle()
  }

  private static func start(
    _ disk: TransactionDisk, _ clock: GroupVirtualClock, _ queue: DispatchQueue
  ) throws -> TransactionCoordinator {
    var logger = Logger(label: "transactions") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    return try TransactionCoordinator(
      store: DiskTransactionStore(disk: disk), log: DiskTransactionLog(disk: disk),
      groups: DiskTransactionGroups(disk: disk), clock: clock, logger: logger, queue: queue)
  }

  /// Waits until nothing is left to do at this time: each step that is made may put one more in the queue.
  func settle() { for _ in 0..<12 { queue.sync {} } }

  /// Lets time pass, a tick at a time.
  func advance(by milliseconds: Int64) {
    var left = milliseconds
    while left > 0 {
      clock.advance(by: min(left, 1000))
      left -= 1000
      settle()
    }
  }

  /// The next so many durable steps are made; in the one after them the broker crashes.
  func crash(after steps: Int, makesLastStep: Bool) {
    disk.contents.withLock { ($0.stepsLeft, $0.makesLastStep) = (steps, makesLastStep) }
  }

  var hasCrashed: Bool { disk.contents.withLock { $0.hasCrashed } }

  /// Stops the broker where it stands, and starts another on the same disk.
  func restart() throws {
    disk.contents.withLock { $0.hasCrashed = true }
    settle()
    coordinator.shutDown()
    disk.contents.withLock {
      ($0.hasCrashed, $0.stepsLeft) = (false, nil)
      $0.failures = [:]
    }
    queue = DispatchQueue(label: "transactions")
    coordinator = try Self.start(disk, clock, queue)
    settle()
  }

  /// nil where the broker does not answer.
  func initialise(
    _ id: String?, timeout: Int64 = 60_000, given: Producer? = nil
  ) -> Result<Producer, ErrorCode>? {
    let inbox = GroupInbox<Result<Producer, ErrorCode>>()
    coordinator.initialise(
      transactionalID: id, timeout: timeout, given: (given?.id ?? -1, given?.epoch ?? -1), reply: inbox.take)
    settle()
    return hasCrashed ? nil : inbox.last
  }

  func end(_ id: String, _ producer: Producer, commit: Bool) -> ErrorCode? {
    let inbox = GroupInbox<ErrorCode>()
    coordinator.end(id, producer: producer, commit: commit, reply: inbox.take)
    settle()
    return hasCrashed ? nil : inbox.last
  }

  /// What the broker does with a batch of a producer: the coordinator is asked, then the log.
  func produce(_ id: String, _ producer: Producer, transaction: Int, to partition: TopicPartition) -> ErrorCode {
    if let fault = coordinator.fault(ofBatchIn: partition, id: id, producer: producer) { return fault }
    return disk.append(producer, transaction: transaction, to: partition) ? .none : .invalidProducerEpoch
  }
}

extension TopicPartition {
  static func number(_ number: Int32) -> TopicPartition { TopicPartition(topic: "t", partition: number) }
}
