internal import ByteCoding

/// A record batch's first 61 bytes: all that is known of it without unpacking its records.
public struct RecordBatchHeader: Equatable, Sendable {
  /// The offset of the first record.
  public internal(set) var baseOffset: Offset
  /// The epoch of the leader that stored the batch.
  public internal(set) var leaderEpoch: Int32
  /// The bytes of the whole batch.
  public let byteCount: Int
  /// The CRC-32C of everything from the attributes on.
  public let checksum: UInt32
  /// Codec, timestamp type, and whether the batch is transactional or a control batch.
  public let attributes: UInt16
  /// The last record's offset less the first one's.
  public let lastOffsetDelta: Int32
  /// The timestamp from which the records' are counted, in milliseconds since 1970.
  public let baseTimestamp: Int64
  /// The latest record's timestamp, in milliseconds since 1970.
  public let maxTimestamp: Int64
  /// The producer that numbers its batches; −1 for none.
  public let producerID: Int64
  /// The producer's epoch; −1 for none.
  public let producerEpoch: Int16
  /// The producer's number of the first record; −1 for none.
  public let baseSequence: Int32
  /// The number of records.
  public let count: Int

  /// The bytes of a header.
  public static let byteCount = RecordBatchFormat.headerBytes

  /// Reads a header from the first bytes of `span`.
  public init(reading span: RawSpan) throws(RecordBatchError) {
    guard span.byteCount >= Self.byteCount else { throw .truncated(needed: Self.byteCount, found: span.byteCount) }
    do {
      var reader = ByteReader(span)
      baseOffset = Offset(rawValue: try reader.readBigEndian())
      let length = try reader.readBigEndian(Int32.self)
      leaderEpoch = try reader.readBigEndian()
      let magic = try reader.readBigEndian(UInt8.self)
      checksum = try reader.readBigEndian()
      attributes = try reader.readBigEndian()
      lastOffsetDelta = try reader.readBigEndian()
      baseTimestamp = try reader.readBigEndian()
      maxTimestamp = try reader.readBigEndian()
      producerID = try reader.readBigEndian()
      producerEpoch = try reader.readBigEndian()
      baseSequence = try reader.readBigEndian()
      let count = try reader.readBigEndian(Int32.self)
      byteCount = Int(length) + RecordBatchFormat.framePrefix
      self.count = Int(count)
      guard magic == RecordBatchFormat.magic else { throw RecordBatchError.wrongMagic(magic) }
      guard byteCount >= Self.byteCount else { throw RecordBatchError.malformed("a length of \(length) bytes") }
      // Compaction may take records out, so fewer than the offsets say are allowed, never more.
      guard baseOffset.rawValue >= 0, lastOffsetDelta >= 0, count >= 0, Int64(count) <= Int64(lastOffsetDelta) + 1,
        baseOffset.rawValue <= Int64.max - Int64(lastOffsetDelta) - 1
      else { throw RecordBatchError.malformed("\(count) records at \(Int64(lastOffsetDelta) + 1) offsets") }
    } catch let error as RecordBatchError {
      throw error
    } catch {
      throw .truncated(needed: Self.byteCount, found: span.byteCount)
    }
  }

  /// The offset after the last record.
  public var nextOffset: Offset { baseOffset.advanced(by: Int64(lastOffsetDelta) + 1) }
  /// How the records are compressed; nil for a codec that is not known.
  public var compression: Compression? { Compression(rawValue: UInt8(attributes & RecordBatchFormat.codecMask)) }
  /// Whether the records have the time of their arrival, which is ``maxTimestamp``, for their timestamp.
  public var usesLogAppendTime: Bool { attributes & RecordBatchFormat.timestampTypeBit != 0 }
  /// Whether the batch is part of a transaction.
  public var isTransactional: Bool { attributes & RecordBatchFormat.transactionalBit != 0 }
  /// Whether the batch ends a transaction and holds no records of users.
  public var isControlBatch: Bool { attributes & RecordBatchFormat.controlBit != 0 }

  /// Checks the checksum of a batch, which must be all of `batch`, before anything that it covers is believed.
  public static func verifyChecksum(of batch: RawSpan) throws(RecordBatchError) {
    guard batch.byteCount >= byteCount else { throw .truncated(needed: byteCount, found: batch.byteCount) }
    // Safety: the magic and the checksum lie within the header, which was just found to be there.
    let magic = unsafe batch.unsafeLoadUnaligned(fromByteOffset: RecordBatchFormat.magicAt, as: UInt8.self)
    guard magic == RecordBatchFormat.magic else { throw .wrongMagic(magic) }
    let stored = UInt32(
      bigEndian: unsafe batch.unsafeLoadUnaligned(fromByteOffset: RecordBatchFormat.checksumAt, as: UInt32.self))
    let computed = Checksum.crc32c(batch.extracting(RecordBatchFormat.attributesAt..<batch.byteCount))
    guard computed == stored else { throw .wrongChecksum(stored: stored, computed: computed) }
  }
}
