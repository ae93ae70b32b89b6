/// What can be said about a word in 64 bits, to pass over words that can't be near: its length, whether it has digits,
/// and which letters it has, several sharing a bit.
struct LetterSketch {
  let bits: UInt64

  private static let presence: UInt64 = (1 << 57) - 1
  private static let digit: UInt64 = 1 << 57

  @inline(__always)
  init(bits: UInt64) { self.bits = bits }

  /// The sketch of a word of at most ``Letters/longest`` letters, or of a longer one's beginning.
  init(_ letters: some Collection<UInt32>) {
    var bits: UInt64 = 0
    for letter in letters {
      // A script's letters lie together, so their last six bits tell them apart.
      let place = letter & 63
      bits |= 1 << UInt64(place >= 57 ? place - 57 : place)
      if Letters.isDigit(letter) { bits |= Self.digit }
    }
    self.bits = bits | UInt64(min(letters.count, 63)) << 58
  }

  /// How many letters the word has.
  @inline(__always)
  var length: Int { Int(bits >> 58) }

  @inline(__always)
  var hasDigit: Bool { bits & Self.digit != 0 }

  /// Whether a word with the other sketch can be `edits` edits away: each changes the length by one at most, and the
  /// presence of two letters.
  @inline(__always)
  func canBe(_ edits: Int, from other: LetterSketch) -> Bool {
    // |a - b| <= k, without a jump.
    ((bits ^ other.bits) & Self.presence).nonzeroBitCount <= 2 * edits
      && (length &- other.length &+ edits).magnitude <= UInt(2 * edits)
  }

  /// Whether a word that starts within `edits` edits of the other one can have this sketch: it may have any letters
  /// more.
  @inline(__always)
  func canStart(_ edits: Int, from other: LetterSketch) -> Bool {
    (other.bits & ~bits & Self.presence).nonzeroBitCount <= edits && length + edits >= other.length
  }
}
