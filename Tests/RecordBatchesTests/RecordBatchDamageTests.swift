import ByteCoding
import RecordBatches
import Testing

@Suite("Record batches that are damaged or hostile")
struct RecordBatchDamageTests {
  static let golden = RecordBatchEncodingTests.golden

  @Test("a batch cut at any byte says how many bytes it needs")
  func truncation() {
    for count in 0..<Self.golden.count {
      let needed = count < 12 ? 12 : Self.golden.count
      #expect(failure(reading: Array(Self.golden[..<count])) == .truncated(needed: needed, found: count))
    }
  }

  @Test("bytes after a batch are not taken for a part of it")
  func trailing() {
    #expect(failure(reading: Self.golden + [0]) == .malformed("1 bytes follow it"))
  }

  @Test("every flipped bit that the checksum covers is found")
  func flippedBits() throws {
    for index in 17..<Self.golden.count {
      for bit in 0..<8 {
        var bytes = Self.golden
        bytes[index] ^= 1 << UInt8(bit)
        guard case .wrongChecksum? = failure(reading: bytes) else {
          Issue.record("byte \(index), bit \(bit): \(String(describing: failure(reading: bytes)))")
          continue
        }
      }
    }
  }

  @Test("another magic is told apart from damage", arguments: [0, 1, 3, 255] as [UInt8])
  func magic(number: UInt8) {
    var bytes = Self.golden
    bytes[16] = number
    #expect(failure(reading: bytes) == .wrongMagic(number))
  }

  @Test("lengths shorter than a header or beyond 31 bits are refused", arguments: [0, 48, 0x8000_0000, 0xffff_ffff])
  func lengths(length: UInt32) {
    var bytes = Self.golden
    bytes.replaceSubrange(8..<12, with: NaiveBatch.bigEndian(length))
    #expect(failure(reading: bytes) == .malformed("a length of \(length) bytes"))
  }

  @Test("a header that contradicts itself is refused though its checksum is right")
  func contradictions() {
    let records = RecordBatchEncodingTests.records
    func failureAfter(_ change: (inout NaiveBatch) -> Void) -> RecordBatchError? {
      var batch = NaiveBatch(records)
      change(&batch)
      return failure(reading: batch.bytes)
    }
    #expect(failureAfter { _ in } == nil)
    #expect(failureAfter { $0.baseOffset = -1 } == .malformed("3 records at 3 offsets"))
    #expect(failureAfter { $0.baseOffset = .max } == .malformed("3 records at 3 offsets"))
    #expect(failureAfter { $0.baseOffset = .max - 3 } == nil)
    #expect(failureAfter { $0.baseOffset = .max - 2 } == .malformed("3 records at 3 offsets"))
    #expect(failureAfter { $0.lastOffsetDelta = -1 } == .malformed("3 records at 0 offsets"))
    #expect(failureAfter { $0.lastOffsetDelta = 1 } == .malformed("3 records at 2 offsets"))
    #expect(failureAfter { $0.count = -1 } == .malformed("-1 records at 3 offsets"))
    #expect(failureAfter { $0.count = 2 } == .malformed("bytes follow the last record"))
    #expect(failureAfter { $0.attributes = 7 } == .malformed("an unknown compression"))
    for codec in [Compression.gzip, .snappy, .lz4, .zstd] {
      #expect(failureAfter { $0.attributes = UInt16(codec.rawValue) } != nil)
    }
    #expect(failureAfter { $0.payload = [] } != nil)
    #expect(failureAfter { $0.payload.append(0) } == .malformed("bytes follow the last record"))
  }

  @Test("a batch that says it has more records than it has bytes ends in an error")
  func hostileCount() {
    var batch = NaiveBatch(RecordBatchEncodingTests.records)
    batch.count = .max
    batch.lastOffsetDelta = .max - 1
    #expect(failure(reading: batch.bytes) != nil)
  }

  @Test("records taken out by compaction leave gaps, and the order of the rest is checked")
  func compaction() throws {
    let records = RecordBatchEncodingTests.records
    var batch = NaiveBatch(records, deltas: [2, 5, 9])
    batch.baseOffset = 100
    batch.lastOffsetDelta = 12
    let view = try RecordBatchView(batch.bytes)
    #expect(view.nextOffset.rawValue == 113)
    var offsets: [Int64] = []
    try view.forEachRecord { _, offset in offsets.append(offset.rawValue) }
    #expect(offsets == [102, 105, 109])
    for deltas in [[2, 2, 9], [5, 2, 9], [-1, 2, 9], [2, 5, 13]] as [[Int64]] {
      var wrong = NaiveBatch(records, deltas: deltas)
      wrong.lastOffsetDelta = 12
      guard case .malformed? = failure(reading: wrong.bytes) else {
        Issue.record("\(deltas) was read")
        continue
      }
    }
    var empty = NaiveBatch([])
    empty.lastOffsetDelta = 4
    #expect(try RecordBatchView(empty.bytes).records().isEmpty)
    #expect(try RecordBatchView(empty.bytes).nextOffset.rawValue == 5)
  }

  @Test("control batches are told apart")
  func controlBatches() throws {
    var batch = NaiveBatch(RecordBatchEncodingTests.records)
    batch.attributes = 0x20
    #expect(try RecordBatchView(batch.bytes).isControlBatch)
    batch.attributes = 0x18
    #expect(try !RecordBatchView(batch.bytes).isControlBatch)
  }

  @Test(
    "a record whose lengths lie is refused, however large they are",
    arguments: [-2, 5, 60, 1 << 31, 1 << 62, Int64.max, Int64.min])
  func hostileLengths(length: Int64) {
    let null = NaiveBatch.varint(-1)
    // The record's own length, its key's, its value's, its number of headers, a header's name and value.
    func content(_ field: Int, _ length: Int64) -> [UInt8] {
      let number = NaiveBatch.varint(length)
      switch field {
      case 0: return number + [0, 0, 0] + null + null + [0]
      case 1: return [12, 0, 0, 0] + number + null + [0]
      case 2: return [12, 0, 0, 0] + null + number + [0]
      case 3: return [12, 0, 0, 0] + null + null + number
      case 4: return [16, 0, 0, 0] + null + null + [2] + number + [0]
      default: return [16, 0, 0, 0] + null + null + [2, 0] + number
      }
    }
    for (field, right) in ([6, -1, -1, 0, 0, 0] as [Int64]).enumerated() {
      var batch = NaiveBatch([Record(key: nil, value: nil, timestampMilliseconds: 0)])
      batch.payload = content(field, right)
      #expect(failure(reading: batch.bytes) == nil, "field \(field)")
      batch.payload = content(field, length)
      guard case .malformed? = failure(reading: batch.bytes) else {
        Issue.record("field \(field) was read with the length \(length)")
        continue
      }
    }
  }

  @Test("payloads changed under a right checksum end in an error or in records, never in a trap", arguments: [0, 4])
  func mutationProperty(attributes: UInt16) throws {
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let records = generator.records(1...4)
      var batch = NaiveBatch(records)
      batch.attributes = attributes
      if attributes == 4 {
        let compressed = try RecordBatchEncoder.encode(records + records + records, compression: .zstd)
        guard try RecordBatchView(compressed).compression == .zstd else { continue }
        batch.payload = Array(compressed[61...])
        batch.count = Int32(records.count * 3)
        batch.lastOffsetDelta = batch.count - 1
      }
      for _ in 0...Int.random(in: 0...3, using: &generator) {
        let place = batch.payload.indices.randomElement(using: &generator)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: if let place { batch.payload[place] = UInt8.random(in: 0...255, using: &generator) }
        case 1: if let place { batch.payload.remove(at: place) }
        case 2: batch.payload.insert(0xff, at: place ?? 0)
        default: if let place { batch.payload.removeSubrange(place...) }
        }
      }
      if let view = try? RecordBatchView(batch.bytes), let read = try? view.records() {
        #expect(read.count == view.count, "seed \(seed)")
      }
    }
  }

  @Test("random bytes, also with a frame that fits them, are no batch")
  func randomBytes() {
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = generator.bytes(0...200)
      #expect(failure(reading: bytes) != nil, "seed \(seed)")
      guard bytes.count >= 61 else { continue }
      bytes.replaceSubrange(8..<12, with: NaiveBatch.bigEndian(UInt32(bytes.count - 12)))
      bytes[16] = 2
      #expect(failure(reading: bytes) != nil, "seed \(seed)")
      // With a right checksum too, whatever the header then says.
      bytes.replaceSubrange(17..<21, with: NaiveBatch.bigEndian(Checksum.crc32c(Array(bytes[21...]))))
      if let view = try? RecordBatchView(bytes) {
        #expect(view.count >= 0 && view.nextOffset > view.baseOffset, "seed \(seed)")
        _ = try? view.records()
      }
    }
  }

  @Test("batches that follow each other are cut apart, and a torn last one is left out")
  func batchesInARow() throws {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for offset in [0, 3, 6] as [Int64] {
      bytes += try RecordBatchEncoder.encode(
        RecordBatchEncodingTests.records, baseOffset: Offset(rawValue: offset), compression: .zstd)
      ends.append(bytes.count)
    }
    for count in 0...bytes.count {
      let batches = try RecordBatchView.batches(in: Array(bytes[..<count]))
      #expect(batches.count == ends.count { $0 <= count })
      #expect(batches.map(\.baseOffset.rawValue) == Array([0, 3, 6].prefix(batches.count)))
    }
    bytes[30] ^= 1
    #expect(throws: RecordBatchError.self) { try RecordBatchView.batches(in: bytes) }
  }
}
