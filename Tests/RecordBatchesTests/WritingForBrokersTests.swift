import ByteCoding
import RecordBatches
import Testing

@Suite("Headers, markers, stamps and filtered batches")
struct WritingForBrokersTests {
  static let records = RecordBatchEncodingTests.records

  @Test("a header is read from the first 61 bytes, field by field")
  func headers() throws {
    var batch = NaiveBatch(Self.records)
    batch.baseOffset = 42
    batch.attributes = 0x10
    (batch.producerID, batch.producerEpoch, batch.baseSequence) = (7, 8, 9)
    let bytes = batch.bytes
    for count in [61, 62, bytes.count] {
      let prefix = Array(bytes[..<count])
      let header = try RecordBatchHeader(reading: prefix.rawBytes)
      #expect(header.baseOffset.rawValue == 42 && header.nextOffset.rawValue == 45 && header.lastOffsetDelta == 2)
      #expect(header.byteCount == bytes.count && header.count == 3 && header.leaderEpoch == 0)
      #expect(header.producerID == 7 && header.producerEpoch == 8 && header.baseSequence == 9)
      #expect(header.baseTimestamp == batch.baseTimestamp && header.maxTimestamp == batch.maxTimestamp)
      #expect(header.attributes == 0x10 && header.isTransactional && header.compression == Compression.none)
      #expect(header.checksum == Checksum.crc32c(Array(bytes[21...])))
      #expect(header.frame == Array(bytes[..<16]))
      #expect(header.rebased(to: Offset(rawValue: 5)).frame == NaiveBatch.bigEndian(Int64(5)) + bytes[8..<16])
    }
    for count in 0..<61 {
      let prefix = Array(bytes[..<count])
      #expect(throws: RecordBatchError.truncated(needed: 61, found: count)) {
        try RecordBatchHeader(reading: prefix.rawBytes)
      }
    }
    let whole = try RecordBatchHeader(reading: bytes.rawBytes)
    #expect(try RecordBatchView(bytes).header == whole)
  }

  @Test("random headers end in an error or in counts that agree")
  func randomHeaders() {
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = generator.bytes(61...61)
      bytes[16] = 2
      if seed % 2 == 0 { for place in [0, 8, 23, 57] { bytes[place] &= 0x7f } }
      guard let header = try? RecordBatchHeader(reading: bytes.rawBytes) else { continue }
      #expect(header.byteCount >= 61 && header.count <= Int(header.lastOffsetDelta) + 1, "seed \(seed)")
      #expect(header.nextOffset > header.baseOffset, "seed \(seed)")
    }
  }

  @Test("a marker is Kafka's control batch, byte for byte, and is read back")
  func markers() throws {
    for (isCommit, type) in [(true, 1), (false, 0)] as [(Bool, UInt8)] {
      let marker = ControlMarker(isCommit: isCommit, coordinatorEpoch: 0x0102_0304)
      var naive = NaiveBatch([
        Record(key: [0, 0, 0, type], value: [0, 0, 1, 2, 3, 4], timestampMilliseconds: 1_700_000_000_000)
      ])
      naive.attributes = 0x30
      (naive.producerID, naive.producerEpoch) = (77, 3)
      let bytes = try RecordBatchEncoder.encodeControl(
        marker, producerID: 77, producerEpoch: 3, timestamp: 1_700_000_000_000)
      #expect(bytes == naive.bytes)
      let read = try ControlMarker(ofBatch: bytes.rawBytes)
      #expect(read == marker)
      #expect(try RecordBatchView(bytes).isControlBatch)
      #expect(ProducedBatchTests.refusal(bytes) == .malformed("control batches are the broker's to write"))
    }
  }

  @Test(
    "control records of other kinds are no markers, and short ones do not trap",
    arguments: [nil, [], [0], [0, 0, 0], [0, 0, 0, 2], [0, 0, 1, 1], [0, 0, 0xff, 0xff]] as [[UInt8]?])
  func otherControlRecords(key: [UInt8]?) throws {
    let other = NaiveBatch([Record(key: key, value: nil, timestampMilliseconds: 0)]).bytes
    let none = try ControlMarker(ofBatch: other.rawBytes)
    #expect(none == nil)
    let short = NaiveBatch([Record(key: [0, 0, 0, 1], value: [0], timestampMilliseconds: 0)]).bytes
    let marker = try ControlMarker(ofBatch: short.rawBytes)
    #expect(marker == ControlMarker(isCommit: true, coordinatorEpoch: 0))
  }

  @Test("records that are stamped on arrival have that time, under a right checksum", arguments: Compression.allCases)
  func logAppendTime(codec: Compression) throws {
    var bytes = try #require(GoldenBatches.librdkafka[codec])
    RecordBatchEncoder.setLogAppendTime(1_800_000_000_123, in: &bytes)
    let batch = try RecordBatchView(bytes)
    #expect(batch.header.usesLogAppendTime && batch.compression == codec)
    #expect(batch.maxTimestamp == 1_800_000_000_123)
    let expected = GoldenBatches.records.map { record in
      var record = record
      record.timestampMilliseconds = 1_800_000_000_123
      return record
    }
    #expect(try batch.records() == expected)
    // Whatever is taken out of it later, the stamp stays.
    let filtered = try #require(try RecordBatchEncoder.filtered(batch) { _, offset in offset.rawValue == 1 })
    #expect(try RecordBatchView(filtered).records() == [expected[1]])
  }

  @Test("a filtered batch keeps offsets, times, producer and codec", arguments: Compression.allCases)
  func filtering(codec: Compression) throws {
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let records = generator.records(1...20)
      let producer = ProducerFields(id: 7, epoch: 3, baseSequence: 100, isTransactional: seed % 2 == 0)
      let bytes = try RecordBatchEncoder.encode(
        records, baseOffset: Offset(rawValue: 1000), compression: codec, producer: producer)
      let batch = try RecordBatchView(bytes)
      let kept = Set((0..<records.count).filter { _ in Bool.random(using: &generator) })
      var filtered = try RecordBatchEncoder.filtered(batch) { record, offset in
        #expect(record == records[Int(offset.rawValue - 1000)], "seed \(seed)")
        return kept.contains(Int(offset.rawValue - 1000))
      }
      guard !kept.isEmpty else {
        #expect(filtered == nil, "seed \(seed)")
        continue
      }
      if kept.count == records.count { #expect(filtered == bytes, "seed \(seed)") }
      // Filtered again by the same rule, nothing changes.
      for _ in 0..<2 {
        let view = try RecordBatchView(#require(filtered))
        let placed = try view.placedRecords()
        #expect(placed.map { Int($0.1.rawValue - 1000) } == kept.sorted(), "seed \(seed)")
        #expect(placed.map(\.0) == kept.sorted().map { records[$0] }, "seed \(seed)")
        #expect(view.baseOffset == batch.baseOffset && view.nextOffset == batch.nextOffset, "seed \(seed)")
        #expect(view.baseTimestamp == batch.baseTimestamp && view.maxTimestamp == batch.maxTimestamp, "seed \(seed)")
        #expect(view.header.producerEpoch == 3 && view.header.baseSequence == 100, "seed \(seed)")
        #expect(view.producerID == 7 && view.isTransactional == (seed % 2 == 0), "seed \(seed)")
        #expect(view.compression == codec || view.compression == .none, "seed \(seed)")
        filtered = try RecordBatchEncoder.filtered(view) { _, offset in
          kept.contains(Int(offset.rawValue - 1000))
        }
      }
    }
  }

  @Test("an error of the rule that filters is passed on")
  func filteringFails() throws {
    struct Refused: Error {}
    let batch = try RecordBatchView(RecordBatchEncodingTests.golden)
    #expect(throws: Refused.self) { try RecordBatchEncoder.filtered(batch) { _, _ in throw Refused() } }
  }

  @Test("a header's name that is not UTF-8 survives filtering")
  func strangeHeaderNames() throws {
    var naive = NaiveBatch([
      Record(key: nil, value: nil, timestampMilliseconds: 0), Record(key: [1], value: nil, timestampMilliseconds: 0),
    ])
    let null = NaiveBatch.varint(-1)
    naive.payload =
      NaiveBatch.varint(10) + [0, 0, 0] + null + null + [2, 4, 0xff, 0xfe] + null
      + NaiveBatch.varint(7) + [0, 0, 2, 2, 1] + null + [0]
    #expect(ProducedBatchTests.refusal(naive.bytes) == nil)
    let filtered = try #require(
      try RecordBatchEncoder.filtered(RecordBatchView(naive.bytes)) { _, offset in offset.rawValue == 0 })
    #expect(Array(filtered[61...]) == NaiveBatch.varint(10) + [0, 0, 0] + null + null + [2, 4, 0xff, 0xfe] + null)
  }
}
