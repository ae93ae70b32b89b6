internal import ByteCoding
internal import Projections
internal import QueryLanguage

/// What a request may say: a query parameter, a part of the path, a header field, or a member of the body.
struct Parameter: Sendable {
  /// What values are allowed.
  enum Kind: Sendable {
    /// Text of at most so many bytes of UTF-8.
    case text(most: Int)
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// One of some words.
    case choice([String])
    /// true or false.
    case flag
    /// Texts parted by commas, or an array of strings; at most so many.
    case list(most: Int)
    /// A time (RFC 3339), or a date, which stands for its first moment in UTC.
    case time
    /// A duration such as `500ms`, `2s`, `5m`, `1h` or `1d`, at most so long.
    case duration(most: Duration)
    /// The length of windows: a duration, or `all` for one window of everything.
    case step(most: Duration)
    /// A position token.
    case position
    /// A filter.
    case filter
    /// An order.
    case sort
    /// Numbers that change scores.
    case boost
    /// How many words hits must have.
    case minimumMatch
    /// An opaque text made by an earlier answer.
    case cursor
  }

  let name: String
  let kind: Kind
  let summary: String
  var isRequired = false
  /// The value that counts where the request gives none, as text.
  var usual: String?

  init(_ name: String, _ kind: Kind, _ summary: String, required: Bool = false, usual: String? = nil) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.isRequired = required
    self.usual = usual
  }
}

/// A value that was checked.
enum ArgumentValue: Sendable {
  case text(String)
  case integer(Int)
  case flag(Bool)
  case list([String])
  case time(Timestamp)
  case duration(Duration)
  case wholeRange
  case position(Position)
  case filter(Filter)
  case sort([SortKey])
  case boosts([ScoreBoost])
  case minimumMatch(MinimumMatch)
}

/// What is wrong with a value.
struct ParameterFault: Error {
  var kind = ProblemKind.invalidParameter
  let detail: String
  var allowed: [String] = []
  var column: Int?
}
