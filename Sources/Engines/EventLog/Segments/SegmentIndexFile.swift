internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// The index of a segment on disk, beside it: how far the segment is whole, and where its batches start.
///
/// It is a hint that can be made again from the segment, so it is written without syncing it: where it is missing, or
/// anything about it is wrong, the segment is read whole. `docs/formats/event-log.md` describes it.
struct SegmentIndexFile {
  static let magic = Array("XOPIXIDX".utf8)
  static let version: UInt32 = 1
  static let headerBytes = 56

  /// Bytes of the segment that the index covers; they are whole, and were durable when the index was written.
  let segmentBytes: Int
  /// The offset after the last record of those bytes.
  let nextOffset: Offset
  /// The latest timestamp in those bytes; `Int64.min` where there is none.
  let maxTimestamp: Int64
  /// Whether records were taken out, so that offsets have gaps and the positions in the order journal no longer hold.
  let isCompacted: Bool
  let index: SegmentIndex

  /// The path of the index of the segment at `path`.
  static func path(ofSegment path: String) -> String { path.dropLast(4) + ".index" }

  /// Reads the index of the segment at `path`; nil where there is none that can be trusted.
  static func read(ofSegment path: String) -> SegmentIndexFile? {
    guard let file = try? MappedFile(path: Self.path(ofSegment: path)) else { return nil }
    return SegmentIndexFile(file)
  }

  private init?(_ file: MappedFile) {
    let bytes = file.bytes
    guard bytes.byteCount >= Self.headerBytes else { return nil }
    var reader = ByteReader(bytes)
    do throws(ByteReaderError) {
      let magic = try reader.readBytes(Self.magic.count)
      let version = try reader.read(UInt32.self)
      let flags = try reader.read(UInt32.self)
      let segmentBytes = try reader.read(Int64.self)
      let nextOffset = try reader.read(Int64.self)
      let maxTimestamp = try reader.read(Int64.self)
      let count = try reader.read(UInt32.self)
      let entriesChecksum = try reader.read(UInt32.self)
      try reader.skip(4)
      let checksum = try reader.read(UInt32.self)
      guard magic == Self.magic, version == Self.version,
        checksum == Checksum.crc32c(bytes.extracting(0..<Self.headerBytes - 4)),
        bytes.byteCount == Self.headerBytes + Int(count) * SegmentIndex.entryBytes,
        entriesChecksum == Checksum.crc32c(bytes.extracting(Self.headerBytes..<bytes.byteCount))
      else { return nil }
      self.segmentBytes = Int(segmentBytes)
      self.nextOffset = Offset(rawValue: nextOffset)
      self.maxTimestamp = maxTimestamp
      isCompacted = flags & 1 != 0
    } catch {
      return nil
    }
    index = SegmentIndex(mapped: file)
  }

  init(segmentBytes: Int, nextOffset: Offset, maxTimestamp: Int64, isCompacted: Bool, index: SegmentIndex) {
    self.segmentBytes = segmentBytes
    self.nextOffset = nextOffset
    self.maxTimestamp = maxTimestamp
    self.isCompacted = isCompacted
    self.index = index
  }

  /// Writes the index of the segment at `path`.
  func write(ofSegment path: String) throws(FileError) {
    var entries = ByteWriter(capacity: index.count * SegmentIndex.entryBytes)
    for number in 0..<index.count {
      let entry = index.entry(number)
      entries.write(entry.offset)
      entries.write(Int64(entry.position))
      entries.write(entry.timestampBefore)
    }
    var writer = ByteWriter(capacity: Self.headerBytes + entries.count)
    writer.writeBytes(Self.magic)
    writer.write(Self.version)
    writer.write(UInt32(isCompacted ? 1 : 0))
    writer.write(Int64(segmentBytes))
    writer.write(nextOffset.rawValue)
    writer.write(maxTimestamp)
    writer.write(UInt32(index.count))
    writer.write(Checksum.crc32c(entries.bytes))
    writer.write(UInt32(0))
    writer.write(Checksum.crc32c(writer.bytes))
    writer.writeBytes(entries.bytes)
    try Files.replaceUnsynced(Self.path(ofSegment: path), with: writer.bytes)
  }

  /// The entries in memory, for a segment that goes on growing.
  var growingIndex: SegmentIndex { SegmentIndex(entries: (0..<index.count).map { index.entry($0) }) }
}
