internal import ByteCoding

/// Writes record batches.
public enum RecordBatchEncoder {
  /// The batch of `records`, which must not be empty, with dense offsets from `baseOffset` on.
  ///
  /// - Parameter compression: none or zstd; zstd is dropped where it would not make the batch smaller.
  public static func encode(
    _ records: [Record], baseOffset: Offset = Offset(rawValue: 0), compression: Compression = .none
  ) throws(RecordBatchError) -> [UInt8] {
    guard let first = records.first else { throw .malformed("a batch has at least one record") }
    let baseTimestamp = first.timestampMilliseconds
    var maxTimestamp = baseTimestamp
    var body = ByteWriter(capacity: records.count * 64)
    for (index, record) in records.enumerated() {
      maxTimestamp = max(maxTimestamp, record.timestampMilliseconds)
      // Wraps, as the sum does when it is read back.
      let timestampDelta = record.timestampMilliseconds &- baseTimestamp
      append(record, offsetDelta: Int64(index), timestampDelta: timestampDelta, to: &body)
    }
    var codec = Compression.none
    var payload = body.bytes
    switch compression {
    case .none: break
    case .zstd:
      let compressed = try Zstandard.compress(payload)
      if compressed.count < payload.count {
        payload = compressed
        codec = .zstd
      }
    case .gzip, .snappy, .lz4: throw .unsupportedCompression(compression)
    }
    var checked = ByteWriter(capacity: payload.count + 40)
    checked.writeBigEndian(Int16(codec.rawValue))
    checked.writeBigEndian(Int32(records.count - 1))
    checked.writeBigEndian(baseTimestamp)
    checked.writeBigEndian(maxTimestamp)
    checked.writeBigEndian(Int64(-1))  // producer id: none
    checked.writeBigEndian(Int16(-1))  // producer epoch: none
    checked.writeBigEndian(Int32(-1))  // base sequence: none
    checked.writeBigEndian(Int32(records.count))
    checked.writeBytes(payload)
    var batch = ByteWriter(capacity: checked.count + RecordBatchFormat.attributesAt)
    batch.writeBigEndian(baseOffset.rawValue)
    batch.writeBigEndian(Int32(checked.count + RecordBatchFormat.attributesAt - RecordBatchFormat.framePrefix))
    batch.writeBigEndian(Int32(0))  // leader epoch
    batch.write(RecordBatchFormat.magic)
    batch.writeBigEndian(Checksum.crc32c(checked.bytes))
    batch.writeBytes(checked.bytes)
    return batch.bytes
  }

  /// Sets the offset of a batch's first record, which its checksum does not cover.
  public static func setBaseOffset(_ offset: Offset, in batch: inout [UInt8]) {
    for index in 0..<8 { batch[index] = UInt8(truncatingIfNeeded: offset.rawValue >> (56 - 8 * Int64(index))) }
  }

  private static func append(_ record: Record, offsetDelta: Int64, timestampDelta: Int64, to body: inout ByteWriter) {
    var content = ByteWriter(capacity: 32 + (record.value?.count ?? 0))
    content.write(UInt8(0))  // attributes: none are defined
    content.writeSignedVarint(timestampDelta)
    content.writeSignedVarint(offsetDelta)
    append(record.key, to: &content)
    append(record.value, to: &content)
    content.writeSignedVarint(Int64(record.headers.count))
    for header in record.headers {
      append(Array(header.key.utf8), to: &content)
      append(header.value, to: &content)
    }
    body.writeSignedVarint(Int64(content.count))
    body.writeBytes(content.bytes)
  }

  private static func append(_ bytes: [UInt8]?, to content: inout ByteWriter) {
    guard let bytes else {
      content.writeSignedVarint(-1)
      return
    }
    content.writeSignedVarint(Int64(bytes.count))
    content.writeBytes(bytes)
  }
}
