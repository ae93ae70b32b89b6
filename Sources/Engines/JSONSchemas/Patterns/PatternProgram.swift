/// Instructions of a nondeterministic automaton (Thompson, "Regular Expression Search Algorithm", 1968): its threads step
/// through a text side by side, so that no pattern takes longer than its size times the text's length.
struct PatternProgram: Sendable {
  enum Instruction: Sendable {
    case character(UInt32)
    case set(Int)
    case split(Int, Int)
    case jump(Int)
    case start, end, wordBoundary, noWordBoundary
    case match
  }

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [CharacterSet] = []
  /// Whether a match may begin at the text's first character only.
  let isAnchored: Bool

  init(_ tree: PatternTree, isAnchored: Bool) throws(PatternError) {
    self.isAnchored = isAnchored
    try add(tree)
    instructions.append(.match)
  }

  private mutating func append(_ instruction: Instruction) throws(PatternError) {
    guard instructions.count < SchemaLimits.patternInstructions else {
      throw .tooComplex("the pattern's repetitions make it longer than \(SchemaLimits.patternInstructions) steps")
    }
    instructions.append(instruction)
  }

  private mutating func add(_ tree: PatternTree) throws(PatternError) {
    switch tree {
    case .empty: break
    case .set(let set):
      if !set.isInverted, set.classes.isEmpty, set.ranges.count == 1, set.ranges[0].count == 1 {
        try append(.character(set.ranges[0].lowerBound))
      } else {
        try append(.set(sets.count))
        sets.append(set)
      }
    case .sequence(let parts): for part in parts { try add(part) }
    case .alternatives(let parts): try addAlternatives(parts)
    case .repeated(let part, let least, let most): try addRepeated(part, least: least, most: most)
    case .start: try append(.start)
    case .end: try append(.end)
    case .wordBoundary: try append(.wordBoundary)
    case .noWordBoundary: try append(.noWordBoundary)
    case .lookahead: throw .unsupported("looking ahead, (?= and (?!, elsewhere than right after a pattern's ^")
    }
  }

  private mutating func addAlternatives(_ parts: [PatternTree]) throws(PatternError) {
    var jumps: [Int] = []
    for (index, part) in parts.enumerated() {
      guard index < parts.count - 1 else {
        try add(part)
        break
      }
      let split = instructions.count
      try append(.split(split + 1, 0))
      try add(part)
      jumps.append(instructions.count)
      try append(.jump(0))
      instructions[split] = .split(split + 1, instructions.count)
    }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  private mutating func addRepeated(_ part: PatternTree, least: Int, most: Int?) throws(PatternError) {
    for _ in 0..<least {
      let before = instructions.count
      try add(part)
      // What adds nothing once adds nothing however often.
      if instructions.count == before { return }
    }
    guard let most else {
      let split = instructions.count
      try append(.split(split + 1, 0))
      try add(part)
      try append(.jump(split))
      instructions[split] = .split(split + 1, instructions.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<most {
      let split = instructions.count
      splits.append(split)
      try append(.split(split + 1, 0))
      try add(part)
      if instructions.count == split + 1 { break }
    }
    for split in splits { instructions[split] = .split(split + 1, instructions.count) }
  }
}
