internal import ByteCoding

/// Writes record batches.
public enum RecordBatchEncoder {
  /// The batch of `records`, which must not be empty, with dense offsets from `baseOffset` on.
  ///
  /// - Parameter compression: dropped where it would not make the batch smaller.
  public static func encode(
    _ records: [Record], baseOffset: Offset = Offset(rawValue: 0), compression: Compression = .none,
    producer: ProducerFields = .none
  ) throws(RecordBatchError) -> [UInt8] {
    guard let first = records.first else { throw .malformed("a batch has at least one record") }
    var content = Content(baseTimestamp: first.timestampMilliseconds, lastOffsetDelta: Int32(records.count - 1))
    content.producer = producer
    content.attributes = producer.isTransactional ? RecordBatchFormat.transactionalBit : 0
    for (index, record) in records.enumerated() { content.add(record, offsetDelta: Int64(index)) }
    return try content.batch(baseOffset: baseOffset, compression: compression)
  }

  /// The control batch that ends a producer's transaction.
  ///
  /// - Parameter timestamp: when it ends, in milliseconds since 1970.
  public static func encodeControl(
    _ marker: ControlMarker, producerID: Int64, producerEpoch: Int16, timestamp: Int64
  ) throws(RecordBatchError) -> [UInt8] {
    var content = Content(baseTimestamp: timestamp, lastOffsetDelta: 0)
    content.producer = ProducerFields(id: producerID, epoch: producerEpoch, baseSequence: -1)
    content.attributes = RecordBatchFormat.transactionalBit | RecordBatchFormat.controlBit
    content.add(
      Record(key: marker.key, value: marker.value, timestampMilliseconds: timestamp), offsetDelta: 0)
    return try content.batch(baseOffset: Offset(rawValue: 0), compression: .none)
  }

  /// The batch with only those records for which `keeps` is true, at their own offsets and byte for byte as they are;
  /// nil where none is kept.
  ///
  /// - Parameter keepsEmptyBatch: whether a batch of which no record is kept stays all the same, as the last word of its
  ///   producer.
  public static func filtered(
    _ batch: RecordBatchView, keepsEmptyBatch: Bool = false, keeping keeps: (Record, Offset) throws -> Bool
  ) throws -> [UInt8]? {
    let payload = try batch.payload()
    var kept: [Range<Int>] = []
    var failure: (any Error)?
    try batch.walk(payload) { record, offset, place in
      guard failure == nil else { return }
      do {
        if try keeps(record, offset) { kept.append(place) }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    guard !kept.isEmpty || keepsEmptyBatch else { return nil }
    if kept.count == batch.count { return batch.bytes }
    let header = batch.header
    var content = Content(baseTimestamp: batch.baseTimestamp, lastOffsetDelta: header.lastOffsetDelta)
    content.producer = ProducerFields(
      id: header.producerID, epoch: header.producerEpoch, baseSequence: header.baseSequence)
    content.attributes = header.attributes & ~RecordBatchFormat.codecMask
    for place in kept { content.add(payload[place]) }
    content.maxTimestamp = batch.maxTimestamp
    return try content.batch(baseOffset: batch.baseOffset, compression: batch.compression)
  }

  /// Sets the offset of a batch's first record, which its checksum does not cover.
  public static func setBaseOffset(_ offset: Offset, in batch: inout [UInt8]) {
    overwrite(offset.rawValue, at: 0, in: &batch)
  }

  /// Stamps a batch's records with the time of their arrival, in milliseconds since 1970.
  public static func setLogAppendTime(_ now: Int64, in batch: inout [UInt8]) {
    let attributesEnd = RecordBatchFormat.attributesAt + 1
    batch[attributesEnd] |= UInt8(RecordBatchFormat.timestampTypeBit)
    overwrite(now, at: RecordBatchFormat.maxTimestampAt, in: &batch)
    let checksum = Checksum.crc32c(
      batch.rawBytes.extracting(RecordBatchFormat.attributesAt..<batch.count))
    overwrite(checksum, at: RecordBatchFormat.checksumAt, in: &batch)
  }

  private static func overwrite(_ value: some FixedWidthInteger, at position: Int, in batch: inout [UInt8]) {
    var writer = ByteWriter(capacity: 8)
    writer.writeBigEndian(value)
    batch.replaceSubrange(position..<position + writer.count, with: writer.bytes)
  }
}

/// A batch that is being written.
private struct Content {
  let baseTimestamp: Int64
  let lastOffsetDelta: Int32
  var maxTimestamp: Int64
  var attributes: UInt16 = 0
  var producer = ProducerFields.none
  private var body = ByteWriter(capacity: 4096)
  private var count: Int32 = 0

  init(baseTimestamp: Int64, lastOffsetDelta: Int32) {
    self.baseTimestamp = baseTimestamp
    self.lastOffsetDelta = lastOffsetDelta
    maxTimestamp = baseTimestamp
  }

  mutating func add(_ record: Record, offsetDelta: Int64) {
    count += 1
    maxTimestamp = max(maxTimestamp, record.timestampMilliseconds)
    var content = ByteWriter(capacity: 32 + (record.value?.count ?? 0))
    content.write(UInt8(0))  // attributes: none are defined
    // Wraps, as the sum does when it is read back.
    content.writeSignedVarint(record.timestampMilliseconds &- baseTimestamp)
    content.writeSignedVarint(offsetDelta)
    Self.append(record.key, to: &content)
    Self.append(record.value, to: &content)
    content.writeSignedVarint(Int64(record.headers.count))
    for header in record.headers {
      Self.append(Array(header.key.utf8), to: &content)
      Self.append(header.value, to: &content)
    }
    body.writeSignedVarint(Int64(content.count))
    body.writeBytes(content.bytes)
  }

  /// Adds a record as another batch has it, its length first.
  mutating func add(_ record: ArraySlice<UInt8>) {
    count += 1
    body.writeBytes(record)
  }

  private static func append(_ bytes: [UInt8]?, to content: inout ByteWriter) {
    guard let bytes else {
      content.writeSignedVarint(-1)
      return
    }
    content.writeSignedVarint(Int64(bytes.count))
    content.writeBytes(bytes)
  }

  func batch(baseOffset: Offset, compression: Compression) throws(RecordBatchError) -> [UInt8] {
    var codec = Compression.none
    var payload = body.bytes
    if compression != .none {
      let compressed = try compression.compress(payload)
      if compressed.count < payload.count {
        payload = compressed
        codec = compression
      }
    }
    var checked = ByteWriter(capacity: payload.count + 40)
    checked.writeBigEndian(attributes | UInt16(codec.rawValue))
    checked.writeBigEndian(lastOffsetDelta)
    checked.writeBigEndian(baseTimestamp)
    checked.writeBigEndian(maxTimestamp)
    checked.writeBigEndian(producer.id)
    checked.writeBigEndian(producer.epoch)
    checked.writeBigEndian(producer.baseSequence)
    checked.writeBigEndian(count)
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
}
