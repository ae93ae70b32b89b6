/// What a matcher adds to scores in a segment, window by window: in each no more than a bound that is known beforehand.
///
/// One thread uses it, within one call of the search, so that accesses can't overlap.
// Safety: `documents` and `patterns` are allocated in `init`, with room for a block each, and freed in `deinit`.
@safe final class WindowedTerm {
  /// Documents in a window.
  static let windowSize = 1024

  /// How the contributions are had.
  private enum Source {
    /// They are known for each document, ascending.
    case known(documents: [UInt32], contributions: [Double])
    /// They are made from blocks when they are asked for.
    case blocks(PostingList)
  }

  private let source: Source
  private let contributions: ContributionTable
  /// For each window the most that a document in it can have.
  let bounds: [Double]
  /// For each window its first block, or the first known document's place.
  private let firsts: [UInt32]

  /// The documents and patterns of the block that was entered last.
  private let documents: UnsafeMutablePointer<UInt32>
  private let patterns: UnsafeMutablePointer<UInt32>
  @exclusivity(unchecked) private var entered = -1
  @exclusivity(unchecked) private var hasPatterns = false

  /// Terms in no more documents are scored at once, which costs less than looking at bounds.
  private static let mostKnown = 2048

  /// - Parameter excess: by how much what a posting counts may exceed what it counted when the segment was made.
  init(_ matches: MatchSource, weight: Double, scorer: PostingScorer, segment: Segment, excess: Double) {
    let contributions = ContributionTable(weight: weight, scorer: scorer, segment: segment)
    self.contributions = contributions
    unsafe documents = UnsafeMutablePointer<UInt32>.allocate(capacity: BitPacking.blockCount)
    unsafe patterns = UnsafeMutablePointer<UInt32>.allocate(capacity: BitPacking.blockCount)
    let documentCount = segment.documentCount
    let windows = (documentCount + Self.windowSize - 1) / Self.windowSize
    let table: (bounds: [Double], firsts: [UInt32])
    switch matches {
    case .term(let list) where list.count > Self.mostKnown:
      source = .blocks(list)
      table = Self.bounds(ofBlocks: list, windows, contributions, weight: weight, excess: excess)
    case .term(let list):
      var places: [UInt32] = []
      var known: [Double] = []
      places.reserveCapacity(list.count)
      known.reserveCapacity(list.count)
      list.forEachPattern { document, pattern in
        places.append(UInt32(document))
        known.append(contributions.contribution(document: document, pattern: pattern))
      }
      source = .known(documents: places, contributions: known)
      table = Self.bounds(of: places, known, windows)
    case .found(let found):
      let known = found.frequencies.map { weight * Saturation.of($0) }
      source = .known(documents: found.documents, contributions: known)
      table = Self.bounds(of: found.documents, known, windows)
    }
    bounds = table.bounds
    firsts = table.firsts
  }

  deinit {
    unsafe documents.deallocate()
    unsafe patterns.deallocate()
  }

  private static func bounds(
    of documents: [UInt32], _ contributions: [Double], _ windows: Int
  ) -> (bounds: [Double], firsts: [UInt32]) {
    var bounds = Array(repeating: -Double.infinity, count: windows)
    var firsts = Array(repeating: UInt32(0), count: windows + 1)
    var window = 0
    for (place, document) in documents.enumerated() {
      let next = Int(document) / Self.windowSize
      while window < next {
        window += 1
        firsts[window] = UInt32(place)
      }
      bounds[next] = max(bounds[next], contributions[place])
    }
    while window < bounds.count {
      window += 1
      firsts[window] = UInt32(documents.count)
    }
    return (bounds, firsts)
  }

  private static func bounds(
    ofBlocks list: PostingList, _ windows: Int, _ contributions: ContributionTable, weight: Double, excess: Double
  ) -> (bounds: [Double], firsts: [UInt32]) {
    var bounds = Array(repeating: -Double.infinity, count: windows)
    var firsts = Array(repeating: UInt32(0), count: windows + 1)
    var first = 0
    var window = -1
    for block in 0..<list.blockCount {
      let last = list.lastDocument(ofBlock: block)
      let bound = list.bound(ofBlock: block, contributions, weight: weight, excess: excess)
      let spanned = first / Self.windowSize...last / Self.windowSize
      while window < spanned.lowerBound {
        window += 1
        firsts[window] = UInt32(block)
      }
      for index in spanned { bounds[index] = max(bounds[index], bound) }
      while window < spanned.upperBound {
        window += 1
        firsts[window] = UInt32(block)
      }
      first = last + 1
    }
    while window < bounds.count {
      window += 1
      firsts[window] = UInt32(list.blockCount)
    }
    return (bounds, firsts)
  }

  /// Adds what the documents of a window have, for those in `wanted`, to `sums`, and notes which have something.
  // Safety: `wanted` and `touched` have a bit for each document of a window, `sums` a number.
  @unsafe func add(
    window: Int, wanted: UnsafePointer<UInt64>, sums: UnsafeMutablePointer<Double>,
    touched: UnsafeMutablePointer<UInt64>
  ) {
    guard bounds[window] > -.infinity else { return }
    let base = UInt32(truncatingIfNeeded: window &* Self.windowSize)
    let contributions = contributions
    switch source {
    case .known(let known, let values):
      for place in Int(firsts[window])..<Int(firsts[window + 1]) {
        let local = Int(known[place] &- base)
        let bit: UInt64 = 1 &<< UInt64(local & 63)
        guard unsafe wanted[local &>> 6] & bit != 0 else { continue }
        unsafe Self.add(values[place], local, bit, sums, touched)
      }
    case .blocks(let list):
      if unsafe Self.isSparse(wanted) {
        return unsafe addSparsely(list, base: base, wanted: wanted, sums: sums, touched: touched)
      }
      var number = Int(firsts[window])
      while number < list.blockCount {
        let block = unsafe enter(number, of: list)
        var index = unsafe lowerBound(base, among: block.count)
        var hasPatterns = false
        while index < block.count {
          let document = unsafe documents[index]
          let local = Int(document &- base)
          guard local < Self.windowSize else { return }
          let bit: UInt64 = 1 &<< UInt64(local & 63)
          if unsafe wanted[local &>> 6] & bit != 0 {
            if !hasPatterns {
              unsafe readPatterns(of: block, in: list)
              hasPatterns = true
            }
            let value = unsafe contributions.contribution(document: Int(document), pattern: Int(patterns[index]))
            unsafe Self.add(value, local, bit, sums, touched)
          }
          index &+= 1
        }
        number &+= 1
      }
    }
  }

  /// Adds to a document's sum, which is nothing yet where the document is not touched.
  @unsafe @inline(__always)
  private static func add(
    _ value: Double, _ local: Int, _ bit: UInt64, _ sums: UnsafeMutablePointer<Double>,
    _ touched: UnsafeMutablePointer<UInt64>
  ) {
    let before = unsafe touched[local &>> 6]
    unsafe sums[local] = (before & bit != 0 ? sums[local] : 0) + value
    unsafe touched[local &>> 6] = before | bit
  }

  /// So few documents of a window are looked up one by one.
  private static let mostSparse = 24

  @unsafe @inline(__always)
  private static func isSparse(_ wanted: UnsafePointer<UInt64>) -> Bool {
    var count = 0
    for index in 0..<windowSize / 64 { unsafe count &+= wanted[index].nonzeroBitCount }
    return count <= mostSparse
  }

  @unsafe private func addSparsely(
    _ list: PostingList, base: UInt32, wanted: UnsafePointer<UInt64>, sums: UnsafeMutablePointer<Double>,
    touched: UnsafeMutablePointer<UInt64>
  ) {
    var number = Int(firsts[Int(base) / Self.windowSize])
    for index in 0..<Self.windowSize / 64 {
      var word = unsafe wanted[index]
      while word != 0 {
        let bit = word & (0 &- word)
        let local = index &* 64 &+ word.trailingZeroBitCount
        word &= word &- 1
        let document = base &+ UInt32(truncatingIfNeeded: local)
        let pattern: Int
        if let bitmap = list.bitmap {
          guard let rank = bitmap.rank(of: Int(document)) else { continue }
          pattern = list.pattern(rank % BitPacking.blockCount, of: list.block(rank / BitPacking.blockCount))
        } else {
          while number < list.blockCount, list.lastDocument(ofBlock: number) < Int(document) { number &+= 1 }
          guard number < list.blockCount else { return }
          let block = unsafe enter(number, of: list)
          let place = unsafe lowerBound(document, among: block.count)
          guard place < block.count, unsafe documents[place] == document else { continue }
          pattern = list.pattern(place, of: block)
        }
        unsafe Self.add(
          contributions.contribution(document: Int(document), pattern: pattern), local, bit, sums, touched)
      }
    }
  }

  /// Goes to a block of the list, whose documents are read where they are not there yet.
  @unsafe @inline(__always)
  private func enter(_ number: Int, of list: PostingList) -> PostingList.Block {
    let block = list.block(number)
    if unsafe entered != number {
      unsafe list.readDocuments(of: block, into: documents)
      unsafe entered = number
      unsafe hasPatterns = false
    }
    return block
  }

  @unsafe @inline(__always)
  private func readPatterns(of block: PostingList.Block, in list: PostingList) {
    if unsafe hasPatterns { return }
    unsafe list.readPatterns(of: block, into: patterns)
    unsafe hasPatterns = true
  }

  /// The first place of the entered block whose document is not before one.
  @unsafe @inline(__always)
  private func lowerBound(_ document: UInt32, among count: Int) -> Int {
    var low = 0
    var rest = count
    while rest > 0 {
      let half = rest / 2
      if unsafe documents[low &+ half] < document {
        low &+= half &+ 1
        rest &-= half &+ 1
      } else {
        rest = half
      }
    }
    return low
  }

  /// What one document has, 0 where the term is not in it.
  func contribution(of document: Int) -> Double {
    switch source {
    case .known(let known, let values):
      let window = document / Self.windowSize
      var low = Int(firsts[window])
      var high = Int(firsts[window + 1])
      while low < high {
        let middle = (low + high) / 2
        if known[middle] < UInt32(document) { low = middle + 1 } else { high = middle }
      }
      return low < known.count && known[low] == UInt32(document) ? values[low] : 0
    case .blocks(let list):
      guard let (block, index) = list.posting(of: document) else { return 0 }
      return contributions.contribution(document: document, pattern: list.pattern(index, of: block))
    }
  }
}
