/// What words that are neighbours in the query and in a document add to its score, beside what each of them counts.
///
/// A pair counts as a phrase of its words would, by a weight of its own, but no document needs it. Which words are near each
/// other says more of long queries than of short ones; after Rasolofo and Savoy, "Term Proximity Scoring for Keyword-Based
/// Retrieval Systems" (2003), with neighbours alone.
struct WordPair: Sendable {
  let weight: Double
  /// The terms, in the order of the query.
  let terms: [[UInt8]]
  /// No more documents have both.
  let mostDocuments: Int
  /// The words as typed.
  let text: String
}

/// The scores of pairs in a view. Documents are asked for in ascending order.
///
/// One thread uses it, within one call of the search.
final class PairScores {
  /// The most that a document can have.
  let most: Double
  private let pairs: [Pair]
  private let scorer: PostingScorer

  private struct Pair {
    let weight: Double
    let cursors: [MatchCursor]
    let readers: [PositionReader]
  }

  init(_ pairs: [WordPair], view: SegmentView, scorer: PostingScorer) {
    self.scorer = scorer
    self.pairs = pairs.compactMap { pair in
      let lists = pair.terms.compactMap { text in
        view.segment.terms.index(of: text).map { view.segment.list(ofTerm: $0) }
      }
      guard lists.count == pair.terms.count else { return nil }
      return Pair(
        weight: pair.weight, cursors: lists.map { MatchCursor(.term($0), numbersPostings: true) },
        readers: lists.map { PositionReader(list: $0, patterns: view.segment.patterns) })
    }
    // Rounding must not make the bound less than what it bounds.
    most = self.pairs.reduce(0) { $0 + $1.weight } * (scorer.saturation.k1 + 1) * (1 + 1e-12)
  }

  var isEmpty: Bool { pairs.isEmpty }

  /// What a document has for all pairs.
  func score(of document: Int) -> Double { pairs.reduce(0.0) { $0 + score($1, document) } }

  private func score(_ pair: Pair, _ document: Int) -> Double {
    let frequency = frequency(pair, document)
    return frequency > 0 ? pair.weight * scorer.saturation.of(frequency) : 0
  }

  /// How often the words follow each other, by the weights and lengths of the fields.
  private func frequency(_ pair: Pair, _ document: Int) -> Double {
    for (cursor, reader) in zip(pair.cursors, pair.readers) {
      guard let posting = cursor.place(of: document) else { return 0 }
      reader.read(posting: posting)
    }
    pair.readers[0].keepFollowing(pair.readers[1])
    var frequency = 0.0
    pair.readers[0].forEachField { field, count in
      frequency += Double(count) * scorer.norm(document: document, field: field)
    }
    return frequency
  }
}
