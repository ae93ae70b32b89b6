/// A regular expression that a text is searched with, in time linear in the text.
struct Pattern: Sendable {
  /// The expression as it was written, by which patterns are told apart.
  let source: String
  private let program: PatternProgram
  private let lookaheads: [(program: PatternProgram, isInverted: Bool)]

  init(_ source: String) throws(PatternError) {
    self.source = source
    var parts: [PatternTree]
    switch try PatternParser.parse(source) {
    case .sequence(let sequence): parts = sequence
    case let tree: parts = [tree]
    }
    var isAnchored = false
    var lookaheads: [(program: PatternProgram, isInverted: Bool)] = []
    if case .start = parts[0] {
      isAnchored = true
      // What is looked for right after the text's start is a search of its own.
      while parts.count > 1, case .lookahead(let inner, let isInverted) = parts[1] {
        lookaheads.append((try PatternProgram(inner, isAnchored: true), isInverted))
        parts.remove(at: 1)
      }
    }
    program = try PatternProgram(.sequence(parts), isAnchored: isAnchored)
    self.lookaheads = lookaheads
  }

  /// Whether the pattern is found in `text`; nil where that takes more than `steps`, of which what it took is taken.
  func matches(_ text: String, steps: inout Int) -> Bool? {
    for lookahead in lookaheads {
      var search = PatternSearch(lookahead.program)
      guard let found = search.run(text, steps: &steps) else { return nil }
      if found == lookahead.isInverted { return false }
    }
    var search = PatternSearch(program)
    return search.run(text, steps: &steps)
  }
}

/// One run of a program over a text.
private struct PatternSearch {
  private let program: PatternProgram
  /// For each instruction, the character at which it was added last.
  private var marks: [Int]
  private var stack: [Int] = []
  private var visited = 0
  private var hasMatched = false

  init(_ program: PatternProgram) {
    self.program = program
    marks = Array(repeating: -1, count: program.instructions.count)
  }

  mutating func run(_ text: String, steps: inout Int) -> Bool? {
    steps -= marks.count / 8
    // The threads at the current character and at the next one, each instruction at most once.
    var current: [Int] = []
    var following: [Int] = []
    var position = 0
    var previous: UInt32?
    var scalars = text.unicodeScalars.makeIterator()
    var scalar = scalars.next()?.value
    while true {
      if position == 0 || !program.isAnchored {
        add(0, to: &current, position: position, previous: previous, next: scalar)
      }
      if hasMatched { return true }
      guard let character = scalar, !current.isEmpty || !program.isAnchored else { return false }
      steps -= current.count + visited + 1
      visited = 0
      if steps < 0 { return nil }
      let after = scalars.next()?.value
      for thread in current {
        let isTaken =
          switch program.instructions[thread] {
          case .character(let wanted): wanted == character
          case .set(let set): program.sets[set].contains(character)
          default: false
          }
        if isTaken { add(thread + 1, to: &following, position: position + 1, previous: character, next: after) }
      }
      swap(&current, &following)
      following.removeAll(keepingCapacity: true)
      position += 1
      previous = character
      scalar = after
    }
  }

  /// Adds the threads that an instruction leads to without taking a character.
  private mutating func add(
    _ instruction: Int, to threads: inout [Int], position: Int, previous: UInt32?, next: UInt32?
  ) {
    stack.append(instruction)
    while let at = stack.popLast() {
      guard marks[at] != position else { continue }
      marks[at] = position
      visited += 1
      switch program.instructions[at] {
      case .character, .set: threads.append(at)
      case .split(let first, let second):
        stack.append(second)
        stack.append(first)
      case .jump(let target): stack.append(target)
      case .start: if previous == nil { stack.append(at + 1) }
      case .end: if next == nil { stack.append(at + 1) }
      case .wordBoundary: if Self.isWord(previous) != Self.isWord(next) { stack.append(at + 1) }
      case .noWordBoundary: if Self.isWord(previous) == Self.isWord(next) { stack.append(at + 1) }
      case .match: hasMatched = true
      }
    }
  }

  private static func isWord(_ scalar: UInt32?) -> Bool { scalar.map(CharacterSet.word.contains) ?? false }
}
