public import QueryLanguage

/// What to search for, and how to answer.
public struct SearchRequest: Sendable {
  /// The words; everything for no words.
  public var query = ParsedQuery.all
  /// What hits must fulfil.
  public var filter = Filter.all
  /// What to count.
  public var facets: [FacetRequest] = []
  /// The order; by score, then by id, where empty.
  public var sort: [SortKey] = []
  /// The most hits, 0 to 1000.
  public var size = 10
  /// The place after which hits are wanted.
  public var cursor: Cursor?
  /// Text fields whose matches are marked.
  public var highlight: [String] = []
  /// How many of the query's groups hits must match; all, or else as many as some document does, where nil.
  public var minimumMatch: MinimumMatch?
  /// What numbers of documents make of their scores.
  public var boosts: [ScoreBoost] = []
  /// How much words that are neighbours in the query and in a document count beside what each counts: 0 for nothing, 1 for
  /// as much as they count alone.
  public var pairWeight = 0.0
  /// Whether words that the index does not know are corrected, and words also found where they are written as one or two.
  public var correctsTypos = true
  /// A keyword field of whose values each is shown once, by its best hit.
  public var collapse: String?
  /// Whether each hit says how its score came about.
  public var explains = false
  /// The text of a field in a document's stored bytes, for highlights.
  public var highlightSource: (@Sendable (_ stored: [UInt8], _ field: String) -> [String])?

  /// A search for everything.
  public init() {}

  /// The most hits of an answer.
  public static let largestSize = 1000
}

/// A facet to count.
public struct FacetRequest: Sendable, Hashable {
  /// The field, or `attributes.NAME`.
  public var field: String
  /// The most values.
  public var size: Int
  /// Which values come first.
  public var order: Order

  /// The order of a facet's values. Ranges of numbers are always in their own order.
  public enum Order: String, Sendable, CaseIterable {
    /// The commonest first, of equally common ones the lesser first.
    case count
    /// The least first: numbers by their size, before texts by their bytes.
    case value
  }

  /// A facet of at most `size` values.
  public init(field: String, size: Int = 10, order: Order = .count) {
    self.field = field
    self.size = size
    self.order = order
  }
}

/// Why a search can't be answered.
public enum SearchError: Error, Equatable, CustomStringConvertible {
  /// No field has this name.
  case unknownField(String, suggestion: String?)
  /// The field is not of a kind that can be used so.
  case unsuitableField(String, reason: String)
  /// A value can't be compared with the field's.
  case unsuitableValue(field: String, value: String, expected: String)
  /// The score can't be boosted so.
  case unsuitableBoost(String, reason: String)
  /// Not a cursor that such a search gave.
  case invalidCursor

  /// One line.
  public var description: String {
    switch self {
    case .unknownField(let name, let suggestion):
      "there is no field \(name.prefix(80))" + (suggestion.map { "; did you mean \($0)?" } ?? "")
    case .unsuitableField(let name, let reason), .unsuitableBoost(let name, let reason): "field \(name) \(reason)"
    case .unsuitableValue(let field, let value, let expected):
      "\(field) is compared with \(expected), not \"\(value.prefix(80))\""
    case .invalidCursor: "the cursor is not one that this search gave; leave it out to start again"
    }
  }
}
