/// Finds what matchers match in a segment.
struct SegmentMatcher {
  let view: SegmentView
  let scorer: PostingScorer

  init(view: SegmentView, norms: FieldNorms) {
    self.view = view
    scorer = PostingScorer(segment: view.segment, norms: norms)
  }

  /// How much a synonym counts, where the word itself counts 1: who types a word would rather see it.
  static let synonymWeight = 0.6

  func source(of matcher: QueryPlan.Matcher) -> MatchSource {
    switch matcher.kind {
    case .anyOf where matcher.terms.count == 1:
      guard let term = view.segment.terms.index(of: matcher.terms[0]) else { return .nothing }
      let list = view.segment.list(ofTerm: term)
      guard let field = matcher.field else { return .term(list) }
      return .found(found(list, in: field))
    case .synonyms: return .found(union(matcher, otherWeight: Self.synonymWeight))
    case .anyOf: return .found(union(matcher, otherWeight: 1))
    case .phrase: return .found(PhraseMatcher(view: view, scorer: scorer).found(matcher.terms, in: matcher.field))
    }
  }

  /// The documents of a term that have it in one field.
  private func found(_ list: PostingList, in field: Int) -> FoundDocuments {
    let isWanted = view.segment.patterns.having(field)
    var found = FoundDocuments()
    list.forEachPattern { document, pattern in
      guard isWanted[pattern], !view.isDeleted(document) else { return }
      found.append(document, scorer.frequency(document: document, pattern: pattern, field: field))
    }
    return found
  }

  /// The documents of any of several terms; frequencies add up.
  private func union(_ matcher: QueryPlan.Matcher, otherWeight: Double) -> FoundDocuments {
    var set = DocumentSet(capacity: view.segment.documentCount)
    var total = 0
    let lists = matcher.terms.enumerated().compactMap { place, text -> (PostingList, Double)? in
      guard let term = view.segment.terms.index(of: text) else { return nil }
      let list = view.segment.list(ofTerm: term)
      total += list.count
      return (list, place == 0 ? 1 : otherWeight)
    }
    let isWanted = matcher.field.map(view.segment.patterns.having)
    var sums: [UInt32: Double] = [:]
    var dense =
      total > view.segment.documentCount / 64
      ? Array(repeating: 0.0, count: view.segment.documentCount) : []
    for (list, weight) in lists {
      list.forEachPattern { document, pattern in
        if let isWanted, !isWanted[pattern] { return }
        if view.isDeleted(document) { return }
        let frequency =
          if let field = matcher.field {
            scorer.frequency(document: document, pattern: pattern, field: field)
          } else {
            scorer.frequency(document: document, pattern: pattern)
          }
        set.insert(document)
        if dense.isEmpty {
          sums[UInt32(document), default: 0] += weight * frequency
        } else {
          dense[document] += weight * frequency
        }
      }
    }
    var found = FoundDocuments()
    set.forEach { found.append($0, dense.isEmpty ? sums[UInt32($0)] ?? 0 : dense[$0]) }
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
