/// Walks through the documents that a matcher matches in a segment, forward only.
///
/// One thread uses it, within one call of the search, so that accesses can't overlap. A document's *place* is what more is
/// had by: in a list the number of its pattern, or where that is asked for, of its posting; its index among documents that
/// were found one by one.
// Safety: `documents` and `patterns` are allocated in `init`, with room for a block each, and freed in `deinit`; `index`
// and `count` never exceed what was read into them.
@safe final class MatchCursor {
  private enum Source {
    case list(PostingList)
    case found([UInt32])
  }

  private let source: Source
  /// Whether places in a list are numbers of postings.
  private let numbersPostings: Bool
  /// At most so many documents, deleted ones included.
  let mostDocuments: Int
  /// Whether a document is looked up without reading those around it.
  let isDense: Bool

  /// The documents and patterns of the block that was entered last.
  private let documents: UnsafeMutablePointer<UInt32>
  private let patterns: UnsafeMutablePointer<UInt32>
  @exclusivity(unchecked) private var state = State()

  /// Where the walk is.
  private struct State {
    /// The block that was entered last.
    var block: PostingList.Block?
    var number = -1
    var hasPatterns = false
    /// The next document: its index in the block, or among all that were found.
    var index = 0
    /// The documents of the block, or all that were found.
    var count = 0
    /// The block in which a document was looked up last by the bitmap.
    var looked: (number: Int, block: PostingList.Block)?
  }

  // Safety: one thread uses the cursor, and no access calls what accesses it again.
  @inline(__always)
  private var block: PostingList.Block? {
    get { unsafe state.block }
    set { unsafe state.block = newValue }
  }
  @inline(__always)
  private var number: Int {
    get { unsafe state.number }
    set { unsafe state.number = newValue }
  }
  @inline(__always)
  private var hasPatterns: Bool {
    get { unsafe state.hasPatterns }
    set { unsafe state.hasPatterns = newValue }
  }
  @inline(__always)
  private var index: Int {
    get { unsafe state.index }
    set { unsafe state.index = newValue }
  }
  @inline(__always)
  private var count: Int {
    get { unsafe state.count }
    set { unsafe state.count = newValue }
  }
  @inline(__always)
  private var looked: (number: Int, block: PostingList.Block)? {
    get { unsafe state.looked }
    set { unsafe state.looked = newValue }
  }

  init(_ matches: MatchSource, numbersPostings: Bool = false) {
    self.numbersPostings = numbersPostings
    mostDocuments = matches.mostDocuments
    unsafe documents = UnsafeMutablePointer<UInt32>.allocate(capacity: BitPacking.blockCount)
    unsafe patterns = UnsafeMutablePointer<UInt32>.allocate(capacity: BitPacking.blockCount)
    switch matches {
    case .term(let list):
      source = .list(list)
      isDense = list.bitmap != nil
      if list.blockCount > 0 { enter(0, of: list) }
    case .found(let found):
      source = .found(found.documents)
      isDense = false
      count = found.documents.count
    }
  }

  deinit {
    unsafe documents.deallocate()
    unsafe patterns.deallocate()
  }

  /// The next document; nil after the last.
  @inline(__always)
  var next: Int? {
    switch source {
    case .list(let list):
      if index == count {
        guard number + 1 < list.blockCount else { return nil }
        enter(number + 1, of: list)
      }
      return unsafe Int(documents[index])
    case .found(let found): return index < count ? Int(found[index]) : nil
    }
  }

  /// Leaves out the documents before one.
  func skip(to document: Int) {
    switch source {
    case .list(let list):
      if count > 0, unsafe Int(documents[count - 1]) >= document {
        index = max(index, lowerBound(UInt32(document)))
        return
      }
      guard number + 1 < list.blockCount else {
        index = count
        return
      }
      var block = number + 1
      // Most of the time it is the next one.
      if list.blockCount > 1, list.lastDocument(ofBlock: block) < document {
        guard let found = list.block(holding: document, from: block + 1) else {
          enter(list.blockCount - 1, of: list)
          index = count
          return
        }
        block = found
      }
      enter(block, of: list)
      index = lowerBound(UInt32(document))
    case .found(let found):
      var step = 1
      while index + step < count, found[index + step] < UInt32(document) { step *= 2 }
      var low = index + step / 2
      var high = min(count, index + step + 1)
      if step == 1 { low = index }
      while low < high {
        let middle = (low + high) / 2
        if found[middle] < UInt32(document) { low = middle + 1 } else { high = middle }
      }
      index = low
    }
  }

  /// Gives the documents before `end` that were not passed yet, each with its place.
  @inline(__always)
  func visit(upTo end: Int, _ body: (_ document: Int, _ place: Int) -> Void) {
    visit(upTo: end, where: { _ in true }, body)
  }

  /// Documents that follow each other, as they are in memory.
  // Safety: there are `count` documents, and patterns where they are there, while the call lasts to which this is given.
  @unsafe struct Run {
    let documents: UnsafePointer<UInt32>
    /// The patterns of postings; nil for documents that were found one by one.
    let patterns: UnsafePointer<UInt32>?
    /// The first one's place, of those that were found one by one.
    let place: Int
    let count: Int
  }

  /// Gives the documents before `end` that were not passed yet, run by run, no run longer than a block.
  @unsafe @inline(__always)
  func visitRuns(upTo end: Int, _ body: (Run) -> Void) {
    switch source {
    case .list(let list):
      while true {
        if index == count {
          guard number + 1 < list.blockCount else { return }
          enter(number + 1, of: list)
        }
        guard unsafe Int(documents[index]) < end else { return }
        readPatterns(of: list)
        let stop = unsafe Int(documents[count - 1]) < end ? count : lowerBound(UInt32(end))
        unsafe body(
          Run(documents: documents + index, patterns: UnsafePointer(patterns + index), place: 0, count: stop - index))
        index = stop
        if stop < count { return }
      }
    case .found(let found):
      unsafe found.withUnsafeBufferPointer { buffer in
        while let base = buffer.baseAddress, index < count {
          var stop = index
          while unsafe stop < min(count, index + BitPacking.blockCount) && Int(buffer[stop]) < end { stop &+= 1 }
          guard stop > index else { return }
          unsafe body(Run(documents: base + index, patterns: nil, place: index, count: stop - index))
          index = stop
        }
      }
    }
  }

  /// Gives the documents before `end` that were not passed yet and for which `takes` returns true, each with its place.
  @inline(__always)
  func visit(upTo end: Int, where takes: (_ document: Int) -> Bool, _ body: (_ document: Int, _ place: Int) -> Void) {
    switch source {
    case .list(let list):
      while true {
        if index == count {
          guard number + 1 < list.blockCount else { return }
          enter(number + 1, of: list)
        }
        guard unsafe Int(documents[index]) < end else { return }
        let stop = unsafe Int(documents[count - 1]) < end ? count : lowerBound(UInt32(end))
        var at = index
        while at < stop {
          let document = unsafe Int(documents[at])
          if takes(document) {
            if !numbersPostings { readPatterns(of: list) }
            unsafe body(document, numbersPostings ? posting(at) : Int(patterns[at]))
          }
          at &+= 1
        }
        index = stop
        if stop < count { return }
      }
    case .found(let found):
      while index < count, Int(found[index]) < end {
        if takes(Int(found[index])) { body(Int(found[index]), index) }
        index &+= 1
      }
    }
  }

  /// A document's place; nil where it is not matched. Documents are asked for in ascending order.
  @inline(__always)
  func place(of document: Int) -> Int? {
    if case .list(let list) = source, let bitmap = list.bitmap {
      guard let rank = bitmap.rank(of: document) else { return nil }
      if numbersPostings { return rank }
      let number = rank / BitPacking.blockCount
      if let looked, looked.number == number { return list.pattern(rank % BitPacking.blockCount, of: looked.block) }
      let block = list.block(number)
      looked = (number, block)
      return list.pattern(rank % BitPacking.blockCount, of: block)
    }
    skip(to: document)
    guard index < count else { return nil }
    switch source {
    case .list(let list):
      guard unsafe Int(documents[index]) == document else { return nil }
      return numbersPostings ? posting(index) : block.map { list.pattern(index, of: $0) }
    case .found(let found): return Int(found[index]) == document ? index : nil
    }
  }

  /// The number of a posting of the block.
  @inline(__always)
  private func posting(_ index: Int) -> Int { number &* BitPacking.blockCount &+ index }

  private func enter(_ number: Int, of list: PostingList) {
    let block = list.block(number)
    unsafe list.readDocuments(of: block, into: documents)
    self.block = block
    self.number = number
    count = block.count
    index = 0
    hasPatterns = false
  }

  @inline(__always)
  private func readPatterns(of list: PostingList) {
    guard !hasPatterns, let block else { return }
    unsafe list.readPatterns(of: block, into: patterns)
    hasPatterns = true
  }

  /// The first index of the entered block whose document is not before one.
  @inline(__always)
  private func lowerBound(_ document: UInt32) -> Int {
    var low = index
    var rest = count &- index
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
}
