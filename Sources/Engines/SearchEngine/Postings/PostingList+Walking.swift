extension PostingList {
  /// Gives each document with its pattern and its positions, as they are written.
  func forEachPosting(patterns: OccurrencePatterns, _ body: (Int, Int, ArraySlice<UInt32>) -> Void) {
    var positions: [UInt32] = []
    // Safety: the buffer has room for the documents and the patterns of a block.
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * BitPacking.blockCount) { buffer in
      let documents = unsafe buffer.baseAddress.unsafelyUnwrapped
      let numbers = unsafe documents + BitPacking.blockCount
      for number in 0..<blockCount {
        let block = block(number)
        unsafe readDocuments(of: block, into: documents)
        unsafe readPatterns(of: block, into: numbers)
        var position = 0
        for index in 0..<block.count {
          let pattern = unsafe Int(numbers[index])
          positions.removeAll(keepingCapacity: true)
          readPositions(position, patterns.total(pattern), of: block) { positions.append($0) }
          position += patterns.total(pattern)
          unsafe body(Int(documents[index]), pattern, positions[...])
        }
      }
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
