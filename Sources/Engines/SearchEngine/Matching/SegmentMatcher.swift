/// Finds what matchers match in a segment.
struct SegmentMatcher {
  let view: SegmentView
  let scorer: PostingScorer

  init(view: SegmentView, norms: FieldNorms) {
    self.view = view
    scorer = PostingScorer(segment: view.segment, norms: norms)
  }

  func source(of matcher: QueryPlan.Matcher) -> MatchSource {
    switch matcher.kind {
    case .phrase(let slop):
      return .found(
        PhraseMatcher(view: view, scorer: scorer).found(matcher.terms, slop: slop, in: matcher.field))
    case .bestOf(let alternatives): return best(of: alternatives, in: matcher.field)
    case .anyOf(let weights):
      let lists = zip(matcher.terms, weights).compactMap { text, weight -> WeightedList? in
        guard let term = view.segment.terms.index(of: text) else { return nil }
        return WeightedList(list: view.segment.list(ofTerm: term), weight: weight)
      }
      guard lists.count == 1, lists[0].weight == 1 else { return .found(union(lists, in: matcher.field)) }
      guard let field = matcher.field else { return .term(lists[0].list) }
      return .found(found(lists[0].list, in: field))
    }
  }

  private struct WeightedList {
    let list: PostingList
    let weight: Double
  }

  /// The documents of a term that have it in one field.
  func found(_ list: PostingList, in field: Int) -> FoundDocuments {
    let isWanted = view.segment.patterns.having(field)
    var found = FoundDocuments()
    list.forEachPattern { document, pattern in
      guard isWanted[pattern], !view.isDeleted(document) else { return }
      found.append(document, scorer.frequency(document: document, pattern: pattern, field: field))
    }
    return found
  }

  /// The documents of any of several terms; frequencies add up, each by its term's weight.
  private func union(_ lists: [WeightedList], in field: Int?) -> FoundDocuments {
    var found = FoundDocuments()
    if lists.isEmpty { return found }
    // Which documents there are is known first, so that each has its place among the frequencies.
    var set = DocumentSet(capacity: view.segment.documentCount)
    if let field {
      let isWanted = view.segment.patterns.having(field)
      for list in lists {
        list.list.forEachPattern { document, pattern in if isWanted[pattern] { set.insert(document) } }
      }
    } else {
      for list in lists { set.insert(list.list) }
    }
    if let deleted = view.deleted { set.subtract(deleted) }
    let ranks = set.ranks()
    found.documents.reserveCapacity(ranks.last)
    set.forEach { found.documents.append(UInt32($0)) }
    found.frequencies = Array(repeating: 0, count: ranks.last)
    for (list, weight) in lists.map({ ($0.list, $0.weight) }) {
      list.forEachPattern { document, pattern in
        guard let place = ranks.rank(of: document, in: set) else { return }
        found.frequencies[place] +=
          weight
          * (field.map { scorer.frequency(document: document, pattern: pattern, field: $0) }
            ?? scorer.frequency(document: document, pattern: pattern))
      }
    }
    return found
  }
}

extension PostingList {
  /// Gives each document with its pattern.
  func forEachPattern(_ body: (Int, Int) -> Void) {
    // Safety: the buffer has room for the documents and the patterns of a block.
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * BitPacking.blockCount) { buffer in
      let documents = unsafe buffer.baseAddress.unsafelyUnwrapped
      let patterns = unsafe documents + BitPacking.blockCount
      for number in 0..<blockCount {
        let block = block(number)
        unsafe readDocuments(of: block, into: documents)
        unsafe readPatterns(of: block, into: patterns)
        for index in 0..<block.count { unsafe body(Int(documents[index]), Int(patterns[index])) }
      }
    }
  }
}
