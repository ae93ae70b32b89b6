/// Finds the best documents by score, and where it can how many match, in one pass over the postings.
///
/// Where one term alone is searched for, blocks of postings none of which can be among the best are passed over
/// (``SoleTermSearch``). With several, totals have to be counted and so all postings to be seen; adding up what they say
/// costs less than finding out which may be left out.
struct ScoreSearch {
  /// Which documents are hits.
  enum Wanted {
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
    var total = 0
    for number in order {
      let view = snapshot.views[number]
      let scorer = PostingScorer(segment: view.segment, norms: snapshot.statistics.norms)
      var allowed = allowed?[number]
      if case .hits(let hits) = wanted { allowed = hits[number] }
      if matchers.count == 1, case .term(let list) = matchers[0].sources[number], list.blockCount > 1 {
        SoleTermSearch(
          list: list, segment: view, view: number, weight: matchers[0].weight, scorer: scorer,
          excess: snapshot.excesses[number], boosts: boosts
        ).run(&best, hits: allowed)
        continue
      }
      let sources = matchers.map { (weight: $0.weight, matches: $0.sources[number]) }
      if case .all(let groups) = wanted, groups.count > 1 {
        let matches = groups.map { group in
          group.count == 1
            ? ScoredMatch(
              sources[group[0]].matches, weight: sources[group[0]].weight, scorer: scorer, segment: view.segment)
            : ScoredMatch(anyOf: group.map { sources[$0] }, scorer: scorer, segment: view.segment)
        }
        total += conjunction(matches, number: number, allowed: allowed, &best, &sets)
      } else {
        let matched = sources.filter { $0.matches.mostDocuments > 0 }
        guard !matched.isEmpty else { continue }
        let search = DisjunctionSearch(
          matched.map { ScoredMatch($0.matches, weight: $0.weight, scorer: scorer, segment: view.segment) },
          view: view, number: number, allowed: allowed, boosts: boosts)
        total += search.run(&best)
      }
    }
    return total
  }

  /// Searches for documents that all of several groups match.
  private func conjunction(
    _ matches: [ScoredMatch], number: Int, allowed: DocumentSet?, _ best: inout TopScores, _ sets: inout [DocumentSet]?
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
        guard score * boosts.most >= best.threshold else { continue }
        if !boosts.isEmpty { score *= boosts.factor(view: number, document: document) }
        best.offer(score: score, view: number, document: document)
      }
    }
    return total
  }
}
