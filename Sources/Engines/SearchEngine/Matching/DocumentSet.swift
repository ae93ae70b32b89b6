/// A set of a segment's documents, a bit for each.
struct DocumentSet: Equatable, Sendable {
  private(set) var words: [UInt64]
  let capacity: Int

  /// No document, or every one.
  init(capacity: Int, full: Bool = false) {
    self.capacity = capacity
    words = Array(repeating: full ? .max : 0, count: (capacity + 63) / 64)
    if full, capacity % 64 != 0 { words[words.count - 1] = (1 << UInt64(capacity % 64)) - 1 }
  }

  /// 64 of the bits; none after the last.
  @inline(__always)
  func word(_ index: Int) -> UInt64 { index < words.count ? words[index] : 0 }

  /// How many documents there are.
  var count: Int { words.span.reduce { $0 &+ $1.nonzeroBitCount } }

  var isEmpty: Bool { !words.contains { $0 != 0 } }

  @inline(__always)
  func contains(_ document: Int) -> Bool { words[document >> 6] & (1 << UInt64(document & 63)) != 0 }

  @inline(__always)
  mutating func insert(_ document: Int) { words[document >> 6] |= 1 << UInt64(document & 63) }

  /// Adds documents, each of which the set has room for.
  // Safety: the caller's buffer is there while this runs; each document's word is looked up with a check.
  @unsafe mutating func insert(documents: UnsafeBufferPointer<UInt32>) {
    for index in documents.indices { unsafe insert(Int(documents[index])) }
  }

  /// Adds those of the first `count` documents for which `holds` is true.
  ///
  /// - Parameter flag: sets each of 64 flags to 1 or 0, for the documents from one on: a plain loop becomes vector code.
  @inline(__always)
  mutating func insert(
    upTo count: Int, flag: (_ first: Int, _ flags: UnsafeMutablePointer<UInt8>) -> Void, where holds: (Int) -> Bool
  ) {
    precondition(count <= capacity, "more documents than the set has room for")
    // Safety: the words hold a bit for each of `capacity` documents; there are 64 flags.
    unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { flags in
      let base = unsafe flags.baseAddress.unsafelyUnwrapped
      let bytes = unsafe base.bindMemory(to: UInt8.self, capacity: 64)
      unsafe words.withUnsafeMutableBufferPointer { words in
        for index in 0..<count / 64 {
          unsafe flag(index &* 64, bytes)
          var word: UInt64 = 0
          for byte in 0..<8 {
            // Multiplied so, the eight flags stand side by side in the highest byte.
            let eight = unsafe base.load(fromByteOffset: byte &* 8, as: UInt64.self)
            let bits = (eight &* 0x0102_0408_1020_4080) &>> 56
            word |= bits &<< UInt64(byte &* 8)
          }
          unsafe words[index] |= word
        }
        for document in count / 64 * 64..<count where holds(document) {
          unsafe words[document >> 6] |= 1 << UInt64(document & 63)
        }
      }
    }
  }

  /// Adds those of the first `count` documents for which `holds` is true.
  @inline(__always)
  mutating func insert(upTo count: Int, where holds: (Int) -> Bool) {
    precondition(count <= capacity, "more documents than the set has room for")
    // Safety: the words hold a bit for each of `capacity` documents.
    unsafe words.withUnsafeMutableBufferPointer { words in
      for index in 0..<count / 64 {
        var word: UInt64 = 0
        for bit in 0..<64 { word |= (holds(index &* 64 &+ bit) ? 1 : 0) &<< UInt64(bit) }
        unsafe words[index] |= word
      }
      for document in count / 64 * 64..<count where holds(document) {
        unsafe words[document >> 6] |= 1 << UInt64(document & 63)
      }
    }
  }

  /// Adds the documents of a list.
  mutating func insert(_ list: PostingList) {
    guard let bitmap = list.bitmap else {
      let capacity = capacity
      // Safety: the words hold a bit for each of `capacity` documents, and the document is checked against that.
      return unsafe words.withUnsafeMutableBufferPointer { words in
        list.forEachDocument { document in
          precondition(document < capacity, "a segment's table points outside of it")
          unsafe words[document &>> 6] |= 1 &<< UInt64(document & 63)
        }
      }
    }
    combine(with: bitmap) { $0 | $1 }
  }

  mutating func formIntersection(_ other: DocumentSet) { combine(with: other) { $0 & $1 } }

  mutating func formUnion(_ other: DocumentSet) { combine(with: other) { $0 | $1 } }

  mutating func subtract(_ other: DocumentSet) { combine(with: other) { $0 & ~$1 } }

  mutating func formSymmetricDifference(_ other: DocumentSet) { combine(with: other) { $0 ^ $1 } }

  /// Keeps the documents that have a bit in a bitmap too.
  mutating func formIntersection(_ bitmap: DenseDocuments) { combine(with: bitmap) { $0 & $1 } }

  @inline(__always)
  private mutating func combine(with other: DocumentSet, _ operation: (UInt64, UInt64) -> UInt64) {
    precondition(other.words.count == words.count, "sets of different segments are combined")
    // Safety: both have so many words.
    unsafe other.words.withUnsafeBufferPointer { other in
      unsafe words.withUnsafeMutableBufferPointer { words in
        for index in 0..<words.count { unsafe words[index] = operation(words[index], other[index]) }
      }
    }
  }

  @inline(__always)
  private mutating func combine(with bitmap: DenseDocuments, _ operation: (UInt64, UInt64) -> UInt64) {
    precondition(bitmap.wordCount == words.count, "sets of different segments are combined")
    // Safety: both have so many words.
    let other = unsafe bitmap.words
    unsafe words.withUnsafeMutableBufferPointer { words in
      for index in 0..<words.count {
        let word = unsafe other.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        unsafe words[index] = unsafe operation(words[index], UInt64(littleEndian: word))
      }
    }
  }

  /// The documents that are not in the set.
  func inverted() -> DocumentSet {
    var result = DocumentSet(capacity: capacity, full: true)
    result.subtract(self)
    return result
  }

  /// Gives the documents, ascending.
  @inline(__always)
  func forEach(_ body: (Int) -> Void) {
    let words = words.span
    for index in words.indices {
      // Safety: the index is one of the span's.
      var word = unsafe words[unchecked: index]
      while word != 0 {
        body((index &<< 6) &+ word.trailingZeroBitCount)
        word &= word &- 1
      }
    }
  }

  /// Gives the first document and the bits of each 64 documents that have any.
  @inline(__always)
  func forEachWord(_ body: (_ first: Int, _ word: UInt64) -> Void) {
    let words = words.span
    for index in words.indices {
      // Safety: the index is one of the span's.
      let word = unsafe words[unchecked: index]
      if word != 0 { body(index &<< 6, word) }
    }
  }

  /// The first document from one on; nil where there is none.
  func first(from start: Int) -> Int? {
    guard start < capacity else { return nil }
    var index = start >> 6
    var word = words[index] & (.max << UInt64(start & 63))
    while word == 0 {
      index += 1
      guard index < words.count else { return nil }
      word = words[index]
    }
    return index << 6 + word.trailingZeroBitCount
  }

  /// The documents of a range that starts and ends with a word; nil where there are more than `most`.
  func documents(in range: Range<Int>, atMost most: Int) -> [Int]? {
    let indexes = range.lowerBound / 64..<min(words.count, (range.upperBound + 63) / 64)
    guard indexes.reduce(0, { $0 + words[$1].nonzeroBitCount }) <= most else { return nil }
    var found: [Int] = []
    for index in indexes {
      var word = words[index]
      while word != 0 {
        found.append(index << 6 + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
    return found
  }

  /// The first documents, ascending.
  func first(_ count: Int) -> [Int] {
    var found: [Int] = []
    for index in words.indices where words[index] != 0 {
      var word = words[index]
      while word != 0, found.count < count {
        found.append((index << 6) + word.trailingZeroBitCount)
        word &= word - 1
      }
      if found.count >= count { break }
    }
    return found
  }
}

extension DocumentSet {
  /// How many documents come before each word of the set.
  struct Ranks {
    fileprivate let before: [UInt32]
    /// How many documents the set has.
    let last: Int

    /// How many documents of the set, the same that the ranks were made of, come before one; nil where it is not in it.
    @inline(__always)
    func rank(of document: Int, in set: DocumentSet) -> Int? {
      let word = set.words[document >> 6]
      let bit: UInt64 = 1 << UInt64(document & 63)
      guard word & bit != 0 else { return nil }
      return Int(before[document >> 6]) &+ (word & (bit &- 1)).nonzeroBitCount
    }
  }

  func ranks() -> Ranks {
    var before: [UInt32] = []
    before.reserveCapacity(words.count)
    var sum: UInt32 = 0
    for word in words {
      before.append(sum)
      sum &+= UInt32(word.nonzeroBitCount)
    }
    return Ranks(before: before, last: Int(sum))
  }
}

extension Span where Element == UInt64 {
  /// The sum of what `body` makes of each element.
  @inline(__always)
  fileprivate func reduce(_ body: (Int, UInt64) -> Int) -> Int {
    var sum = 0
    for index in indices { sum = unsafe body(sum, self[unchecked: index]) }
    return sum
  }
}
