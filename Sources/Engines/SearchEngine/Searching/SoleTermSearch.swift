/// Finds the best documents of one term by score, block by block: those in which no document can be among the best are
/// passed over.
struct SoleTermSearch {
  private let list: PostingList
  private let view: SegmentView
  private let number: Int
  private let contributions: ContributionTable
  /// For each block the most that a document in it can have.
  private let bounds: [Double]
  private let boosts: Boosts

  /// How many blocks are looked at before the others.
  private static let firstBlocks = 4

  /// - Parameters:
  ///   - number: the view's among those of the snapshot.
  ///   - excess: by how much what a posting counts may exceed what it counted when the segment was made.
  init(
    list: PostingList, segment view: SegmentView, view number: Int, weight: Double, scorer: PostingScorer,
    excess: Double, boosts: Boosts
  ) {
    self.list = list
    self.boosts = boosts
    self.view = view
    self.number = number
    let contributions = ContributionTable(weight: weight, scorer: scorer, segment: view.segment)
    self.contributions = contributions
    bounds = (0..<list.blockCount).map { list.bound(ofBlock: $0, contributions, weight: weight, excess: excess) }
  }

  /// Offers the documents that may be among the best.
  func run(_ best: inout TopScores, hits: DocumentSet?) {
    var first: [Int] = []
    for block in bounds.indices {
      let place = first.firstIndex { bounds[block] > bounds[$0] } ?? first.count
      if place < Self.firstBlocks {
        first.insert(block, at: place)
        if first.count > Self.firstBlocks { first.removeLast() }
      }
    }
    // Safety: the buffer has room for the documents and the patterns of a block.
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * BitPacking.blockCount) { buffer in
      let documents = unsafe buffer.baseAddress.unsafelyUnwrapped
      unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: BitPacking.blockCount) { scores in
        let scores = unsafe scores.baseAddress.unsafelyUnwrapped
        for block in first { unsafe score(block, documents, scores, hits, &best) }
        for block in bounds.indices {
          let start = block > 0 ? list.lastDocument(ofBlock: block - 1) + 1 : 0
          guard best.mayTake(bound: bounds[block] * boosts.most, view: number, from: start), !first.contains(block)
          else {
            continue
          }
          unsafe score(block, documents, scores, hits, &best)
        }
      }
    }
  }

  // Safety: `documents` has room for the documents and the patterns of a block, `scores` for as many numbers.
  @unsafe private func score(
    _ number: Int, _ documents: UnsafeMutablePointer<UInt32>, _ scores: UnsafeMutablePointer<Double>,
    _ hits: DocumentSet?, _ best: inout TopScores
  ) {
    let patterns = unsafe documents + BitPacking.blockCount
    let block = list.block(number)
    unsafe list.readDocuments(of: block, into: documents)
    unsafe list.readPatterns(of: block, into: patterns)
    unsafe contributions.fill(documents: documents, patterns: patterns, count: block.count, into: scores)
    // Rounding must not make the least that is looked at more than the worst of the best.
    var least = best.threshold / boosts.most * (1 - 1e-12)
    for index in 0..<block.count {
      var score = unsafe scores[index]
      guard score >= least else { continue }
      let document = unsafe Int(documents[index])
      if let hits, !hits.contains(document) { continue }
      if view.isDeleted(document) { continue }
      if !boosts.isEmpty { score *= boosts.factor(view: self.number, document: document) }
      best.offer(score: score, view: self.number, document: document)
      least = best.threshold / boosts.most * (1 - 1e-12)
    }
  }
}

extension PostingList {
  /// The most that a document of a block can have, of a list of several blocks.
  @inline(__always)
  func bound(ofBlock block: Int, _ contributions: ContributionTable, weight: Double, excess: Double) -> Double {
    let best = best(ofBlock: block)
    let exact = contributions.contribution(document: best.document, pattern: best.pattern)
    // Rounding must not make a bound less than what it bounds.
    return max(exact, weight * contributions.saturation.of(Double(best.rest) * excess) * (1 + 1e-12))
  }
}
