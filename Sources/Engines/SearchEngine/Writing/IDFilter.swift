/// Tells of most ids that are not in a segment that they are not (Bloom, "Space/time trade-offs in hash coding with allowable
/// errors", 1970): all bits of an id are in one word, so that asking costs one look into the memory.
final class IDFilter: Sendable {
  private let words: [UInt64]

  /// Bits for each id: with four of them set, one in about fifty ids that are not there is taken for one that may be.
  private static let bitsPerID = 12

  init(_ ids: TextTable) {
    var words = Array(repeating: UInt64(0), count: max(1, (ids.count * Self.bitsPerID + 63) / 64))
    for index in 0..<ids.count {
      let (word, bits) = Self.place(TermTable.hash(ids.bytes(index).span), among: words.count)
      words[word] |= bits
    }
    self.words = words
  }

  /// The word of an id, and its bits there.
  private static func place(_ hash: UInt64, among count: Int) -> (word: Int, bits: UInt64) {
    let word = Int(truncatingIfNeeded: (hash >> 32) &* UInt64(count) >> 32)
    var bits: UInt64 = 0
    for index in 0..<4 { bits |= 1 &<< (hash >> UInt64(6 * index) & 63) }
    return (word, bits)
  }

  /// Whether an id may be there, by its hash.
  func mayHold(_ hash: UInt64) -> Bool {
    let (word, bits) = Self.place(hash, among: words.count)
    return words[word] & bits == bits
  }
}
