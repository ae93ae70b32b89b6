internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// Rewrites sealed segments of a compacted topic so that of each key only the last record stays, at its own offset.
///
/// Kafka's rules: keys are compared by what the not yet compacted part of the log holds; a tombstone stays for
/// `delete.retention.ms`, and at least through one compaction, so that readers learn of it; records of aborted
/// transactions go; control batches stay, and so does each producer's last batch, without its records if need be, so that
/// its sequence number is known whenever the segments are read again.
struct Compactor {
  /// How a file is named until it takes its segment's place.
  static let suffix = ".cleaned"
  /// Keys that are remembered in one pass; what lies beyond is left to the next.
  private static let mostKeys = 4_000_000

  let segments: [Segment]
  let settings: TopicSettings
  let aborted: [AbortedTransaction]
  /// The base offsets of the last batches of the producers that are known.
  let lastOfProducers: Set<Offset>
  /// The time, in milliseconds since 1970.
  let now: Int64

  /// 128 bits of a key: enough to take for the key itself.
  private struct KeyHash: Hashable {
    let high: UInt64
    let low: UInt64

    init(_ key: [UInt8]) {
      high = XXHash64.hash(key.rawBytes, seed: 0)
      low = XXHash64.hash(key.rawBytes, seed: 0x9e37_79b9_7f4a_7c15)
    }
  }

  /// A segment's new content.
  struct Cleaned {
    let old: AppendFile
    let baseOffset: Offset
    let path: String
    let isEmpty: Bool
    let known: SegmentIndexFile
  }

  /// Whether so much has come since the last compaction that one is worth it.
  var isWorthIt: Bool {
    let all = segments.reduce(0) { $0 + $1.file.byteCount }
    let dirty = segments.reduce(0) { $0 + ($1.isCompacted ? 0 : $1.file.byteCount) }
    return dirty > 0 && Double(dirty) >= settings.minCleanableDirtyRatio * Double(all)
  }

  /// Writes each segment anew beside itself; nothing else is changed.
  func clean() throws(EventLogError) -> [Cleaned] {
    var latest: [KeyHash: Offset] = [:]
    var end = segments.startIndex
    let firstDirty = segments.firstIndex { !$0.isCompacted } ?? segments.endIndex
    for number in segments.indices {
      guard latest.count < Self.mostKeys else { break }
      end = number + 1
      guard number >= firstDirty else { continue }
      try forEachBatch(of: segments[number]) { view in
        guard !view.isControlBatch else { return }
        try view.forEachRecord { record, offset in
          if let key = record.key, !isAborted(view, offset) { latest[KeyHash(key)] = offset }
        }
      }
    }
    var cleaned: [Cleaned] = []
    for segment in segments[..<end] { cleaned.append(try rewrite(segment, latest)) }
    return cleaned
  }

  private func isAborted(_ view: RecordBatchView, _ offset: Offset) -> Bool {
    view.isTransactional
      && aborted.contains {
        $0.producerID == view.producerID && $0.firstOffset <= offset && offset <= $0.lastOffset
      }
  }

  private func rewrite(_ segment: Segment, _ latest: [KeyHash: Offset]) throws(EventLogError) -> Cleaned {
    let path = segment.file.path + Self.suffix
    var index = SegmentIndex()
    var maxTimestamp = Int64.min
    let oldestTombstone = now - min(settings.deleteRetentionMilliseconds, now)
    do {
      try Files.remove(path)
      let file = try AppendFile(path: path)
      try forEachBatch(of: segment) { view in
        let kept: [UInt8]?
        if view.isControlBatch {
          kept = view.bytes
        } else {
          let isLast = view.producerID >= 0 && lastOfProducers.contains(view.baseOffset)
          kept = try RecordBatchEncoder.filtered(view, keepsEmptyBatch: isLast) { record, offset in
            guard let key = record.key else { return true }
            if isAborted(view, offset) { return false }
            if let last = latest[KeyHash(key)], offset < last { return false }
            let isOldTombstone =
              record.value == nil && segment.isCompacted && record.timestampMilliseconds < oldestTombstone
            return !isOldTombstone
          }
        }
        guard let kept else { return }
        index.note(
          SegmentIndex.Entry(
            offset: view.baseOffset.rawValue, position: file.byteCount, timestampBefore: maxTimestamp))
        maxTimestamp = max(maxTimestamp, view.maxTimestamp)
        try file.append(kept)
      }
      try file.sync()
      return Cleaned(
        old: segment.file, baseOffset: segment.baseOffset, path: path, isEmpty: file.byteCount == 0,
        known: SegmentIndexFile(
          segmentBytes: file.byteCount, nextOffset: segment.nextOffset, maxTimestamp: maxTimestamp, isCompacted: true,
          index: index))
    } catch let error as EventLogError {
      throw error
    } catch let error as FileError {
      throw .storage(error)
    } catch {
      throw .damaged(file: segment.file.path, position: 0, reason: "\(error)")
    }
  }

  private func forEachBatch(
    of segment: Segment, _ body: (RecordBatchView) throws -> Void
  ) throws(EventLogError) {
    var position = 0
    while position < segment.file.byteCount {
      do {
        let bytes = try segment.file.wholeBatch(at: position)
        try body(try RecordBatchView(bytes))
        position += bytes.count
      } catch let error as FileError {
        throw .storage(error)
      } catch {
        throw .damaged(file: segment.file.path, position: position, reason: "\(error)")
      }
    }
  }
}
