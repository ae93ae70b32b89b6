internal import TextAnalysis

/// The terms of the index that a beginning, a pattern or a misspelt word stands for.
struct TermExpansion {
  /// A term, and what an occurrence of it counts.
  struct Term: Equatable {
    let bytes: [UInt8]
    let weight: Double
  }

  let views: [SegmentView]

  /// The most terms that a beginning or a pattern stands for, the commonest of all.
  static let mostTerms = 200
  /// The most terms that a misspelt word stands for, the nearest of all.
  static let mostNearTerms = 1000
  /// How much a term counts by the edits that lead to it.
  static let weightsOfEdits = [1, 0.6, 0.3]

  /// The terms that words with a beginning may have, the commonest first after the term of the beginning itself.
  func terms(startingWith text: String, stem: [UInt8]) -> [Term] {
    let beginning = WordBeginning(text, term: stem)
    var counts = Counts()
    for view in views {
      let table = view.segment.terms
      for prefix in beginning.prefixes {
        for term in table.indexes(startingWith: prefix) { counts.add(term, of: view.segment) }
      }
      for term in beginning.terms {
        if let index = table.index(of: term) { counts.add(index, of: view.segment) }
      }
    }
    return ([stem] + counts.commonest(Self.mostTerms - 1, without: stem)).map { Term(bytes: $0, weight: 1) }
  }

  /// The terms that fit a pattern of words, the commonest first.
  func terms(like pattern: String) -> [Term] {
    let patterns = WildcardPattern.patternsOfTerms(Folding.fold(pattern))
    var counts = Counts()
    for view in views {
      let segment = view.segment
      var found: Set<Int> = []
      for pattern in patterns { pattern.forEachMatch(in: segment.terms) { found.insert($0) } }
      for term in found { counts.add(term, of: segment) }
    }
    return counts.commonest(Self.mostTerms).map { Term(bytes: $0, weight: 1) }
  }

  /// The terms to which so many edits at most lead from one; the nearest first, then the commonest.
  func terms(near term: [UInt8], edits: Int) -> [Term] {
    var counts = Counts()
    var nearest: [[UInt8]: Int] = [:]
    for view in views {
      let table = view.segment.terms
      for (index, distance) in NearTerms.terms(near: term, edits: edits, in: view.segment) {
        counts.add(index, of: view.segment)
        nearest[table.bytes(index)] = distance
      }
    }
    let found = counts.commonest(.max).map { (bytes: $0, edits: nearest[$0] ?? edits) }
    let sorted = (0...edits).flatMap { edits in
      found.filter { $0.edits == edits }.map { Term(bytes: $0.bytes, weight: Self.weightsOfEdits[edits]) }
    }
    return Array(sorted.prefix(Self.mostNearTerms))
  }

  /// In how many documents terms are, over all segments.
  private struct Counts {
    private var counts: [[UInt8]: Int] = [:]

    mutating func add(_ term: Int, of segment: Segment) {
      counts[segment.terms.bytes(term), default: 0] += segment.documents(ofTerm: term)
    }

    func commonest(_ most: Int, without left: [UInt8]? = nil) -> [[UInt8]] {
      let sorted = counts.filter { $0.key != left }.sorted {
        $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
      }
      return sorted.prefix(most).map(\.key)
    }
  }
}
