extension Comparison {
  /// Whether the reader's keywords of objects follow from what is written.
  mutating func objectsFollow(
    _ question: Question, _ reader: SchemaNode, from written: Written, at pointer: String
  ) -> Bool {
    guard
      reader.minProperties != nil || reader.maxProperties != nil || !reader.required.isEmpty
        || !reader.properties.isEmpty || !reader.patternProperties.isEmpty || reader.additionalProperties != nil
        || reader.propertyNames != nil || !reader.dependentRequired.isEmpty || !reader.dependentSchemas.isEmpty
    else { return true }
    let nodes = written.nodes
    var follows = atLeast(
      reader.minProperties, nodes.compactMap(\.minProperties), .minPropertiesAdded, .minPropertiesIncreased,
      at: pointer,
      "members")
    follows =
      atMost(
        reader.maxProperties, nodes.compactMap(\.maxProperties), .maxPropertiesAdded, .maxPropertiesDecreased,
        at: pointer,
        "members") && follows
    follows = requiredFollow(question.reader, reader, from: written, at: pointer) && follows
    if !reader.properties.isEmpty || !reader.patternProperties.isEmpty || reader.additionalProperties != nil {
      follows = namedMembersFollow(question.reader, reader, from: written, at: pointer) && follows
      follows = otherMembersFollow(question.reader, reader, from: written, at: pointer) && follows
    }
    if let names = reader.propertyNames {
      var inner = Question(
        reader: Part(schema: question.reader.schema, node: names),
        writer: parts(\.propertyNames, of: written))
      inner.types = .string
      if !silently(inner) {
        follows = fail(.propertyNamesNarrowed, at: pointer, "members may not be called all that they were called")
      }
    }
    return dependenciesFollow(question, reader, from: written, at: pointer) && follows
  }

  private func parts(_ keyword: KeyPath<SchemaNode, NodeID?>, of written: Written) -> [Part] {
    zip(written.parts, written.nodes).compactMap { part, node in
      node[keyPath: keyword].map { Part(schema: part.schema, node: $0) }
    }
  }

  private mutating func requiredFollow(
    _ part: Part, _ reader: SchemaNode, from written: Written, at pointer: String
  ) -> Bool {
    var follows = true
    let required = Set(written.nodes.flatMap(\.required))
    for name in reader.required where !required.contains(name) {
      // Readers fill a default in.
      if let own = reader.properties[name], node(Part(schema: part.schema, node: own)).hasDefault { continue }
      let isNew = !written.nodes.contains { $0.properties[name] != nil }
      let isUnopen = written.nodes.contains { $0.additionalProperties != nil || !$0.patternProperties.isEmpty }
      follows = fail(
        isNew && isUnopen ? .requiredPropertyAddedToUnopen : .requiredAttributeAdded,
        at: pointer + "/properties/" + JSONPointer.escaped(name), "\(name) is required now, and has no default")
    }
    return follows
  }

  /// The subschemas that a subschema applies to the member called `name`.
  private mutating func schemas(forMember name: String, of part: Part) -> [Part]? {
    let node = node(part)
    var found: [NodeID] = []
    if let own = node.properties[name] { found.append(own) }
    for (pattern, schema) in node.patternProperties {
      guard let matches = pattern.matches(name, steps: &patternSteps) else { return nil }
      if matches { found.append(schema) }
    }
    if found.isEmpty, let additional = node.additionalProperties { found.append(additional) }
    return found.map { Part(schema: part.schema, node: $0) }
  }

  private mutating func namedMembersFollow(
    _ part: Part, _ reader: SchemaNode, from written: Written, at pointer: String
  ) -> Bool {
    var follows = true
    var names = Set(reader.properties.keys)
    for node in written.nodes { names.formUnion(node.properties.keys) }
    for name in names.sorted() {
      let place = pointer + "/properties/" + JSONPointer.escaped(name)
      guard let own = schemas(forMember: name, of: part) else {
        follows = fail(.tooComplex, at: place, "the patterns of members' names take too long to compare")
        continue
      }
      if own.isEmpty { continue }
      // A pattern that can't be tried only leaves out what would make the writer narrower.
      var members: [Part] = []
      for part in written.parts { members += schemas(forMember: name, of: part) ?? [] }
      let isDeclared = reader.properties[name] != nil
      let isWritten = written.nodes.contains { $0.properties[name] != nil }
      for schema in own {
        if isDeclared == isWritten {
          follows = contains(schema, in: members, at: place) && follows
        } else if !silently(schema, in: members) {
          let isOpen = members.allSatisfy { node($0).constant == true }
          let kind: Incompatibility.Kind =
            isDeclared
            ? (isOpen ? .propertyAddedToOpen : .propertyAddedNotCovered)
            : (node(schema).constant == false ? .propertyRemovedFromClosed : .propertyRemovedNotCovered)
          follows = fail(
            kind, at: place,
            isDeclared
              ? "\(name) is new, and may have been written with any other value" : "\(name) is not accepted any more")
        }
      }
    }
    return follows
  }

  /// Members that neither schema names.
  private mutating func otherMembersFollow(
    _ part: Part, _ reader: SchemaNode, from written: Written, at pointer: String
  ) -> Bool {
    var follows = true
    let others = parts(\.additionalProperties, of: written)
    let patterns = zip(written.parts, written.nodes).flatMap { part, node in
      node.patternProperties.map { (source: $0.pattern.source, part: Part(schema: part.schema, node: $0.node)) }
    }
    let isOpen = others.allSatisfy { node($0).constant == true }
    for (pattern, schema) in reader.patternProperties {
      let own = Part(schema: part.schema, node: schema)
      let place = pointer + "/patternProperties/" + JSONPointer.escaped(pattern.source)
      let same = patterns.filter { $0.source == pattern.source }.map(\.part)
      if !same.isEmpty {
        follows = contains(own, in: same, at: place) && follows
      } else if !silently(own, in: others) || !patterns.allSatisfy({ silently(own, in: [$0.part]) }) {
        follows = fail(
          isOpen ? .propertyAddedToOpen : .propertyAddedNotCovered, at: place,
          "members called so may have been written with any other value")
      }
    }
    guard let additional = reader.additionalProperties else { return follows }
    let own = Part(schema: part.schema, node: additional)
    let place = pointer + "/additionalProperties"
    if !others.isEmpty, !isOpen, node(own).constant == nil {
      follows = contains(own, in: others, at: place) && follows
    } else if !silently(own, in: others) {
      let isClosed = node(own).constant == false
      follows = fail(
        isClosed ? .additionalPropertiesRemoved : .additionalPropertiesNarrowed, at: place,
        isClosed ? "no other members are accepted" : "other members are not all accepted")
    }
    let known = Set(reader.patternProperties.map(\.pattern.source))
    for (source, written) in patterns where !known.contains(source) && !silently(own, in: [written]) {
      follows = fail(
        node(own).constant == false ? .propertyRemovedFromClosed : .propertyRemovedNotCovered,
        at: pointer + "/patternProperties/" + JSONPointer.escaped(source), "members called so are not all accepted")
    }
    return follows
  }

  private mutating func dependenciesFollow(
    _ question: Question, _ reader: SchemaNode, from written: Written, at pointer: String
  ) -> Bool {
    var follows = true
    let required = Set(written.nodes.flatMap(\.required))
    for (name, others) in reader.dependentRequired {
      let known = written.nodes.flatMap(\.dependentRequired).filter { $0.name == name }.flatMap(\.required)
      let missing = others.filter { !required.contains($0) && !known.contains($0) && $0 != name }
      if missing.isEmpty { continue }
      follows = fail(
        known.isEmpty ? .dependencyArrayAdded : .dependencyArrayExtended,
        at: pointer + "/dependencies/" + JSONPointer.escaped(name),
        "beside \(name), \(missing.joined(separator: ", ")) is required now")
    }
    for (name, schema) in reader.dependentSchemas {
      var inner = question
      inner.reader = Part(schema: question.reader.schema, node: schema)
      for (part, node) in zip(written.parts, written.nodes) {
        for (other, schema) in node.dependentSchemas where other == name {
          inner.writer.append(Part(schema: part.schema, node: schema))
        }
      }
      if !silently(inner) {
        follows = fail(
          .dependencySchemaAdded, at: pointer + "/dependencies/" + JSONPointer.escaped(name),
          "beside \(name), not all is accepted that is written")
      }
    }
    return follows
  }
}
