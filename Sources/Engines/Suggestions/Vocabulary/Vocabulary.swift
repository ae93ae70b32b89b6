/// Words with how often each occurs, in a form in which those near a given word are found at once. Immutable.
///
/// A word is UTF-8 of 1 to ``longestWord`` Unicode scalars; words are compared scalar by scalar and not normalised.
/// Counts are changes where a vocabulary is laid over others (``LayeredVocabulary``): they may be negative.
///
/// Building takes about two microseconds a word, memory about 150 bytes.
public struct Vocabulary: Sendable {
  /// The longest word, in scalars. Longer ones are left out.
  public static let longestWord = Letters.longest

  let bytes: [UInt8]
  /// Where each word's bytes start; one more for the end.
  let starts: [UInt32]
  let counts: [Int64]
  let sketches: [UInt64]
  let table: WordTable
  let deletions: DeletionIndex
  /// The sum of all counts.
  public let total: Int64

  /// How many words there are.
  public var count: Int { counts.count }

  /// Bytes in memory, about.
  public var byteCount: Int {
    bytes.count + starts.count * 4 + counts.count * 8 + sketches.count * 8 + table.byteCount + deletions.byteCount
  }

  /// A vocabulary of no words.
  public init() { self = Builder().finish() }

  /// A vocabulary of words and their counts; a word's counts are added up.
  public init(_ words: some Sequence<(word: String, count: Int64)>) {
    var builder = Builder()
    for (word, count) in words { builder.add(word.utf8.span, count: count) }
    self = builder.finish()
  }

  /// A word's count; nil where it is not there. O(letters).
  public func count(of word: Span<UInt8>) -> Int64? { number(of: word, 0..<word.count).map { counts[$0] } }

  /// A word's count; nil where it is not there. O(letters).
  public func count(of word: String) -> Int64? { count(of: word.utf8.span) }

  /// The word with this number, from 0 to ``count``: in the order in which they were first added.
  public func word(_ number: Int) -> String { String(decoding: bytes[range(number)], as: UTF8.self) }

  func number(of word: Span<UInt8>, _ range: Range<Int>) -> Int? {
    table.number(word, range, bytes: bytes.span, starts: starts.span)
  }

  @inline(__always)
  func range(_ number: Int) -> Range<Int> { Int(starts[number])..<Int(starts[number + 1]) }
}

extension Vocabulary {
  /// Takes in words and their counts, in any order.
  public struct Builder {
    private var bytes: [UInt8] = []
    private var starts: [UInt32] = [0]
    private var counts: [Int64] = []
    private var sketches: [UInt64] = []
    private var table = WordTable(capacity: 64)
    private var capacity = 64
    private var letters: [UInt32] = []

    /// An empty builder.
    public init() {}

    /// Adds to a word's count, which is 0 at first.
    ///
    /// - Returns: false where the word is left out: it is empty, longer than ``Vocabulary/longestWord`` or not UTF-8, or there
    ///   are 2^27 words or 4 GiB of them.
    @discardableResult
    public mutating func add(_ word: Span<UInt8>, count: Int64) -> Bool {
      add(word, 0..<word.count, count: count)
    }

    @discardableResult
    mutating func add(_ word: Span<UInt8>, _ range: Range<Int>, count: Int64) -> Bool {
      if let number = table.number(word, range, bytes: bytes.span, starts: starts.span) {
        counts[number] = Vocabulary.sum(counts[number], count)
        return true
      }
      letters.removeAll(keepingCapacity: true)
      guard !range.isEmpty, Letters.append(word, range, to: &letters, atMost: longestWord), Letters.areValid(letters),
        bytes.count + range.count <= Int(UInt32.max), counts.count < DeletionIndex.mostWords
      else { return false }
      if counts.count == capacity { grow() }
      table.insert(counts.count, word, range)
      for index in range { bytes.append(word[index]) }
      starts.append(UInt32(bytes.count))
      counts.append(count)
      sketches.append(LetterSketch(letters).bits)
      return true
    }

    /// Adds another vocabulary's words and counts.
    public mutating func add(_ other: Vocabulary) {
      for number in 0..<other.count { add(other.bytes.span, other.range(number), count: other.counts[number]) }
    }

    private mutating func grow() {
      capacity *= 4
      var larger = WordTable(capacity: capacity)
      for number in counts.indices {
        larger.insert(number, bytes.span, Int(starts[number])..<Int(starts[number + 1]))
      }
      table = larger
    }

    /// The vocabulary of what was added.
    ///
    /// - Parameter keepsAll: whether words stay whose count is 0 or less, as changes to other vocabularies' counts must.
    public consuming func finish(keepsAll: Bool = false) -> Vocabulary {
      if !keepsAll, counts.contains(where: { $0 <= 0 }) {
        var kept = Builder()
        for number in counts.indices where counts[number] > 0 {
          kept.add(bytes.span, Int(starts[number])..<Int(starts[number + 1]), count: counts[number])
        }
        return kept.finish()
      }
      return Vocabulary(bytes: bytes, starts: starts, counts: counts, sketches: sketches)
    }
  }

  fileprivate init(bytes: [UInt8], starts: [UInt32], counts: [Int64], sketches: [UInt64]) {
    var table = WordTable(capacity: counts.count)
    for number in counts.indices { table.insert(number, bytes.span, Int(starts[number])..<Int(starts[number + 1])) }
    self.table = table
    deletions = DeletionIndex(count: counts.count, edits: DeletionIndex.mostEdits) { number, letters in
      Letters.append(
        bytes.span, Int(starts[number])..<Int(starts[number + 1]), to: &letters, atMost: DeletionIndex.longestBeginning)
    }
    total = counts.reduce(0, Self.sum)
    self.bytes = bytes
    self.starts = starts
    self.counts = counts
    self.sketches = sketches
  }

  /// The sum of two counts, which stays at the ends of what 64 bits hold.
  static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflows) = left.addingReportingOverflow(right)
    return overflows ? (right > 0 ? .max : .min) : sum
  }
}
