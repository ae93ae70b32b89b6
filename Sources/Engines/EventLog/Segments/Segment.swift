internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// One file of a partition: record batches, one after the other, exactly as Kafka stores them.
///
/// The file is named by an offset that none of its records is below. A value of this type is guarded by its partition's
/// lock; the file itself may be read by anybody who has it.
struct Segment {
  let baseOffset: Offset
  let file: AppendFile
  /// The offset after the last record.
  private(set) var nextOffset: Offset
  /// The latest timestamp of its batches; `Int64.min` where there is none.
  private(set) var maxTimestamp = Int64.min
  private(set) var index = SegmentIndex()
  /// Whether records were taken out, so that the positions in the order journal no longer hold.
  private(set) var isCompacted = false
  /// The bytes that the index file covers.
  private(set) var indexedBytes = 0

  static func fileName(baseOffset: Offset) -> String {
    let digits = String(baseOffset.rawValue)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".log"
  }

  /// The offset in a segment file's name; nil for other files.
  static func baseOffset(ofFile name: String) -> Offset? {
    guard name.hasSuffix(".log"), name.utf8.count == 24, let number = Int64(name.dropLast(4)) else { return nil }
    return Offset(rawValue: number)
  }

  /// How a segment is opened.
  struct Opening {
    /// Whether it is the partition's last, whose end a crash can have torn; that is cut off then. Elsewhere it is damage.
    let isLast: Bool
    /// Whether offsets may be missing between batches.
    let allowsGaps: Bool
  }

  /// Opens a segment or makes it.
  init(
    directory: String, baseOffset: Offset, opening: Opening, report: inout RecoveryReport
  ) throws(EventLogError) {
    self.baseOffset = baseOffset
    do throws(FileError) {
      file = try AppendFile(path: directory + "/" + Self.fileName(baseOffset: baseOffset))
    } catch {
      throw .storage(error)
    }
    nextOffset = baseOffset
    var isShortened = false
    // A new file has no index; an earlier one without bytes is what compaction has left of it.
    if file.byteCount == 0, opening.isLast { try removeIndex() }
    if let known = SegmentIndexFile.read(ofSegment: file.path) {
      if known.segmentBytes > file.byteCount {
        guard opening.isLast else {
          throw .damaged(
            file: file.path, position: file.byteCount, reason: "it was \(known.segmentBytes) bytes long")
        }
        report.lostBytes[file.path] = known.segmentBytes - file.byteCount
        isShortened = true
        try removeIndex()
      } else if opening.isLast || known.segmentBytes == file.byteCount {
        nextOffset = known.nextOffset
        maxTimestamp = known.maxTimestamp
        isCompacted = known.isCompacted
        index = opening.isLast ? known.growingIndex : known.index
        indexedBytes = known.segmentBytes
      }
    }
    if indexedBytes < file.byteCount {
      try scan(opening, mayBeCut: opening.isLast || isShortened, report: &report)
      if !opening.isLast { seal() }
    }
  }

  /// A segment whose bytes and index are known: what compaction has written.
  init(baseOffset: Offset, file: AppendFile, known: SegmentIndexFile) {
    self.baseOffset = baseOffset
    self.file = file
    nextOffset = known.nextOffset
    maxTimestamp = known.maxTimestamp
    index = known.index
    isCompacted = known.isCompacted
    indexedBytes = known.segmentBytes
  }

  /// Removes an index of more than there is, which would be taken for good once the segment has grown again.
  private func removeIndex() throws(EventLogError) {
    do throws(FileError) {
      try Files.remove(SegmentIndexFile.path(ofSegment: file.path))
    } catch {
      throw .storage(error)
    }
  }

  /// Reads and checks the batches that the index does not cover.
  private mutating func scan(
    _ opening: Opening, mayBeCut: Bool, report: inout RecoveryReport
  ) throws(EventLogError) {
    let end = file.byteCount
    var walker = BatchWalker(file: file, from: indexedBytes, to: end)
    while true {
      let position = walker.position
      do {
        guard let step = try walker.next(isChecked: true) else { return }
        guard step.header.baseOffset == nextOffset || (opening.allowsGaps && step.header.baseOffset > nextOffset) else {
          throw RecordBatchError.malformed("offset \(step.header.baseOffset.rawValue) follows \(nextOffset.rawValue)")
        }
        report.checkedBatches += 1
        // Only compaction leaves fewer records than offsets: the index that said so is lost.
        if Int64(step.header.count) <= Int64(step.header.lastOffsetDelta) { isCompacted = true }
        note(step.header, at: position)
      } catch let error as FileError {
        throw .storage(error)
      } catch {
        guard mayBeCut else { throw .damaged(file: file.path, position: position, reason: "\(error)") }
        // The first batch that is not whole ends the log: what follows was never acknowledged.
        report.truncatedBytes[file.path] = end - position
        do throws(FileError) { try file.truncate(to: position) } catch { throw .storage(error) }
        return
      }
    }
  }

  // MARK: Appending

  /// Appends a batch, whose first 16 bytes are replaced by those of `header`: offset, length and leader epoch.
  mutating func append(_ header: RecordBatchHeader, _ batch: RawSpan) throws(FileError) -> Int {
    let position = file.byteCount
    let head = header.frame
    try file.append(head.rawBytes, batch.extracting(head.count..<batch.byteCount))
    note(header, at: position)
    return position
  }

  /// Takes back what was appended from `position` on.
  mutating func cut(to position: Int, next: Offset, maxTimestamp latest: Int64) throws(FileError) {
    if indexedBytes > position {
      // An index of more than there is would be taken for a loss when the log is opened.
      try Files.remove(SegmentIndexFile.path(ofSegment: file.path))
      indexedBytes = 0
    }
    try file.truncate(to: position)
    index.cut(to: position)
    nextOffset = next
    maxTimestamp = latest
  }

  private mutating func note(_ header: RecordBatchHeader, at position: Int) {
    index.note(
      SegmentIndex.Entry(
        offset: header.baseOffset.rawValue, position: position, timestampBefore: maxTimestamp))
    maxTimestamp = max(maxTimestamp, header.maxTimestamp)
    nextOffset = header.nextOffset
  }

  // MARK: Index

  /// What the index file is to hold for the segment as it is.
  var indexFile: SegmentIndexFile {
    SegmentIndexFile(
      segmentBytes: file.byteCount, nextOffset: nextOffset, maxTimestamp: maxTimestamp, isCompacted: isCompacted,
      index: index)
  }

  /// Notes that the index file covers the segment's first `bytes`.
  mutating func noteIndexed(_ bytes: Int) { indexedBytes = bytes }

  /// Writes the index of a segment that grows no more, and reads it from its file from now on; where it can't be
  /// written, it stays in memory, and is made again when the log is opened.
  mutating func seal() {
    do throws(FileError) { try indexFile.write(ofSegment: file.path) } catch { return }
    indexedBytes = file.byteCount
    if let written = SegmentIndexFile.read(ofSegment: file.path) { index = written.index }
  }

  // MARK: Finding

  /// A position at or before the batch that holds `offset`.
  func position(before offset: Offset) -> Int { index.last(atOrBefore: offset)?.position ?? 0 }
}

extension AppendFile {
  /// The bytes of the batch at `position`, unchecked but for their length.
  func wholeBatch(at position: Int) throws -> [UInt8] {
    let prefix = try read(at: position, count: 12)
    guard prefix.count == 12 else { throw RecordBatchError.truncated(needed: 12, found: prefix.count) }
    let length = prefix[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard length >= 49, length <= 1 << 30 else { throw RecordBatchError.malformed("a length of \(length) bytes") }
    let count = Int(length) + 12
    let bytes = try read(at: position, count: count)
    guard bytes.count == count else { throw RecordBatchError.truncated(needed: count, found: bytes.count) }
    return bytes
  }
}
