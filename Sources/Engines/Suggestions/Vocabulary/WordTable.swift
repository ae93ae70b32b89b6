/// Numbers words by their bytes: an open-addressing table of words' numbers, over bytes that its owner keeps.
struct WordTable: Sendable {
  /// A word's number plus one and, in the bits that remain, some of its hash; 0 where a slot is free.
  private var slots: [UInt32]
  private let numberBits: UInt32
  private let mask: Int

  var byteCount: Int { slots.count * 4 }

  /// An empty table for up to `capacity` words.
  init(capacity: Int) {
    var size = 8
    while size * 5 < capacity * 8 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    mask = size - 1
    numberBits = UInt32(UInt32.bitWidth - UInt32(capacity + 1).leadingZeroBitCount)
  }

  /// The number of a word among those that stand in `bytes` from `starts` on; nil where it is not there.
  @inline(__always)
  func number(_ word: Span<UInt8>, _ range: Range<Int>, bytes: Span<UInt8>, starts: Span<UInt32>) -> Int? {
    let hash = Self.hash(word, range)
    var slot = Int(truncatingIfNeeded: hash) & mask
    let mark = UInt32(truncatingIfNeeded: hash >> 32) << numberBits
    let numbers: UInt32 = (1 << numberBits) &- 1
    let slots = slots.span
    while slots[slot] != 0 {
      let entry = slots[slot]
      if entry & ~numbers == mark {
        let number = Int(entry & numbers) - 1
        let start = Int(starts[number])
        if Int(starts[number + 1]) - start == range.count,
          Self.areEqual(word, range.lowerBound, bytes, start, range.count)
        {
          return number
        }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Files a word that is not in the table.
  mutating func insert(_ number: Int, _ word: Span<UInt8>, _ range: Range<Int>) {
    let hash = Self.hash(word, range)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(number + 1) | UInt32(truncatingIfNeeded: hash >> 32) << numberBits
  }

  @inline(__always)
  private static func areEqual(_ left: Span<UInt8>, _ at: Int, _ right: Span<UInt8>, _ other: Int, _ count: Int) -> Bool
  {
    for index in 0..<count where left[at + index] != right[other + index] { return false }
    return true
  }

  /// FNV-1a over words of a few letters, finished so that all bits count.
  @inline(__always)
  private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3 }
    hash = (hash ^ hash >> 29) &* 0xBF58_476D_1CE4_E5B9
    return hash ^ hash >> 32
  }
}
