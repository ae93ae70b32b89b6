extension Speller {
  /// All words of the vocabulary within `edits` edits of a word, itself included, by edits, then by count, then by
  /// their bytes; ``Options`` do not count.
  ///
  /// - Parameter edits: 0, 1 or 2; more are taken for 2.
  /// - Returns: none for a word of more than ``Vocabulary/longestWord`` letters.
  public func neighbours(of word: Span<UInt8>, edits: Int) -> [Correction] {
    let letters = Letters.of(word)
    guard letters.count <= Letters.longest else { return [] }
    return vocabulary.neighbours(of: letters, edits: max(0, min(edits, DeletionIndex.mostEdits)))
      .map { Correction(word: text($0), edits: $0.edits, count: $0.count, score: BinaryLogarithm.of($0.count)) }
      .sorted { ($0.edits, $1.count, Bytes($0.word)) < ($1.edits, $0.count, Bytes($1.word)) }
  }

  /// The best corrections of a word that the vocabulary does not have, best first; none of one that it has.
  ///
  /// Where the best correction by one edit is beyond ``SpellingWeights/doubt``, those by one edit come first, and two
  /// are tried only where these are too few. Corrections are the beginning of those for a higher limit.
  public func corrections(of word: Span<UInt8>, limit: Int = 10) -> [Correction] {
    guard vocabulary.count(of: word) == 0 else { return [] }
    return corrections(of: word, limit: limit) { _ in true }
  }

  /// The best corrections of a word that are accepted, best first; the word itself is one where it is known and
  /// accepted.
  ///
  /// - Parameter accepts: whether a word of the vocabulary may be a correction; asked of few words, those that are
  ///   better than what was found before.
  public func corrections(of word: Span<UInt8>, limit: Int = 10, where accepts: (String) -> Bool) -> [Correction] {
    let letters = Letters.of(word)
    let edits = allowedEdits(letters)
    func ranked(edits: Int) -> [Correction] {
      self.ranked(letters, edits: edits, limit: limit, accepts: accepts) { _, count in BinaryLogarithm.of(count) }
    }
    if edits == 2 {
      let near = ranked(edits: 1)
      let sure = BinaryLogarithm.of(vocabulary.total) * weights.frequency - weights.doubt
      if let best = near.first, best.score >= sure {
        guard near.count < limit else { return near }
        let others = ranked(edits: edits).filter { other in !near.contains { $0.word == other.word } }
        return Array((near + others).prefix(limit))
      }
    }
    return ranked(edits: edits)
  }

  /// The best corrections of a word that the vocabulary does not have; none of one that it has.
  public func corrections(of word: String, limit: Int = 10) -> [Correction] {
    corrections(of: word.utf8.span, limit: limit)
  }

  /// The best corrections of a word that are accepted, best first.
  public func corrections(of word: String, limit: Int = 10, where accepts: (String) -> Bool) -> [Correction] {
    corrections(of: word.utf8.span, limit: limit, where: accepts)
  }

  /// The words that could be meant between two others, best first: the word itself is one of them where it is known, so
  /// that a known word can be found to be the wrong one.
  ///
  /// A word's likelihood is that of its count and, for ``SpellingWeights/context``, the share of its neighbours'
  /// occurrences in which they stand beside it.
  ///
  /// - Parameters:
  ///   - previous: the word before it; nil where there is none.
  ///   - next: the word behind it.
  ///   - pairs: how often words follow each other.
  public func corrections(
    of word: String, after previous: String?, before next: String?, pairs: some WordPairs, limit: Int = 10
  ) -> [Correction] {
    let letters = Letters.of(word.utf8.span)
    let total = Float(max(1, vocabulary.total))
    let previousCount = previous.map { Float(vocabulary.count(of: $0)) } ?? 0
    let nextCount = next.map { Float(vocabulary.count(of: $0)) } ?? 0
    return ranked(letters, edits: allowedEdits(letters), limit: limit) { candidate, count in
      var shares: Float = 0
      var sides: Float = 0
      let text = self.text(candidate)
      if let previous, previousCount > 0 {
        shares += min(1, Float(pairs.count(of: previous, text)) / previousCount)
        sides += 1
      }
      if let next, nextCount > 0 {
        shares += min(1, Float(pairs.count(of: text, next)) / nextCount)
        sides += 1
      }
      guard sides > 0 else { return BinaryLogarithm.of(count) }
      let likelihood = (1 - weights.context) * Float(count) + weights.context * shares / sides * total
      return BinaryLogarithm.of(max(1, likelihood))
    }
  }

  /// The edits that are made to a word.
  func allowedEdits(_ letters: [UInt32]) -> Int {
    if options.digits != .free, letters.contains(where: Letters.isDigit) {
      return options.digits == .oneEditOfLetters && letters.count >= options.shortestForOneEdit
        ? min(1, options.edits) : 0
    }
    let edits =
      letters.count < options.shortestForOneEdit ? 0 : letters.count < options.shortestForTwoEdits ? 1 : 2
    return max(0, min(edits, options.edits))
  }

  /// The neighbours of a word by likelihood less the cost of their edits.
  private func ranked(
    _ letters: [UInt32], edits: Int, limit: Int, accepts: (String) -> Bool = { _ in true },
    likelihood: (Neighbour, Int64) -> Float
  ) -> [Correction] {
    guard limit > 0, !letters.isEmpty, letters.count <= Letters.longest else { return [] }
    var best: [(neighbour: Neighbour, score: Float)] = []
    var cost = EditCost(weights)
    let sound = SoundKey(letters[...])
    var meant: [UInt32] = []
    meant.reserveCapacity(Letters.longest)
    for neighbour in vocabulary.neighbours(of: letters, edits: edits) {
      let layer = vocabulary.layers[neighbour.layer]
      guard options.digits == .free || isAllowed(neighbour, for: letters) else { continue }
      var score = weights.frequency * likelihood(neighbour, neighbour.count)
      // What it costs at least: most neighbours are behind the best without further work.
      let floor = best.count == limit ? best[limit - 1].score : -.infinity
      if score + weights.sameSound < floor { continue }
      meant.removeAll(keepingCapacity: true)
      Letters.append(layer.bytes.span, layer.range(neighbour.number), to: &meant)
      score -= cost.between(typed: letters.span, meant: meant.span)
      if neighbour.edits > 1 { score -= weights.secondEdit }
      if score + weights.sameSound < floor { continue }
      if neighbour.edits > 0, sound.bits != 0, SoundKey(meant[...]) == sound { score += weights.sameSound }
      var place = best.count
      while place > 0, precedes((neighbour, score), best[place - 1]) { place -= 1 }
      guard place < limit, accepts(text(neighbour)) else { continue }
      best.insert((neighbour, score), at: place)
      if best.count > limit { best.removeLast() }
    }
    return best.map {
      Correction(word: text($0.neighbour), edits: $0.neighbour.edits, count: $0.neighbour.count, score: $0.score)
    }
  }

  private func precedes(_ left: (neighbour: Neighbour, score: Float), _ right: (neighbour: Neighbour, score: Float))
    -> Bool
  {
    if left.score != right.score { return left.score > right.score }
    if left.neighbour.edits != right.neighbour.edits { return left.neighbour.edits < right.neighbour.edits }
    if left.neighbour.count != right.neighbour.count { return left.neighbour.count > right.neighbour.count }
    return Bytes(text(left.neighbour)) < Bytes(text(right.neighbour))
  }

  /// Whether the rule for words with digits lets this one stand for the word.
  private func isAllowed(_ neighbour: Neighbour, for letters: [UInt32]) -> Bool {
    let layer = vocabulary.layers[neighbour.layer]
    let hasDigit = LetterSketch(bits: layer.sketches[neighbour.number]).hasDigit
    if neighbour.edits == 0 || !hasDigit && !letters.contains(where: Letters.isDigit) { return true }
    guard options.digits == .oneEditOfLetters, neighbour.edits == 1 else { return false }
    var other: [UInt32] = []
    Letters.append(layer.bytes.span, layer.range(neighbour.number), to: &other)
    return letters.filter(Letters.isDigit) == other.filter(Letters.isDigit)
      && (letters.count != other.count || letters.sorted() != other.sorted())
  }

  func text(_ neighbour: Neighbour) -> String { vocabulary.layers[neighbour.layer].word(neighbour.number) }
}

/// A string in the order of its bytes, whatever the language.
private struct Bytes: Comparable {
  let text: String

  init(_ text: String) { self.text = text }

  static func < (left: Bytes, right: Bytes) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

  static func == (left: Bytes, right: Bytes) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
}
