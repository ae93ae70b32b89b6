import RecordBatches
import Testing

@Suite("Record batches, written and read")
struct RecordBatchEncodingTests {
  static let records = [
    Record(key: Array("P-1".utf8), value: Array(#"{"a":1}"#.utf8), timestampMilliseconds: 1_700_000_000_000),
    Record(
      key: nil, value: nil,
      headers: [RecordHeader(key: "trace", value: [1, 2]), RecordHeader(key: "none", value: nil)],
      timestampMilliseconds: 1_699_999_999_997),
    Record(key: [], value: [], timestampMilliseconds: 1_700_000_000_300),
  ]

  /// Three records at offset 42, uncompressed: Kafka's layout, byte by byte.
  static let golden: [UInt8] = [
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2a,  // base offset
    0x00, 0x00, 0x00, 0x60,  // bytes that follow
    0x00, 0x00, 0x00, 0x00, 0x02,  // leader epoch, magic
    0x3a, 0x4f, 0xdf, 0xdd,  // CRC-32C of all that follows
    0x00, 0x00, 0x00, 0x00, 0x00, 0x02,  // attributes, last offset delta
    0x00, 0x00, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00,  // base timestamp
    0x00, 0x00, 0x01, 0x8b, 0xcf, 0xe5, 0x69, 0x2c,  // max timestamp
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  // producer id
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  // producer epoch, base sequence
    0x00, 0x00, 0x00, 0x03,  // records
    0x20, 0x00, 0x00, 0x00, 0x06, 0x50, 0x2d, 0x31, 0x0e, 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d, 0x00,
    0x2a, 0x00, 0x05, 0x02, 0x01, 0x01, 0x04, 0x0a, 0x74, 0x72, 0x61, 0x63, 0x65, 0x04, 0x01, 0x02,
    0x08, 0x6e, 0x6f, 0x6e, 0x65, 0x01,
    0x0e, 0x00, 0xd8, 0x04, 0x04, 0x00, 0x00, 0x00,
  ]

  @Test("a batch is Kafka's, byte for byte")
  func goldenBytes() throws {
    #expect(try RecordBatchEncoder.encode(Self.records, baseOffset: Offset(rawValue: 42)) == Self.golden)
  }

  @Test("Kafka's bytes are read, with the offsets and times of their records")
  func goldenRead() throws {
    let batch = try RecordBatchView(Self.golden)
    #expect(batch.baseOffset.rawValue == 42)
    #expect(batch.nextOffset.rawValue == 45)
    #expect(batch.count == 3)
    #expect(batch.baseTimestamp == 1_700_000_000_000)
    #expect(batch.maxTimestamp == 1_700_000_000_300)
    #expect(batch.compression == .none)
    #expect(!batch.isControlBatch)
    var offsets: [Int64] = []
    var records: [Record] = []
    try batch.forEachRecord { record, offset in
      records.append(record)
      offsets.append(offset.rawValue)
    }
    #expect(offsets == [42, 43, 44])
    #expect(records == Self.records)
  }

  @Test("uncompressed batches are those that a naive writer makes, for records of all shapes")
  func encodingProperty() throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let records = generator.records(1...20)
      var naive = NaiveBatch(records)
      naive.baseOffset = Int64.random(in: 0...(.max - 100), using: &generator)
      let encoded = try RecordBatchEncoder.encode(records, baseOffset: Offset(rawValue: naive.baseOffset))
      #expect(encoded == naive.bytes, "seed \(seed)")
    }
  }

  @Test("what is written is read back, compressed or not", arguments: [Compression.none, .zstd])
  func roundTripProperty(compression: Compression) throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let records = generator.records(1...30)
      let bytes = try RecordBatchEncoder.encode(records, compression: compression)
      let batch = try RecordBatchView(bytes)
      #expect(try batch.records() == records, "seed \(seed)")
      #expect(batch.count == records.count)
      #expect(batch.maxTimestamp == records.map(\.timestampMilliseconds).max(), "seed \(seed)")
    }
  }

  @Test("zstd is used where it makes a batch smaller, and left out where it does not")
  func compressionIsWorthIt() throws {
    let repetitive = [Record(key: nil, value: Array(repeating: 7, count: 5000), timestampMilliseconds: 0)]
    let compressed = try RecordBatchEncoder.encode(repetitive, compression: .zstd)
    #expect(try RecordBatchView(compressed).compression == .zstd)
    #expect(compressed.count < 200)
    let tiny = [Record(key: nil, value: [1], timestampMilliseconds: 0)]
    let plain = try RecordBatchEncoder.encode(tiny, compression: .zstd)
    #expect(try RecordBatchView(plain).compression == .none)
    #expect(try plain == RecordBatchEncoder.encode(tiny))
  }

  @Test("a base offset is set without touching the checksum", arguments: [0, 1, 255, 1 << 40, Int64.max - 3])
  func baseOffsets(offset: Int64) throws {
    var bytes = Self.golden
    RecordBatchEncoder.setBaseOffset(Offset(rawValue: offset), in: &bytes)
    let batch = try RecordBatchView(bytes)
    #expect(batch.baseOffset.rawValue == offset)
    #expect(batch.nextOffset.rawValue == offset + 3)
    #expect(try batch.records() == Self.records)
    #expect(Array(bytes[8...]) == Array(Self.golden[8...]))
  }

  @Test("timestamps as far apart as can be are written and read back")
  func extremeTimestamps() throws {
    let records = [Int64.min, Int64.max, 0, -1].map { Record(key: nil, value: nil, timestampMilliseconds: $0) }
    let batch = try RecordBatchView(RecordBatchEncoder.encode(records))
    #expect(try batch.records() == records)
    #expect(batch.maxTimestamp == .max)
  }

  @Test("a batch without records is not written, and every codec gives back what it was given")
  func refused() throws {
    #expect(throws: RecordBatchError.malformed("a batch has at least one record")) {
      try RecordBatchEncoder.encode([])
    }
    for codec in Compression.allCases {
      let bytes = try RecordBatchEncoder.encode(Self.records, compression: codec)
      #expect(try RecordBatchView(bytes).records() == Self.records)
    }
  }

  @Test("partitions are ordered by topic, then by number, and say their name")
  func topicPartitions() {
    let sorted = [
      TopicPartition(topic: "a", partition: 2), TopicPartition(topic: "a", partition: 10),
      TopicPartition(topic: "b", partition: 0),
    ]
    #expect(sorted.reversed().sorted() == sorted)
    #expect(sorted.map(\.description) == ["a:2", "a:10", "b:0"])
    #expect(Offset(rawValue: 5).advanced(by: -2) == Offset(rawValue: 3))
  }
}
