/// Why bytes are not a schema that can be used.
public enum JSONSchemaError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The bytes of the schema, or of the named reference, are not JSON.
  case notJSON(reference: String?, reason: String)
  /// A keyword's value is not what the specification allows; `pointer` leads to it.
  case invalid(pointer: String, reason: String)
  /// A `$ref` leads nowhere: correct it, or give the document that it names as a reference.
  case unresolved(pointer: String, reference: String)
  /// Allowed by the specification, but not supported here; express it in another way.
  case unsupported(pointer: String, reason: String)
  /// More than a limit of this engine; make it smaller.
  case tooComplex(pointer: String, reason: String)

  /// One line.
  public var description: String {
    switch self {
    case .notJSON(let reference?, let reason): "reference \"\(reference)\" is \(reason)"
    case .notJSON(nil, let reason): reason
    case .invalid(let pointer, let reason): "\(Self.place(pointer)): \(reason)"
    case .unresolved(let pointer, let reference):
      "\(Self.place(pointer)): \"\(reference)\" names neither a part of this schema nor one of its references"
    case .unsupported(let pointer, let reason): "\(Self.place(pointer)): not supported: \(reason)"
    case .tooComplex(let pointer, let reason): "\(Self.place(pointer)): too complex: \(reason)"
    }
  }

  private static func place(_ pointer: String) -> String { "#" + pointer }
}
