import ByteCoding
import Testing

@testable import RecordBatches

@Suite("The codecs of batches")
struct CodecTests {
  static let codecs: [Compression] = [.gzip, .snappy, .lz4, .zstd]
  /// Those whose streams may follow each other, and say where they end.
  static let streams: [Compression] = [.gzip, .lz4, .zstd]

  @Test("what real clients write is read, whatever the codec", arguments: Compression.allCases)
  func goldens(codec: Compression) throws {
    let batch = try RecordBatchView(#require(GoldenBatches.librdkafka[codec]))
    #expect(batch.compression == codec)
    #expect(try batch.records() == GoldenBatches.records)
  }

  @Test("what is compressed is unpacked", arguments: codecs)
  func roundTrip(codec: Compression) throws {
    for count in [0, 1, 100, 32_767, 32_768, 32_769, 65_536, 262_144, 262_145, 1 << 20] {
      var generator = SeededGenerator(seed: UInt64(count))
      let words = (0..<16).map { _ in generator.bytes(1...9) }
      var text: [UInt8] = []
      while text.count < count { text += words[Int.random(in: 0..<16, using: &generator)] }
      for bytes in [generator.bytes(count...count), [UInt8](repeating: 0, count: count), Array(text.prefix(count))] {
        let packed = try codec.compress(bytes)
        #expect(try codec.decompress(packed, limit: count) == bytes, "\(count) bytes")
      }
    }
  }

  @Test("a limit holds at the limit and refuses one byte past it", arguments: codecs)
  func limits(codec: Compression) throws {
    for count in [1, 32_768, 100_000, 600_000] {
      let packed = try codec.compress([UInt8](repeating: 1, count: count))
      #expect(try codec.decompress(packed, limit: count).count == count)
      #expect(throws: RecordBatchError.tooLarge(limit: count - 1)) { try codec.decompress(packed, limit: count - 1) }
    }
  }

  @Test("streams that follow each other are one", arguments: streams)
  func concatenated(codec: Compression) throws {
    let first = [UInt8](repeating: 3, count: 70_000)
    let second = Array("and more".utf8)
    let packed = try codec.compress(first) + codec.compress(second)
    #expect(try codec.decompress(packed, limit: 100_000) == first + second)
    #expect(throws: RecordBatchError.tooLarge(limit: 70_000)) { try codec.decompress(packed, limit: 70_000) }
  }

  @Test("a stream cut at any byte is refused, and so is one with bytes after it", arguments: streams)
  func truncation(codec: Compression) throws {
    let packed = try codec.compress(Array("some text, some text, some more text".utf8))
    for count in 0..<packed.count {
      #expect(throws: RecordBatchError.self, "\(count)") { try codec.decompress(Array(packed[..<count]), limit: 1000) }
    }
    #expect(throws: RecordBatchError.self) { try codec.decompress(packed + [9, 9, 9, 9, 9, 9, 9, 9], limit: 1000) }
  }

  @Test("changed bytes end in an error or in bytes within the limit, never in a trap", arguments: codecs)
  func mutationProperty(codec: Compression) throws {
    for seed in 0..<1500 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = [UInt8](repeating: 7, count: 200) + generator.bytes(0...300)
      var packed = try codec.compress(text)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<packed.count, using: &generator)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: packed[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        case 1: packed[place] = .random(in: 0...255, using: &generator)
        case 2: packed.insert(.random(in: 0...255, using: &generator), at: place)
        default: if place > 0 { packed.removeSubrange(place...) }
        }
      }
      if let unpacked = try? codec.decompress(packed, limit: 1000) {
        #expect(unpacked.count <= 1000, "seed \(seed)")
      }
      if let unpacked = try? codec.decompress(generator.bytes(0...60), limit: 1000) {
        #expect(unpacked.count <= 1000, "seed \(seed)")
      }
    }
  }

  @Test("a batch's payload cut at any byte is refused under a right checksum", arguments: Compression.allCases)
  func cutBatches(codec: Compression) throws {
    let golden = try #require(GoldenBatches.librdkafka[codec])
    var naive = NaiveBatch(GoldenBatches.records)
    naive.attributes = UInt16(codec.rawValue)
    for count in 0..<golden.count - 61 {
      naive.payload = Array(golden[61..<61 + count])
      #expect(failure(reading: naive.bytes) != nil, "\(count) bytes")
    }
  }

  @Test("a batch that unpacks to more than 128 MiB is refused before it is unpacked whole", arguments: codecs)
  func bombs(codec: Compression) throws {
    let piece = [UInt8](repeating: 0, count: 1 << 20)
    var batch = NaiveBatch([Record(key: nil, value: nil, timestampMilliseconds: 0)])
    batch.attributes = UInt16(codec.rawValue)
    let packed = try codec.compress(piece)
    // Snappy's header stands only once, before the blocks.
    let header = codec == .snappy ? Array(packed.prefix(16)) : []
    batch.payload = header + (0..<129).flatMap { _ in packed.dropFirst(header.count) }
    #expect(failure(reading: batch.bytes) == .tooLarge(limit: RecordBatchView.largestPayload))
  }
}

@Suite("Snappy's two forms")
struct SnappyTests {
  static let text = [UInt8](repeating: 97, count: 10)
  /// Ten times `a`: the length, one literal, and nine bytes copied from one byte before.
  static let block: [UInt8] = [0x0a, 0x00, 0x61, 0x15, 0x01]
  static let header: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]

  @Test("a bare block is read, and blocks in the framing of snappy-java")
  func forms() throws {
    let framed = [0, 0, 0, 5] + Self.block
    #expect(try Snappy.decompress(Self.block, limit: 100) == Self.text)
    #expect(try Snappy.decompress(Self.header + framed, limit: 100) == Self.text)
    #expect(try Snappy.decompress(Self.header + framed + framed, limit: 100) == Self.text + Self.text)
    #expect(try Snappy.decompress(Self.header, limit: 100) == [])
  }

  @Test("blocks of 32 KiB are written, each with its length")
  func framing() throws {
    let packed = try Snappy.compress([UInt8](repeating: 0, count: 70_000))
    #expect(Array(packed.prefix(16)) == Self.header)
    var position = 16
    var sizes: [Int] = []
    while position < packed.count {
      let length = packed[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      position += 4
      sizes.append(try Snappy.decompress(Array(packed[position..<position + length]), limit: 1 << 20).count)
      position += length
    }
    #expect(sizes == [32_768, 32_768, 4464])
  }

  @Test("a limit counts all blocks, and the error says which it is")
  func limits() {
    let framed = Self.header + [0, 0, 0, 5] + Self.block + [0, 0, 0, 5] + Self.block
    #expect(throws: RecordBatchError.tooLarge(limit: 19)) { try Snappy.decompress(framed, limit: 19) }
    #expect(throws: RecordBatchError.tooLarge(limit: 5)) { try Snappy.decompress(framed, limit: 5) }
  }

  @Test("a block that says it unpacks to more than it can is refused at once")
  func lies() {
    // 128 MiB less one byte, from five bytes.
    let lie: [UInt8] = [0xff, 0xff, 0xff, 0x3f, 0x00]
    #expect(throws: RecordBatchError.malformed("it is not snappy")) {
      try Snappy.decompress(lie, limit: RecordBatchView.largestPayload)
    }
  }

  @Test("the densest block there is, is read: three bytes that copy 64 each")
  func densest() throws {
    let bytes = [UInt8](repeating: 5, count: 1 << 16)
    let packed = try Snappy.compress(bytes)
    #expect(try Snappy.decompress(packed, limit: bytes.count) == bytes)
    // Written by hand: the length 64,001, one literal, 1000 copies of 64 bytes from one byte before.
    let copies = (0..<1000).flatMap { _ in [0xfe, 0x01, 0x00] as [UInt8] }
    let block: [UInt8] = [0x81, 0xf4, 0x03, 0x00, 0x05] + copies
    #expect(try Snappy.decompress(block, limit: 64_001) == [UInt8](repeating: 5, count: 64_001))
  }

  @Test(
    "blocks whose lengths are cut, too long or negative are refused",
    arguments: [[0], [0, 0, 0], [0, 0, 0, 6], [0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff]])
  func lengths(length: [UInt8]) {
    #expect(throws: RecordBatchError.self) { try Snappy.decompress(Self.header + length + Self.block, limit: 100) }
    for count in 1..<16 {
      #expect(throws: RecordBatchError.self) { try Snappy.decompress(Array(Self.header[..<count]), limit: 100) }
    }
  }
}
