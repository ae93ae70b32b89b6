/// Finds the best documents by score, and where it can how many match, in one pass over the postings.
///
/// Where one term alone is searched for, blocks of postings none of which can be among the best are passed over
/// (``SoleTermSearch``). With several, totals have to be counted and so all postings to be seen; adding up what they say
/// costs less than finding out which may be left out.
struct ScoreSearch: Sendable {
  /// Which documents are hits.
  enum Wanted: Sendable {
    /// Those that some matcher of every group matches; for each group the indexes of its matchers.
    case all([[Int]])
    /// Those that any matcher matches.
    case any
    /// These, by view, all of which some matcher matches.
    case hits([DocumentSet])
  }

  let snapshot: IndexSnapshot
  /// For each matcher its weight and what it matches, by view.
  let matchers: [(weight: Double, sources: [MatchSource])]
  let boosts: Boosts
  let pairs: [WordPair]

  /// Offers the documents that may be among the best.
  ///
  /// - Parameters:
  ///   - allowed: for each view the documents that may be taken; nil for all.
  ///   - sets: for each view takes the hits in, where it is there; only where all groups have to match.
  /// - Returns: the number of hits, but for a sole term, of which not all are looked at.
  func run(
    _ wanted: Wanted, _ best: inout TopScores, allowed: [DocumentSet]? = nil, collecting sets: inout [DocumentSet]?
  ) -> Int {
    // The largest segment first: its best documents are the hardest to beat.
    let order = snapshot.views.indices.sorted {
      snapshot.views[$0].segment.documentCount > snapshot.views[$1].segment.documentCount
    }
    let work = matchers.reduce(0) { $0 + $1.sources.reduce(0) { $0 + $1.mostDocuments } }
    let parts = SearchWorkers.parts(of: order, work: work)
    guard parts.count > 1 else {
      return order.reduce(0) { $0 + search($1, wanted, &best, allowed: allowed, collecting: &sets) }
    }
    let empty = (best, sets)
    let found = SearchWorkers.run(parts) { part in
      var (best, sets) = empty
      let total = part.reduce(0) { $0 + search($1, wanted, &best, allowed: allowed, collecting: &sets) }
      return (total, best, sets)
    }
    for (part, (_, theirs, collected)) in zip(parts, found) {
      best.formUnion(theirs)
      if let collected { for number in part { sets?[number] = collected[number] } }
    }
    return found.reduce(0) { $0 + $1.0 }
  }

  /// Searches a view.
  private func search(
    _ number: Int, _ wanted: Wanted, _ best: inout TopScores, allowed: [DocumentSet]?,
    collecting sets: inout [DocumentSet]?
  ) -> Int {
    let view = snapshot.views[number]
    let scorer = PostingScorer(segment: view.segment, norms: snapshot.statistics.norms)
    var allowed = allowed?[number]
    if case .hits(let hits) = wanted { allowed = hits[number] }
    if matchers.count == 1, case .term(let list) = matchers[0].sources[number], list.blockCount > 1 {
      SoleTermSearch(
        list: list, segment: view, view: number, weight: matchers[0].weight, scorer: scorer,
        excess: snapshot.excesses[number], boosts: boosts
      ).run(&best, hits: allowed)
      return 0
    }
    let sources = matchers.map { (weight: $0.weight, matches: $0.sources[number]) }
    let pairs = PairScores(pairs, view: view, scorer: scorer)
    if case .all(let groups) = wanted, groups.count > 1 {
      let matches = groups.map { group in
        group.count == 1
          ? ScoredMatch(
            sources[group[0]].matches, weight: sources[group[0]].weight, scorer: scorer, segment: view.segment)
          : ScoredMatch(anyOf: group.map { sources[$0] }, scorer: scorer, segment: view.segment)
      }
      return conjunction(matches, pairs, number: number, allowed: allowed, &best, &sets)
    }
    let matched = sources.filter { $0.matches.mostDocuments > 0 }
    guard !matched.isEmpty else { return 0 }
    return DisjunctionSearch(
      matched.map { ScoredMatch($0.matches, weight: $0.weight, scorer: scorer, segment: view.segment) },
      pairs: pairs, view: view, number: number, allowed: allowed, boosts: boosts
    ).run(&best)
  }

  /// Searches for documents that all of several groups match.
  private func conjunction(
    _ matches: [ScoredMatch], _ pairs: PairScores, number: Int, allowed: DocumentSet?, _ best: inout TopScores,
    _ sets: inout [DocumentSet]?
  ) -> Int {
    let view = snapshot.views[number]
    var total = 0
    var set = sets?[number]
    defer { if let set { sets?[number] = set } }
    Conjunction(matches.map(\.cursor), view: view, allowed: allowed).run { batch in
      total += batch.count
      batch.insert(into: &set)
      for index in 0..<batch.count {
        let document = batch.document(index)
        var score = 0.0
        for matcher in matches.indices {
          score += matches[matcher].contribution(of: document, place: batch.place(index, of: matcher))
        }
        guard (score + pairs.most) * boosts.most >= best.threshold else { continue }
        if !pairs.isEmpty { score += pairs.score(of: document) }
        if !boosts.isEmpty { score *= boosts.factor(view: number, document: document) }
        best.offer(score: score, view: number, document: document)
      }
    }
    return total
  }
}
