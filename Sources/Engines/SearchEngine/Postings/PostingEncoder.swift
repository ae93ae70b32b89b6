/// Writes the lists of a segment's terms and keywords.
struct PostingEncoder: ~Copyable {
  private let documentCount: Int
  private var lists = Row<UInt8>()
  private var places = Row<UInt8>()
  private var maps = Row<UInt8>()
  private var bitmapCount: UInt32 = 0
  /// What each posting of a block counts.
  private var frequencies = Row<Double>(repeating: 0, count: BitPacking.blockCount)
  private var gaps = Row<UInt32>()
  private var words = Row<UInt64>()

  /// Where a list is.
  struct Place {
    let count: Int
    let start: Int
    let positionsStart: Int
  }

  init(documentCount: Int) { self.documentCount = documentCount }

  /// A term that is in so many of a segment's documents has a bitmap too: it is no longer than its list then.
  static func isDense(_ count: Int, of documents: Int) -> Bool { documents >= 4096 && count >= documents / 16 }

  /// Adds a term's list: its documents, ascending, the pattern of each, and the positions one after the other, as
  /// differences to the one before in the same field.
  mutating func add(
    documents: Span<UInt32>, patterns: Span<UInt32>, positions: Span<UInt32>, weights: PostingWeights
  ) -> Place {
    let (place, table) = begin(documents)
    var previous = UInt32.max
    var firstPosition = 0
    for (number, first) in stride(from: 0, to: documents.count, by: BitPacking.blockCount).enumerated() {
      let block = first..<min(first + BitPacking.blockCount, documents.count)
      let documents = documents.extracting(block)
      let patterns = patterns.extracting(block)
      if let table {
        let best = best(of: documents, patterns, weights)
        write(
          number, at: table, of: place, last: documents[documents.count - 1], document: documents[best.index],
          pattern: patterns[best.index], rest: best.rest)
      }
      var total = 0
      for index in patterns.indices { total &+= weights.total(patterns[index]) }
      addBlock(
        documents, patterns: patterns, positions: positions.extracting(firstPosition..<firstPosition + total),
        after: previous)
      firstPosition += total
      previous = documents[documents.count - 1]
    }
    return place
  }

  /// Adds the list of a keyword: its documents, ascending.
  mutating func add(documents: Span<UInt32>) -> Place {
    let (place, table) = begin(documents)
    var previous = UInt32.max
    for (number, first) in stride(from: 0, to: documents.count, by: BitPacking.blockCount).enumerated() {
      let documents = documents.extracting(first..<min(first + BitPacking.blockCount, documents.count))
      let last = documents[documents.count - 1]
      if let table {
        write(number, at: table, of: place, last: last, document: documents[0], pattern: 0, rest: 0)
      }
      addBlock(documents, patterns: Span(), positions: Span(), after: previous)
      previous = last
    }
    return place
  }

  /// Begins a list, with its bitmap and room for its table, where it has them.
  private mutating func begin(_ documents: Span<UInt32>) -> (place: Place, table: Int?) {
    let place = Place(count: documents.count, start: lists.count, positionsStart: places.count)
    if Self.isDense(documents.count, of: documentCount) {
      lists.write(bitmapCount)
      addBitmap(documents)
    }
    let blocks = (documents.count + BitPacking.blockCount - 1) / BitPacking.blockCount
    guard blocks > 1 else { return (place, nil) }
    let table = lists.count
    lists.resize(to: table + blocks * PostingList.tableEntry, filling: 0)
    return (place, table)
  }

  /// Writes a block's entry of the table, before the block itself.
  private mutating func write(
    _ block: Int, at table: Int, of place: Place, last: UInt32, document: UInt32, pattern: UInt32, rest: Float
  ) {
    let at = table + block * PostingList.tableEntry
    set(last, at: at)
    set(UInt32(lists.count - table), at: at + 4)
    set(UInt32(places.count - place.positionsStart), at: at + 8)
    set(document, at: at + 12)
    set(pattern, at: at + 16)
    set(rest.bitPattern, at: at + 20)
  }

  private mutating func set(_ value: UInt32, at place: Int) {
    for byte in 0..<4 { lists[place + byte] = UInt8(truncatingIfNeeded: value &>> UInt32(8 * byte)) }
  }

  private mutating func addBlock(
    _ documents: Span<UInt32>, patterns: Span<UInt32>, positions: Span<UInt32>, after previous: UInt32
  ) {
    var previous = previous
    gaps.removeAll()
    var gapBits: UInt32 = 0
    for index in documents.indices {
      let gap = documents[index] &- previous &- 1
      gapBits |= gap
      gaps.append(gap)
      previous = documents[index]
    }
    let widths = (
      BitPacking.width(of: gapBits), BitPacking.width(of: Self.union(patterns)),
      BitPacking.width(of: Self.union(positions))
    )
    lists.append(UInt8(widths.0))
    lists.append(UInt8(widths.1))
    lists.append(UInt8(widths.2))
    Self.append(gaps, width: widths.0, to: &lists)
    BitPacking.append(patterns, width: widths.1, to: &lists)
    BitPacking.appendInRow(positions, width: widths.2, to: &places)
  }

  private static func append(_ numbers: borrowing Row<UInt32>, width: Int, to bytes: inout Row<UInt8>) {
    BitPacking.append(numbers.span, width: width, to: &bytes)
  }

  /// The bits that any of the numbers has.
  private static func union(_ numbers: Span<UInt32>) -> UInt32 {
    var bits: UInt32 = 0
    for index in numbers.indices { bits |= numbers[index] }
    return bits
  }

  /// The posting that counts most, and what the others that are not alike count at most, rounded up.
  private mutating func best(
    of documents: Span<UInt32>, _ patterns: Span<UInt32>, _ weights: PostingWeights
  ) -> (index: Int, rest: Float) {
    var best = 0
    var most = -Double.infinity
    for index in documents.indices {
      let frequency = weights.frequency(document: documents[index], pattern: patterns[index])
      frequencies[index] = frequency
      if frequency > most {
        best = index
        most = frequency
      }
    }
    var rest = 0.0
    for index in documents.indices where frequencies[index] > rest {
      let isAlike =
        patterns[index] == patterns[best]
        && weights.isAlike(documents[index], documents[best], pattern: patterns[best])
      if !isAlike { rest = frequencies[index] }
    }
    return (best, rest > 0 ? Float(rest).nextUp : 0)
  }

  private mutating func addBitmap(_ documents: Span<UInt32>) {
    bitmapCount += 1
    words.removeAll()
    words.resize(to: (documentCount + 63) / 64, filling: 0)
    for index in documents.indices {
      let document = documents[index]
      words[Int(document &>> 6)] |= 1 &<< UInt64(document & 63)
    }
    for index in 0..<words.count { maps.write(words[index]) }
    var rank: UInt32 = 0
    for index in 0..<words.count {
      if index % (DenseDocuments.rankStep / 64) == 0 { maps.write(rank) }
      rank &+= UInt32(words[index].nonzeroBitCount)
    }
  }

  /// The sections, each with what reading may touch after its last number.
  mutating func finish() -> (postings: [UInt8], positions: [UInt8], bitmaps: [UInt8]) {
    lists.resize(to: lists.count + BitPacking.readAhead, filling: 0)
    places.resize(to: places.count + BitPacking.readAhead, filling: 0)
    return (lists.bytes, places.bytes, maps.bytes)
  }
}
