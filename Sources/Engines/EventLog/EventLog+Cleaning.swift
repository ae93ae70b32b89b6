internal import DurableFiles
public import RecordBatches
internal import Synchronization

/// What one round of cleaning did.
public struct CleaningReport: Sendable, Equatable {
  /// Segments that were removed by age or size.
  public internal(set) var removedSegments = 0
  /// Segments that were compacted.
  public internal(set) var compactedSegments = 0
  /// Bytes that were freed.
  public internal(set) var freedBytes = 0
  /// What could not be done, by partition; the next round tries again.
  public internal(set) var failures: [TopicPartition: String] = [:]
}

extension EventLog {
  /// How long a producer is remembered after its last batch, in milliseconds.
  private static let producerLifetime: Int64 = 7 * 86_400_000

  /// Does what the topics' settings ask for: ends old segments, removes those past their retention, compacts.
  ///
  /// Call it now and then, on a thread that may wait for the disk.
  ///
  /// - Parameter now: the time in milliseconds since 1970.
  @discardableResult
  public func clean(now: Int64) -> CleaningReport {
    cleaning.withLock { _ in
      var report = CleaningReport()
      for partition in registry.withLock({ $0.partitions.compactMap { $0 } }) {
        do throws(EventLogError) {
          try rollIfOld(partition, now: now)
          try removeExpired(partition, now: now, &report)
          try compact(partition, now: now, &report)
        } catch {
          report.failures[partition.name] = error.description
        }
      }
      return report
    }
  }

  /// Deletes a partition's records before `offset`; returns the offset of the first record that is left.
  public func deleteRecords(of name: TopicPartition, before offset: Offset) throws(EventLogError) -> Offset {
    let partition = try find(name)
    var report = CleaningReport()
    return try cleaning.withLock { _ throws(EventLogError) in
      let (start, removed) = try partition.withLock {
        (state: inout PartitionState) throws(EventLogError) -> (Offset, [Segment]) in
        guard !state.isDeleted else { throw .unknownPartition(name) }
        guard offset >= Offset(rawValue: 0), offset <= state.endOffset else {
          throw .offsetOutOfRange(name, asked: offset, start: state.startOffset, end: state.endOffset)
        }
        guard offset > state.startOffset else { return (state.startOffset, []) }
        // A start that is durable before the records are could lie beyond what a power failure leaves.
        try state.syncLastSegment()
        try StartOffsetFile.write(offset, directory: state.directory)
        state.startOffset = offset
        if offset == state.endOffset { try state.roll() }
        return (offset, state.removeSegments { $0.nextOffset <= offset })
      }
      try remove(removed, of: partition, &report)
      return start
    }
  }

  private func rollIfOld(_ partition: Partition, now: Int64) throws(EventLogError) {
    try partition.withLock { (state: inout PartitionState) throws(EventLogError) in
      guard state.failure == nil, let last = state.segments.last, last.file.byteCount > 0 else { return }
      var walker = BatchWalker(file: last.file, from: 0, to: last.file.byteCount)
      guard let first = try? walker.next(isChecked: false) else { return }
      let isOld = first.header.maxTimestamp < now - min(now, state.settings.segmentMilliseconds)
      let isExpired = state.settings.isDeleting && last.isExpired(under: state.settings, now: now)
      if isOld || isExpired { try state.roll() }
    }
  }

  private func removeExpired(
    _ partition: Partition, now: Int64, _ report: inout CleaningReport
  ) throws(EventLogError) {
    let removed = partition.withLock { state -> [Segment] in
      state.producers.forget(now: now, lifetime: Self.producerLifetime, before: state.startOffset)
      guard state.settings.isDeleting else { return [] }
      let settings = state.settings
      var excess = settings.retentionBytes.map { Int64(state.byteCount) - $0 } ?? 0
      let removed = state.removeSegments { segment in
        guard segment.isExpired(under: settings, now: now) || excess >= Int64(segment.file.byteCount) && excess > 0
        else {
          return false
        }
        excess -= Int64(segment.file.byteCount)
        return true
      }
      state.startOffset = max(state.startOffset, state.segments.first?.baseOffset ?? state.startOffset)
      return removed
    }
    report.removedSegments += removed.count
    try remove(removed, of: partition, &report)
  }

  /// Removes files, oldest first, so that a crash leaves what is still a log.
  private func remove(
    _ segments: [Segment], of partition: Partition, _ report: inout CleaningReport
  ) throws(EventLogError) {
    for segment in segments {
      try partition.withLock { (state: inout PartitionState) throws(EventLogError) in
        // Another topic of the same name may have its files there by now.
        guard !state.isDeleted else { return }
        do throws(FileError) {
          try Files.remove(segment.file.path)
          try Files.remove(SegmentIndexFile.path(ofSegment: segment.file.path))
        } catch {
          throw .storage(error)
        }
      }
      report.freedBytes += segment.file.byteCount
    }
  }

  private func compact(_ partition: Partition, now: Int64, _ report: inout CleaningReport) throws(EventLogError) {
    let compactor = partition.withLock { state -> Compactor? in
      guard state.settings.isCompacting, !state.isDeleted, state.failure == nil else { return nil }
      let stable = state.lastStableOffset
      let latest = now - min(now, state.settings.minCompactionLagMilliseconds)
      let sealed = state.segments.dropLast().prefix { $0.nextOffset <= stable && $0.maxTimestamp <= latest }
      return Compactor(
        segments: Array(sealed), settings: state.settings, aborted: state.producers.aborted,
        lastOfProducers: Set(state.producers.producers.values.compactMap { $0.batches.last?.baseOffset }), now: now)
    }
    guard let compactor, compactor.isWorthIt else { return }
    for cleaned in try compactor.clean() {
      let freed = try partition.withLock { (state: inout PartitionState) throws(EventLogError) in
        try state.replace(with: cleaned)
      }
      report.freedBytes += freed
      report.compactedSegments += 1
    }
  }
}

extension Segment {
  /// Whether the latest record is older than the topic keeps records.
  fileprivate func isExpired(under settings: TopicSettings, now: Int64) -> Bool {
    guard let retention = settings.retentionMilliseconds, file.byteCount > 0 else { return false }
    return maxTimestamp < now - min(now, retention)
  }
}

extension PartitionState {
  /// Takes the oldest segments for which `isDone` holds out of the partition, but never the last; returns them.
  mutating func removeSegments(while isDone: (Segment) -> Bool) -> [Segment] {
    var removed: [Segment] = []
    while segments.count > 1, let oldest = segments.first, isDone(oldest) { removed.append(segments.removeFirst()) }
    return removed
  }

  /// Puts a compacted segment in the place of what it was made from; returns how many bytes that frees.
  ///
  /// The index goes first: one of the old content would not fit the new.
  mutating func replace(with cleaned: Compactor.Cleaned) throws(EventLogError) -> Int {
    guard !isDeleted, let number = segments.firstIndex(where: { $0.file === cleaned.old }), number + 1 < segments.count
    else {
      do throws(FileError) { try Files.remove(cleaned.path) } catch { throw .storage(error) }
      return 0
    }
    let path = cleaned.old.path
    try allowGaps()
    do throws(FileError) {
      try Files.remove(SegmentIndexFile.path(ofSegment: path))
      if cleaned.isEmpty, number > 0 {
        try Files.remove(cleaned.path)
        try Files.remove(path)
        segments.remove(at: number)
        return cleaned.old.byteCount
      }
      try Files.rename(cleaned.path, to: path)
      try cleaned.known.write(ofSegment: path)
      let known = SegmentIndexFile.read(ofSegment: path) ?? cleaned.known
      let file = try AppendFile(path: path)
      segments[number] = Segment(baseOffset: cleaned.baseOffset, file: file, known: known)
      return cleaned.old.byteCount - file.byteCount
    } catch {
      throw .storage(error)
    }
  }
}
