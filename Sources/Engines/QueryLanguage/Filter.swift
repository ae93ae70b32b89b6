/// A condition on a document's columns.
public indirect enum Filter: Sendable, Hashable {
  /// Every document.
  case all
  /// The field has a value that compares so.
  case comparison(String, Comparison, Value)
  /// The field has a value from the first to the second, both included.
  case range(String, Value, Value)
  /// The field has one of these values.
  case set(String, [Value])
  /// The field has a value.
  case exists(field: String)
  case and([Filter])
  case or([Filter])
  case not(Filter)

  /// How a value is compared.
  public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// What is compared with.
  public enum Value: Sendable, Hashable {
    /// A quoted text or a bare word that is no number.
    case string(String)
    /// A number, and the text that it was written as: for a field of words the text is what counts.
    case number(Double, text: String)
    case boolean(Bool)
  }

  /// The names of all fields that the filter speaks of.
  public var fields: Set<String> {
    switch self {
    case .all: []
    case .comparison(let field, _, _), .range(let field, _, _), .set(let field, _), .exists(let field): [field]
    case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.fields) }
    case .not(let part): part.fields
    }
  }
}

extension Filter: CustomStringConvertible {
  /// The filter as text that parses to it again.
  public var description: String {
    switch self {
    case .all: ""
    case .comparison(let field, let comparison, let value): "\(field) \(comparison.rawValue) \(value)"
    case .range(let field, let from, let to): "\(field) \(from) TO \(to)"
    case .set(let field, let values): "\(field) IN [\(values.map(\.description).joined(separator: ", "))]"
    case .exists(let field): "EXISTS \(field)"
    case .and(let parts): "(" + parts.map(\.description).joined(separator: " AND ") + ")"
    case .or(let parts): "(" + parts.map(\.description).joined(separator: " OR ") + ")"
    case .not(let part): "NOT \(part)"
    }
  }
}

extension Filter.Value: CustomStringConvertible {
  /// The value as a filter writes it.
  public var description: String {
    switch self {
    case .string(let text):
      "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    case .number(_, let text): text
    case .boolean(let flag): flag ? "true" : "false"
    }
  }

  /// The value's text: what a field of words compares with.
  public var text: String {
    switch self {
    case .string(let text), .number(_, let text): text
    case .boolean(let flag): flag ? "true" : "false"
    }
  }
}
