/// Finds the documents in which words follow each other, or nearly so.
struct PhraseMatcher {
  let view: SegmentView
  let scorer: PostingScorer

  /// - Parameter slop: how far the words may be moved (``SloppyPhrase``).
  func found(_ terms: [[UInt8]], slop: Int, in only: Int?) -> FoundDocuments {
    var found = FoundDocuments()
    var lists: [PostingList] = []
    for text in terms {
      guard let term = view.segment.terms.index(of: text) else { return found }
      lists.append(view.segment.list(ofTerm: term))
    }
    let readers = lists.map { PositionReader(list: $0, patterns: view.segment.patterns) }
    let sloppy = slop > 0 ? SloppyPhrase(terms, slop: slop) : nil
    let isWanted = only.map(view.segment.patterns.having)
    Conjunction(lists.map { MatchCursor(.term($0), numbersPostings: true) }, view: view, allowed: nil).run { batch in
      let wanted = isWanted.map { isWanted in
        (0..<batch.count).filter { isWanted[readers[0].pattern(ofPosting: batch.place($0, of: 0))] }
      }
      if let sloppy {
        add(wanted ?? Array(0..<batch.count), of: batch, sloppy, readers, only, to: &found)
      } else if let wanted {
        add(wanted, of: batch, readers, only, to: &found)
      } else {
        add(0..<batch.count, of: batch, readers, only, to: &found)
      }
    }
    return found
  }

  /// Adds the documents of a batch in which the words follow each other.
  private func add(
    _ indexes: some Sequence<Int>, of batch: Conjunction.Batch, _ readers: [PositionReader], _ only: Int?,
    to found: inout FoundDocuments
  ) {
    let first = readers[0]
    let second = readers[1]
    for index in indexes {
      first.read(posting: batch.place(index, of: 0))
      second.read(posting: batch.place(index, of: 1))
      first.keepFollowing(second)
      for term in 2..<readers.count where !first.isEmpty {
        readers[term].read(posting: batch.place(index, of: term))
        first.keepFollowing(readers[term])
      }
      guard !first.isEmpty else { continue }
      let document = batch.document(index)
      var frequency = 0.0
      first.forEachField { field, count in
        if only == nil || only == field { frequency += Double(count) * scorer.norm(document: document, field: field) }
      }
      if frequency > 0 { found.append(document, frequency) }
    }
  }

  /// Adds the documents of a batch in which the words are near each other.
  private func add(
    _ indexes: [Int], of batch: Conjunction.Batch, _ sloppy: SloppyPhrase, _ readers: [PositionReader], _ only: Int?,
    to found: inout FoundDocuments
  ) {
    var places = Array(repeating: [UInt64](), count: readers.count)
    for index in indexes {
      let document = batch.document(index)
      for term in readers.indices {
        readers[term].read(posting: batch.place(index, of: term))
        places[term] = readers[term].remaining
      }
      let frequency = sloppy.matches(places).reduce(0.0) { sum, match in
        let field = Int(match.place >> 32)
        return only == nil || only == field ? sum + match.weight * scorer.norm(document: document, field: field) : sum
      }
      if frequency > 0 { found.append(document, frequency) }
    }
  }
}
