/// Finds the best documents by score without scoring all that match.
///
/// A segment is taken window by window. A window in which no document can score more than the worst of the best so far is
/// passed over, without reading its postings: block-max pruning (Ding and Suel, "Faster top-k document retrieval using
/// block-max indexes", 2011) on windows of documents, as Lucene's and others' range-wise evaluation does.
struct ScoreSearch {
  let snapshot: IndexSnapshot
  /// For each matcher its weight and what it matches, by view.
  let matchers: [(weight: Double, sources: [MatchSource])]
  let boosts: Boosts
  /// Whether the hits are documents that every matcher matches.
  let hitsHaveAll: Bool

  /// How many windows are looked at before the others.
  private static let firstWindows = 4
  private static let wordCount = WindowedTerm.windowSize / 64

  /// Offers the documents that may be among the best.
  ///
  /// - Parameter hits: for each view the documents that may be taken; nil for all that any matcher matches.
  func run(_ best: inout TopScores, hits: [DocumentSet]?) {
    // The largest segment first: its best documents are the hardest to beat.
    let order = snapshot.views.indices.sorted {
      snapshot.views[$0].segment.documentCount > snapshot.views[$1].segment.documentCount
    }
    for view in order { search(view, hits?[view], &best) }
  }

  private func search(_ view: Int, _ hits: DocumentSet?, _ best: inout TopScores) {
    let segmentView = snapshot.views[view]
    let documentCount = segmentView.segment.documentCount
    let scorer = PostingScorer(segment: segmentView.segment, norms: snapshot.statistics.norms)
    if matchers.count == 1, case .term(let list) = matchers[0].sources[view], list.blockCount > 1 {
      let search = SoleTermSearch(
        list: list, segment: segmentView, view: view, weight: matchers[0].weight, scorer: scorer,
        excess: snapshot.excesses[view], boosts: boosts)
      return search.run(&best, hits: hits)
    }
    let terms = matchers.map { matcher in
      WindowedTerm(
        matcher.sources[view], weight: matcher.weight, scorer: scorer, segment: segmentView.segment,
        excess: snapshot.excesses[view])
    }
    var bounds = Array(repeating: 0.0, count: (documentCount + WindowedTerm.windowSize - 1) / WindowedTerm.windowSize)
    var isReached = Array(repeating: false, count: bounds.count)
    for term in terms {
      // In the order in which scores are added up, so that a bound that is reached is equal to the score.
      for window in bounds.indices where term.bounds[window] > -.infinity {
        bounds[window] += term.bounds[window]
        isReached[window] = true
      }
    }
    // Windows with the highest bounds are looked at first, so that others are passed over early.
    var first: [Int] = []
    for window in bounds.indices where isReached[window] {
      let place = first.firstIndex { bounds[window] > bounds[$0] } ?? first.count
      if place < Self.firstWindows {
        first.insert(window, at: place)
        if first.count > Self.firstWindows { first.removeLast() }
      }
    }
    // Safety: each buffer has the room that the calls below state.
    unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * Self.wordCount) { words in
      unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: WindowedTerm.windowSize) { sums in
        let buffers = unsafe Buffers(
          wanted: words.baseAddress.unsafelyUnwrapped,
          touched: words.baseAddress.unsafelyUnwrapped + Self.wordCount, sums: sums.baseAddress.unsafelyUnwrapped)
        for window in first { unsafe score(window, view, terms, hits, segmentView.deleted, buffers, &best) }
        for window in bounds.indices where isReached[window] && !first.contains(window) {
          let start = window &* WindowedTerm.windowSize
          guard best.mayTake(bound: bounds[window] * boosts.most, view: view, from: start) else { continue }
          unsafe score(window, view, terms, hits, segmentView.deleted, buffers, &best)
        }
      }
    }
  }

  @unsafe private struct Buffers {
    let wanted: UnsafeMutablePointer<UInt64>
    let touched: UnsafeMutablePointer<UInt64>
    let sums: UnsafeMutablePointer<Double>
  }

  @unsafe private func score(
    _ window: Int, _ view: Int, _ terms: [WindowedTerm], _ hits: DocumentSet?, _ deleted: DocumentSet?,
    _ buffers: Buffers, _ best: inout TopScores
  ) {
    let firstWord = window &* Self.wordCount
    var isAnyWanted: UInt64 = 0
    for index in 0..<Self.wordCount {
      let wanted = hits.map { $0.word(firstWord &+ index) } ?? .max
      unsafe buffers.wanted[index] = wanted & ~(deleted?.word(firstWord &+ index) ?? 0)
      isAnyWanted |= unsafe buffers.wanted[index]
      unsafe buffers.touched[index] = 0
    }
    guard isAnyWanted != 0 else { return }
    if hitsHaveAll, hits != nil {
      unsafe addOfAll(window, terms, buffers, threshold: best.threshold / boosts.most)
    } else {
      unsafe addOfAny(window, terms, buffers, threshold: best.threshold / boosts.most)
    }
    let base = window &* WindowedTerm.windowSize
    let isSole = terms.count == 1
    for index in 0..<Self.wordCount {
      var word = unsafe buffers.touched[index]
      while word != 0 {
        let local = index &* 64 &+ word.trailingZeroBitCount
        word &= word &- 1
        let sum = unsafe buffers.sums[local]
        // Sums are not rounded alike in another order; what counts is the one in the order of the terms.
        guard sum * boosts.most >= best.threshold * (1 - 1e-12) else { continue }
        let document = base &+ local
        var score = isSole ? sum : terms.reduce(0.0) { $0 + $1.contribution(of: document) }
        if !boosts.isEmpty { score *= boosts.factor(view: view, document: document) }
        best.offer(score: score, view: view, document: document)
      }
    }
  }

  /// Adds up what wanted documents that have every term have: after each term those are left out that can't reach the
  /// threshold any more with what is left. The term that says most comes first.
  @unsafe private func addOfAll(_ window: Int, _ terms: [WindowedTerm], _ buffers: Buffers, threshold: Double) {
    let order = terms.indices.sorted { terms[$0].bounds[window] > terms[$1].bounds[window] }
    var rest = terms.reduce(0.0) { $0 + $1.bounds[window] }
    // A window that lacks one of the terms has no document with all.
    guard rest > -.infinity else { return }
    for (place, index) in order.enumerated() {
      rest -= terms[index].bounds[window]
      unsafe terms[index].add(
        window: window, wanted: place == 0 ? buffers.wanted : buffers.touched, sums: buffers.sums,
        touched: buffers.touched)
      guard place < order.count - 1 else { return }
      guard unsafe keepPromising(buffers, atLeast: threshold - rest * (1 + 1e-12)) else { return }
    }
  }

  @unsafe private func addOfAny(_ window: Int, _ terms: [WindowedTerm], _ buffers: Buffers, threshold: Double) {
    // A document that has only terms which together stay below the worst of the best so far need not be looked at: those
    // terms are added only for documents that others have brought near enough (MAXSCORE: Turtle and Flood, 1995).
    var order = terms.indices.filter { terms[$0].bounds[window] > -.infinity }
    order.sort { terms[$0].bounds[window] < terms[$1].bounds[window] }
    var optional = 0
    var optionalBound = 0.0
    while optional < order.count {
      let sum = optionalBound + terms[order[optional]].bounds[window] * (1 + 1e-12)
      guard sum < threshold else { break }
      optionalBound = sum
      optional += 1
    }
    for index in order[optional...] {
      unsafe terms[index].add(
        window: window, wanted: buffers.wanted, sums: buffers.sums, touched: buffers.touched)
    }
    if optional > 0 {
      for index in order[..<optional].reversed() {
        guard unsafe keepPromising(buffers, atLeast: threshold - optionalBound) else { return }
        optionalBound -= terms[index].bounds[window]
        unsafe terms[index].add(
          window: window, wanted: buffers.touched, sums: buffers.sums, touched: buffers.touched)
      }
    }
  }

  /// Leaves only those of the touched documents whose sums are at least near a number; false where there is none.
  @unsafe private func keepPromising(_ buffers: Buffers, atLeast least: Double) -> Bool {
    let least = least - least.magnitude * 1e-9
    var isAny: UInt64 = 0
    for index in 0..<Self.wordCount {
      var word = unsafe buffers.touched[index]
      var kept = word
      while word != 0 {
        let bit = word.trailingZeroBitCount
        word &= word &- 1
        if unsafe buffers.sums[index &* 64 &+ bit] < least { kept &= ~(1 &<< UInt64(bit)) }
      }
      unsafe buffers.touched[index] = kept
      isAny |= kept
    }
    return isAny != 0
  }
}
