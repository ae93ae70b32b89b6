import ByteCoding
import RecordBatches

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] {
    (0..<Int.random(in: range, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// Records of all shapes: null, empty and long keys and values, headers, times that go back.
  mutating func records(_ range: ClosedRange<Int>) -> [Record] {
    let base = Int64.random(in: -1_000_000...2_000_000_000_000, using: &self)
    return (0..<Int.random(in: range, using: &self)).map { _ in
      let headers = (0..<Int.random(in: 0...2, using: &self)).map { index in
        RecordHeader(key: "h\(index)é", value: Bool.random(using: &self) ? bytes(0...5) : nil)
      }
      let value =
        Bool.random(using: &self)
        ? Array(repeating: UInt8.random(in: 0...255, using: &self), count: 300) : bytes(0...40)
      return Record(
        key: Int.random(in: 0...3, using: &self) == 0 ? nil : bytes(0...9),
        value: Int.random(in: 0...5, using: &self) == 0 ? nil : value, headers: headers,
        timestampMilliseconds: base + Int64.random(in: -5000...5000, using: &self))
    }
  }
}

/// A batch put together field by field from Kafka's description of it, any of which can be made wrong.
struct NaiveBatch {
  var baseOffset: Int64 = 0
  var attributes: UInt16 = 0
  var lastOffsetDelta: Int32
  var baseTimestamp: Int64
  var maxTimestamp: Int64
  var producerID: Int64 = -1
  var producerEpoch: Int16 = -1
  var baseSequence: Int32 = -1
  var count: Int32
  var payload: [UInt8]

  /// Records at the offsets `deltas`, dense where nil.
  init(_ records: [Record], deltas: [Int64]? = nil) {
    let deltas = deltas ?? (0..<records.count).map { Int64($0) }
    baseTimestamp = records.first?.timestampMilliseconds ?? 0
    maxTimestamp = records.map(\.timestampMilliseconds).max() ?? 0
    lastOffsetDelta = Int32(deltas.last ?? 0)
    count = Int32(records.count)
    payload = []
    for (record, delta) in zip(records, deltas) {
      var content: [UInt8] = [0]
      content += Self.varint(record.timestampMilliseconds - baseTimestamp) + Self.varint(delta)
      content += Self.prefixed(record.key) + Self.prefixed(record.value) + Self.varint(Int64(record.headers.count))
      for header in record.headers { content += Self.prefixed(Array(header.key.utf8)) + Self.prefixed(header.value) }
      payload += Self.varint(Int64(content.count)) + content
    }
  }

  var bytes: [UInt8] {
    var checked = Self.bigEndian(attributes) + Self.bigEndian(lastOffsetDelta) + Self.bigEndian(baseTimestamp)
    checked += Self.bigEndian(maxTimestamp) + Self.bigEndian(producerID) + Self.bigEndian(producerEpoch)
    checked += Self.bigEndian(baseSequence) + Self.bigEndian(count) + payload
    let frame = Self.bigEndian(baseOffset) + Self.bigEndian(Int32(checked.count + 9)) + Self.bigEndian(Int32(0))
    return frame + [2] + Self.bigEndian(Checksum.crc32c(checked)) + checked
  }

  static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func varint(_ value: Int64) -> [UInt8] {
    var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
    var bytes: [UInt8] = []
    while rest >= 128 {
      bytes.append(UInt8(rest % 128) + 128)
      rest /= 128
    }
    return bytes + [UInt8(rest)]
  }

  static func prefixed(_ bytes: [UInt8]?) -> [UInt8] { varint(Int64(bytes?.count ?? -1)) + (bytes ?? []) }
}

/// The error that reading all of a batch ends in; nil where it is read whole.
func failure(reading bytes: [UInt8]) -> RecordBatchError? {
  do throws(RecordBatchError) {
    _ = try RecordBatchView(bytes).records()
    return nil
  } catch {
    return error
  }
}
