/// A word that others are compared to, one bit for each of its letters.
///
/// The distance is Damerau-Levenshtein's in its restricted form: letters inserted, deleted or substituted, and
/// neighbours swapped that are not edited otherwise. ``distance(to:_:atMost:)`` is Hyyrö's bit-parallel algorithm ("A
/// bit-vector algorithm for computing Levenshtein and Damerau edit distances", 2003): ten operations a letter.
/// ``State`` is the automaton of Wu and Manber ("Fast text searching allowing errors", 1992) with swaps added, for
/// walks along the letters of many words that share beginnings. Not copied, since its table is large.
struct EditPattern: ~Copyable {
  /// The pattern's letters, at most ``Letters/longest``.
  let letters: [UInt32]
  /// The places at which a letter stands, in an open-addressing table of letters.
  private var keys = InlineArray<256, UInt32>(repeating: Self.free)
  private var masks = InlineArray<256, UInt64>(repeating: 0)

  private static let free = UInt32.max

  init(_ letters: [UInt32]) {
    assert(letters.count <= Letters.longest)
    self.letters = letters
    for (index, letter) in letters.enumerated() {
      var slot = Self.slot(letter)
      while keys[slot] != Self.free, keys[slot] != letter { slot = (slot + 1) & 255 }
      keys[slot] = letter
      masks[slot] |= 1 << UInt64(index)
    }
  }

  @inline(__always)
  private static func slot(_ letter: UInt32) -> Int { Int((letter ^ letter >> 8) & 255) }

  /// The places at which the pattern has this letter.
  @inline(__always)
  func mask(_ letter: UInt32) -> UInt64 {
    var slot = Self.slot(letter)
    while true {
      let key = keys[slot]
      if key == letter { return masks[slot] }
      if key == Self.free { return 0 }
      slot = (slot + 1) & 255
    }
  }

  /// The distance to a word; nil where it is more than `limit`. O(letters).
  func distance(to bytes: Span<UInt8>, _ range: Range<Int>, atMost limit: Int) -> Int? {
    let count = letters.count
    guard count > 0 else {
      var read: [UInt32] = []
      return Letters.append(bytes, range, to: &read, atMost: limit) ? read.count : nil
    }
    var score = count
    let last: UInt64 = 1 << UInt64(count - 1)
    var plus = ~UInt64(0)
    var minus: UInt64 = 0
    var diagonal: UInt64 = 0
    var previous: UInt64 = 0
    var at = range.lowerBound
    while at < range.upperBound {
      let mask = mask(Letters.next(in: bytes, &at, end: range.upperBound))
      let swapped = ((~diagonal & mask) << 1) & previous
      diagonal = (((mask & plus) &+ plus) ^ plus) | mask | minus | swapped
      var horizontalPlus = minus | ~(diagonal | plus)
      var horizontalMinus = diagonal & plus
      if horizontalPlus & last != 0 { score += 1 }
      if horizontalMinus & last != 0 { score -= 1 }
      horizontalPlus = horizontalPlus << 1 | 1
      horizontalMinus <<= 1
      plus = horizontalMinus | ~(diagonal | horizontalPlus)
      minus = horizontalPlus & diagonal
      previous = mask
    }
    return score <= limit ? score : nil
  }

  /// Where the pattern stands after the letters that were walked: bit i of `within0` says that its first i letters are
  /// those walked, of `within1` that they are so but for one edit, of `within2` but for two.
  struct State {
    var within0: UInt64
    var within1: UInt64
    var within2: UInt64
    /// The state before the last letter, and that letter's places, for swaps.
    private var before0: UInt64 = 0
    private var before1: UInt64 = 0
    private var previous: UInt64 = 0

    /// The state before any letter, with `edits` (0, 1 or 2) allowed.
    init(edits: Int) {
      within0 = 1
      within1 = edits > 0 ? 0b11 : 0
      within2 = edits > 1 ? 0b111 : 0
      allows1 = edits > 0 ? ~0 : 0
      allows2 = edits > 1 ? ~0 : 0
    }

    private let allows1: UInt64
    private let allows2: UInt64

    /// Whether no word that goes on from here can be near.
    @inline(__always)
    var isDead: Bool { within0 | within1 | within2 == 0 }

    /// Whether no word that goes on from here can be within so many edits.
    @inline(__always)
    func isDead(within edits: Int) -> Bool { edits == 0 ? within0 == 0 : within0 | within1 == 0 }

    /// The state after one letter more, whose places in the pattern are `mask`.
    @inline(__always)
    func after(_ mask: UInt64) -> State {
      var next = self
      next.within0 = (within0 & mask) << 1
      let swap = mask & previous >> 1
      next.within1 =
        ((within1 & mask) << 1 | within0 | (within0 | next.within0) << 1 | (before0 & swap) << 2) & allows1
      next.within2 =
        ((within2 & mask) << 1 | within1 | (within1 | next.within1) << 1 | (before1 & swap) << 2) & allows2
      next.before0 = within0
      next.before1 = within1
      next.previous = mask
      return next
    }

    /// The fewest edits with which the pattern's first `count` letters are those walked; nil where they are not.
    @inline(__always)
    func edits(of count: Int) -> Int? {
      let place: UInt64 = 1 << UInt64(count)
      if within0 & place != 0 { return 0 }
      if within1 & place != 0 { return 1 }
      return within2 & place != 0 ? 2 : nil
    }
  }
}
