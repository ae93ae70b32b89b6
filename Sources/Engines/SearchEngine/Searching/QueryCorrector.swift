internal import QueryLanguage
internal import Suggestions
internal import TextAnalysis

/// Corrects words that the index does not know to words that it does.
struct QueryCorrector {
  let snapshot: IndexSnapshot

  /// No edit is made to short words, and none to words with digits, where each character counts.
  static let options = {
    var options = Speller.Options()
    options.shortestForOneEdit = 4
    options.shortestForTwoEdits = 8
    options.digits = .exact
    return options
  }()

  /// The query with unknown words corrected; nil where every word is known or none can be corrected.
  func corrected(_ query: ParsedQuery) -> ParsedQuery? {
    var result = query
    var replacements: [(range: Range<Int>, text: String)] = []
    // Alternatives that match need no correction.
    let unknown = query.groups.indices.filter { !query.groups[$0].contains { isKnown($0.text) } }
    guard !unknown.isEmpty else { return nil }
    let matching = QueryReading(query, definition: snapshot.definition, views: snapshot.views).groupsThatMatch(
      in: snapshot)
    for group in unknown where !matching.contains(group) {
      for clause in query.groups[group].indices where query.groups[group][clause].kind == .word {
        let typed = query.groups[group][clause]
        // A part number with a letter changed is that of another part.
        guard !Self.isPartNumber(typed.text), let text = corrected(typed.text) else { continue }
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

  /// Whether a word is made of several, with digits.
  private static func isPartNumber(_ text: String) -> Bool {
    var words = TermBuffer()
    Analyzer.words.analyze(text, into: &words)
    return words.tokens.count > 1 && words.bytes.contains { $0 &- 0x30 < 10 }
  }

  /// Whether the index has every term of a text, in one of its languages.
  private func isKnown(_ text: String) -> Bool {
    var terms = QueryTerms(snapshot.definition.languages)
    return terms.terms(of: text).contains { $0.allSatisfy(isTerm) }
  }

  private func isTerm(_ term: [UInt8]) -> Bool {
    snapshot.views.contains { view in
      guard let index = view.segment.terms.index(of: term) else { return false }
      let list = view.segment.list(ofTerm: index)
      return list.count > view.deletedCount || view.liveCount(of: list) > 0
    }
  }

  private func corrected(_ text: String) -> String? { corrected(text, limit: 1).text }

  /// A text with each unknown word corrected, nil where nothing changes; and for the first of these words those that
  /// could be meant, best first.
  func corrected(_ text: String, limit: Int) -> (text: String?, first: [Speller.Correction]) {
    var words = TermBuffer()
    Analyzer.words.analyze(text, into: &words)
    var first: [Speller.Correction] = []
    var replacements: [(range: Range<Int>, word: String)] = []
    for token in words.tokens {
      let word = String(decoding: words.term(token), as: UTF8.self)
      guard !isKnown(word) else { continue }
      let found = corrections(of: word, limit: replacements.isEmpty ? max(1, limit) : 1)
      guard let best = found.first else { continue }
      if replacements.isEmpty { first = Array(found.prefix(limit)) }
      replacements.append((token.source, best.word))
    }
    guard !replacements.isEmpty else { return (nil, []) }
    var bytes = Array(text.utf8)
    for (range, word) in replacements.reversed() { bytes.replaceSubrange(range, with: word.utf8) }
    return (String(decoding: bytes, as: UTF8.self), first)
  }

  /// The words that an unknown one could be. Words of deleted documents alone are none.
  private func corrections(of word: String, limit: Int) -> [Speller.Correction] {
    snapshot.speller.corrections(of: word, limit: limit) { isKnown($0) }
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
    /// How likely it is meant among its like: the logarithm of its frequency less the cost of its edits, in bits.
    public let score: Double
  }
}

extension IndexSnapshot {
  /// Corrects a text's words by the index's vocabulary.
  public func spell(_ text: String, limit: Int = 10) -> SpellResult {
    let (corrected, first) = QueryCorrector(snapshot: self).corrected(text, limit: limit)
    return SpellResult(
      corrected: corrected,
      suggestions: first.map {
        SpellResult.Suggestion(
          text: $0.word, distance: $0.edits, frequency: Int($0.count), score: Double($0.score))
      })
  }
}
