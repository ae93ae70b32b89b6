/// Finds the documents in which words follow each other, or nearly so.
struct PhraseMatcher {
  let view: SegmentView
  let scorer: PostingScorer

  /// - Parameter slop: how far the words may be moved (``SloppyPhrase``).
  func found(_ terms: [[UInt8]], slop: Int, in only: Int?) -> FoundDocuments {
    var found = FoundDocuments()
    var cursors: [PositionCursor] = []
    for text in terms {
      guard let term = view.segment.terms.index(of: text) else { return found }
      cursors.append(PositionCursor(list: view.segment.list(ofTerm: term), patterns: view.segment.patterns))
    }
    // The rarest word leads, and is asked first whether the others are there too.
    let order = cursors.indices.sorted { cursors[$0].list.count < cursors[$1].list.count }
    let isWanted = only.map(view.segment.patterns.having)
    let sloppy = slop > 0 ? SloppyPhrase(terms, slop: slop) : nil
    var places = Array(repeating: [UInt64](), count: sloppy == nil ? 0 : cursors.count)
    var ends: [UInt64] = []
    var next: [UInt64] = []
    cursors[order[0]].list.forEachDocument { document in
      for index in order { guard cursors[index].seek(document) else { return } }
      if view.isDeleted(document) { return }
      if let isWanted, !isWanted[cursors[0].pattern] { return }
      if let sloppy {
        for index in cursors.indices { cursors[index].readPlaces(into: &places[index]) }
        let frequency = sloppy.matches(places).reduce(0.0) { sum, match in
          let field = Int(match.place >> 32)
          return only == nil || only == field
            ? sum + match.weight * scorer.norm(document: document, field: field) : sum
        }
        if frequency > 0 { found.append(document, frequency) }
        return
      }
      cursors[0].readPlaces(into: &ends)
      for index in cursors.indices.dropFirst() {
        cursors[index].readPlaces(into: &next)
        Self.keepFollowing(&ends, next)
        if ends.isEmpty { return }
      }
      let frequency = frequency(document, ends, only)
      if frequency > 0 { found.append(document, frequency) }
    }
    return found
  }

  /// Replaces places, ascending, by those of `next`, ascending too, that come right after one of them.
  private static func keepFollowing(_ places: inout [UInt64], _ next: [UInt64]) {
    var kept = 0
    var at = 0
    for place in next {
      while at < places.count, places[at] + 1 < place { at += 1 }
      guard at < places.count else { break }
      if places[at] + 1 == place {
        // What is overwritten has been passed: no more is kept than was looked at.
        places[kept] = place
        kept += 1
        at = max(at, kept)
      }
    }
    places.removeLast(places.count - kept)
  }

  private func frequency(_ document: Int, _ places: [UInt64], _ only: Int?) -> Double {
    var total = 0.0
    var index = 0
    while index < places.count {
      let field = Int(places[index] >> 32)
      var count = 0
      while index < places.count, Int(places[index] >> 32) == field {
        count += 1
        index += 1
      }
      if only == nil || only == field { total += Double(count) * scorer.norm(document: document, field: field) }
    }
    return total
  }
}

/// Walks over a term's documents, forwards, and reads where the term stands in them.
struct PositionCursor {
  let list: PostingList
  private let patterns: OccurrencePatterns
  private var number = -1
  private var block: PostingList.Block?
  private var documents: [UInt32] = []
  private var index = 0
  /// The patterns of the block's postings, and how many positions come before each; empty until they are asked for.
  private var patternsOfBlock: [UInt32] = []
  private var positionStarts: [UInt32] = []

  init(list: PostingList, patterns: OccurrencePatterns) {
    self.list = list
    self.patterns = patterns
  }

  /// Goes to a document, which is not before the one before; false where the term is not in it.
  mutating func seek(_ document: Int) -> Bool {
    if let bitmap = list.bitmap {
      guard let rank = bitmap.rank(of: document) else { return false }
      enter(rank / BitPacking.blockCount)
      index = rank % BitPacking.blockCount
      return true
    }
    if documents.isEmpty || Int(documents[documents.count - 1]) < document {
      guard let next = list.block(holding: document, from: max(0, number)) else { return false }
      enter(next)
      readDocuments()
      index = 0
    }
    while index < documents.count, Int(documents[index]) < document { index += 1 }
    return index < documents.count && Int(documents[index]) == document
  }

  private mutating func enter(_ next: Int) {
    guard next != number else { return }
    number = next
    block = list.block(next)
    patternsOfBlock.removeAll(keepingCapacity: true)
    documents.removeAll(keepingCapacity: true)
  }

  private mutating func readDocuments() {
    guard let block else { return }
    // Safety: there is room for a block's documents.
    documents = unsafe [UInt32](unsafeUninitializedCapacity: BitPacking.blockCount) { buffer, count in
      if let base = buffer.baseAddress { unsafe list.readDocuments(of: block, into: base) }
      count = block.count
    }
  }

  private mutating func readPatterns() {
    guard let block, patternsOfBlock.isEmpty else { return }
    // Safety: there is room for a block's patterns.
    patternsOfBlock = unsafe [UInt32](unsafeUninitializedCapacity: BitPacking.blockCount) { buffer, count in
      if let base = buffer.baseAddress { unsafe list.readPatterns(of: block, into: base) }
      count = block.count
    }
    positionStarts.removeAll(keepingCapacity: true)
    var start: UInt32 = 0
    for pattern in patternsOfBlock {
      positionStarts.append(start)
      start += UInt32(patterns.total(Int(pattern)))
    }
  }

  /// The pattern of the document that was sought.
  var pattern: Int {
    mutating get {
      readPatterns()
      return Int(patternsOfBlock[index])
    }
  }

  /// Where the term stands in the document: the field's number in the upper half, the position in the lower; ascending.
  mutating func readPlaces(into places: inout [UInt64]) {
    places.removeAll(keepingCapacity: true)
    let pattern = pattern
    guard let block else { return }
    var first = Int(positionStarts[index])
    for entry in patterns.range(pattern) {
      let field = UInt64(patterns.field(entry)) << 32
      var position: UInt64 = 0
      list.readPositions(first, patterns.frequency(entry), of: block) { difference in
        position += UInt64(difference)
        places.append(field | position)
      }
      first += patterns.frequency(entry)
    }
  }
}
