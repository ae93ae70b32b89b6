extension SegmentMatcher {
  /// What any of several alternatives matches; a document counts by the one that counts most in it, or by what was typed and
  /// its synonyms together.
  func best(of alternatives: [QueryAlternatives.Alternative], in field: Int?) -> MatchSource {
    var sources: [(source: MatchSource, weight: Double, isAdded: Bool)] = []
    for alternative in alternatives {
      let source = source(of: alternative.terms, in: field)
      if source.mostDocuments > 0 { sources.append((source, alternative.weight, alternative.isAdded)) }
    }
    guard let first = sources.first else { return .nothing }
    if sources.count == 1, first.weight == 1 { return first.source }
    var set = DocumentSet(capacity: view.segment.documentCount)
    for (source, _, _) in sources { source.insert(into: &set) }
    if let deleted = view.deleted { set.subtract(deleted) }
    let ranks = set.ranks()
    var found = FoundDocuments()
    found.documents.reserveCapacity(ranks.last)
    set.forEach { found.documents.append(UInt32($0)) }
    found.frequencies = Array(repeating: 0, count: ranks.last)
    for (source, weight, isAdded) in sources {
      func count(_ frequency: Double, at place: Int) {
        let before = found.frequencies[place]
        found.frequencies[place] = isAdded ? before + weight * frequency : max(before, weight * frequency)
      }
      switch source {
      case .term(let list):
        list.forEachPattern { document, pattern in
          guard let place = ranks.rank(of: document, in: set) else { return }
          count(scorer.frequency(document: document, pattern: pattern), at: place)
        }
      case .found(let other):
        for (document, frequency) in zip(other.documents, other.frequencies) {
          guard let place = ranks.rank(of: Int(document), in: set) else { continue }
          count(frequency, at: place)
        }
      }
    }
    return .found(found)
  }

  private func source(of terms: [[UInt8]], in field: Int?) -> MatchSource {
    if terms.count > 1 { return .found(PhraseMatcher(view: view, scorer: scorer).found(terms, slop: 0, in: field)) }
    guard let text = terms.first, let term = view.segment.terms.index(of: text) else { return .nothing }
    let list = view.segment.list(ofTerm: term)
    guard let field else { return .term(list) }
    return .found(found(list, in: field))
  }
}
