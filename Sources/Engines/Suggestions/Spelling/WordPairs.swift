/// How often words follow each other.
public protocol WordPairs {
  /// How often `second` stands right behind `first`.
  func count(of first: String, _ second: String) -> Int64
}

/// Counts of pairs of words, by a 64-bit hash of both: 16 bytes for a slot, three slots for two pairs.
///
/// Two pairs are taken for one where their hashes are the same, one chance in 10^13 for a million pairs and one asked
/// for.
public struct WordPairTable: WordPairs, Sendable {
  private var keys: [UInt64] = [UInt64](repeating: 0, count: 16)
  private var counts: [Int64] = [Int64](repeating: 0, count: 16)
  /// How many pairs there are.
  public private(set) var count = 0

  /// A table of no pairs.
  public init() {}

  /// Adds to a pair's count.
  public mutating func add(_ first: String, _ second: String, count: Int64) {
    if self.count * 3 >= keys.count * 2 { grow() }
    let key = Self.key(first, second)
    let slot = slot(of: key)
    if keys[slot] == 0 {
      keys[slot] = key
      self.count += 1
    }
    counts[slot] = Vocabulary.sum(counts[slot], count)
  }

  /// How often `second` stands right behind `first`. O(letters).
  public func count(of first: String, _ second: String) -> Int64 { max(0, counts[slot(of: Self.key(first, second))]) }

  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: key) & mask
    while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = zip(keys, counts).filter { $0.0 != 0 }
    keys = [UInt64](repeating: 0, count: keys.count * 2)
    counts = [Int64](repeating: 0, count: keys.count)
    for (key, count) in old {
      let slot = slot(of: key)
      keys[slot] = key
      counts[slot] = count
    }
  }

  private static func key(_ first: String, _ second: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in first.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    // No byte of UTF-8 is this, so that where the words part counts.
    hash = (hash ^ 0xFF) &* 0x0000_0100_0000_01B3
    for byte in second.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return max(1, hash ^ hash >> 31)
  }
}
