/// Gathers where terms stand, document by document, and gives them term by term.
struct OccurrenceTable: ~Copyable {
  /// The words as they come: the term of each, and where it stands, as documents, fields and positions are ordered.
  private var terms = Row<UInt32>()
  private var places = Row<UInt64>()

  /// A place: the document in the upper half, then five bits of the field and the position.
  private static let positionBits: UInt64 = 27
  private static let lastPosition = (1 << 27) - 1

  /// Notes a word: documents ascending, fields ascending in each, positions ascending in each of those.
  @inline(__always)
  mutating func add(term: Int, document: UInt32, field: Int, position: Int) {
    terms.append(UInt32(truncatingIfNeeded: term))
    places.append(
      UInt64(document) &<< 32 | UInt64(truncatingIfNeeded: field) &<< Self.positionBits
        | UInt64(truncatingIfNeeded: min(position, Self.lastPosition)))
  }

  /// Writes every term's list.
  mutating func write(to encoder: inout SegmentEncoder, lexicon: inout Lexicon) {
    let order = lexicon.termOrder()
    let starts = sort(by: order)
    var numbering = OccurrencePatterns.Numbering()
    var rows = PostingRows()
    rows.reserve(terms.count)
    var postingEnds = Row<Int>(capacity: order.count)
    var positionEnds = Row<Int>(capacity: order.count)
    for rank in order.indices {
      gather(starts[rank]..<starts[rank + 1], into: &rows, &numbering)
      postingEnds.append(rows.documents.count)
      positionEnds.append(rows.positions.count)
    }
    let numbers = encoder.setPatterns(numbering)
    for index in 0..<rows.patterns.count { rows.patterns[index] = numbers[Int(rows.patterns[index])] }
    var posting = 0
    var position = 0
    for rank in order.indices {
      let end = postingEnds[rank]
      if end > posting {
        encoder.add(
          term: lexicon.term(order[rank]), documents: rows.documents.span.extracting(posting..<end),
          patterns: rows.patterns.span.extracting(posting..<end),
          positions: rows.positions.span.extracting(position..<positionEnds[rank]))
      }
      posting = end
      position = positionEnds[rank]
    }
  }

  /// Puts the places of each term side by side, in the order of the terms; returns where each one's start, and the end: a
  /// counting sort, which keeps the order that they came in.
  private mutating func sort(by order: [Int]) -> [Int] {
    var ranks = Row<UInt32>(repeating: 0, count: order.count)
    for (rank, term) in order.enumerated() { ranks[term] = UInt32(rank) }
    var next = Row<Int>(repeating: 0, count: order.count + 1)
    for index in 0..<terms.count {
      let rank = ranks[Int(terms[index])]
      terms[index] = rank
      next[Int(rank) &+ 1] &+= 1
    }
    var starts: [Int] = []
    starts.reserveCapacity(order.count + 1)
    var start = 0
    for index in 0..<next.count {
      start += next[index]
      next[index] = start
      starts.append(start)
    }
    var sorted = Row<UInt64>(repeating: 0, count: places.count)
    for index in 0..<terms.count {
      let rank = Int(terms[index])
      let place = next[rank]
      sorted[place] = places[index]
      next[rank] = place &+ 1
    }
    places = sorted
    return starts
  }

  /// Appends the postings of a term, whose patterns are numbered as they come.
  @inline(__always)
  private func gather(
    _ range: Range<Int>, into rows: inout PostingRows, _ numbering: inout OccurrencePatterns.Numbering
  ) {
    var index = range.lowerBound
    while index < range.upperBound {
      let place = places[index]
      let document = place &>> 32
      var end = index &+ 1
      while end < range.upperBound, places[end] &>> 32 == document { end &+= 1 }
      rows.documents.append(UInt32(truncatingIfNeeded: document))
      let last = places[end &- 1]
      if last &>> Self.positionBits == place &>> Self.positionBits, end &- index < 8 {
        // In one field, as most are.
        let field = UInt32(truncatingIfNeeded: place &>> Self.positionBits & 31)
        rows.patterns.append(numbering.number(field: field, frequency: UInt32(truncatingIfNeeded: end &- index)))
        var previous: UInt32 = 0
        for index in index..<end {
          let position = UInt32(truncatingIfNeeded: places[index]) & UInt32(Self.lastPosition)
          rows.positions.append(position &- previous)
          previous = position
        }
      } else {
        gatherFields(index..<end, into: &rows, &numbering)
      }
      index = end
    }
  }

  /// Appends a posting of several fields, or one that is often in one.
  private func gatherFields(
    _ range: Range<Int>, into rows: inout PostingRows, _ numbering: inout OccurrencePatterns.Numbering
  ) {
    var entries: [UInt32] = []
    var previous: UInt32 = 0
    for index in range {
      let field = UInt32(truncatingIfNeeded: places[index] >> Self.positionBits & 31)
      let position = UInt32(truncatingIfNeeded: places[index]) & UInt32(Self.lastPosition)
      if entries.last.map({ $0 & 0xff }) != field {
        entries.append(field)
        previous = 0
      }
      guard entries[entries.count - 1] >> 8 < OccurrencePatterns.mostOccurrences else { continue }
      entries[entries.count - 1] += 1 << 8
      rows.positions.append(position - previous)
      previous = position
    }
    rows.patterns.append(numbering.number(of: entries, uses: 1))
  }
}
