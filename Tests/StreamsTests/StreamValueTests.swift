import ByteCoding
import Streams
import Testing

@Suite("Values of streams")
struct StreamValueTests {
  static let golden: [(StreamValue, [UInt8])] = [
    (.null, [0]), (.text(""), [1, 0]), (.text("é"), [1, 2, 0xc3, 0xa9]), (.integer(0), [2, 0]), (.integer(-1), [2, 1]),
    (.integer(300), [2, 0xd8, 0x04]), (.decimal(1), [3, 1] + [UInt8](repeating: 0, count: 15)),
    (.decimal(-2), [3, 0xfe] + [UInt8](repeating: 0xff, count: 15)),
    (.decimal(Int128(1) << 64), [3] + [UInt8](repeating: 0, count: 8) + [1] + [UInt8](repeating: 0, count: 7)),
    (.time(Timestamp(rawValue: 64)), [4, 0x80, 0x01]),
  ]

  private func written(_ value: StreamValue) -> [UInt8] {
    var writer = ByteWriter()
    value.write(to: &writer)
    return writer.bytes
  }

  private func read(_ bytes: [UInt8]) throws(ByteReaderError) -> StreamValue {
    var reader = ByteReader(bytes.rawBytes)
    return try StreamValue(from: &reader)
  }

  @Test("a value is a byte for its type, then its content")
  func goldenBytes() throws {
    for (value, bytes) in Self.golden {
      #expect(written(value) == bytes)
      #expect(try read(bytes) == value)
      for count in 0..<bytes.count {
        #expect(throws: ByteReaderError.self, "\(value) cut to \(count)") { try read(Array(bytes[..<count])) }
      }
    }
  }

  @Test("the largest and the smallest values are read back")
  func extremes() throws {
    let values: [StreamValue] = [
      .integer(.min), .integer(.max), .decimal(.min), .decimal(.max), .time(Timestamp(rawValue: .min)),
      .time(Timestamp(rawValue: .max)), .text(String(repeating: "ق", count: 10_000)), .text("\0"),
    ]
    for value in values { #expect(try read(written(value)) == value) }
  }

  @Test("bytes of no type, or of text that is no UTF-8, are refused where they start")
  func malformed() {
    for type in 5...255 as ClosedRange<UInt8> {
      #expect(throws: ByteReaderError.malformedText(offset: 0)) { try read([type, 0, 0, 0]) }
    }
    #expect(throws: ByteReaderError.malformedText(offset: 1)) { try read([1, 1, 0xff]) }
    #expect(throws: ByteReaderError.self) { try read([1] + [UInt8](repeating: 0xff, count: 9) + [1]) }
    #expect(throws: ByteReaderError.malformedVarint(offset: 1)) { try read([2] + [UInt8](repeating: 0xff, count: 11)) }
  }

  @Test("random bytes are refused, or read to a value that is written and read again")
  func randomProperty() throws {
    for seed in 0..<5000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let bytes =
        [UInt8.random(in: 0...5, using: &generator)]
        + (0..<Int.random(in: 0...24, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      guard let value = try? read(bytes) else { continue }
      #expect(try read(written(value)) == value, "seed \(seed)")
    }
  }

  @Test("null comes first, then the types apart, each by size or by its bytes")
  func order() {
    let sorted: [StreamValue] = [
      .null, .text(""), .text("Z"), .text("a"), .text("aa"), .text("é"), .text("\u{ffff}"), .text("🫖"), .integer(.min),
      .integer(-1), .integer(2), .decimal(-1), .decimal(.max), .time(Timestamp(rawValue: -5)),
      .time(Timestamp(rawValue: 0)),
    ]
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20 { #expect(sorted.shuffled(using: &generator).sorted() == sorted) }
    for (index, value) in sorted.enumerated() {
      #expect(sorted.map { $0 < value } == sorted.indices.map { $0 < index })
    }
  }

  @Test("a schema finds its columns by name")
  func schema() {
    #expect(sales.index(of: "country") == 0)
    #expect(sales.index(of: "paid_at") == 4)
    #expect(sales.index(of: "none") == nil)
  }
}
