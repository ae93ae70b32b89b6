/// The parsed form of a regular expression.
indirect enum PatternTree: Sendable {
  case empty
  case set(CharacterSet)
  case sequence([PatternTree])
  case alternatives([PatternTree])
  /// From `least` to `most` times; nil: without end.
  case repeated(PatternTree, least: Int, most: Int?)
  case start, end, wordBoundary, noWordBoundary
  /// `(?=…)`, or `(?!…)` where inverted.
  case lookahead(PatternTree, isInverted: Bool)
}

/// Why a pattern is not taken.
enum PatternError: Error, Equatable {
  case malformed(String)
  case unsupported(String)
  case tooComplex(String)
}
