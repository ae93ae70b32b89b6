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
    let header = try RecordBatchHeader(reading: bytes)
    guard bytes.byteCount == header.byteCount else {
      guard bytes.byteCount > header.byteCount else {
        throw .truncated(needed: header.byteCount, found: bytes.byteCount)
      }
      throw .malformed("\(bytes.byteCount - header.byteCount) bytes follow the batch; one batch is taken at a time")
    }
    try RecordBatchHeader.verifyChecksum(of: bytes)
    guard let compression = header.compression else { throw .malformed("an unknown compression") }
    guard !header.isControlBatch else { throw .malformed("control batches are the broker's to write") }
    guard header.count >= 1, header.lastOffsetDelta == Int32(header.count - 1) else {
      throw .malformed("\(header.count) records at \(header.lastOffsetDelta + 1) offsets")
    }
    let isNumbered = header.producerID >= 0
    guard isNumbered ? header.producerEpoch >= 0 && header.baseSequence >= 0 : !header.isTransactional else {
      throw .malformed("producer \(header.producerID), epoch \(header.producerEpoch), sequence \(header.baseSequence)")
    }
    let payload = bytes.extracting(RecordBatchFormat.headerBytes..<bytes.byteCount)
    if compression == .none {
      try walk(payload, count: header.count, requiresKeys: requiresKeys)
    } else {
      let records = try compression.decompress([UInt8](copying: payload), limit: limit)
      try walk(records.rawBytes, count: header.count, requiresKeys: requiresKeys)
    }
    return header
  }

  /// Walks over the records: their lengths must add up, and their offsets be 0, 1, 2 and so on.
  private static func walk(_ payload: RawSpan, count: Int, requiresKeys: Bool) throws(RecordBatchError) {
    var reader = ByteReader(payload)
    do {
      for number in 0..<count {
        let length = try reader.readSignedVarint()
        guard length >= 0, length <= Int64(reader.remaining) else {
          throw RecordBatchError.malformed("record \(number) has a length of \(length)")
        }
        let end = reader.offset + Int(length)
        try reader.skip(1)
        _ = try reader.readSignedVarint()
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
