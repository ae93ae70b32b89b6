internal import ByteCoding
internal import Dispatch
internal import DurableFiles
public import RecordBatches
internal import Synchronization

/// A batch with its place in the order over all partitions.
public struct OrderedBatch: Sendable {
  /// Its place in the order, from 0.
  public let ordinal: UInt64
  /// The partition that holds it.
  public let topicPartition: TopicPartition
  /// The offset of its first record.
  public let baseOffset: Offset
  /// The offset after its last record.
  public let nextOffset: Offset
  /// The batch as stored.
  public let bytes: [UInt8]
}

/// What a reading of batches in order gave.
public struct OrderedBatches: Sendable {
  /// The batches that are there and were asked for.
  public let batches: [OrderedBatch]
  /// The ordinal after the last one that was looked at: batches of other topics, and removed ones, are passed over.
  public let nextOrdinal: UInt64
}

extension EventLog {
  /// Batches in the order in which they were appended, from `ordinal` on, until about `maxBytes`.
  ///
  /// What is given is durable: a reader never sees what a power failure could take back or put in another order.
  ///
  /// - Parameter topics: the topics to read; nil for all.
  public func readInOrder(
    from ordinal: UInt64, maxBytes: Int, topics: Set<String>? = nil
  ) throws(EventLogError) -> OrderedBatches {
    var next = try durableOrdinal(from: ordinal, topics: topics)
    let end = commit.durable
    let journal = order.withLock { $0.journal }
    var batches: [OrderedBatch] = []
    var total = 0
    while next < end, total < maxBytes {
      let entries = try journal.entries(from: next, limit: Int(min(end - next, 1024)))
      guard !entries.isEmpty else { break }
      for entry in entries {
        guard total < maxBytes else { break }
        switch try batch(of: entry, ordinal: next, topics: topics) {
        case .readable(let batch):
          total += batch.bytes.count
          batches.append(batch)
        case .left: break
        case .undecided: return OrderedBatches(batches: batches, nextOrdinal: next)
        }
        next += 1
      }
    }
    return OrderedBatches(batches: batches, nextOrdinal: next)
  }

  /// The first ordinal from `ordinal` on that is durable, after a sync where none is.
  ///
  /// Batches of other topics are passed over without one: nothing is told of them, and whatever is told of a later batch
  /// waits until all before it are durable too.
  private func durableOrdinal(from ordinal: UInt64, topics: Set<String>?) throws(EventLogError) -> UInt64 {
    guard ordinal >= commit.durable else { return ordinal }
    let journal = order.withLock { $0.journal }
    var next = ordinal
    while next < journal.count {
      for entry in try journal.entries(from: next, limit: 1024) {
        guard partition(of: entry, topics: topics) == nil else {
          waitForRound()
          return next
        }
        next += 1
      }
    }
    return next
  }

  /// The partition of an entry; nil where it was deleted or is of another topic.
  private func partition(of entry: OrderJournal.Entry, topics: Set<String>?) -> Partition? {
    let found = registry.withLock { registry in
      Int(entry.partition) < registry.partitions.count ? registry.partitions[Int(entry.partition)] : nil
    }
    guard let found, topics?.contains(found.name.topic) ?? true else { return nil }
    return found
  }

  /// What an entry of the journal stands for.
  private enum OrderedEntry {
    case readable(OrderedBatch)
    /// A batch of another topic, one that was removed or compacted away, or one of an aborted transaction.
    case left
    /// A batch whose transaction is open.
    case undecided
  }

  private func batch(
    of entry: OrderJournal.Entry, ordinal: UInt64, topics: Set<String>?
  ) throws(EventLogError) -> OrderedEntry {
    guard let partition = self.partition(of: entry, topics: topics) else { return .left }
    guard let (header, bytes) = try storedBatch(of: entry, in: partition) else { return .left }
    if header.isTransactional, !header.isControlBatch {
      switch partition.withLock({ $0.producers.outcome(of: header.producerID, at: entry.baseOffset) }) {
      case .committed: break
      case .aborted: return .left
      case .open: return .undecided
      }
    }
    return .readable(
      OrderedBatch(
        ordinal: ordinal, topicPartition: partition.name, baseOffset: entry.baseOffset, nextOffset: entry.nextOffset,
        bytes: bytes))
  }

  /// The batch of an entry; nil where it was removed or compacted away.
  private func storedBatch(
    of entry: OrderJournal.Entry, in partition: Partition
  ) throws(EventLogError) -> (RecordBatchHeader, [UInt8])? {
    let segment = partition.withLock { state -> Segment? in
      guard entry.nextOffset > state.startOffset else { return nil }
      return state.segment(holding: entry.baseOffset).map { state.segments[$0] }
    }
    guard let segment else { return nil }
    let isThere = !segment.isCompacted && Int(entry.position) + RecordBatchHeader.byteCount <= segment.file.byteCount
    if isThere, let found = try? segment.batch(at: Int(entry.position)), found.header.baseOffset == entry.baseOffset,
      found.header.nextOffset == entry.nextOffset
    {
      return found
    }
    // Compaction has moved it or taken it out, or it is damaged, which looking it up by its offset tells.
    guard let start = try segment.start(ofBatchHolding: entry.baseOffset), start.baseOffset == entry.baseOffset else {
      let mayBeGone = partition.withLock { $0.mayHaveGaps }
      guard mayBeGone || segment.isCompacted else {
        throw .damaged(
          file: segment.file.path, position: Int(entry.position),
          reason: "there is no batch at offset \(entry.baseOffset.rawValue)")
      }
      return nil
    }
    return try segment.batch(at: start.position)
  }

  /// Waits until there is a batch at `ordinal`; false when the time has passed without one.
  public func waitForAppend(at ordinal: UInt64, timeoutMilliseconds: Int) -> Bool {
    let semaphore = DispatchSemaphore(value: 0)
    let deadline = DispatchTime.now() + .milliseconds(timeoutMilliseconds)
    while true {
      let isThere = order.withLock { order in
        if order.journal.count > ordinal { return true }
        order.waiting.append(semaphore)
        return false
      }
      if isThere { return true }
      if semaphore.wait(timeout: deadline) == .timedOut {
        return order.withLock { order in
          order.waiting.removeAll { $0 === semaphore }
          return order.journal.count > ordinal
        }
      }
    }
  }
}
