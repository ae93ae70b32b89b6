import ByteCoding
@testable import RecordBatches
import Testing

@Suite("Batches of producers, as a broker checks them")
struct ProducedBatchTests {
  static let records = RecordBatchEncodingTests.records
  static let keyed = [
    Record(key: [1], value: nil, timestampMilliseconds: 5), Record(key: [], value: [2], timestampMilliseconds: 6),
  ]

  /// The error that a check ends in; nil where the batch is taken.
  static func refusal(
    _ bytes: [UInt8], requiresKeys: Bool = false, limit: Int = RecordBatchView.largestPayload
  ) -> RecordBatchError? {
    do throws(RecordBatchError) {
      _ = try ProducedBatch.validate(bytes.rawBytes, requiresKeys: requiresKeys, limit: limit)
      return nil
    } catch {
      return error
    }
  }

  /// What a batch of three records is refused for, after a change.
  static func refusal(requiresKeys: Bool = false, _ change: (inout NaiveBatch) -> Void) -> RecordBatchError? {
    var batch = NaiveBatch(records)
    change(&batch)
    return refusal(batch.bytes, requiresKeys: requiresKeys)
  }

  @Test("what real clients send is taken, and its header given back", arguments: Compression.allCases)
  func goldens(codec: Compression) throws {
    let bytes = try #require(GoldenBatches.librdkafka[codec])
    let header = try ProducedBatch.validate(bytes.rawBytes, requiresKeys: true)
    #expect(header.compression == codec)
    #expect(header.count == 3)
    #expect(header.byteCount == bytes.count)
    #expect(header.producerID == -1)
    #expect(header.maxTimestamp == 1_700_000_000_010)
  }

  @Test("a transactional batch's producer is told")
  func transactional() throws {
    let bytes = GoldenBatches.transactional
    let header = try ProducedBatch.validate(bytes.rawBytes)
    #expect(header.isTransactional && !header.isControlBatch && !header.usesLogAppendTime)
    #expect(header.producerID == 77)
    #expect(header.producerEpoch == 3)
    #expect(header.baseSequence == 11)
    #expect(header.compression == .gzip)
  }

  @Test("what is encoded is taken, for records of all shapes and every codec", arguments: Compression.allCases)
  func encodedProperty(codec: Compression) throws {
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var records = generator.records(1...20)
      for index in records.indices { records[index].timestampMilliseconds = abs(records[index].timestampMilliseconds) }
      let producer = ProducerFields(
        id: Int64(seed), epoch: 2, baseSequence: Int32.max - Int32(seed), isTransactional: seed % 2 == 0)
      let bytes = try RecordBatchEncoder.encode(records, compression: codec, producer: producer)
      let header = try ProducedBatch.validate(bytes.rawBytes)
      let view = try RecordBatchView(bytes)
      #expect(header == view.header, "seed \(seed)")
      #expect(header.producerID == producer.id && header.isTransactional == producer.isTransactional, "seed \(seed)")
      let keyless = records.firstIndex { $0.key == nil }.map { RecordBatchError.missingKey(record: $0) }
      #expect(Self.refusal(bytes, requiresKeys: true) == keyless, "seed \(seed)")
    }
  }

  @Test("the bytes must be one batch, all of it")
  func lengths() {
    let bytes = NaiveBatch(Self.records).bytes
    for count in 0..<bytes.count {
      let needed = count < 61 ? 61 : bytes.count
      #expect(Self.refusal(Array(bytes[..<count])) == .truncated(needed: needed, found: count))
    }
    #expect(
      Self.refusal(bytes + bytes)
        == .malformed("\(bytes.count) bytes follow the batch; one batch is taken at a time"))
    for length in [0, 48, -1, Int32.min] as [Int32] {
      var wrong = bytes
      wrong.replaceSubrange(8..<12, with: NaiveBatch.bigEndian(length))
      #expect(Self.refusal(wrong) == .malformed("a length of \(length) bytes"))
    }
    var longest = bytes
    longest.replaceSubrange(8..<12, with: NaiveBatch.bigEndian(Int32.max))
    #expect(Self.refusal(longest) == .truncated(needed: Int(Int32.max) + 12, found: bytes.count))
  }

  @Test("every flipped bit is told apart as damage before anything else is said of it")
  func flippedBits() {
    let bytes = GoldenBatches.librdkafka[.lz4] ?? []
    for index in 17..<bytes.count {
      for bit in 0..<8 {
        var wrong = bytes
        wrong[index] ^= 1 << UInt8(bit)
        guard case .wrongChecksum? = Self.refusal(wrong) else {
          Issue.record("byte \(index), bit \(bit): \(String(describing: Self.refusal(wrong)))")
          continue
        }
      }
    }
    var magic = bytes
    magic[16] = 1
    #expect(Self.refusal(magic) == .wrongMagic(1))
  }

  @Test("offsets are 0, 1, 2 and so on, as many as there are records")
  func offsets() {
    #expect(Self.refusal { _ in } == nil)
    #expect(Self.refusal { $0.lastOffsetDelta = 3 } == .malformed("3 records at 4 offsets"))
    #expect(Self.refusal { $0.lastOffsetDelta = 1 } == .malformed("3 records at 2 offsets"))
    #expect(Self.refusal { $0.count = 2 } == .malformed("2 records at 3 offsets"))
    #expect(Self.refusal { ($0.count, $0.lastOffsetDelta) = (0, 0) } == .malformed("0 records at 1 offsets"))
    #expect(Self.refusal { ($0.count, $0.lastOffsetDelta) = (2, 1) } == .malformed("bytes follow the last record"))
    #expect(Self.refusal { ($0.count, $0.lastOffsetDelta) = (4, 3) } != nil)
    #expect(Self.refusal { ($0.count, $0.lastOffsetDelta) = (.max, .max - 1) } != nil)
    for deltas in [[0, 2, 2], [1, 2, 2], [0, 0, 2], [0, 1, 1], [0, -1, 2]] as [[Int64]] {
      var batch = NaiveBatch(Self.records, deltas: deltas)
      batch.lastOffsetDelta = 2
      guard case .malformed(let reason)? = Self.refusal(batch.bytes), reason.contains("offset delta") else {
        Issue.record("\(deltas) were taken")
        continue
      }
    }
  }

  @Test("codecs that are not known, control batches and times of arrival are not a producer's to write")
  func attributes() {
    for codec in 5...7 as ClosedRange<UInt16> {
      #expect(Self.refusal { $0.attributes = codec } == .malformed("an unknown compression"))
    }
    #expect(Self.refusal { $0.attributes = 0x20 } == .malformed("control batches are the broker's to write"))
    #expect(Self.refusal { $0.attributes = 0x08 } == .malformed("the time of arrival is the broker's to write"))
  }

  @Test("a producer's id, epoch and sequence go together; without an id, the others do not count")
  func producers() {
    func refusal(_ id: Int64, _ epoch: Int16, _ sequence: Int32, transactional: Bool = false) -> RecordBatchError? {
      Self.refusal {
        ($0.producerID, $0.producerEpoch, $0.baseSequence) = (id, epoch, sequence)
        if transactional { $0.attributes = 0x10 }
      }
    }
    #expect(refusal(0, 0, 0) == nil)
    #expect(refusal(.max, .max, .max, transactional: true) == nil)
    #expect(refusal(-1, -1, -1) == nil)
    #expect(refusal(-1, 0, 0) == nil)
    #expect(refusal(5, -1, 0) == .malformed("producer 5, epoch -1, sequence 0"))
    #expect(refusal(5, 0, -1) == .malformed("producer 5, epoch 0, sequence -1"))
    #expect(refusal(-2, -1, -1) == .malformed("producer -2, epoch -1, sequence -1"))
    #expect(refusal(-1, -1, -1, transactional: true) == .malformed("producer -1, epoch -1, sequence -1"))
  }

  @Test("timestamps lie after 1970, or are −1 for none")
  func timestamps() {
    func refusal(_ times: [Int64], _ change: (inout NaiveBatch) -> Void = { _ in }) -> RecordBatchError? {
      var batch = NaiveBatch(times.map { Record(key: nil, value: nil, timestampMilliseconds: $0) })
      change(&batch)
      return Self.refusal(batch.bytes)
    }
    #expect(refusal([-1, -1]) == nil)
    #expect(refusal([5, 3, 9]) == nil)
    #expect(refusal([0, .max]) == nil)
    #expect(refusal([5]) { $0.maxTimestamp = -1 } == nil)
    #expect(refusal([-2]) == .malformed("timestamps from -2 to -2"))
    #expect(refusal([5]) { $0.maxTimestamp = -2 } == .malformed("timestamps from 5 to -2"))
    let outside = RecordBatchError.malformed("record 1 has a timestamp before 1970 or beyond 64 bits")
    #expect(refusal([5, -2]) == outside)
    #expect(refusal([5, .max]) { $0.baseTimestamp = 6 } == outside)
  }

  @Test("where keys are required, a record without one is named; an empty key is one")
  func keys() {
    #expect(Self.refusal(NaiveBatch(Self.keyed).bytes, requiresKeys: true) == nil)
    #expect(Self.refusal(requiresKeys: true) { _ in } == .missingKey(record: 1))
    #expect(Self.refusal(requiresKeys: false) { _ in } == nil)
  }

  @Test(
    "a record whose lengths lie is refused, however large they are",
    arguments: [-2, 5, 60, 1 << 31, 1 << 62, Int64.max, Int64.min])
  func hostileLengths(length: Int64) {
    let null = NaiveBatch.varint(-1)
    let number = NaiveBatch.varint(length)
    let contents: [[UInt8]] = [
      number + [0, 0, 0] + null + null + [0], [12, 0, 0, 0] + number + null + [0],
      [12, 0, 0, 0] + null + number + [0], [12, 0, 0, 0] + null + null + number,
      [16, 0, 0, 0] + null + null + [2] + number + [0], [16, 0, 0, 0] + null + null + [2, 0] + number,
    ]
    for (field, content) in contents.enumerated() {
      var batch = NaiveBatch([Record(key: nil, value: nil, timestampMilliseconds: 0)])
      batch.payload = content
      guard case .malformed? = Self.refusal(batch.bytes) else {
        Issue.record("field \(field) was taken with the length \(length)")
        continue
      }
    }
    // A header's value may be null, its name may not.
    var batch = NaiveBatch([Record(key: nil, value: nil, timestampMilliseconds: 0)])
    batch.payload = [16, 0, 0, 0] + null + null + [2, 0] + null
    #expect(Self.refusal(batch.bytes) == nil)
    batch.payload = [16, 0, 0, 0] + null + null + [2] + null + [0]
    #expect(Self.refusal(batch.bytes) == .malformed("a length of -1"))
  }

  @Test("the limit is for what the records unpack to")
  func limits() throws {
    let record = Record(key: nil, value: [UInt8](repeating: 0, count: 10_000), timestampMilliseconds: 0)
    for codec in CodecTests.codecs {
      let bytes = try RecordBatchEncoder.encode([record], compression: codec)
      let count = NaiveBatch([record]).payload.count
      #expect(Self.refusal(bytes, limit: count) == nil)
      #expect(Self.refusal(bytes, limit: count - 1) == .tooLarge(limit: count - 1))
    }
  }

  @Test("whatever is taken can be read, with the offsets that it should have", arguments: Compression.allCases)
  func mutationProperty(codec: Compression) throws {
    var taken = 0
    for seed in 0..<800 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var batch = NaiveBatch(generator.records(1...4))
      batch.baseTimestamp = abs(batch.baseTimestamp)
      batch.maxTimestamp = abs(batch.maxTimestamp)
      if Bool.random(using: &generator), !batch.payload.isEmpty {
        batch.payload[Int.random(in: batch.payload.indices, using: &generator)] = .random(in: 0...8, using: &generator)
      }
      batch.payload = codec == .none ? batch.payload : try codec.compress(batch.payload)
      batch.attributes = UInt16(codec.rawValue)
      if Int.random(in: 0...3, using: &generator) == 0 {
        batch.payload[Int.random(in: batch.payload.indices, using: &generator)] ^=
          1 << UInt8.random(in: 0...7, using: &generator)
      }
      guard Self.refusal(batch.bytes) == nil else { continue }
      taken += 1
      let placed = try RecordBatchView(batch.bytes).placedRecords()
      #expect(placed.map(\.1.rawValue) == (0..<Int64(batch.count)).map { $0 }, "seed \(seed)")
    }
    #expect(taken > 100)
  }
}
