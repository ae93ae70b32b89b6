internal import JSONBytes

extension SchemaCompiler {
  /// Reads the keywords that hold schemas.
  mutating func readApplicators(
    _ reader: KeywordReader, into node: SchemaNode, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) {
    node.allOf += try list("allOf", reader, at: pointer, in: scope)
    node.anyOf = try list("anyOf", reader, at: pointer, in: scope)
    node.oneOf = try list("oneOf", reader, at: pointer, in: scope)
    node.not = try single("not", reader, at: pointer, in: scope)
    if scope.dialect >= .draft07 {
      node.ifNode = try single("if", reader, at: pointer, in: scope)
      node.thenNode = try single("then", reader, at: pointer, in: scope)
      node.elseNode = try single("else", reader, at: pointer, in: scope)
    }
    try readItems(reader, into: node, at: pointer, in: scope)
    try readProperties(reader, into: node, at: pointer, in: scope)
    try readDependencies(reader, into: node, at: pointer, in: scope)
    guard scope.dialect >= .draft201909 else { return }
    node.unevaluatedItems = try single("unevaluatedItems", reader, at: pointer, in: scope)
    node.unevaluatedProperties = try single("unevaluatedProperties", reader, at: pointer, in: scope)
    guard node.inPlace.isEmpty, reader.object["$ref"] == nil, reader.object["$dynamicRef"] == nil,
      reader.object["$recursiveRef"] == nil
    else { return }
    // With nothing else that evaluates members, the simpler keyword says the same.
    if node.additionalProperties == nil { swap(&node.additionalProperties, &node.unevaluatedProperties) }
    if node.items == nil, node.contains == nil { swap(&node.items, &node.unevaluatedItems) }
  }

  private mutating func single(
    _ name: String, _ reader: KeywordReader, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) -> NodeID? {
    guard let value = reader.object[name] else { return nil }
    return try node(value, at: pointer + "/" + name, in: scope)
  }

  private mutating func list(
    _ name: String, _ reader: KeywordReader, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) -> [NodeID] {
    guard let elements = try reader.array(name) else { return [] }
    guard !elements.isEmpty else { throw reader.invalid(name, "must hold a schema at least") }
    return try nodes(elements, at: pointer + "/" + name, in: scope)
  }

  private mutating func nodes(
    _ elements: [JSONValue], at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) -> [NodeID] {
    var nodes: [NodeID] = []
    for (index, element) in elements.enumerated() {
      nodes.append(try node(element, at: pointer + "/\(index)", in: scope))
    }
    return nodes
  }

  private mutating func readItems(
    _ reader: KeywordReader, into node: SchemaNode, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) {
    if scope.dialect >= .draft202012 {
      node.prefixItems = try list("prefixItems", reader, at: pointer, in: scope)
      node.items = try single("items", reader, at: pointer, in: scope)
    } else if case .array(let elements)? = reader.object["items"] {
      node.prefixItems = try nodes(elements, at: pointer + "/items", in: scope)
      node.items = try single("additionalItems", reader, at: pointer, in: scope)
    } else {
      node.items = try single("items", reader, at: pointer, in: scope)
    }
    if scope.dialect >= .draft06 { node.contains = try single("contains", reader, at: pointer, in: scope) }
    if node.contains == nil { (node.minContains, node.maxContains) = (nil, nil) }
  }

  private mutating func readProperties(
    _ reader: KeywordReader, into node: SchemaNode, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) {
    for (name, value) in try reader.members("properties") ?? [] {
      node.properties[name] = try self.node(
        value, at: pointer + "/properties/" + JSONPointer.escaped(name), in: scope)
    }
    for (name, value) in try reader.members("patternProperties") ?? [] {
      let pattern = try reader.pattern(name, at: "patternProperties")
      let schema = try self.node(
        value, at: pointer + "/patternProperties/" + JSONPointer.escaped(name), in: scope)
      node.patternProperties.append((pattern, schema))
    }
    node.additionalProperties = try single("additionalProperties", reader, at: pointer, in: scope)
    if scope.dialect >= .draft06 {
      node.propertyNames = try single("propertyNames", reader, at: pointer, in: scope)
    }
  }

  private mutating func readDependencies(
    _ reader: KeywordReader, into node: SchemaNode, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) {
    if scope.dialect >= .draft201909 {
      for (name, value) in try reader.members("dependentSchemas") ?? [] {
        let place = pointer + "/dependentSchemas/" + JSONPointer.escaped(name)
        node.dependentSchemas.append((name, try self.node(value, at: place, in: scope)))
      }
    }
    for (name, value) in try reader.members("dependencies") ?? [] {
      if let required = KeywordReader.names(value) {
        node.dependentRequired.append((name, required))
      } else {
        let place = pointer + "/dependencies/" + JSONPointer.escaped(name)
        node.dependentSchemas.append((name, try self.node(value, at: place, in: scope)))
      }
    }
  }
}
