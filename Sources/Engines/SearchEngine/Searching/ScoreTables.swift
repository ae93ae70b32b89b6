/// The scores of all hits, for orders that pruning does not serve.
struct ScoreTables {
  /// For each view and document the score; empty where nothing was searched for.
  private var scores: [[Double]] = []
  /// For each view and document how many groups match; empty where all do.
  private var groups: [[UInt8]] = []

  /// No scores: every hit has 0.
  init() {}

  /// - Parameters:
  ///   - matchers: for each matcher its group, its weight and what it matches, by view.
  ///   - groupSets: for each group the documents that match it, by view, where their number is asked for.
  init(
    snapshot: IndexSnapshot, matchers: [(weight: Double, sources: [MatchSource])], pairs: [WordPair], boosts: Boosts,
    hits: [DocumentSet],
    groupSets: [[DocumentSet]]?
  ) {
    for (view, hits) in zip(snapshot.views, hits) {
      let index = scores.count
      let scorer = PostingScorer(segment: view.segment, norms: snapshot.statistics.norms)
      var sums = Array(repeating: 0.0, count: view.segment.documentCount)
      for (weight, sources) in matchers {
        switch sources[index] {
        case .term(let list):
          list.forEachPattern { document, pattern in
            guard hits.contains(document) else { return }
            sums[document] += weight * scorer.saturation.of(scorer.frequency(document: document, pattern: pattern))
          }
        case .found(let found):
          for (document, frequency) in zip(found.documents, found.frequencies) {
            sums[Int(document)] += weight * scorer.saturation.of(frequency)
          }
        }
      }
      let pairs = PairScores(pairs, view: view, scorer: scorer)
      if !pairs.isEmpty { hits.forEach { sums[$0] += pairs.score(of: $0) } }
      if !boosts.isEmpty {
        // Where nothing was searched for, boosts alone make the score.
        hits.forEach { sums[$0] = (matchers.isEmpty ? 1 : sums[$0]) * boosts.factor(view: index, document: $0) }
      }
      scores.append(sums)
      guard let groupSets else { continue }
      var counts = Array(repeating: UInt8(0), count: view.segment.documentCount)
      for sets in groupSets { sets[index].forEach { counts[$0] += 1 } }
      groups.append(counts)
    }
  }

  func score(at place: Searcher.Place) -> Double { scores.isEmpty ? 0 : scores[place.view][place.document] }

  func matchedGroups(at place: Searcher.Place) -> Int { groups.isEmpty ? 0 : Int(groups[place.view][place.document]) }
}
