internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// One file of a partition: record batches, one after the other, exactly as Kafka stores them.
///
/// The file is named by the offset of its first record. A sparse index in memory, made when the file is opened or
/// appended to, says where batches start.
struct Segment {
  let baseOffset: Offset
  let file: AppendFile
  /// The offset after the last record.
  private(set) var nextOffset: Offset
  private(set) var index: [IndexEntry] = []

  /// Where a batch starts.
  struct IndexEntry {
    let offset: Offset
    let position: Int
    let timestamp: Int64
  }

  /// An index entry is kept for each of this many bytes.
  private static let indexInterval = 64 << 10

  static func fileName(baseOffset: Offset) -> String {
    let digits = String(baseOffset.rawValue)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".log"
  }

  /// The offset in a segment file's name; nil for other files.
  static func baseOffset(ofFile name: String) -> Offset? {
    guard name.hasSuffix(".log"), name.utf8.count == 24, let number = Int64(name.dropLast(4)) else { return nil }
    return Offset(rawValue: number)
  }

  /// Opens a segment or makes it.
  ///
  /// - Parameter knownGood: a position up to which the file was whole and durable when the log was closed, and the
  ///   offset there; batches up to there are indexed by their headers alone, later ones are checked whole.
  /// - Parameter mayBeTorn: whether a crash can have torn the end, which is cut off then; elsewhere that is damage.
  init(
    directory: String, baseOffset: Offset, knownGood: Int, mayBeTorn: Bool, report: inout RecoveryReport
  ) throws(EventLogError) {
    self.baseOffset = baseOffset
    do throws(FileError) {
      file = try AppendFile(path: directory + "/" + Self.fileName(baseOffset: baseOffset))
    } catch {
      throw .storage(error)
    }
    nextOffset = baseOffset
    try scan(knownGood: knownGood, mayBeTorn: mayBeTorn, report: &report)
  }

  private mutating func scan(
    knownGood: Int, mayBeTorn: Bool, report: inout RecoveryReport
  ) throws(EventLogError) {
    var position = 0
    let end = file.byteCount
    let isShortened = end < knownGood
    if isShortened { report.lostBytes[file.path] = knownGood - end }
    while position < end {
      do {
        let batch: (next: Offset, length: Int, timestamp: Int64)
        if position < knownGood {
          batch = try header(at: position)
        } else {
          let view = try RecordBatchView(try wholeBatch(at: position))
          guard view.baseOffset == nextOffset else {
            throw RecordBatchError.malformed("offset \(view.baseOffset.rawValue) follows \(nextOffset.rawValue)")
          }
          report.checkedBatches += 1
          batch = (view.nextOffset, view.bytes.count, view.maxTimestamp)
        }
        note(offset: nextOffset, position: position, timestamp: batch.timestamp)
        nextOffset = batch.next
        position += batch.length
      } catch let error as FileError {
        throw .storage(error)
      } catch {
        // What was durable and is still there can't have been torn by a crash: nothing of it is cut off.
        guard mayBeTorn, position >= knownGood || isShortened else {
          throw .damaged(file: file.path, position: position, reason: "\(error)")
        }
        // The first batch that is not whole ends the log: what follows was never acknowledged.
        report.truncatedBytes[file.path] = end - position
        do throws(FileError) { try file.truncate(to: position) } catch { throw .storage(error) }
        return
      }
    }
  }

  /// A batch's extent from its header.
  private func header(at position: Int) throws -> (next: Offset, length: Int, timestamp: Int64) {
    let bytes = try file.read(at: position, count: 61)
    guard bytes.count == 61 else { throw RecordBatchError.truncated(needed: 61, found: bytes.count) }
    var reader = ByteReader(bytes.rawBytes)
    let base = try reader.readBigEndian(Int64.self)
    let length = Int(try reader.readBigEndian(Int32.self)) + 12
    try reader.skip(11)
    let lastDelta = Int64(try reader.readBigEndian(Int32.self))
    try reader.skip(8)
    let timestamp = try reader.readBigEndian(Int64.self)
    guard base == nextOffset.rawValue, length >= 61, lastDelta >= 0, position + length <= file.byteCount else {
      throw RecordBatchError.malformed("its header does not follow the batch before it")
    }
    return (Offset(rawValue: base + lastDelta + 1), length, timestamp)
  }

  /// The bytes of the batch at `position`.
  func wholeBatch(at position: Int) throws -> [UInt8] {
    let prefix = try file.read(at: position, count: 12)
    let length = try frameLength(prefix)
    let bytes = try file.read(at: position, count: length)
    guard bytes.count == length else { throw RecordBatchError.truncated(needed: length, found: bytes.count) }
    return bytes
  }

  private func frameLength(_ prefix: [UInt8]) throws(RecordBatchError) -> Int {
    guard prefix.count == 12 else { throw .truncated(needed: 12, found: prefix.count) }
    let length = prefix[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard length >= 49, length <= 1 << 30 else { throw .malformed("a length of \(length) bytes") }
    return Int(length) + 12
  }

  /// Appends a batch whose base offset is ``nextOffset``.
  mutating func append(_ batch: [UInt8], next: Offset, timestamp: Int64) throws(FileError) -> Int {
    let position = file.byteCount
    try file.append(batch)
    note(offset: nextOffset, position: position, timestamp: timestamp)
    nextOffset = next
    return position
  }

  /// Takes back what was appended from `position` on.
  mutating func cut(to position: Int, next: Offset) throws(FileError) {
    try file.truncate(to: position)
    index.removeAll { $0.position >= position }
    nextOffset = next
  }

  private mutating func note(offset: Offset, position: Int, timestamp: Int64) {
    if let last = index.last, position - last.position < Self.indexInterval { return }
    index.append(IndexEntry(offset: offset, position: position, timestamp: timestamp))
  }

  /// A position at or before the batch that holds `offset`.
  func position(before offset: Offset) -> Int {
    var low = 0
    var high = index.count
    while low < high {
      let middle = (low + high) / 2
      if index[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : index[low - 1].position
  }
}
