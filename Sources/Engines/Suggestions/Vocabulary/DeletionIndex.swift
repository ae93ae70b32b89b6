/// Finds words near a given one by what both are when letters are taken out of them.
///
/// Two words within k edits have a common form with at most k letters of either taken out (Garbe's symmetric deletion),
/// and so have their beginnings of any one length. Each word is filed under its beginning with no letter, one and two
/// taken out; a look-up asks for the same forms of the word asked about. Forms are kept as hashes alone: what is found
/// by chance is refused when it is compared. Their buckets lie one after the other in one array; each entry holds a
/// word's number and, in the bits that remain, some of the hash.
struct DeletionIndex: Sendable {
  /// The most letters of a word's beginning that are looked at. Fewer take less memory and find more words that are not
  /// near.
  static let longestBeginning = 7
  /// The most words: 29 forms of each can be numbered in 32 bits.
  static let mostWords = 1 << 27
  /// The most letters that are taken out.
  static let mostEdits = 2

  private let bucketShift: UInt64
  private let numberBits: UInt32
  private let starts: [UInt32]
  private let entries: [UInt32]

  /// Bytes in memory.
  var byteCount: Int { (starts.count + entries.count) * 4 }

  /// An index of the words from 0 to `count`, whose letters `beginningOf` appends (at most ``longestBeginning``), for
  /// look-ups within `edits` edits.
  init(count: Int, edits: Int, beginningOf: (Int, inout [UInt32]) -> Void) {
    precondition(count <= Self.mostWords, "an index of words has at most 2^27")
    var forms = Forms()
    var total = 0
    // The hashes are made twice, which takes less time and far less memory than keeping them.
    var letters: [UInt32] = []
    letters.reserveCapacity(Self.longestBeginning)
    let sample = max(1, count / 1024)
    for word in stride(from: 0, to: count, by: sample) {
      letters.removeAll(keepingCapacity: true)
      beginningOf(word, &letters)
      total += forms.fill(letters, edits: edits) * sample
    }
    var bits: UInt64 = 4
    while 1 << (bits + 2) < total { bits += 1 }
    bucketShift = 64 - bits
    numberBits = UInt32(max(1, UInt32.bitWidth - UInt32(count).leadingZeroBitCount))
    var starts = [UInt32](repeating: 0, count: 1 << bits + 1)
    var counted = starts.mutableSpan
    for word in 0..<count {
      letters.removeAll(keepingCapacity: true)
      beginningOf(word, &letters)
      for index in 0..<forms.fill(letters, edits: edits) {
        counted[Int(forms[index] >> bucketShift) + 1] += 1
      }
    }
    for bucket in 1..<counted.count { counted[bucket] += counted[bucket - 1] }
    var entries = [UInt32](repeating: 0, count: Int(counted[counted.count - 1]))
    var filled = entries.mutableSpan
    var places = starts
    var next = places.mutableSpan
    for word in 0..<count {
      letters.removeAll(keepingCapacity: true)
      beginningOf(word, &letters)
      for index in 0..<forms.fill(letters, edits: edits) {
        let bucket = Int(forms[index] >> bucketShift)
        filled[Int(next[bucket])] = UInt32(word) | UInt32(truncatingIfNeeded: forms[index]) << numberBits
        next[bucket] += 1
      }
    }
    self.starts = starts
    self.entries = entries
  }

  /// Appends words that may be near the one with these forms, some of them more than once.
  func gather(_ forms: borrowing Forms, into words: inout [UInt32]) {
    let count = forms.count
    let starts = starts.span
    let entries = entries.span
    // All buckets are found before the first is read, so that memory is waited for once.
    var ranges = InlineArray<32, (UInt32, UInt32)>(repeating: (0, 0))
    for index in 0..<count {
      let bucket = Int(forms[index] >> bucketShift)
      ranges[index] = (starts[bucket], starts[bucket + 1])
    }
    let numbers: UInt32 = (1 << numberBits) &- 1
    for index in 0..<count {
      let mark = UInt32(truncatingIfNeeded: forms[index]) << numberBits
      for place in Int(ranges[index].0)..<Int(ranges[index].1) {
        let entry = entries[place]
        if entry & ~numbers == mark { words.append(entry & numbers) }
      }
    }
  }
}

/// The hashes of a beginning with up to two of its letters taken out.
struct Forms: ~Copyable {
  /// How many there are.
  private(set) var count = 0
  /// Room for 1 + 7 + 21 forms of seven letters.
  private var hashes = InlineArray<32, UInt64>(repeating: 0)

  /// An odd number, by whose powers letters are multiplied according to their place, and its inverse modulo 2^64, which
  /// moves what stands behind a letter that is taken out one place forward.
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let inverse: UInt64 = {
    // Newton's iteration doubles the bits that are right; an odd number is its own inverse in the last three.
    var inverse = base
    for _ in 0..<5 { inverse = inverse &* (2 &- base &* inverse) }
    return inverse
  }()

  @inline(__always)
  subscript(index: Int) -> UInt64 { hashes[index] }

  /// Makes the forms with up to `edits` letters taken out.
  ///
  /// Of letters that are alike in a row, the first are taken out and never others, so that most forms come once.
  ///
  /// - Returns: how many there are.
  @discardableResult
  mutating func fill(_ letters: some Collection<UInt32>, edits: Int) -> Int {
    assert(letters.count <= 7)
    // sums[i] is the hash of the first i letters.
    var sums = InlineArray<8, UInt64>(repeating: 0)
    var isRepeated = InlineArray<8, Bool>(repeating: false)
    var power: UInt64 = 1
    var count = 0
    var last = UInt32.max
    for letter in letters {
      // The multiplication spreads the letter's bits, so that sums of a few letters do not meet.
      let mixed = (UInt64(letter) &+ 1) &* 0xD6E8_FEB8_6659_FD93
      sums[count + 1] = sums[count] &+ (mixed ^ mixed >> 32) &* power
      isRepeated[count] = letter == last
      last = letter
      power = power &* Self.base
      count += 1
    }
    let inverse = Self.inverse
    let whole = sums[count]
    hashes[0] = Self.finished(whole, count)
    var made = 1
    self.count = made
    guard edits > 0 else { return made }
    for first in 0..<count where !isRepeated[first] {
      let behindFirst = (whole &- sums[first + 1]) &* inverse
      hashes[made] = Self.finished(sums[first] &+ behindFirst, count - 1)
      made += 1
      guard edits > 1 else { continue }
      for second in first + 1..<max(first + 1, count) where second == first + 1 || !isRepeated[second] {
        let between = (sums[second] &- sums[first + 1]) &* inverse
        let behind = (whole &- sums[second + 1]) &* inverse &* inverse
        hashes[made] = Self.finished(sums[first] &+ between &+ behind, count - 2)
        made += 1
      }
    }
    self.count = made
    return made
  }

  @inline(__always)
  private static func finished(_ sum: UInt64, _ count: Int) -> UInt64 {
    let mixed = (sum ^ sum >> 29 ^ UInt64(count)) &* 0xBF58_476D_1CE4_E5B9
    return (mixed ^ mixed >> 32) &* 0x94D0_49BB_1331_11EB
  }
}
