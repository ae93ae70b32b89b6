internal import ByteCoding
internal import Dispatch
internal import DurableFiles
public import RecordBatches
internal import Synchronization

/// A part of a partition as it lies in a file: whole batches, but for the last one, which may be cut.
public struct LogSlice: Sendable {
  /// The file.
  public let file: SliceFile
  /// Where in the file the slice starts.
  public let position: Int
  /// Its bytes; 0 where there is nothing to read yet.
  public let byteCount: Int
  /// The offset of the first record of the partition.
  public let startOffset: Offset
  /// The offset that the partition's next record will have.
  public let endOffset: Offset
  /// The offset up to which every transaction is decided.
  public let lastStableOffset: Offset
  /// The aborted transactions with records in the slice.
  public let aborted: [AbortedTransaction]

  /// The slice's bytes.
  public func read() throws(EventLogError) -> [UInt8] {
    do throws(FileError) { return try file.file.read(at: position, count: byteCount) } catch { throw .storage(error) }
  }
}

/// A segment's file, as long as somebody reads it; its records stay there even when the segment is removed.
public struct SliceFile: Sendable {
  let file: AppendFile

  /// A descriptor of the file that the caller owns and closes.
  public func duplicateDescriptor() throws(EventLogError) -> Int32 {
    do throws(FileError) { return try file.duplicateDescriptor() } catch { throw .storage(error) }
  }

  /// Reads bytes from `offset` on until `buffer` is full or the file ends; returns how many.
  ///
  /// - Safety: the buffer must be writable for its whole length.
  @unsafe public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EventLogError) -> Int {
    do throws(FileError) { return unsafe try file.read(at: offset, into: buffer) } catch { throw .storage(error) }
  }
}

/// What of a partition a reader may see.
public enum Isolation: Sendable {
  /// Everything that is written.
  case readUncommitted
  /// Everything before the first open transaction.
  case readCommitted
}

extension EventLog {
  // MARK: Ends

  /// The first offset of a partition.
  public func startOffset(of partition: TopicPartition) -> Offset {
    bounds(of: partition)?.start ?? Offset(rawValue: 0)
  }

  /// The offset that a partition's next record will have.
  public func endOffset(of partition: TopicPartition) -> Offset {
    bounds(of: partition)?.end ?? Offset(rawValue: 0)
  }

  /// A partition's offsets: of its first record, up to which every transaction is decided, and of the next record.
  public func bounds(of partition: TopicPartition) -> (start: Offset, stable: Offset, end: Offset)? {
    registry.withLock { $0.partition(partition) }?.withLock { ($0.startOffset, $0.lastStableOffset, $0.endOffset) }
  }

  /// The bytes of a partition's segments.
  public func byteCount(of partition: TopicPartition) -> Int {
    registry.withLock { $0.partition(partition) }?.withLock { $0.byteCount } ?? 0
  }

  /// The end of every partition.
  public func endPositions() -> [TopicPartition: Offset] {
    let partitions = registry.withLock { $0.partitions.compactMap { $0 } }
    return Dictionary(uniqueKeysWithValues: partitions.map { ($0.name, $0.withLock { $0.endOffset }) })
  }

  /// The ordinal that the next batch will have.
  public var endOrdinal: UInt64 { order.withLock { $0.journal.count } }

  /// The partitions that take no appends, with the reason.
  public func readOnlyPartitions() -> [TopicPartition: String] {
    let partitions = registry.withLock { $0.partitions.compactMap { $0 } }
    let failure = order.withLock { $0.failure }
    var reasons: [TopicPartition: String] = [:]
    for partition in partitions { reasons[partition.name] = partition.withLock { $0.failure } ?? failure }
    return reasons
  }

  // MARK: One partition

  /// Where the batches from the one that holds `offset` on lie, until about `maxBytes`, at least one if there is one.
  ///
  public func slice(
    of name: TopicPartition, from offset: Offset, maxBytes: Int, isolation: Isolation = .readUncommitted
  ) throws(EventLogError) -> LogSlice {
    let partition = try find(name)
    return try partition.withLock { (state: inout PartitionState) throws(EventLogError) -> LogSlice in
      let end = state.endOffset
      guard offset >= state.startOffset, offset <= end else {
        throw .offsetOutOfRange(name, asked: offset, start: state.startOffset, end: end)
      }
      let stable = state.lastStableOffset
      let limit = isolation == .readCommitted ? stable : end
      guard offset < limit, var number = state.segment(holding: offset) else {
        return try state.emptySlice(stable: stable)
      }
      // Compaction may have taken everything from here to the segment's end.
      var start = try state.segments[number].start(ofBatchHolding: offset)
      while start == nil, number + 1 < state.segments.count {
        number += 1
        start = try state.segments[number].start(ofBatchHolding: offset)
      }
      guard let start else { return try state.emptySlice(stable: stable) }
      let segment = state.segments[number]
      var bound = segment.file.byteCount
      if limit < segment.nextOffset { bound = try segment.start(ofBatchHolding: limit)?.position ?? bound }
      guard bound > start.position else { return try state.emptySlice(stable: stable) }
      let stop = segment.end(after: start, within: maxBytes, bound: bound)
      let isCommitted = isolation == .readCommitted
      return LogSlice(
        file: SliceFile(file: segment.file), position: start.position, byteCount: stop - start.position,
        startOffset: state.startOffset, endOffset: end, lastStableOffset: stable,
        aborted: isCommitted ? state.producers.aborted(from: offset, to: min(limit, segment.nextOffset)) : [])
    }
  }

  /// Whole batches from the one that holds `offset` on, until about `maxBytes`; at least one if there is one.
  public func read(_ partition: TopicPartition, from offset: Offset, maxBytes: Int) throws(EventLogError) -> [UInt8] {
    let slice = try slice(of: partition, from: offset, maxBytes: maxBytes)
    let bytes = try slice.read()
    var end = 0
    while end < bytes.count {
      do {
        let length = try RecordBatchView.frameLength(bytes[end...])
        try RecordBatchHeader.verifyChecksum(of: bytes.rawBytes.extracting(end..<end + length))
        end += length
      } catch RecordBatchError.truncated where end > 0 {
        break
      } catch {
        throw .damaged(file: slice.file.file.path, position: slice.position + end, reason: "\(error)")
      }
    }
    return Array(bytes[..<end])
  }

  /// Calls `body` once, when something is appended to the partition or it is deleted; at once, and false, where there is
  /// something from `offset` on already.
  ///
  /// `body` is called with locks held: it must be quick and must not call the log.
  public func watch(
    _ name: TopicPartition, from offset: Offset, token: UInt64, _ body: @escaping @Sendable () -> Void
  ) -> Bool {
    guard let partition = registry.withLock({ $0.partition(name) }) else { return false }
    return partition.withLock { state in
      guard state.endOffset <= offset, !state.isDeleted else { return false }
      state.watchers[token] = body
      return true
    }
  }

  /// Ends a watch that was not needed.
  public func unwatch(_ name: TopicPartition, token: UInt64) {
    registry.withLock { $0.partition(name) }?.withLock { _ = $0.watchers.removeValue(forKey: token) }
  }

  /// The first record of a partition that is stamped with a time, in milliseconds since 1970, or a later one; nil where
  /// there is none.
  public func firstRecord(
    of name: TopicPartition, since timestamp: Int64, isolation: Isolation = .readUncommitted
  ) throws(EventLogError) -> (offset: Offset, timestamp: Int64)? {
    let partition = try find(name)
    let (start, limit, segments) = partition.withLock { state in
      (
        state.startOffset, isolation == .readCommitted ? state.lastStableOffset : state.endOffset,
        state.segments.filter { $0.maxTimestamp >= timestamp && $0.nextOffset > state.startOffset }
      )
    }
    for segment in segments {
      guard let found = try segment.firstRecord(since: timestamp, from: start) else { continue }
      return found.offset < limit ? found : nil
    }
    return nil
  }

  /// The record of a partition with the latest timestamp; nil where there is none.
  public func latestRecord(of name: TopicPartition) throws(EventLogError) -> (offset: Offset, timestamp: Int64)? {
    let (start, segments) = try find(name).withLock { ($0.startOffset, $0.segments) }
    var latest: (offset: Offset, timestamp: Int64)?
    for segment in segments.sorted(by: { ($1.maxTimestamp, $0.baseOffset) < ($0.maxTimestamp, $1.baseOffset) }) {
      let known = latest?.timestamp ?? .min
      guard segment.maxTimestamp > known else { break }
      latest = try segment.latestRecord(after: known, from: start) ?? latest
    }
    return latest
  }
}

/// A transaction of a producer in one partition that has not ended.
public struct OpenTransaction: Sendable, Equatable {
  /// The partition.
  public let partition: TopicPartition
  /// The producer.
  public let producerID: Int64
  /// The producer's epoch.
  public let producerEpoch: Int16
  /// The offset of its first record.
  public let firstOffset: Offset
}

extension EventLog {
  /// The transactions that are open, by partition.
  public func openTransactions() -> [OpenTransaction] {
    registry.withLock { $0.partitions.compactMap { $0 } }.flatMap { partition in
      partition.withLock { state in
        state.producers.producers.compactMap { id, producer in
          producer.openSince.map {
            OpenTransaction(
              partition: partition.name, producerID: id, producerEpoch: producer.epoch, firstOffset: $0)
          }
        }
      }
    }
  }
}
