internal import ByteCoding

/// A record batch over its bytes, whose frame and checksum were checked.
public struct RecordBatchView: Sendable {
  /// The batch's bytes, from its first offset on.
  public let bytes: [UInt8]
  /// All that its first 61 bytes say.
  public let header: RecordBatchHeader
  /// How the records are compressed.
  public let compression: Compression

  /// The offset of the first record.
  public var baseOffset: Offset { header.baseOffset }
  /// The offset after the last record.
  public var nextOffset: Offset { header.nextOffset }
  /// The number of records.
  public var count: Int { header.count }
  /// The timestamp from which the records' are counted, in milliseconds since 1970.
  public var baseTimestamp: Int64 { header.baseTimestamp }
  /// The latest record's timestamp, in milliseconds since 1970.
  public var maxTimestamp: Int64 { header.maxTimestamp }
  /// Whether the batch ends a transaction and holds no records of users.
  public var isControlBatch: Bool { header.isControlBatch }
  /// Whether the batch is part of a transaction.
  public var isTransactional: Bool { header.isTransactional }
  /// The producer that numbers its batches; −1 for none.
  public var producerID: Int64 { header.producerID }

  /// The most bytes that a batch's records may unpack to.
  public static let largestPayload = 128 << 20

  /// Checks and reads a batch, which must be all of `bytes`.
  public init(_ bytes: [UInt8]) throws(RecordBatchError) {
    let length = try Self.frameLength(bytes[...])
    guard length == bytes.count else { throw .malformed("\(bytes.count - length) bytes follow it") }
    try RecordBatchHeader.verifyChecksum(of: bytes.rawBytes)
    let header = try RecordBatchHeader(reading: bytes.rawBytes)
    guard let codec = header.compression else { throw .malformed("an unknown compression") }
    self.bytes = bytes
    self.header = header
    compression = codec
  }

  /// The length in bytes of the batch that `bytes` starts with, which may have more or fewer of it.
  public static func frameLength(_ bytes: ArraySlice<UInt8>) throws(RecordBatchError) -> Int {
    guard bytes.count >= RecordBatchFormat.framePrefix else {
      throw .truncated(needed: RecordBatchFormat.framePrefix, found: bytes.count)
    }
    let start = bytes.startIndex + 8
    let length = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let whole = Int(length) + RecordBatchFormat.framePrefix
    guard whole >= RecordBatchFormat.headerBytes, length <= UInt32(Int32.max) else {
      throw .malformed("a length of \(length) bytes")
    }
    guard bytes.count >= whole else { throw .truncated(needed: whole, found: bytes.count) }
    return whole
  }

  /// The batches that `bytes` is made of; what follows the last whole one is left out.
  public static func batches(in bytes: [UInt8]) throws(RecordBatchError) -> [RecordBatchView] {
    var batches: [RecordBatchView] = []
    var rest = bytes[...]
    while !rest.isEmpty, let length = try? frameLength(rest) {
      batches.append(try RecordBatchView(Array(rest.prefix(length))))
      rest = rest.dropFirst(length)
    }
    return batches
  }

  /// The records, in order.
  public func records() throws(RecordBatchError) -> [Record] {
    var records: [Record] = []
    try forEachRecord { record, _ in records.append(record) }
    return records
  }

  /// The records with their offsets, in order.
  public func placedRecords() throws(RecordBatchError) -> [(Record, Offset)] {
    var records: [(Record, Offset)] = []
    try forEachRecord { record, offset in records.append((record, offset)) }
    return records
  }

  /// Gives each record with its offset, in order.
  public func forEachRecord(_ body: (Record, Offset) -> Void) throws(RecordBatchError) {
    try walk(try payload()) { record, offset, _ in body(record, offset) }
  }

  /// Gives each record of the unpacked `payload` with its offset and its place there, its length included.
  func walk(_ payload: [UInt8], _ body: (Record, Offset, Range<Int>) -> Void) throws(RecordBatchError) {
    do {
      var reader = ByteReader(payload.rawBytes)
      var previousDelta: Int64 = -1
      for _ in 0..<count {
        let start = reader.offset
        let length = try reader.readSignedVarint()
        guard length >= 0, length <= Int64(reader.remaining) else {
          throw RecordBatchError.malformed("a record of \(length) bytes")
        }
        let end = reader.offset + Int(length)
        try reader.skip(1)
        let timestampDelta = try reader.readSignedVarint()
        let offsetDelta = try reader.readSignedVarint()
        guard offsetDelta > previousDelta, offsetDelta < nextOffset.rawValue - baseOffset.rawValue else {
          throw RecordBatchError.malformed("offset delta \(offsetDelta) after \(previousDelta)")
        }
        previousDelta = offsetDelta
        let key = try Self.readBytes(&reader)
        let value = try Self.readBytes(&reader)
        let headerCount = try reader.readSignedVarint()
        guard headerCount >= 0, headerCount <= Int64(reader.remaining) else {
          throw RecordBatchError.malformed("\(headerCount) headers")
        }
        var headers: [RecordHeader] = []
        for _ in 0..<headerCount {
          let name = try Self.readBytes(&reader) ?? []
          headers.append(RecordHeader(key: String(decoding: name, as: UTF8.self), value: try Self.readBytes(&reader)))
        }
        guard reader.offset == end else { throw RecordBatchError.malformed("a record's length is \(length)") }
        let timestamp = header.usesLogAppendTime ? maxTimestamp : baseTimestamp &+ timestampDelta
        body(
          Record(key: key, value: value, headers: headers, timestampMilliseconds: timestamp),
          baseOffset.advanced(by: offsetDelta), start..<end)
      }
      guard reader.remaining == 0 else { throw RecordBatchError.malformed("bytes follow the last record") }
    } catch let error as RecordBatchError {
      throw error
    } catch {
      throw .malformed("\(error)")
    }
  }

  /// The records, unpacked.
  func payload() throws(RecordBatchError) -> [UInt8] {
    try compression.decompress(Array(bytes[RecordBatchFormat.headerBytes...]), limit: Self.largestPayload)
  }

  @_lifetime(reader: copy reader)
  private static func readBytes(_ reader: inout ByteReader) throws(ByteReaderError) -> [UInt8]? {
    let count = try reader.readSignedVarint()
    if count == -1 { return nil }
    guard count >= 0, count <= Int64(reader.remaining) else {
      throw .endOfBytes(offset: reader.offset, needed: Int(clamping: count))
    }
    return try reader.readBytes(Int(count))
  }
}
