extension Speller {
  /// A word cut in two.
  public struct Split: Sendable, Equatable {
    /// The word before the cut.
    public let first: String
    /// The word behind it.
    public let second: String
    /// How likely both are meant, in bits, to compare with the corrections of the same word.
    public let score: Float
  }

  /// The likeliest two words that an unknown word is when a space is put into it; nil where there are none.
  ///
  /// Both are known and have two letters at least. How often they follow each other is what `pairs` says and, where it
  /// knows nothing of them, what chance would make of their counts.
  public func split(_ word: String, pairs: some WordPairs = WordPairTable()) -> Split? {
    guard vocabulary.count(of: word) == 0 else { return nil }
    let utf8 = word.utf8
    guard utf8.count <= 2 * Vocabulary.longestWord * 4 else { return nil }
    let scalars = word.unicodeScalars
    guard scalars.count >= 4 else { return nil }
    var best: Split?
    var cut = scalars.index(scalars.startIndex, offsetBy: 2)
    let last = scalars.index(scalars.endIndex, offsetBy: -2)
    while cut <= last {
      defer { cut = scalars.index(after: cut) }
      let first = String(scalars[..<cut])
      let firstCount = vocabulary.count(of: first)
      guard firstCount > 0 else { continue }
      let second = String(scalars[cut...])
      let secondCount = vocabulary.count(of: second)
      guard secondCount > 0 else { continue }
      let together = expected(firstCount, secondCount, pairs.count(of: first, second))
      let score = weights.frequency * together - weights.space
      if score > best?.score ?? -.infinity { best = Split(first: first, second: second, score: score) }
    }
    return best
  }

  /// The word that two words are without the space between them, where it is known and likelier than both; nil
  /// otherwise.
  ///
  /// - Parameter pairs: how often words follow each other. Where it knows nothing of the two, chance is asked.
  public func join(_ first: String, _ second: String, pairs: some WordPairs = WordPairTable()) -> Correction? {
    let word = first + second
    let count = vocabulary.count(of: word)
    guard count > 0 else { return nil }
    let firstCount = vocabulary.count(of: first)
    let secondCount = vocabulary.count(of: second)
    let score = weights.frequency * BinaryLogarithm.of(count) - weights.space
    if firstCount > 0, secondCount > 0 {
      let together = weights.frequency * expected(firstCount, secondCount, pairs.count(of: first, second))
      guard score > together else { return nil }
    }
    return Correction(word: word, edits: 1, count: count, score: score)
  }

  /// The logarithm of how often two words follow each other.
  private func expected(_ first: Int64, _ second: Int64, _ pairs: Int64) -> Float {
    if pairs > 0 { return BinaryLogarithm.of(pairs) }
    return BinaryLogarithm.of(first) + BinaryLogarithm.of(second) - BinaryLogarithm.of(vocabulary.total)
  }

  /// A change to some words of a text that follow each other.
  public struct Change: Sendable, Equatable {
    /// The words that are replaced.
    public let words: Range<Int>
    /// What stands in their place.
    public let replacement: [String]
  }

  /// The changes that make a query's words known, from left to right: a word joined with the next one, corrected or cut
  /// in two, whichever is likeliest. Words that are known change only where they are joined.
  public func changes(to words: [String], pairs: some WordPairs = WordPairTable()) -> [Change] {
    var changes: [Change] = []
    var index = 0
    while index < words.count {
      let word = words[index]
      if index + 1 < words.count, let joined = join(word, words[index + 1], pairs: pairs) {
        changes.append(Change(words: index..<index + 2, replacement: [joined.word]))
        index += 2
        continue
      }
      defer { index += 1 }
      guard vocabulary.count(of: word) == 0 else { continue }
      let previous = changes.last.flatMap { $0.words.upperBound == index ? $0.replacement.last : nil }
      let before = index > 0 ? previous ?? words[index - 1] : nil
      let next = index + 1 < words.count ? words[index + 1] : nil
      let best = corrections(of: word, after: before, before: next, pairs: pairs, limit: 1).first
      let parts = split(word, pairs: pairs)
      if let parts, parts.score > best?.score ?? -.infinity {
        changes.append(Change(words: index..<index + 1, replacement: [parts.first, parts.second]))
      } else if let best {
        changes.append(Change(words: index..<index + 1, replacement: [best.word]))
      }
    }
    return changes
  }
}
