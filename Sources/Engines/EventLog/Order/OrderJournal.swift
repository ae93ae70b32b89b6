internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// The order in which batches were appended over all partitions: the file `order.journal`.
///
/// A header (magic, version), then 24 bytes an entry: partition number and record count (4 bytes each), base offset (8),
/// position of the batch in its segment (4; segments are shorter than 4 GiB), CRC-32C of the 20 bytes before (4). The
/// n-th entry is the batch of ordinal n. `docs/formats/event-log.md` describes it.
struct OrderJournal {
  struct Entry: Equatable {
    let partition: UInt32
    let recordCount: UInt32
    let baseOffset: Offset
    let position: UInt32

    var nextOffset: Offset { baseOffset.advanced(by: Int64(recordCount)) }

    init(partition: UInt32, recordCount: UInt32, baseOffset: Offset, position: UInt32) {
      self.partition = partition
      self.recordCount = recordCount
      self.baseOffset = baseOffset
      self.position = position
    }

    /// The entry of a batch that starts at `position` of its segment.
    init(partition: UInt32, header: RecordBatchHeader, position: Int) {
      self.init(
        partition: partition, recordCount: UInt32(header.nextOffset.rawValue - header.baseOffset.rawValue),
        baseOffset: header.baseOffset, position: UInt32(position))
    }
  }

  static let fileName = "order.journal"
  private static let magic = Array("XOPIXORD".utf8)
  private static let version: UInt32 = 1
  private static let headerBytes = 12
  private static let entryBytes = 24

  let file: AppendFile
  /// The number of entries.
  private(set) var count: UInt64

  init(directory: String, report: inout RecoveryReport) throws(EventLogError) {
    let path = directory + "/" + Self.fileName
    do throws(FileError) {
      file = try AppendFile(path: path)
      if file.byteCount < Self.headerBytes {
        try file.truncate(to: 0)
        var header = ByteWriter()
        header.writeBytes(Self.magic)
        header.write(Self.version)
        try file.append(header.bytes)
        try file.sync()
        try Files.syncDirectory(directory)
      }
      let header = try file.read(at: 0, count: Self.headerBytes)
      guard Array(header.prefix(8)) == Self.magic else {
        throw FileError(operation: "read", path: path, reason: "it is not an order journal")
      }
      guard header[8] == UInt8(Self.version), header[9...].allSatisfy({ $0 == 0 }) else {
        throw FileError(operation: "read", path: path, reason: "it was written by another version of Xopix")
      }
    } catch {
      throw .storage(error)
    }
    let torn = (file.byteCount - Self.headerBytes) % Self.entryBytes
    count = UInt64((file.byteCount - Self.headerBytes) / Self.entryBytes)
    if torn > 0 {
      report.truncatedBytes[path] = torn
      try cut(to: count)
    }
  }

  /// Appends entries in one write.
  mutating func append(_ entries: [Entry]) throws(FileError) {
    var bytes = ByteWriter(capacity: entries.count * Self.entryBytes)
    for entry in entries {
      let start = bytes.count
      bytes.write(entry.partition)
      bytes.write(entry.recordCount)
      bytes.write(entry.baseOffset.rawValue)
      bytes.write(entry.position)
      bytes.write(Checksum.crc32c(bytes.bytes.rawBytes.extracting(start..<start + 20)))
    }
    try file.append(bytes.bytes)
    count += UInt64(entries.count)
  }

  /// Up to `limit` entries from `ordinal` on; the first damaged one ends them.
  func entries(from ordinal: UInt64, limit: Int) throws(EventLogError) -> [Entry] {
    guard ordinal < count else { return [] }
    let wanted = Int(min(UInt64(limit), count - ordinal))
    do {
      let bytes = try file.read(
        at: Self.headerBytes + Int(ordinal) * Self.entryBytes, count: wanted * Self.entryBytes)
      var reader = ByteReader(bytes.rawBytes)
      var entries: [Entry] = []
      entries.reserveCapacity(wanted)
      for index in 0..<wanted {
        let start = reader.offset
        let entry = Entry(
          partition: try reader.read(), recordCount: try reader.read(), baseOffset: Offset(rawValue: try reader.read()),
          position: try reader.read())
        let checksum = try reader.read(UInt32.self)
        guard Checksum.crc32c(bytes.rawBytes.extracting(start..<start + 20)) == checksum else {
          throw EventLogError.damaged(
            file: file.path, position: Self.headerBytes + (Int(ordinal) + index) * Self.entryBytes,
            reason: "an entry's checksum is wrong")
        }
        entries.append(entry)
      }
      return entries
    } catch let error as EventLogError {
      throw error
    } catch let error as FileError {
      throw .storage(error)
    } catch {
      throw .damaged(file: file.path, position: 0, reason: "\(error)")
    }
  }

  /// Cuts the journal to its first `newCount` entries.
  mutating func cut(to newCount: UInt64) throws(EventLogError) {
    do throws(FileError) {
      try file.truncate(to: Self.headerBytes + Int(newCount) * Self.entryBytes)
    } catch {
      throw .storage(error)
    }
    count = newCount
  }
}
