/// A set of a segment's documents, a bit for each.
struct DocumentSet: Equatable {
  private(set) var words: [UInt64]
  let capacity: Int

  /// No document, or every one.
  init(capacity: Int, full: Bool = false) {
    self.capacity = capacity
    words = Array(repeating: full ? .max : 0, count: (capacity + 63) / 64)
    if full, capacity % 64 != 0 { words[words.count - 1] = (1 << UInt64(capacity % 64)) - 1 }
  }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  @inline(__always)
  func contains(_ document: Int) -> Bool { words[document >> 6] & (1 << UInt64(document & 63)) != 0 }

  @inline(__always)
  mutating func insert(_ document: Int) { words[document >> 6] |= 1 << UInt64(document & 63) }

  mutating func formIntersection(_ other: DocumentSet) {
    for index in words.indices { words[index] &= other.words[index] }
  }

  mutating func formUnion(_ other: DocumentSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// The documents that are not in the set.
  func inverted() -> DocumentSet {
    var result = DocumentSet(capacity: capacity, full: true)
    for index in words.indices { result.words[index] &= ~words[index] }
    return result
  }

  /// Gives the documents, ascending.
  @inline(__always)
  func forEach(_ body: (Int) -> Void) {
    for index in words.indices {
      var word = words[index]
      while word != 0 {
        body((index << 6) + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
  }
}
