/// Finds the terms of a sorted dictionary that are near a word, or that start near it.
///
/// The beginnings that many terms share are nodes, one for each letter; where at most ``fewest`` terms are left they
/// are read from the dictionary. A walk goes down with an automaton (``EditPattern/State``) and turns back where no
/// term can be near. Nodes take 12 bytes; there is about one for three terms. Immutable; made for one dictionary, and
/// to be asked with it alone.
public struct TermTrie: Sendable {
  /// A node's letter; the highest bit marks the last of its siblings.
  private var labels: [UInt32] = []
  /// A node's first term: those that end with its letter come before its children's.
  private var firstTerms: [UInt32] = []
  /// A node's first child; its other children follow.
  private var firstChildren: [UInt32] = []
  /// How many terms there are.
  public let count: Int

  /// A range of at most so many terms is read and not divided.
  private static let fewest = 8
  private static let lastSibling: UInt32 = 1 << 31
  private static let leaf = UInt32.max
  /// Letters of a term's beginning that nodes may have.
  private static let deepest = 24

  /// Bytes in memory.
  public var byteCount: Int { labels.count * 12 }

  /// A trie of a dictionary's terms. O(letters).
  public init(_ terms: some SortedTerms) {
    count = terms.count
    precondition(count < Int(UInt32.max), "a dictionary has fewer than 2^32 terms")
    // The beginnings, one after the other; dropped when the nodes are made.
    var letters: [UInt32] = []
    var starts: [Int] = [0]
    starts.reserveCapacity(count + 1)
    letters.reserveCapacity(count * 8)
    var term: [UInt8] = []
    var read: [UInt32] = []
    for index in 0..<count {
      terms.readTerm(index, into: &term)
      read.removeAll(keepingCapacity: true)
      Letters.append(term.span, 0..<term.count, to: &read, atMost: Self.deepest)
      letters.append(contentsOf: read)
      starts.append(letters.count)
    }
    append(letter: 0, term: 0, isLast: true)
    // Nodes whose children are to be made, with their terms and depth.
    var open: [(node: Int, terms: Range<Int>, depth: Int)] = [(0, 0..<count, 0)]
    while let (node, range, depth) = open.popLast() {
      guard range.count > Self.fewest, depth < Self.deepest else { continue }
      var at = range.lowerBound
      while at < range.upperBound, starts[at + 1] - starts[at] <= depth { at += 1 }
      guard at < range.upperBound else { continue }
      firstChildren[node] = UInt32(labels.count)
      while at < range.upperBound {
        let letter = letters[starts[at] + depth]
        let first = at
        repeat {
          at += 1
        } while at < range.upperBound && starts[at + 1] - starts[at] > depth
          && letters[starts[at] + depth] == letter
        open.append((labels.count, first..<at, depth + 1))
        append(letter: letter, term: first, isLast: at == range.upperBound)
      }
    }
  }

  private mutating func append(letter: UInt32, term: Int, isLast: Bool) {
    labels.append(letter | (isLast ? Self.lastSibling : 0))
    firstTerms.append(UInt32(term))
    firstChildren.append(Self.leaf)
  }

  /// The node that these letters lead to; nil where fewer lead to the last.
  func node(of letters: some Sequence<UInt32>) -> Int? {
    var node = 0
    for letter in letters {
      guard firstChildren[node] != Self.leaf else { return nil }
      var child = Int(firstChildren[node])
      while labels[child] & ~Self.lastSibling != letter {
        if labels[child] & Self.lastSibling != 0 { return nil }
        child += 1
      }
      node = child
    }
    return node
  }

  /// What a term has to be near to.
  public enum Part: Sendable {
    /// The whole term.
    case whole
    /// Some beginning of the term.
    case beginning
  }

  /// Calls `body` with the terms that are within `edits` edits of a word, or that start so: ranges of their places, in
  /// order, and the fewest edits of each.
  ///
  /// - Parameters:
  ///   - terms: the dictionary that the trie was made for.
  ///   - word: UTF-8 of at most ``Vocabulary/longestWord`` letters; nothing is near a longer one.
  ///   - edits: 0, 1 or 2; more are taken for 2.
  ///   - kept: letters at the word's start that a term has to start with as they are.
  public func forEachTerm<Terms: SortedTerms>(
    near word: Span<UInt8>, edits: Int, part: Part, keeping kept: Int = 0, in terms: Terms,
    _ body: (_ terms: Range<Int>, _ edits: Int) -> Void
  ) {
    let letters = Letters.of(word)
    guard count > 0, letters.count <= Letters.longest else { return }
    let edits = max(0, min(edits, 2))
    let kept = max(0, min(kept, letters.count))
    let pattern = EditPattern(Array(letters[kept...]))
    var walk = Walk(terms: terms, kept: Array(letters[..<kept]), part: part, worst: edits)
    visit(0, end: count, depth: 0, EditPattern.State(edits: edits), best: 3, pattern, &walk, body)
  }

  /// What stays the same on a walk, and room that is used again.
  struct Walk<Terms: SortedTerms> {
    let terms: Terms
    let kept: [UInt32]
    let part: Part
    let worst: Int
    var term: [UInt8] = []
  }

  /// Visits the children and the terms of a node that was reached in `state`.
  ///
  /// - Parameter best: the fewest edits of a beginning that was passed; more than two where there was none.
  func visit<Terms: SortedTerms>(
    _ node: Int, end: Int, depth: Int, _ state: EditPattern.State, best: Int, _ pattern: borrowing EditPattern,
    _ walk: inout Walk<Terms>, _ body: (Range<Int>, Int) -> Void
  ) {
    let count = pattern.letters.count
    let first = Int(firstTerms[node])
    let isPastKept = depth >= walk.kept.count
    let here = isPastKept ? state.edits(of: count) : nil
    var best = best
    if case .beginning = walk.part {
      best = min(best, here ?? 3)
      // Nothing that follows can be nearer.
      if best <= walk.worst, best == 0 || isPastKept && state.isDead(within: best - 1) {
        return body(first..<end, best)
      }
    }
    let children = firstChildren[node]
    guard children != Self.leaf else {
      for index in first..<end {
        let edits = self.edits(of: index, depth: depth, state, best: best, pattern, &walk)
        if edits <= walk.worst { body(index..<index + 1, edits) }
      }
      return
    }
    var child = Int(children)
    let firstOfChildren = Int(firstTerms[child])
    if firstOfChildren > first {
      // Terms that end here.
      let edits = if case .beginning = walk.part { best } else { here ?? 3 }
      if edits <= walk.worst { body(first..<firstOfChildren, edits) }
    }
    while true {
      let label = labels[child]
      let isLast = label & Self.lastSibling != 0
      let childEnd = isLast ? end : Int(firstTerms[child + 1])
      let letter = label & ~Self.lastSibling
      if !isPastKept {
        if walk.kept[depth] == letter {
          visit(child, end: childEnd, depth: depth + 1, state, best: best, pattern, &walk, body)
        }
      } else {
        let next = state.after(pattern.mask(letter))
        if !next.isDead {
          visit(child, end: childEnd, depth: depth + 1, next, best: best, pattern, &walk, body)
        } else if best <= walk.worst {
          body(Int(firstTerms[child])..<childEnd, best)
        }
      }
      if isLast { return }
      child += 1
    }
  }

  /// Visits a node of `depth` letters without those above it.
  func visit<Terms: SortedTerms>(
    _ node: Int, _ range: Range<Int>, depth: Int, from state: EditPattern.State, _ pattern: borrowing EditPattern,
    _ walk: inout Walk<Terms>, _ body: (Range<Int>, Int) -> Void
  ) {
    walk.terms.readTerm(range.lowerBound, into: &walk.term)
    guard let (state, best) = Self.reached(walk.term.span, depth: depth, state, pattern, walk.kept) else { return }
    if !state.isDead {
      visit(node, end: range.upperBound, depth: depth, state, best: best, pattern, &walk, body)
    } else if case .beginning = walk.part, best <= walk.worst {
      body(range, best)
    }
  }

  /// The state behind the first `depth` letters of a term, and the fewest edits of a beginning before them; nil where
  /// it does not start with the letters that are kept.
  private static func reached(
    _ bytes: Span<UInt8>, depth: Int, _ state: EditPattern.State, _ pattern: borrowing EditPattern, _ kept: [UInt32]
  ) -> (EditPattern.State, best: Int)? {
    let count = pattern.letters.count
    var state = state
    var at = 0
    var best = 3
    for place in 0..<depth where at < bytes.count {
      let letter = Letters.next(in: bytes, &at, end: bytes.count)
      if place < kept.count {
        guard letter == kept[place] else { return nil }
      } else {
        state = state.after(pattern.mask(letter))
        if state.isDead { break }
      }
      if place + 1 >= kept.count { best = min(best, state.edits(of: count) ?? 3) }
    }
    return (state, best)
  }

  /// The fewest edits of a term whose first `depth` letters led to `state`; more than two where it is not near.
  func edits<Terms: SortedTerms>(
    of index: Int, depth: Int, _ state: EditPattern.State, best: Int, _ pattern: borrowing EditPattern,
    _ walk: inout Walk<Terms>
  ) -> Int {
    walk.terms.readTerm(index, into: &walk.term)
    let bytes = walk.term.span
    var at = 0
    for _ in 0..<depth where at < bytes.count { _ = Letters.next(in: bytes, &at, end: bytes.count) }
    var state = state
    var best = best
    var depth = depth
    let isBeginning = if case .beginning = walk.part { true } else { false }
    while at < bytes.count {
      let letter = Letters.next(in: bytes, &at, end: bytes.count)
      if depth < walk.kept.count {
        guard letter == walk.kept[depth] else { return 3 }
      } else {
        state = state.after(pattern.mask(letter))
        if state.isDead { return isBeginning ? best : 3 }
      }
      depth += 1
      if isBeginning, depth >= walk.kept.count {
        best = min(best, state.edits(of: pattern.letters.count) ?? 3)
        if best == 0 { return 0 }
      }
    }
    if isBeginning { return best }
    return depth >= walk.kept.count ? state.edits(of: pattern.letters.count) ?? 3 : 3
  }
}
