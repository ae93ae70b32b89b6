internal import JSONBytes

/// What a writer may write: subschemas that all apply, and what follows from them together.
struct Written {
  /// The subschemas, with those that `$ref`, `allOf` and lone alternatives lead to.
  private(set) var parts: [Comparison.Part] = []
  /// Their keywords.
  private(set) var nodes: [SchemaNode] = []
  /// The types that all of them allow.
  private(set) var types: TypeSet
  /// The only values there can be, where they are listed.
  private(set) var values: [JSONValue]?
  private var isRefused = false

  /// Whether nothing can be written at all.
  var isEmpty: Bool { isRefused || types.isEmpty || values?.isEmpty == true }

  init(expanding writer: [Comparison.Part], types: TypeSet, in comparison: Comparison) {
    self.types = types
    var known = Set<Comparison.Part>()
    var rest = Array(writer.reversed())
    while let part = rest.popLast() {
      guard known.insert(part).inserted else { continue }
      let node = comparison.node(part)
      parts.append(part)
      nodes.append(node)
      if node.constant == false { isRefused = true }
      if let own = node.types { self.types.formIntersection(own) }
      for enumeration in node.enumerations {
        values = (values ?? enumeration.values).filter { enumeration.keys.contains(CanonicalKey.of($0)) }
      }
      var inner = node.allOf
      if let reference = node.reference { inner.append(reference) }
      if node.anyOf.count == 1 { inner += node.anyOf }
      if node.oneOf.count == 1 { inner += node.oneOf }
      rest += inner.map { Comparison.Part(schema: part.schema, node: $0) }
    }
    if let values {
      let allowed = self.types
      self.values = values.filter { value in
        allowed.contains(TypeSet(of: value)) && writer.allSatisfy { comparison.accepts(value, $0) }
      }
    }
  }
}
