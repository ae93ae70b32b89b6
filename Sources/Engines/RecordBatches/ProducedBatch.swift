internal import ByteCoding

/// What a broker checks of a producer's batch before it stores it as it is.
public enum ProducedBatch {
  /// Checks a batch, which must be all of `bytes`, down to its records; returns its header.
  ///
  /// - Parameters:
  ///   - requiresKeys: whether each record must have a key, as in compacted topics.
  ///   - limit: the most bytes that its records may unpack to.
  public static func validate(
    _ bytes: RawSpan, requiresKeys: Bool = false, limit: Int = RecordBatchView.largestPayload
  ) throws(RecordBatchError) -> RecordBatchHeader {
    try checkLength(of: bytes)
    try RecordBatchHeader.verifyChecksum(of: bytes)
    let header = try RecordBatchHeader(reading: bytes)
    guard let compression = header.compression else { throw .malformed("an unknown compression") }
    guard !header.isControlBatch else { throw .malformed("control batches are the broker's to write") }
    guard header.count >= 1, header.lastOffsetDelta == Int32(header.count - 1) else {
      throw .malformed("\(header.count) records at \(header.lastOffsetDelta + 1) offsets")
    }
    guard !header.usesLogAppendTime else { throw .malformed("the time of arrival is the broker's to write") }
    guard header.baseTimestamp >= noTimestamp, header.maxTimestamp >= noTimestamp else {
      throw .malformed("timestamps from \(header.baseTimestamp) to \(header.maxTimestamp)")
    }
    // Without a producer id, some clients leave the epoch and the sequence at 0 and others at −1: neither counts.
    let isNumbered = header.producerID >= 0
    guard header.producerID >= -1,
      isNumbered ? header.producerEpoch >= 0 && header.baseSequence >= 0 : !header.isTransactional
    else {
      throw .malformed("producer \(header.producerID), epoch \(header.producerEpoch), sequence \(header.baseSequence)")
    }
    let payload = bytes.extracting(RecordBatchFormat.headerBytes..<bytes.byteCount)
    if compression == .none {
      try walk(payload, header, requiresKeys: requiresKeys)
    } else {
      let records = try compression.decompress([UInt8](copying: payload), limit: limit)
      try walk(records.rawBytes, header, requiresKeys: requiresKeys)
    }
    return header
  }

  /// What a record without a timestamp has for one.
  private static let noTimestamp: Int64 = -1

  /// The bytes must be as many as the batch says, before its checksum can be told.
  private static func checkLength(of bytes: RawSpan) throws(RecordBatchError) {
    guard bytes.byteCount >= RecordBatchFormat.headerBytes else {
      throw .truncated(needed: RecordBatchFormat.headerBytes, found: bytes.byteCount)
    }
    // Safety: the four bytes lie within the header, which was just found to be there.
    let length = Int32(
      bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: RecordBatchFormat.lengthAt, as: Int32.self))
    let whole = Int(length) + RecordBatchFormat.framePrefix
    guard whole >= RecordBatchFormat.headerBytes else { throw .malformed("a length of \(length) bytes") }
    guard bytes.byteCount >= whole else { throw .truncated(needed: whole, found: bytes.byteCount) }
    guard bytes.byteCount == whole else {
      throw .malformed("\(bytes.byteCount - whole) bytes follow the batch; one batch is taken at a time")
    }
  }

  /// Walks over the records: their lengths must add up, and their offsets be 0, 1, 2 and so on.
  private static func walk(
    _ payload: RawSpan, _ header: RecordBatchHeader, requiresKeys: Bool
  ) throws(RecordBatchError) {
    var reader = ByteReader(payload)
    do {
      for number in 0..<header.count {
        let length = try reader.readSignedVarint()
        guard length >= 0, length <= Int64(reader.remaining) else {
          throw RecordBatchError.malformed("record \(number) has a length of \(length)")
        }
        let end = reader.offset + Int(length)
        try reader.skip(1)
        let (timestamp, overflows) = header.baseTimestamp.addingReportingOverflow(try reader.readSignedVarint())
        guard !overflows, timestamp >= noTimestamp else {
          throw RecordBatchError.malformed("record \(number) has a timestamp before 1970 or beyond 64 bits")
        }
        let delta = try reader.readSignedVarint()
        guard delta == Int64(number) else {
          throw RecordBatchError.malformed("record \(number) has offset delta \(delta)")
        }
        let hasKey = try skipBytes(&reader, mayBeNull: true)
        if requiresKeys, !hasKey { throw RecordBatchError.missingKey(record: number) }
        _ = try skipBytes(&reader, mayBeNull: true)
        let headers = try reader.readSignedVarint()
        guard headers >= 0, headers <= Int64(reader.remaining) else {
          throw RecordBatchError.malformed("record \(number) has \(headers) headers")
        }
        for _ in 0..<headers {
          _ = try skipBytes(&reader, mayBeNull: false)
          _ = try skipBytes(&reader, mayBeNull: true)
        }
        guard reader.offset == end else { throw RecordBatchError.malformed("record \(number)'s length is wrong") }
      }
    } catch let error as RecordBatchError {
      throw error
    } catch {
      throw .malformed("\(error)")
    }
    guard reader.remaining == 0 else { throw .malformed("bytes follow the last record") }
  }

  /// Passes over bytes after their length; returns whether there are any, null being none.
  @_lifetime(reader: copy reader)
  private static func skipBytes(_ reader: inout ByteReader, mayBeNull: Bool) throws -> Bool {
    let count = try reader.readSignedVarint()
    if count == -1, mayBeNull { return false }
    guard count >= 0, count <= Int64(reader.remaining) else {
      throw RecordBatchError.malformed("a length of \(count)")
    }
    try reader.skip(Int(count))
    return true
  }
}
