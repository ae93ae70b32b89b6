internal import ByteCoding

/// A term's documents in a segment, in blocks of 128: for each document the number of its occurrence pattern, and the
/// positions of the words.
///
/// A list of several blocks starts with a table of them, which tells where each lies and how much its best posting can
/// count. The layout is described in `docs/formats/search-segment.md`.
struct PostingList: Sendable {
  /// The number of documents, deleted ones included.
  let count: Int
  let blockCount: Int
  /// The documents as a bitmap; nil for terms that are not in many documents.
  let bitmap: DenseDocuments?
  private let bytes: SegmentBytes
  private let start: Int
  /// Where the lists of the segment end.
  private let limit: Int
  private let positionsStart: Int
  private let positionsLimit: Int

  /// The bytes of a block in the table: last document, where it starts, where its positions start (4 each), the best
  /// posting's document and pattern (4 each), and the most that a posting of another shape counts (4).
  static let tableEntry = 24
  /// The bytes before a block's numbers: the widths of documents, patterns and positions.
  static let blockHeader = 3

  init(
    bytes: SegmentBytes, count: Int, start: Int, limit: Int, positionsStart: Int, positionsLimit: Int,
    bitmap: DenseDocuments?
  ) {
    self.count = count
    blockCount = (count + BitPacking.blockCount - 1) / BitPacking.blockCount
    self.bytes = bytes
    self.start = start
    self.limit = limit
    self.positionsStart = positionsStart
    self.positionsLimit = positionsLimit
    self.bitmap = bitmap
    precondition(
      start + (blockCount > 1 ? blockCount * Self.tableEntry : 0) <= limit, "a segment's table points outside of it")
  }

  @inline(__always)
  private func table(_ block: Int, _ offset: Int) -> UInt32 {
    bytes.load(UInt32.self, at: start &+ block &* Self.tableEntry &+ offset)
  }

  /// The documents of a block, whatever the last block's are.
  @inline(__always)
  func count(ofBlock block: Int) -> Int { min(BitPacking.blockCount, count &- block &* BitPacking.blockCount) }

  /// The last document of a block of a list that has several.
  @inline(__always)
  func lastDocument(ofBlock block: Int) -> Int { Int(table(block, 0)) }

  /// The document and the pattern of a block's best posting, and the most that a posting with other frequencies or lengths
  /// counts, by the statistics of the segment when it was made; of a list of several blocks.
  @inline(__always)
  func best(ofBlock block: Int) -> (document: Int, pattern: Int, rest: Float) {
    (Int(table(block, 12)), Int(table(block, 16)), Float(bitPattern: table(block, 20)))
  }

  /// Where a block lies.
  struct Block {
    let count: Int
    fileprivate let documents: Int
    fileprivate let documentWidth: Int
    fileprivate let patterns: Int
    fileprivate let patternWidth: Int
    fileprivate let positions: Int
    fileprivate let positionWidth: Int
    fileprivate let previous: UInt32
  }

  @inline(__always)
  func block(_ block: Int) -> Block {
    let count = count(ofBlock: block)
    let isTabled = blockCount > 1
    let at = start &+ (isTabled ? Int(table(block, 4)) : 0)
    precondition(at &+ Self.blockHeader <= limit, "a segment's table points outside of it")
    let documentWidth = Int(bytes.load(UInt8.self, at: at))
    let patternWidth = Int(bytes.load(UInt8.self, at: at &+ 1))
    let positionWidth = Int(bytes.load(UInt8.self, at: at &+ 2))
    let documents = at &+ Self.blockHeader
    let patterns = documents &+ BitPacking.byteCount(count, width: documentWidth)
    precondition(
      documentWidth <= 32 && patternWidth <= 32 && positionWidth <= 32
        && patterns &+ BitPacking.byteCount(count, width: patternWidth) <= limit,
      "a segment's table points outside of it")
    return Block(
      count: count, documents: documents, documentWidth: documentWidth, patterns: patterns,
      patternWidth: patternWidth, positions: positionsStart &+ (isTabled ? Int(table(block, 8)) : 0),
      positionWidth: positionWidth, previous: block > 0 ? table(block &- 1, 0) : .max)
  }

  /// The documents of a block, into room for 128.
  // Safety: `block` lies within the section of the lists, which ends with as many bytes more as unpacking may touch.
  @unsafe @inline(__always)
  func readDocuments(of block: Block, into target: UnsafeMutablePointer<UInt32>) {
    unsafe BitPacking.unpackAscending(
      block.count, width: block.documentWidth, after: block.previous, from: bytes.pointer(at: block.documents),
      into: target)
  }

  /// The patterns of a block, into room for 128.
  // Safety: as above.
  @unsafe @inline(__always)
  func readPatterns(of block: Block, into target: UnsafeMutablePointer<UInt32>) {
    unsafe BitPacking.unpack(
      block.count, width: block.patternWidth, from: bytes.pointer(at: block.patterns), into: target)
  }

  /// The pattern of one posting of a block.
  @inline(__always)
  func pattern(_ index: Int, of block: Block) -> Int {
    precondition(index < block.count, "a posting is asked for that is not there")
    // Safety: as above.
    return unsafe Int(
      BitPacking.number(index, of: block.count, width: block.patternWidth, at: bytes.pointer(at: block.patterns)))
  }

  /// The positions from the `first` of a block's on, as differences to the one before in the same field.
  @inline(__always)
  func readPositions(_ first: Int, _ count: Int, of block: Block, _ body: (UInt32) -> Void) {
    let width = block.positionWidth
    precondition(
      block.positions &+ ((first &+ count) &* width &+ 7) / 8 <= positionsLimit,
      "a segment's table points outside of it")
    // Safety: the numbers lie within the section, which ends with as many bytes more as reading one may touch. A block of
    // positions is always read as one that is not whole, whatever their number.
    let source = unsafe bytes.pointer(at: block.positions)
    for index in first..<first &+ count { unsafe body(BitPacking.number(index, of: -1, width: width, at: source)) }
  }

  /// Gives the documents, ascending.
  func forEachDocument(_ body: (Int) -> Void) {
    if let bitmap { return bitmap.forEach(body) }
    // Safety: the buffer has room for a block.
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: BitPacking.blockCount) { buffer in
      let documents = unsafe buffer.baseAddress.unsafelyUnwrapped
      for number in 0..<blockCount {
        let block = block(number)
        unsafe readDocuments(of: block, into: documents)
        for index in 0..<block.count { unsafe body(Int(documents[index])) }
      }
    }
  }

  /// The block that may hold a document: the first whose last document is not before it; nil after the last.
  func block(holding document: Int, from first: Int = 0) -> Int? {
    guard blockCount > 1 else { return blockCount == 1 ? 0 : nil }
    var low = first
    var high = blockCount
    while low < high {
      let middle = (low &+ high) / 2
      if lastDocument(ofBlock: middle) < document { low = middle &+ 1 } else { high = middle }
    }
    return low < blockCount ? low : nil
  }

  /// The place of a document's posting: its block, and its number there; nil where the term is not in the document.
  func posting(of document: Int) -> (block: Block, index: Int)? {
    if let bitmap {
      guard let rank = bitmap.rank(of: document) else { return nil }
      return (block(rank / BitPacking.blockCount), rank % BitPacking.blockCount)
    }
    guard let number = block(holding: document) else { return nil }
    let block = block(number)
    // Safety: the buffer has room for a block.
    return unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: BitPacking.blockCount) { buffer in
      let documents = unsafe buffer.baseAddress.unsafelyUnwrapped
      unsafe readDocuments(of: block, into: documents)
      for index in 0..<block.count where unsafe Int(documents[index]) == document { return (block, index) }
      return nil
    }
  }
}

/// Documents as a bitmap, with the number of documents before each 512th, so that the place of any in the list is found
/// at once.
struct DenseDocuments: Sendable {
  private let bytes: SegmentBytes
  private let start: Int
  private let ranks: Int
  let wordCount: Int

  /// Documents whose number before them is kept.
  static let rankStep = 512

  /// The bytes of a bitmap of so many documents.
  static func byteCount(_ documents: Int) -> Int {
    (documents + 63) / 64 * 8 + (documents + rankStep - 1) / rankStep * 4
  }

  init(bytes: SegmentBytes, start: Int, documents: Int, limit: Int) {
    precondition(start + Self.byteCount(documents) <= limit, "a segment's table points outside of it")
    self.bytes = bytes
    self.start = start
    wordCount = (documents + 63) / 64
    ranks = start + wordCount * 8
  }

  @inline(__always)
  func word(_ index: Int) -> UInt64 { bytes.load(UInt64.self, at: start &+ index &* 8) }

  @inline(__always)
  func contains(_ document: Int) -> Bool { word(document &>> 6) &>> UInt64(document & 63) & 1 != 0 }

  /// How many documents of the list come before one; nil for a document that is not in it.
  @inline(__always)
  func rank(of document: Int) -> Int? {
    let last = document &>> 6
    let word = word(last)
    guard word &>> UInt64(document & 63) & 1 != 0 else { return nil }
    var rank = Int(bytes.load(UInt32.self, at: ranks &+ (document / Self.rankStep) &* 4))
    for index in last & ~7..<last { rank &+= self.word(index).nonzeroBitCount }
    return rank &+ (word & ((1 &<< UInt64(document & 63)) &- 1)).nonzeroBitCount
  }

  func forEach(_ body: (Int) -> Void) {
    for index in 0..<wordCount {
      var word = word(index)
      while word != 0 {
        body(index &* 64 &+ word.trailingZeroBitCount)
        word &= word &- 1
      }
    }
  }

  /// The words, for loops over all of them.
  // Safety: `init` has checked that the words lie within the segment's bytes, which live as long as this value.
  @unsafe var words: UnsafeRawPointer { unsafe bytes.pointer(at: start) }
}
