/// The documents that a matcher, or any of several, matches in a segment, and what they add to their scores.
final class ScoredMatch {
  let cursor: MatchCursor
  /// For documents of a term.
  private let table: ContributionTable
  /// For documents that were found one by one; nil for those of a term.
  private let known: [Double]?

  init(_ matches: MatchSource, weight: Double, scorer: PostingScorer, segment: Segment) {
    cursor = MatchCursor(matches)
    table = ContributionTable(weight: weight, scorer: scorer, segment: segment)
    if case .found(let found) = matches {
      let saturation = scorer.saturation
      known = found.frequencies.map { weight * saturation.of($0) }
    } else {
      known = nil
    }
  }

  /// What several matchers match; what they add is added up.
  init(anyOf sources: [(weight: Double, matches: MatchSource)], scorer: PostingScorer, segment: Segment) {
    let parts = sources.map { ScoredMatch($0.matches, weight: $0.weight, scorer: scorer, segment: segment) }
    let union = MatchUnion(parts, documentCount: segment.documentCount)
    cursor = MatchCursor(.found(FoundDocuments(documents: union.documents, frequencies: [])))
    table = ContributionTable(weight: 0, scorer: scorer, segment: segment)
    known = union.sums
  }

  /// What a document adds, by its place.
  @inline(__always)
  func contribution(of document: Int, place: Int) -> Double {
    if let known { return known[place] }
    return table.contribution(document: document, pattern: place)
  }

  /// What the documents of a run add, into as much room.
  // Safety: the run is as ``MatchCursor/Run`` says, and there is room for as many numbers as it has documents.
  @unsafe @inline(__always)
  func fill(_ run: MatchCursor.Run, into target: UnsafeMutablePointer<Double>) {
    if let patterns = unsafe run.patterns {
      unsafe table.fill(documents: run.documents, patterns: patterns, count: run.count, into: target)
    } else if let known {
      for index in 0..<(unsafe run.count) { unsafe target[index] = known[run.place &+ index] }
    }
  }
}
