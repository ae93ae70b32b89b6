internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// Walks over the batches of a segment's file by their headers, reading it in pieces.
struct BatchWalker {
  private let file: AppendFile
  private let end: Int
  /// Where the next batch starts.
  private(set) var position: Int
  private var piece: [UInt8] = []
  private var pieceStart = 0

  private static let pieceBytes = 256 << 10

  /// One batch.
  struct Step {
    let position: Int
    let header: RecordBatchHeader
    /// For a control batch, whether it commits or aborts; nil for others.
    let isCommit: Bool?
  }

  /// Walks from `position`, where a batch starts, to `end`.
  init(file: AppendFile, from position: Int, to end: Int) {
    self.file = file
    self.position = position
    self.end = end
  }

  /// The next batch; nil at the end. Throws `FileError` where the disk fails, ``RecordBatchError`` where the bytes are
  /// not a batch.
  ///
  /// - Parameter isChecked: whether the batch's checksum is checked too.
  mutating func next(isChecked: Bool) throws -> Step? {
    guard position < end else { return nil }
    try load(RecordBatchHeader.byteCount)
    let start = position - pieceStart
    let header = try RecordBatchHeader(
      reading: piece.rawBytes.extracting(start..<start + RecordBatchHeader.byteCount))
    guard header.byteCount <= end - position else {
      throw RecordBatchError.truncated(needed: header.byteCount, found: end - position)
    }
    var isCommit: Bool?
    if isChecked || header.isControlBatch {
      try load(header.byteCount)
      let start = position - pieceStart
      let batch = piece.rawBytes.extracting(start..<start + header.byteCount)
      if isChecked { try RecordBatchHeader.verifyChecksum(of: batch) }
      if header.isControlBatch { isCommit = try ControlMarker(ofBatch: batch)?.isCommit }
    }
    defer { position += header.byteCount }
    return Step(position: position, header: header, isCommit: isCommit)
  }

  /// Makes sure that `count` bytes from ``position`` on are in memory.
  private mutating func load(_ count: Int) throws {
    if position >= pieceStart, position + count <= pieceStart + piece.count { return }
    guard count <= end - position else { throw RecordBatchError.truncated(needed: count, found: end - position) }
    piece = try file.read(at: position, count: min(max(Self.pieceBytes, count), end - position))
    pieceStart = position
    guard piece.count >= count else { throw RecordBatchError.truncated(needed: count, found: piece.count) }
  }
}
