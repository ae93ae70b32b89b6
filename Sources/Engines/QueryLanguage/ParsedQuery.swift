/// What a person typed into a search box, taken apart: groups that must all match, and what must not match.
///
/// `a b OR c -d "e f" field:g h*` is five groups (a; b or c; "e f"; field:g; h*) and one exclusion (d).
public struct ParsedQuery: Sendable, Hashable {
  /// The text as it was typed.
  public var text: String
  /// Each group matches where one of its clauses does.
  public var groups: [[Clause]]
  /// None of these may match.
  public var exclusions: [Clause]

  /// A query of groups and exclusions.
  public init(text: String, groups: [[Clause]], exclusions: [Clause]) {
    self.text = text
    self.groups = groups
    self.exclusions = exclusions
  }

  /// The query that matches everything.
  public static let all = ParsedQuery(text: "", groups: [], exclusions: [])

  /// One thing to look for.
  public struct Clause: Sendable, Hashable {
    /// How the text is looked for.
    public enum Kind: Sendable, Hashable {
      /// As a word, or several where the analyzer makes several of it.
      case word
      /// As the beginning of a word.
      case prefix
      /// As words that follow each other, or are moved by no more than `distance` words in all.
      case phrase
      /// As a pattern of a word, in which `*` stands for any letters and `?` for one.
      case wildcard
      /// As a word from which `distance` edits at most lead to the one that is looked for.
      case fuzzy
    }
    /// How the text is looked for.
    public var kind: Kind
    /// The text, without quotes, field, distance and a beginning's star.
    public var text: String
    /// The field to look in; nil for all.
    public var field: String?
    /// Where the text stands in the query, in UTF-8 bytes.
    public var range: Range<Int>
    /// For a phrase how far its words may be moved, for a fuzzy word how many letters may be wrong.
    public var distance = 0
    /// Other words that count as this one, for a word.
    public var synonyms: [String] = []

    /// A clause.
    public init(kind: Kind, text: String, field: String?, range: Range<Int>) {
      self.kind = kind
      self.text = text
      self.field = field
      self.range = range
    }
  }
}
