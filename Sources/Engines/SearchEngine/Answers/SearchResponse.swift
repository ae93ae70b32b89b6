/// The answer to a search.
public struct SearchResponse: Sendable {
  /// An answer without hits.
  public init() {}

  /// How many documents match; exact.
  public var total = 0
  /// How many groups they are in, where hits are collapsed.
  public var groups: Int?
  /// The hits, best first.
  public var hits: [Hit] = []
  /// The facets, in the order in which they were asked for.
  public var facets: [FacetResult] = []
  /// The place after the last hit; nil where no more hits follow.
  public var nextCursor: Cursor?
  /// The query with misspelt words corrected; nil where none was.
  public var corrected: String?
  /// Words that hits need not have, since too few documents have them all.
  public var droppedWords: [String] = []
  /// How many of the words each hit has at least, where a query of many words found little that has all; else nil.
  public var leastMatched: Int?

  /// A document that matches.
  public struct Hit: Sendable {
    /// The document's id.
    public var id: String
    /// How well it matches; 0 where nothing was searched for.
    public var score: Double
    /// The document's stored bytes.
    public var stored: [UInt8]
    /// Live values that were set.
    public var live: [(field: String, value: Double)]
    /// The marked text by field, as HTML.
    public var highlights: [(field: String, html: String)]
    /// How the score came about, where asked for: the sum of the parts, times the boosts' factors.
    public var explanation: [ScorePart]
    /// What boosts made of the score, where asked for.
    public var boosts: [BoostPart] = []
  }

  /// A factor of a score.
  public struct BoostPart: Sendable {
    /// The field of numbers.
    public let field: String
    /// The document's number; nil where it has none.
    public let value: Double?
    /// What the score is multiplied by.
    public let factor: Double
  }

  /// A part of a score.
  public struct ScorePart: Sendable {
    /// The term; in quotes neighbouring words, for standing together.
    public let term: String
    /// Documents that have it; no more than so many have neighbouring words.
    public let documents: Int
    /// The term's weight: ln(1 + (N − n + ½) / (n + ½)).
    public let inverseDocumentFrequency: Double
    /// The field-weighted, length-normalised frequency.
    public let frequency: Double
    /// What the part adds to the score.
    public let contribution: Double
  }
}

/// A facet's counts.
public struct FacetResult: Sendable {
  /// What a facet counts.
  public enum Kind: String, Sendable {
    case terms
    case range
  }
  /// The field.
  public var field: String
  /// Texts or ranges of numbers.
  public var kind: Kind
  /// The values, most frequent first; ranges ascending.
  public var values: [Value] = []
  /// What the values that are left out count together.
  public var other = 0
  /// Documents without a value.
  public var missing = 0
  /// The least number.
  public var minimum: Double?
  /// The greatest number.
  public var maximum: Double?

  /// A value and its count.
  public struct Value: Sendable, Equatable {
    /// The text; empty for ranges.
    public var value: String
    /// Documents that have it.
    public var count: Int
    /// A range's lower end, included.
    public var from: Double?
    /// A range's upper end, not included but in the last range.
    public var to: Double?
  }
}

/// A document's stored bytes and live values.
public struct StoredDocument: Sendable {
  /// The stored bytes.
  public let stored: [UInt8]
  /// Live values that were set.
  public let live: [(field: String, value: Double)]
}
