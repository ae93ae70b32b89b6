/// Postings as they are written, one after the other in rows that are used again.
struct PostingRows: ~Copyable {
  var documents = Row<UInt32>()
  var patterns = Row<UInt32>()
  /// The positions of all, as differences to the one before in the same field.
  var positions = Row<UInt32>()

  /// Makes room for so many occurrences.
  mutating func reserve(_ occurrences: Int) {
    documents.reserve(occurrences)
    patterns.reserve(occurrences)
    positions.reserve(occurrences)
  }

  mutating func removeAll() {
    documents.removeAll()
    patterns.removeAll()
    positions.removeAll()
  }
}

extension PostingList {
  /// Appends all postings.
  func read(patterns: OccurrencePatterns, into rows: inout PostingRows) {
    for number in 0..<blockCount {
      let block = block(number)
      let first = rows.patterns.count
      // Safety: there is room for the documents and the patterns of a block.
      unsafe rows.documents.append(block.count, slack: BitPacking.blockCount) { target in
        unsafe readDocuments(of: block, into: target)
      }
      unsafe rows.patterns.append(block.count, slack: BitPacking.blockCount) { target in
        unsafe readPatterns(of: block, into: target)
      }
      var total = 0
      for index in first..<first &+ block.count { total &+= patterns.total(Int(rows.patterns[index])) }
      readPositions(0, total, of: block) { rows.positions.append($0) }
    }
  }

  /// Gives each document's pattern.
  func forEachPattern(_ body: (Int) -> Void) {
    // Safety: the buffer has room for the patterns of a block.
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: BitPacking.blockCount) { buffer in
      let numbers = unsafe buffer.baseAddress.unsafelyUnwrapped
      for number in 0..<blockCount {
        let block = block(number)
        unsafe readPatterns(of: block, into: numbers)
        for index in 0..<block.count { unsafe body(Int(numbers[index])) }
      }
    }
  }
}
