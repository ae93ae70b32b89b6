/// Finds the terms of a sorted dictionary that are near a word, or that start near it, by their beginnings
/// (``TermHeads``): many times as fast as ``TermTrie``, and many times as large. Immutable; made for one dictionary,
/// and to be asked with it alone.
///
/// What starts near a word of fewer than four letters, or within two edits of one of fewer than seven, is very many
/// terms, and looked for in a trie.
public struct TermIndex: Sendable {
  private let trie: TermTrie
  /// Beginnings of four, five and six letters within one edit, for words of just so many letters.
  private let short: [TermHeads]
  /// Beginnings of seven letters within two edits.
  private let long: TermHeads

  private static let shortLengths = 4...6

  /// What an index is to find.
  public enum Aim: Sendable {
    /// Terms that are near a word.
    case wholes
    /// Terms that are or start near a word; takes more memory.
    case beginnings
  }

  /// How many terms there are.
  public var count: Int { trie.count }

  /// Bytes in memory.
  public var byteCount: Int { trie.byteCount + long.byteCount + short.reduce(0) { $0 + $1.byteCount } }

  /// An index of a dictionary's terms. O(letters), about a microsecond a term.
  public init(_ terms: some SortedTerms, finds aim: Aim) {
    let trie = TermTrie(terms)
    self.trie = trie
    long = TermHeads(terms, trie, length: DeletionIndex.longestBeginning, edits: DeletionIndex.mostEdits)
    short =
      switch aim {
      case .wholes: []
      case .beginnings: Self.shortLengths.map { TermHeads(terms, trie, length: $0, edits: 1) }
      }
  }

  /// Calls `body` with the terms that are within `edits` edits of a word, or that start so: ranges of their places,
  /// each place once, in no order, and the fewest edits of each.
  ///
  /// - Parameters:
  ///   - word: UTF-8 of at most ``Vocabulary/longestWord`` letters; nothing is near a longer one.
  ///   - edits: 0, 1 or 2; more are taken for 2.
  ///   - part: what has to be near.
  ///   - kept: letters at the word's start that a term has to start with as they are.
  ///   - terms: the dictionary that the index was made for.
  public func forEachTerm<Terms: SortedTerms>(
    near word: Span<UInt8>, edits: Int, part: TermTrie.Part, keeping kept: Int = 0, in terms: Terms,
    _ body: (_ terms: Range<Int>, _ edits: Int) -> Void
  ) {
    let letters = Letters.of(word)
    guard letters.count <= Letters.longest else { return }
    let edits = max(0, min(edits, 2))
    guard let heads = heads(for: letters.count, edits: edits, part) else {
      return trie.forEachTerm(near: word, edits: edits, part: part, keeping: kept, in: terms, body)
    }
    let kept = max(0, min(kept, letters.count))
    var walk = TermTrie.Walk(terms: terms, kept: Array(letters[..<kept]), part: part, worst: edits)
    heads.forEachTerm(near: letters, trie, &walk, body)
  }

  private func heads(for count: Int, edits: Int, _ part: TermTrie.Part) -> TermHeads? {
    if part == .whole || count >= long.length { return long }
    return edits < 2 ? short.first { $0.length == count } : nil
  }
}
