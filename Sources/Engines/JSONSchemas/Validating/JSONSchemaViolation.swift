/// What is wrong with a value, by a schema.
public struct JSONSchemaViolation: Sendable, Hashable, CustomStringConvertible {
  /// The JSON pointer of the part that is wrong; empty for the whole value.
  public let pointer: String
  /// The keyword that is not met; empty for the schema `false`.
  public let keyword: String
  /// What the keyword asks for.
  public let reason: String

  /// One line.
  public var description: String { (pointer.isEmpty ? "the value" : pointer) + " " + reason }
}

/// Whether `format` is looked at.
public enum FormatChecking: Sendable {
  /// It is a note to readers, as the specification has it since 2019-09.
  case annotation
  /// It must be met, in the formats that are known: date-time, date, time, email, uuid, uri, uri-reference, ipv4, ipv6.
  case assertion
}
