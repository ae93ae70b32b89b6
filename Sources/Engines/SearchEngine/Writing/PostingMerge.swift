/// Brings the postings of a term in several segments into the order of their documents.
struct PostingMerge: ~Copyable {
  /// Where each segment's postings end.
  private var ends: [Int] = []
  /// Where each posting's positions start, and the end.
  private var positionStarts = Row<Int>()
  /// Each posting by its document, in the upper half, and its place.
  private var keys = Row<UInt64>()
  private var other = Row<UInt64>()
  private var sorted = PostingRows()

  /// Forgets the term before.
  mutating func removeAll() {
    ends.removeAll(keepingCapacity: true)
    positionStarts.removeAll()
    positionStarts.append(0)
  }

  /// Ends a segment's postings.
  mutating func endRun(_ rows: borrowing PostingRows) { ends.append(rows.documents.count) }

  /// Sorts the postings, whose runs are each in order.
  mutating func sort(_ rows: inout PostingRows, totals: (UInt32) -> Int) {
    keys.removeAll()
    for index in 0..<rows.documents.count {
      keys.append(UInt64(rows.documents[index]) &<< 32 | UInt64(truncatingIfNeeded: index))
      positionStarts.append(positionStarts[index] &+ totals(rows.patterns[index]))
    }
    while ends.count > 1 { mergeNeighbours() }
    sorted.removeAll()
    for index in 0..<keys.count {
      let place = Int(truncatingIfNeeded: keys[index] & 0xffff_ffff)
      sorted.documents.append(rows.documents[place])
      sorted.patterns.append(rows.patterns[place])
      for position in positionStarts[place]..<positionStarts[place &+ 1] {
        sorted.positions.append(rows.positions[position])
      }
    }
    swap(&rows, &sorted)
  }

  /// Makes one run of each two.
  private mutating func mergeNeighbours() {
    other.removeAll()
    other.resize(to: keys.count, filling: 0)
    var merged: [Int] = []
    var start = 0
    for run in stride(from: 0, to: ends.count, by: 2) {
      let middle = ends[run]
      let end = run + 1 < ends.count ? ends[run + 1] : middle
      merge(start..<middle, middle..<end)
      merged.append(end)
      start = end
    }
    ends = merged
    swap(&keys, &other)
  }

  private mutating func merge(_ left: Range<Int>, _ right: Range<Int>) {
    var (leftPlace, rightPlace) = (left.lowerBound, right.lowerBound)
    var place = left.lowerBound
    while leftPlace < left.upperBound, rightPlace < right.upperBound {
      let (first, second) = (keys[leftPlace], keys[rightPlace])
      // Which comes first is not foreseen: no branch may depend on it.
      let isLeft = first < second
      other[place] = isLeft ? first : second
      leftPlace &+= isLeft ? 1 : 0
      rightPlace &+= isLeft ? 0 : 1
      place &+= 1
    }
    while leftPlace < left.upperBound {
      other[place] = keys[leftPlace]
      leftPlace &+= 1
      place &+= 1
    }
    while rightPlace < right.upperBound {
      other[place] = keys[rightPlace]
      rightPlace &+= 1
      place &+= 1
    }
  }
}

extension PostingRows {
  /// Gives the postings from the `first` on the numbers that their documents and patterns have in another segment, and takes
  /// out those of documents that are not in it.
  mutating func renumber(
    from first: Int, positionsFrom firstPosition: Int, documents numbers: [Int32], patterns places: [UInt32],
    total: (Int) -> Int
  ) {
    var kept = first
    var position = firstPosition
    var keptPosition = firstPosition
    for index in first..<documents.count {
      let number = numbers[Int(documents[index])]
      let pattern = Int(patterns[index])
      let count = total(pattern)
      if number >= 0 {
        documents[kept] = UInt32(bitPattern: number)
        patterns[kept] = places[pattern]
        kept &+= 1
        if keptPosition < position {
          for offset in 0..<count { positions[keptPosition &+ offset] = positions[position &+ offset] }
        }
        keptPosition &+= count
      }
      position &+= count
    }
    documents.resize(to: kept, filling: 0)
    patterns.resize(to: kept, filling: 0)
    positions.resize(to: keptPosition, filling: 0)
  }
}
