import Testing

@testable import RecordBatches

@Suite("zstd frames in batches")
struct ZstandardTests {
  /// `hello hello hello hello`, streamed: the frame does not say how large it unpacks.
  static let streamed: [UInt8] = [
    0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x48, 0x65, 0x00, 0x00, 0x30, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x01, 0x00, 0x99,
    0x4b, 0x11,
  ]

  @Test("a frame that does not say its size is unpacked, alone and in a row")
  func streamedFrames() throws {
    let text = Array("hello hello hello hello".utf8)
    #expect(try Zstandard.decompress(Self.streamed, limit: 1000) == text)
    #expect(try Zstandard.decompress(Self.streamed + Self.streamed, limit: 1000) == text + text)
  }

  @Test("what is compressed is unpacked", arguments: [0, 1, 4095, 4096, 4097, 100_000, 1 << 20])
  func roundTrip(count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let random = generator.bytes(count...count)
    #expect(try Zstandard.decompress(Zstandard.compress(random), limit: count) == random)
    let zeros = [UInt8](repeating: 0, count: count)
    #expect(try Zstandard.decompress(Zstandard.compress(zeros), limit: count) == zeros)
  }

  @Test("a limit holds at the limit and refuses one byte past it")
  func limits() throws {
    let bytes = [UInt8](repeating: 1, count: 50_000)
    let compressed = try Zstandard.compress(bytes)
    #expect(try Zstandard.decompress(compressed, limit: 50_000) == bytes)
    #expect(throws: RecordBatchError.tooLarge(limit: 49_999)) { try Zstandard.decompress(compressed, limit: 49_999) }
  }

  @Test("a frame cut at any byte is refused")
  func truncation() throws {
    for frame in [Self.streamed, try Zstandard.compress(Array("some text, some text, some more text".utf8))] {
      for count in 0..<frame.count {
        #expect(throws: RecordBatchError.self) { try Zstandard.decompress(Array(frame[..<count]), limit: 1000) }
      }
    }
  }

  @Test("a frame followed by bytes that are none is refused")
  func trailing() {
    #expect(throws: RecordBatchError.self) { try Zstandard.decompress(Self.streamed + [0], limit: 1000) }
    #expect(throws: RecordBatchError.self) { try Zstandard.decompress(Self.streamed + [9, 9, 9, 9, 9], limit: 1000) }
  }

  @Test("a batch that unpacks to more than 128 MiB is refused before it is unpacked whole")
  func bomb() throws {
    let frame = try Zstandard.compress([UInt8](repeating: 0, count: 1 << 20))
    var batch = NaiveBatch([Record(key: nil, value: nil, timestampMilliseconds: 0)])
    batch.attributes = 4
    batch.payload = (0..<129).flatMap { _ in frame }
    #expect(batch.bytes.count < 20_000)
    #expect(failure(reading: batch.bytes) == .tooLarge(limit: RecordBatchView.largestPayload))
  }
}
