internal import JSONBytes
internal import Yams

/// How the rows of a file become events, as a YAML file says; `fixtures/mappings/README.md` describes the language.
public struct ImportMapping: Sendable {
  /// What kind of file the rows stand in.
  enum Format: String, Sendable, CaseIterable {
    case csv
    /// One array of objects, or an object after the other.
    case json
    /// An object a line.
    case lines = "ndjson"
  }

  /// Which of the rules make events of a row.
  enum Choice: Sendable {
    /// Each one whose condition holds.
    case every
    /// The first one whose condition holds.
    case first
  }

  /// The mapping's own file, for messages.
  public let file: String
  var format: Format?
  var separator = UInt8(ascii: ",")
  var skipped: Condition?
  var grouping: ColumnPath?
  var choice = Choice.first
  var rules: [EventRule] = []

  /// The topics that its events belong to.
  public var topics: Set<String> { Set(rules.map(\.topic)) }

  /// The types of its events.
  public var eventTypes: Set<String> { Set(rules.map(\.type)) }

  /// Reads a mapping from YAML text.
  ///
  /// - Parameters:
  ///   - text: the YAML.
  ///   - file: its name, for messages.
  public init(yaml text: String, file: String) throws(WriteSideError) {
    self.file = file
    try decode(text)
  }

  /// Each group of columns of which a CSV file must have at least one.
  var columns: [[ColumnPath]] {
    var groups = rules.flatMap(\.columns)
    groups += (skipped?.columns ?? []).map { [$0] }
    if let grouping { groups.append([grouping]) }
    return groups
  }
}

/// How one kind of event is made.
struct EventRule: Sendable {
  /// A field of the event's data.
  struct Field: Sendable {
    /// The names of the members from `data` inwards.
    let path: [String]
    let expression: Expression

    var name: String { path.joined(separator: ".") }
  }

  /// Columns that become attributes by their names' beginnings.
  struct Attributes: Sendable {
    let prefixes: [String]
    let path: [String]
  }

  /// What each row of a group becomes.
  struct Items: Sendable {
    let path: [String]
    let fields: [Field]
  }

  /// The sum, over a group's items, of the product of some of their fields.
  struct Total: Sendable {
    let path: [String]
    let factors: [String]
  }

  var condition: Condition?
  var topic: String
  var type: String
  var source: Template
  var id: Template
  var key: Template?
  var time: Expression
  var fields: [Field] = []
  var attributes: Attributes?
  var items: Items?
  var total: Total?

  var columns: [[ColumnPath]] {
    var groups = (condition?.columns ?? []).map { [$0] }
    for template in [source, id, key].compactMap(\.self) { groups += template.columns.map { [$0] } }
    groups += time.columns
    for field in fields + (items?.fields ?? []) { groups += field.expression.columns }
    return groups
  }
}
