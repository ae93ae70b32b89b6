internal import ByteCoding

/// Writes the lists of a segment's terms.
struct PostingEncoder {
  private let documentCount: Int
  private(set) var postings: [UInt8] = []
  private(set) var positions: [UInt8] = []
  private(set) var bitmaps: [UInt8] = []
  private var bitmapCount: UInt32 = 0

  /// The bytes of a place: documents (4), number of the list's bitmap or the greatest (4), start of the list and of its
  /// positions (8 each).
  static let placeBytes = 24

  /// Where a list is.
  struct Place {
    let count: UInt32
    let bitmap: UInt32
    let start: UInt64
    let positionsStart: UInt64

    func write(to writer: inout ByteWriter) {
      writer.write(count)
      writer.write(bitmap)
      writer.write(start)
      writer.write(positionsStart)
    }
  }

  init(documentCount: Int) { self.documentCount = documentCount }

  /// A term that is in so many of a segment's documents has a bitmap too: it is no longer than its list then.
  static func isDense(_ count: Int, of documents: Int) -> Bool { documents >= 4096 && count >= documents / 16 }

  /// One document of a term.
  struct Posting {
    let document: UInt32
    let pattern: UInt32
    /// How many positions it has.
    let positionCount: Int
  }

  /// Adds a list: its postings by document, their positions one after the other, as differences to the one before
  /// in the same field, and what each posting counts at most.
  ///
  /// - Parameters:
  ///   - frequency: the weighted frequency of a posting.
  ///   - isAlike: whether two postings count the same whatever the weights and statistics are.
  mutating func add(
    _ list: [Posting], positions values: ArraySlice<UInt32>, frequency: (Posting) -> Double,
    isAlike: (Posting, Posting) -> Bool
  ) -> Place {
    let start = postings.count
    let positionsStart = positions.count
    let isDense = Self.isDense(list.count, of: documentCount)
    let place = Place(
      count: UInt32(list.count), bitmap: isDense ? bitmapCount : .max, start: UInt64(start),
      positionsStart: UInt64(positionsStart))
    if isDense { addBitmap(list) }
    var blocks: [Range<Int>] = []
    for first in stride(from: 0, to: list.count, by: BitPacking.blockCount) {
      blocks.append(first..<min(first + BitPacking.blockCount, list.count))
    }
    var at = start
    if blocks.count > 1 {
      postings.append(contentsOf: repeatElement(0, count: blocks.count * PostingList.tableEntry))
    }
    var previous = UInt32.max
    var firstPosition = values.startIndex
    for block in blocks {
      let postingsOfBlock = list[block]
      if blocks.count > 1 {
        let best = Self.best(of: postingsOfBlock, frequency: frequency, isAlike: isAlike)
        let entry: [UInt32] = [
          list[block.upperBound - 1].document, UInt32(postings.count - start),
          UInt32(positions.count - positionsStart), best.posting.document, best.posting.pattern, best.rest.bitPattern,
        ]
        for value in entry {
          for byte in 0..<4 { postings[at + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)) }
          at += 4
        }
      }
      let count = postingsOfBlock.reduce(0) { $0 + $1.positionCount }
      let positionsOfBlock = values[firstPosition..<firstPosition + count]
      firstPosition += count
      addBlock(postingsOfBlock, positions: positionsOfBlock, after: &previous)
    }
    return place
  }

  private mutating func addBlock(
    _ list: ArraySlice<Posting>, positions values: ArraySlice<UInt32>, after previous: inout UInt32
  ) {
    var gaps: [UInt32] = []
    gaps.reserveCapacity(list.count)
    for posting in list {
      gaps.append(posting.document &- previous &- 1)
      previous = posting.document
    }
    let patterns = list.map(\.pattern)
    let widths = [gaps.max() ?? 0, patterns.max() ?? 0, values.max() ?? 0].map(BitPacking.width(of:))
    for width in widths { postings.append(UInt8(width)) }
    BitPacking.append(gaps[...], width: widths[0], to: &postings)
    BitPacking.append(patterns[...], width: widths[1], to: &postings)
    BitPacking.appendInRow(values, width: widths[2], to: &positions)
  }

  /// The posting that counts most, and what the others that are not alike count at most, rounded up.
  private static func best(
    of list: ArraySlice<Posting>, frequency: (Posting) -> Double, isAlike: (Posting, Posting) -> Bool
  ) -> (posting: Posting, rest: Float) {
    var best = list[list.startIndex]
    let frequencies = list.map(frequency)
    var most = frequencies[0]
    for (posting, found) in zip(list, frequencies) where found > most {
      best = posting
      most = found
    }
    var rest = 0.0
    for (posting, found) in zip(list, frequencies) where found > rest && !isAlike(posting, best) { rest = found }
    return (best, rest > 0 ? Float(rest).nextUp : 0)
  }

  private mutating func addBitmap(_ list: [Posting]) {
    bitmapCount += 1
    var words = Array(repeating: UInt64(0), count: (documentCount + 63) / 64)
    for posting in list { words[Int(posting.document) >> 6] |= 1 << UInt64(posting.document & 63) }
    var writer = ByteWriter(capacity: DenseDocuments.byteCount(documentCount))
    for word in words { writer.write(word) }
    var rank: UInt32 = 0
    for (index, word) in words.enumerated() {
      if index % (DenseDocuments.rankStep / 64) == 0 { writer.write(rank) }
      rank += UInt32(word.nonzeroBitCount)
    }
    bitmaps += writer.bytes
  }

  /// The sections, each with what reading may touch after its last number.
  mutating func finish() {
    for _ in 0..<BitPacking.readAhead {
      postings.append(0)
      positions.append(0)
    }
  }
}
