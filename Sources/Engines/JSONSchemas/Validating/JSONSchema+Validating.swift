public import JSONBytes

extension JSONSchema {
  /// What is wrong with `value`, at most `limit` violations; empty where it is valid.
  ///
  /// A value whose validation takes too many steps, or that nests too deeply, is refused with a violation of its own.
  public func violations(
    in value: JSONValue, formats: FormatChecking = .annotation, limit: Int = 20
  ) -> [JSONSchemaViolation] {
    var validator = Validator(schema: self, formats: formats, limit: max(1, limit))
    var evaluated = Evaluated()
    _ = validator.accepts(value, Self.root, &evaluated)
    if let exhausted = validator.exhausted {
      return [JSONSchemaViolation(pointer: "", keyword: "", reason: exhausted)]
    }
    return validator.violations
  }

  /// Whether `value` is valid.
  public func accepts(_ value: JSONValue, formats: FormatChecking = .annotation) -> Bool {
    violations(in: value, formats: formats, limit: 1).isEmpty
  }

  /// Whether a part of the schema accepts a value.
  func accepts(_ value: JSONValue, at node: NodeID) -> Bool {
    var validator = Validator(schema: self, formats: .annotation, limit: 1)
    var evaluated = Evaluated()
    return validator.accepts(value, node, &evaluated) && validator.exhausted == nil
  }
}

/// Which members and elements of a value were looked at by some subschema.
struct Evaluated {
  var members: Set<String> = []
  var elements: Set<Int> = []
  var hasAllMembers = false
  var hasAllElements = false

  mutating func formUnion(_ other: Evaluated) {
    members.formUnion(other.members)
    elements.formUnion(other.elements)
    hasAllMembers = hasAllMembers || other.hasAllMembers
    hasAllElements = hasAllElements || other.hasAllElements
  }
}
