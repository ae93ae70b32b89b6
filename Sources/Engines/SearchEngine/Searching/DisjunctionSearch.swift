/// Finds and counts the documents that any of several matchers match, and the best of them by score, in one pass: window by
/// window of documents, each matcher after the other, sums of scores side by side.
// Safety: `sums`, `promising` and `added` are allocated in `init`, with a number and a bit for each document of a window and a
// number for each of a run, and freed in `deinit`.
@safe final class DisjunctionSearch {
  private let view: SegmentView
  private let number: Int
  /// In the order in which scores are added up.
  private let matches: [ScoredMatch]
  private let pairs: PairScores
  private let allowed: DocumentSet?
  private let boosts: Boosts
  private let sums: UnsafeMutablePointer<Double>
  private let promising: UnsafeMutablePointer<UInt64>
  private let added: UnsafeMutablePointer<Double>

  /// Documents in a window.
  private static let windowSize = 4096
  private static let wordCount = windowSize / 64
  /// Of so many documents that may be taken each is looked up.
  private static let mostLookedUp = 32

  /// - Parameters:
  ///   - number: the view's among those of the snapshot.
  ///   - matches: in the order in which scores are added up.
  ///   - allowed: the documents that may be taken; nil for all but deleted ones.
  init(
    _ matches: [ScoredMatch], pairs: PairScores, view: SegmentView, number: Int,
    allowed: DocumentSet?, boosts: Boosts
  ) {
    self.view = view
    self.number = number
    self.matches = matches
    self.pairs = pairs
    self.allowed = allowed
    self.boosts = boosts
    unsafe sums = UnsafeMutablePointer<Double>.allocate(capacity: Self.windowSize)
    unsafe added = UnsafeMutablePointer<Double>.allocate(capacity: BitPacking.blockCount)
    unsafe promising = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.wordCount)
    unsafe promising.initialize(repeating: 0, count: Self.wordCount)
  }

  deinit {
    unsafe sums.deallocate()
    unsafe promising.deallocate()
    unsafe added.deallocate()
  }

  /// Offers the documents that may be among the best, and counts all.
  func run(_ best: inout TopScores) -> Int {
    var total = 0
    var start = 0
    while let first = firstDocument(from: start) {
      start = first / Self.windowSize * Self.windowSize
      total += search(start, &best)
      start += Self.windowSize
    }
    return total
  }

  /// The first document from one on that may be taken.
  private func firstDocument(from start: Int) -> Int? {
    var first: Int?
    for match in matches {
      if let next = match.cursor.next, next < first ?? .max { first = next }
    }
    guard let allowed, let first else { return first }
    return allowed.first(from: max(start, first))
  }

  private func search(_ start: Int, _ best: inout TopScores) -> Int {
    if let allowed {
      let wanted = allowed.documents(in: start..<start + Self.windowSize, atMost: Self.mostLookedUp)
      if let wanted { return lookUp(wanted, &best) }
    }
    forbid(start)
    // Rounding must not make the least that is looked at more than the worst of the best. Nothing is less than 0 but what may
    // not be taken.
    let least = max(0, (best.threshold / boosts.most - pairs.most) * (1 - 1e-12))
    var total = 0
    for match in matches {
      match.cursor.skip(to: start)
      unsafe match.cursor.visitRuns(upTo: start + Self.windowSize) { run in
        unsafe match.fill(run, into: added)
        unsafe total &+= add(run, start: UInt32(truncatingIfNeeded: start), least: least)
      }
    }
    offerPromising(start, &best)
    return total
  }

  /// Adds what the documents of a run add to their sums, and returns how many had none yet.
  // Safety: the run's documents lie in the window that starts with `start`.
  @unsafe @inline(never)
  private func add(_ run: MatchCursor.Run, start: UInt32, least: Double) -> Int {
    let (sums, added, promising, documents) = unsafe (sums, added, promising, run.documents)
    var new = 0
    for index in 0..<(unsafe run.count) {
      let local = unsafe Int(documents[index] &- start)
      let before = unsafe sums[local]
      new &+= before == 0 ? 1 : 0
      let sum = unsafe before + added[index]
      unsafe sums[local] = sum
      if sum >= least { unsafe promising[local &>> 6] |= 1 &<< UInt64(local & 63) }
    }
    return new
  }

  /// Makes all sums 0, but those of documents that may not be taken, which no score lifts.
  private func forbid(_ start: Int) {
    let first = start / 64
    guard let allowed else {
      unsafe sums.update(repeating: 0, count: Self.windowSize)
      guard let deleted = view.deleted else { return }
      for index in 0..<Self.wordCount { set(index, deleted.word(first + index), to: -.infinity) }
      return
    }
    unsafe sums.update(repeating: -.infinity, count: Self.windowSize)
    for index in 0..<Self.wordCount {
      set(index, allowed.word(first + index) & ~(view.deleted?.word(first + index) ?? 0), to: 0)
    }
  }

  /// Makes the sums of those of 64 documents that have a bit a number.
  @inline(__always)
  private func set(_ index: Int, _ bits: UInt64, to sum: Double) {
    var bits = bits
    while bits != 0 {
      unsafe sums[index &* 64 &+ bits.trailingZeroBitCount] = sum
      bits &= bits &- 1
    }
  }

  private func offerPromising(_ start: Int, _ best: inout TopScores) {
    for index in 0..<Self.wordCount {
      var word = unsafe promising[index]
      guard word != 0 else { continue }
      unsafe promising[index] = 0
      while word != 0 {
        let local = index &* 64 &+ word.trailingZeroBitCount
        word &= word &- 1
        unsafe offer(sums[local], document: start &+ local, &best)
      }
    }
  }

  private func lookUp(_ wanted: [Int], _ best: inout TopScores) -> Int {
    var total = 0
    for document in wanted where !view.isDeleted(document) {
      var sum = 0.0
      for match in matches {
        if let place = match.cursor.place(of: document) { sum += match.contribution(of: document, place: place) }
      }
      guard sum > 0 else { continue }
      total += 1
      offer(sum, document: document, &best)
    }
    return total
  }

  @inline(__always)
  private func offer(_ sum: Double, document: Int, _ best: inout TopScores) {
    guard (sum + pairs.most) * boosts.most >= best.threshold else { return }
    let score = pairs.isEmpty ? sum : sum + pairs.score(of: document)
    best.offer(
      score: boosts.isEmpty ? score : score * boosts.factor(view: number, document: document), view: number,
      document: document)
  }
}
