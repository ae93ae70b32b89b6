internal import QueryLanguage
internal import TextAnalysis

/// Corrects words that the index does not know to words that it does.
struct Speller {
  let snapshot: IndexSnapshot

  /// A word that could be meant.
  struct Suggestion: Sendable, Equatable {
    let word: String
    let distance: Int
    /// Documents that have the word.
    let frequency: Int
    let score: Double
  }

  /// The edits allowed in a word of so many letters: none in short words, and none in words with digits, where each
  /// character counts.
  static func tolerance(_ word: [UInt8]) -> Int {
    if word.contains(where: { $0 &- UInt8(ascii: "0") < 10 }) { return 0 }
    let letters = word.count { $0 & 0xC0 != 0x80 }
    return letters < 4 ? 0 : letters < 8 ? 1 : 2
  }

  /// The query with unknown words corrected; nil where every word is known or none can be corrected.
  func corrected(_ query: ParsedQuery) -> ParsedQuery? {
    var result = query
    var replacements: [(range: Range<Int>, text: String)] = []
    for group in query.groups.indices {
      // Alternatives that match need no correction.
      if query.groups[group].contains(where: isKnown) { continue }
      for clause in query.groups[group].indices where query.groups[group][clause].kind == .word {
        let typed = query.groups[group][clause]
        guard let text = corrected(typed.text) else { continue }
        result.groups[group][clause].text = text
        replacements.append((typed.range, text))
      }
    }
    guard !replacements.isEmpty else { return nil }
    var bytes = Array(query.text.utf8)
    for (range, text) in replacements.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      bytes.replaceSubrange(range, with: text.utf8)
    }
    result.text = String(decoding: bytes, as: UTF8.self)
    return result
  }

  private func isKnown(_ clause: ParsedQuery.Clause) -> Bool {
    var buffer = TermBuffer()
    Analyzer.text.analyze(clause.text, into: &buffer)
    return buffer.tokens.allSatisfy { isTerm(Array(buffer.term($0))) }
  }

  private func isTerm(_ term: [UInt8]) -> Bool {
    snapshot.views.contains { view in
      guard let index = view.segment.terms.index(of: term) else { return false }
      let list = view.segment.list(ofTerm: index)
      return list.count > view.deletedCount || view.liveCount(of: list) > 0
    }
  }

  /// A text with each unknown word corrected; nil where nothing changes.
  func corrected(_ text: String) -> String? {
    var words = TermBuffer()
    Analyzer.words.analyze(text, into: &words)
    var bytes = Array(text.utf8)
    var isChanged = false
    for token in words.tokens.reversed() {
      let word = Array(words.term(token))
      guard !isTermOfWord(word), let best = suggestions(for: word, limit: 1).first else { continue }
      bytes.replaceSubrange(token.source, with: best.word.utf8)
      isChanged = true
    }
    return isChanged ? String(decoding: bytes, as: UTF8.self) : nil
  }

  private func isTermOfWord(_ word: [UInt8]) -> Bool {
    var buffer = TermBuffer()
    Analyzer.text.analyze(String(decoding: word, as: UTF8.self), into: &buffer)
    return buffer.tokens.allSatisfy { isTerm(Array(buffer.term($0))) }
  }

  /// Words of the vocabulary near `word`, best first: fewer edits, the same first letter, more documents.
  func suggestions(for word: [UInt8], limit: Int) -> [Suggestion] {
    let tolerance = Self.tolerance(word)
    guard tolerance > 0 else { return [] }
    let letters = Array(String(decoding: word, as: UTF8.self).unicodeScalars)
    let signature = Self.signature(word)
    var found: [[UInt8]: (distance: Int, frequency: Int)] = [:]
    for view in snapshot.views {
      let table = view.segment.vocabulary
      for index in 0..<table.count {
        // Each edit changes at most two letters' presence, and the length by at most one scalar.
        guard abs(table.range(index).count - word.count) <= tolerance * 4 else { continue }
        let candidate = table.bytes(index)
        guard (Self.signature(candidate) ^ signature).nonzeroBitCount <= 2 * tolerance,
          !candidate.contains(where: { $0 &- UInt8(ascii: "0") < 10 }),
          let distance = EditDistance.between(
            Array(String(decoding: candidate, as: UTF8.self).unicodeScalars), letters, atMost: tolerance)
        else { continue }
        let frequency = view.segment.vocabularyCount(index)
        found[candidate] = (distance, (found[candidate]?.frequency ?? 0) + frequency)
      }
    }
    return found.filter { isTermOfWord($0.key) }.map { candidate, entry in
      let text = String(decoding: candidate, as: UTF8.self)
      let sharesFirst = text.unicodeScalars.first == letters.first
      let score =
        (sharesFirst ? 1.0 : 0.3) / Double(1 + entry.distance * entry.distance)
        * (1 + LogarithmOfOnePlus.of(Double(entry.frequency)) / 10)
      return Suggestion(word: text, distance: entry.distance, frequency: entry.frequency, score: score)
    }
    .sorted { ($1.score, $0.word) < ($0.score, $1.word) }.prefix(limit).map { $0 }
  }

  /// A bit for each letter that stands in a word: the last byte of its scalar, since the bytes before that are shared by
  /// a script's letters, and one edit would change their presence too.
  private static func signature(_ word: [UInt8]) -> UInt64 {
    var bits: UInt64 = 0
    for (index, byte) in word.enumerated() where index + 1 == word.count || word[index + 1] & 0xC0 != 0x80 {
      bits |= 1 << UInt64(byte & 63)
    }
    return bits
  }
}

/// Corrections of a text.
public struct SpellResult: Sendable {
  /// The whole text with unknown words corrected; nil where there is nothing to correct.
  public let corrected: String?
  /// For the first unknown word, the words that could be meant, best first.
  public let suggestions: [Suggestion]

  /// A word that could be meant.
  public struct Suggestion: Sendable {
    /// The word.
    public let text: String
    /// Letters inserted, deleted, substituted or swapped.
    public let distance: Int
    /// Documents that have the word.
    public let frequency: Int
    /// How likely it is meant, among its like.
    public let score: Double
  }
}

extension IndexSnapshot {
  /// Corrects a text's words by the index's vocabulary.
  public func spell(_ text: String, limit: Int = 10) -> SpellResult {
    let speller = Speller(snapshot: self)
    var buffer = TermBuffer()
    Analyzer.words.analyze(text, into: &buffer)
    let unknown = buffer.tokens.map { Array(buffer.term($0)) }.first {
      speller.corrected(String(decoding: $0, as: UTF8.self)) != nil
    }
    let suggestions = unknown.map { speller.suggestions(for: $0, limit: limit) } ?? []
    return SpellResult(
      corrected: speller.corrected(text),
      suggestions: suggestions.map {
        SpellResult.Suggestion(text: $0.word, distance: $0.distance, frequency: $0.frequency, score: $0.score)
      })
  }
}
