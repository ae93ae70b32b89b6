/// The beginnings of one length that a dictionary's terms have, filed with letters taken out (``DeletionIndex``).
///
/// Whatever is within some edits of a word has a beginning that shares a form with the word's own of that length, and
/// so has whatever starts near the word, where the word is no shorter than the length.
struct TermHeads: Sendable {
  /// Letters of a beginning; a term that has fewer is its own.
  let length: Int
  /// The most edits that can be asked for.
  let edits: Int
  /// The first term of each beginning; one more for the end.
  private let starts: [UInt32]
  private let sketches: [UInt64]
  /// For beginnings of many terms the node of the trie that they lead to.
  private let nodes: [UInt32]
  private let deletions: DeletionIndex

  private static let none = UInt32.max
  /// At most so many terms are read and not walked to.
  private static let fewest = 4

  var byteCount: Int { (starts.count + nodes.count) * 4 + sketches.count * 8 + deletions.byteCount }

  init(_ terms: some SortedTerms, _ trie: TermTrie, length: Int, edits: Int) {
    assert(length <= DeletionIndex.longestBeginning)
    self.length = length
    self.edits = edits
    var heads: [UInt32] = []
    var headStarts: [Int] = [0]
    var starts: [UInt32] = []
    var sketches: [UInt64] = []
    var term: [UInt8] = []
    var letters: [UInt32] = []
    for index in 0..<terms.count {
      terms.readTerm(index, into: &term)
      letters.removeAll(keepingCapacity: true)
      Letters.append(term.span, 0..<term.count, to: &letters, atMost: length)
      if !starts.isEmpty, heads[headStarts[headStarts.count - 2]...].elementsEqual(letters) { continue }
      starts.append(UInt32(index))
      sketches.append(LetterSketch(letters).bits)
      heads.append(contentsOf: letters)
      headStarts.append(heads.count)
    }
    starts.append(UInt32(terms.count))
    nodes = sketches.indices.map { head in
      let letters = heads[headStarts[head]..<headStarts[head + 1]]
      guard letters.count == length, starts[head + 1] - starts[head] > Self.fewest,
        letters.allSatisfy({ $0 < 0x11_0000 })
      else { return Self.none }
      return trie.node(of: letters).map { UInt32($0) } ?? Self.none
    }
    deletions = DeletionIndex(count: sketches.count, edits: edits) { head, letters in
      letters.append(contentsOf: heads[headStarts[head]..<headStarts[head + 1]])
    }
    self.starts = starts
    self.sketches = sketches
  }

  /// Calls `body` with the terms that are near a word or that start near it, in no order, each once, and the fewest
  /// edits of each.
  func forEachTerm<Terms: SortedTerms>(
    near letters: [UInt32], _ trie: TermTrie, _ walk: inout TermTrie.Walk<Terms>, _ body: (Range<Int>, Int) -> Void
  ) {
    let beginning = letters.prefix(length)
    var forms = Forms()
    forms.fill(beginning, edits: walk.worst)
    var gathered: [UInt32] = []
    gathered.reserveCapacity(256)
    deletions.gather(forms, into: &gathered)
    let sketch = LetterSketch(beginning)
    let pattern = EditPattern(Array(letters[walk.kept.count...]))
    let start = EditPattern.State(edits: walk.worst)
    let sketches = sketches.span
    var kept = 0
    for place in gathered.indices {
      let head = gathered[place]
      gathered[kept] = head
      kept += sketch.canBe(walk.worst, from: LetterSketch(bits: sketches[Int(head)])) ? 1 : 0
    }
    var seen = SeenNumbers()
    for place in 0..<kept where seen.insert(Int(gathered[place])) {
      let head = Int(gathered[place])
      let range = Int(starts[head])..<Int(starts[head + 1])
      if nodes[head] == Self.none {
        for index in range {
          let needed = trie.edits(of: index, depth: 0, start, best: 3, pattern, &walk)
          if needed <= walk.worst { body(index..<index + 1, needed) }
        }
      } else {
        trie.visit(Int(nodes[head]), range, depth: length, from: start, pattern, &walk, body)
      }
    }
  }
}
