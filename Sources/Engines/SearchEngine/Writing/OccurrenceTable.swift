internal import ByteCoding

/// Gathers where terms stand, document by document, and gives them term by term.
struct OccurrenceTable {
  private var numbering = OccurrencePatterns.Numbering()
  /// The postings in the order of documents: their terms, documents, patterns and numbers of positions.
  private var terms: [UInt32] = []
  private var documents: [UInt32] = []
  private var patterns: [UInt32] = []
  private var positionCounts: [UInt32] = []
  /// The positions of all postings, one after the other, as differences to the one before in the same field.
  private var positions: [UInt32] = []

  // What the document that is being gathered has, by the order in which its terms come.
  private var words: [Word] = []
  /// For each term the document that had it last, and its number among that document's terms.
  private var lastDocument: [UInt32] = []
  private var localOfTerm: [UInt32] = []
  private var localTerms: [UInt32] = []
  private var localCounts: [UInt32] = []
  private var sorted: [Word] = []
  private var entries: [UInt32] = []

  private struct Word {
    var local: UInt32
    var field: UInt32
    var position: UInt32
  }

  /// Notes a word of the document that is being gathered: fields ascending, positions ascending in each.
  @inline(__always)
  mutating func add(term: Int, document: UInt32, field: Int, position: Int) {
    while lastDocument.count <= term {
      lastDocument.append(.max)
      localOfTerm.append(0)
    }
    if lastDocument[term] != document {
      lastDocument[term] = document
      localOfTerm[term] = UInt32(localTerms.count)
      localTerms.append(UInt32(term))
      localCounts.append(0)
    }
    let local = localOfTerm[term]
    localCounts[Int(local)] &+= 1
    words.append(Word(local: local, field: UInt32(field), position: UInt32(clamping: position)))
  }

  /// Ends the document.
  mutating func end(document: UInt32) {
    // Words of a term side by side, in the order in which they came: a counting sort.
    var start: UInt32 = 0
    for local in localCounts.indices {
      let count = localCounts[local]
      localCounts[local] = start
      start &+= count
    }
    if sorted.count < words.count {
      sorted = Array(repeating: Word(local: 0, field: 0, position: 0), count: words.count * 2)
    }
    for word in words {
      let place = localCounts[Int(word.local)]
      sorted[Int(place)] = word
      localCounts[Int(word.local)] = place &+ 1
    }
    var first = 0
    for local in localTerms.indices {
      let end = Int(localCounts[local])
      addPosting(term: localTerms[local], document: document, words: first..<end)
      first = end
    }
    words.removeAll(keepingCapacity: true)
    localTerms.removeAll(keepingCapacity: true)
    localCounts.removeAll(keepingCapacity: true)
  }

  private mutating func addPosting(term: UInt32, document: UInt32, words: Range<Int>) {
    entries.removeAll(keepingCapacity: true)
    var count: UInt32 = 0
    var last: UInt32 = 0
    for index in words {
      let word = sorted[index]
      if index == words.lowerBound || word.field != sorted[index - 1].field {
        entries.append(word.field)
        last = 0
      }
      guard entries[entries.count - 1] >> 8 < OccurrencePatterns.mostOccurrences else { continue }
      entries[entries.count - 1] += 1 << 8
      positions.append(word.position &- last)
      last = word.position
      count &+= 1
    }
    add(term: term, document: document, pattern: numbering.number(of: entries[...], uses: 1), positionCount: count)
  }

  private mutating func add(term: UInt32, document: UInt32, pattern: UInt32, positionCount: UInt32) {
    terms.append(term)
    documents.append(document)
    patterns.append(pattern)
    positionCounts.append(positionCount)
  }

  /// Writes every term's list.
  ///
  /// - Parameters:
  ///   - order: the terms' numbers in the order of their bytes.
  ///   - bytes: a term's bytes by its number.
  func write(to encoder: inout SegmentEncoder, order: [Int], bytes: (Int) -> [UInt8]) {
    let places = encoder.setPatterns(numbering)
    // Postings of a term side by side, by document: another counting sort.
    var starts = Array(repeating: 0, count: (order.max() ?? -1) + 2)
    for term in terms { starts[Int(term) + 1] += 1 }
    for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
    var byTerm = Array(repeating: UInt32(0), count: terms.count)
    var next = starts
    for (posting, term) in terms.enumerated() {
      byTerm[next[Int(term)]] = UInt32(posting)
      next[Int(term)] += 1
    }
    var firstPosition = Array(repeating: UInt32(0), count: terms.count + 1)
    for (posting, count) in positionCounts.enumerated() { firstPosition[posting + 1] = firstPosition[posting] + count }
    var postings: [PostingEncoder.Posting] = []
    var values: [UInt32] = []
    for term in order {
      postings.removeAll(keepingCapacity: true)
      values.removeAll(keepingCapacity: true)
      for posting in byTerm[starts[term]..<starts[term + 1]] {
        let posting = Int(posting)
        postings.append(
          PostingEncoder.Posting(
            document: documents[posting], pattern: places[Int(patterns[posting])],
            positionCount: Int(positionCounts[posting])))
        values += positions[Int(firstPosition[posting])..<Int(firstPosition[posting + 1])]
      }
      encoder.add(term: bytes(term), postings: postings, positions: values[...])
    }
  }
}
