/// A version of the JSON Schema specification.
public enum Dialect: Int, Sendable, Comparable, CaseIterable {
  case draft04 = 4
  case draft06 = 6
  case draft07 = 7
  case draft201909 = 201909
  case draft202012 = 202012

  /// The dialect of schemas that do not name one in `$schema`.
  public static let usual = Dialect.draft07

  /// The dialect that `$schema` names; nil for an unknown one.
  public init?(uri: String) {
    var uri = uri[...]
    if uri.hasSuffix("#") { uri = uri.dropLast() }
    for prefix in ["http://", "https://"] where uri.hasPrefix(prefix) { uri = uri.dropFirst(prefix.count) }
    switch uri {
    case "json-schema.org/draft-04/schema": self = .draft04
    case "json-schema.org/draft-06/schema": self = .draft06
    case "json-schema.org/draft-07/schema", "json-schema.org/schema": self = .draft07
    case "json-schema.org/draft/2019-09/schema": self = .draft201909
    case "json-schema.org/draft/2020-12/schema": self = .draft202012
    default: return nil
    }
  }

  /// The older one comes first.
  public static func < (left: Dialect, right: Dialect) -> Bool { left.rawValue < right.rawValue }
}
