import Testing

@testable import SearchEngine

@Suite("Tables of numbers") struct NumberTableTests {
  /// Numbers as they come back from their table, which stands between other bytes.
  private static func roundTrip(_ numbers: [UInt64]) -> (numbers: [UInt64], bytes: Int) {
    var row = Row<UInt8>()
    row.write(UInt32.max)
    NumberTable.write(numbers.span, to: &row)
    let end = row.count
    row.write(UInt32.max)
    let table = NumberTable(bytes: SegmentBytes(row.bytes), start: 4, count: numbers.count)
    #expect(table.end == end)
    return (numbers.indices.map { UInt64(table[$0]) }, end - 4)
  }

  @Test("numbers of any kind and count come back", arguments: 0..<40 as Range<UInt64>) func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let bits = UInt64.random(in: 0...55, using: &generator)
    for count in [0, 1, 2, 127, 128, 129, 1000] {
      var numbers = (0..<count).map { _ in UInt64.random(in: 0...(1 << bits), using: &generator) }
      #expect(Self.roundTrip(numbers).numbers == numbers, "seed \(seed)")
      numbers.sort()
      #expect(Self.roundTrip(numbers).numbers == numbers, "seed \(seed)")
      let falling = Array(numbers.reversed())
      #expect(Self.roundTrip(falling).numbers == falling, "seed \(seed)")
    }
  }

  @Test("what is on a line takes no bits") func lines() {
    for step in [0, 1, 7, 1000] as [UInt64] {
      let (numbers, bytes) = Self.roundTrip((0..<1280).map { 5 + $0 * step })
      #expect(numbers == (0..<1280).map { 5 + $0 * step })
      #expect(bytes == 4 + 10 * 16 + 8)
    }
    // Steeper than a step can be.
    let steep = (0..<200).map { UInt64($0) << 40 }
    #expect(Self.roundTrip(steep).numbers == steep)
  }
}
