internal import JSONBytes

/// Turns documents into numbered subschemas, and references into numbers.
struct SchemaCompiler {
  /// A place in one of the documents.
  struct Place: Hashable {
    let document: Int
    let pointer: String
  }

  /// What a subschema has from what it stands in.
  struct Scope {
    var document: Int
    var base: URIReference
    var dialect: Dialect
  }

  private struct PendingReference {
    let node: NodeID
    let pointer: String
    let text: String
    let scope: Scope
  }

  private var documents: [(name: String?, value: JSONValue)]
  private(set) var nodes: [SchemaNode] = []
  private var places: [Place: NodeID] = [:]
  /// The scope of each resource that has an id, and its root.
  private var resources: [String: (place: Place, scope: Scope)] = [:]
  private var anchors: [String: NodeID] = [:]
  private var dynamicAnchors: Set<String> = []
  private var pending: [PendingReference] = []
  /// The members of large objects that references lead through.
  private var indexes: [Place: [String: JSONValue]] = [:]

  /// The first document is the schema; the others are what it refers to by name.
  init(documents: [(name: String?, value: JSONValue)]) { self.documents = documents }

  /// Compiles all documents; the schema's root becomes the subschema 0.
  mutating func compile() throws(JSONSchemaError) -> Dialect {
    var first = Dialect.usual
    for (index, document) in documents.enumerated() {
      // What is referred to is read as the schema is, unless it says otherwise.
      var scope = Scope(document: index, base: URIReference(document.name ?? ""), dialect: first)
      if case .object(let root) = document.value, let dialect = root["$schema"] {
        scope.dialect = try Self.dialect(dialect, pointer: place("", in: scope))
      }
      if index == 0 { first = scope.dialect }
      if let name = document.name { resources[name] = (Place(document: index, pointer: ""), scope) }
      if index == 0 { resources[""] = (Place(document: 0, pointer: ""), scope) }
      _ = try node(document.value, at: "", in: scope)
    }
    while let reference = pending.popLast() { try resolve(reference) }
    try refuseEndlessSchemas()
    return first
  }

  private static func dialect(_ value: JSONValue, pointer: String) throws(JSONSchemaError) -> Dialect {
    guard case .string(let uri) = value else {
      throw .invalid(pointer: pointer + "/$schema", reason: "$schema must be a string")
    }
    guard let dialect = Dialect(uri: uri) else {
      throw .unsupported(pointer: pointer + "/$schema", reason: "the dialect \(uri); drafts 04 to 2020-12 are")
    }
    return dialect
  }

  /// The pointer as messages show it: with the reference's name for another document.
  func place(_ pointer: String, in scope: Scope) -> String {
    (documents[scope.document].name.map { "(\($0))" } ?? "") + pointer
  }

  // MARK: Subschemas

  /// The number of the subschema that `value` is, compiled now where it was not before.
  mutating func node(_ value: JSONValue, at pointer: String, in scope: Scope) throws(JSONSchemaError) -> NodeID {
    let known = Place(document: scope.document, pointer: pointer)
    if let node = places[known] { return node }
    guard nodes.count < SchemaLimits.subschemas else {
      throw .tooComplex(
        pointer: place(pointer, in: scope), reason: "more than \(SchemaLimits.subschemas) subschemas")
    }
    let id = nodes.count
    places[known] = id
    let node = SchemaNode(pointer: place(pointer, in: scope))
    nodes.append(node)
    switch value {
    case .bool(let constant): node.constant = constant
    case .object(let object): try read(object, into: node, id: id, at: pointer, in: scope)
    default:
      throw .invalid(pointer: node.pointer, reason: "a schema must be an object or a boolean")
    }
    return id
  }

  private mutating func read(
    _ object: JSONObject, into node: SchemaNode, id: NodeID, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) {
    var scope = scope
    let hidesSiblings = scope.dialect <= .draft07 && object["$ref"] != nil
    if !hidesSiblings { try identify(object, id: id, at: pointer, in: &scope) }
    for name in ["definitions", "$defs"] {
      guard let value = object[name] else { continue }
      guard case .object(let definitions) = value else {
        throw .invalid(pointer: node.pointer + "/" + name, reason: "\(name) must be an object of schemas")
      }
      for (key, schema) in definitions.members {
        _ = try self.node(schema, at: pointer + "/\(name)/" + JSONPointer.escaped(key), in: scope)
      }
    }
    for name in ["$ref", "$dynamicRef", "$recursiveRef"] {
      guard let value = object[name], name == "$ref" || scope.dialect >= .draft201909 else { continue }
      guard case .string(let text) = value else {
        throw .invalid(pointer: node.pointer + "/" + name, reason: "\(name) must be a string")
      }
      var target = id
      if node.reference != nil || pending.last?.node == id {
        // A second kind of reference beside the first stands in a subschema of its own.
        target = nodes.count
        nodes.append(SchemaNode(pointer: node.pointer + "/" + name))
        node.allOf.append(target)
      }
      pending.append(
        PendingReference(node: target, pointer: node.pointer + "/" + name, text: text, scope: scope))
    }
    if hidesSiblings { return }
    let reader = KeywordReader(object: object, pointer: node.pointer, dialect: scope.dialect)
    try reader.readAssertions(into: node)
    try readApplicators(reader, into: node, at: pointer, in: scope)
    if node.acceptsEverything, pending.last?.node != id { node.constant = true }
  }

  /// Notes by which names the subschema can be referred to.
  private mutating func identify(
    _ object: JSONObject, id: NodeID, at pointer: String, in scope: inout Scope
  ) throws(JSONSchemaError) {
    func text(_ name: String, _ compiler: borrowing SchemaCompiler) throws(JSONSchemaError) -> String? {
      guard let value = object[name] else { return nil }
      guard case .string(let text) = value else {
        throw .invalid(pointer: compiler.place(pointer, in: scope) + "/" + name, reason: "\(name) must be a string")
      }
      return text
    }
    if let identifier = try text(scope.dialect == .draft04 ? "id" : "$id", self), !identifier.isEmpty {
      if identifier.hasPrefix("#"), scope.dialect <= .draft07 {
        anchors[scope.base.resource + identifier] = id
      } else {
        scope.base = URIReference(identifier).resolved(against: scope.base)
        if let dialect = object["$schema"] {
          scope.dialect = try Self.dialect(dialect, pointer: place(pointer, in: scope))
        }
        let name = scope.base.resource
        if resources[name] == nil {
          resources[name] = (Place(document: scope.document, pointer: pointer), scope)
        }
      }
    }
    guard scope.dialect >= .draft201909 else { return }
    if let anchor = try text("$anchor", self) { anchors[scope.base.resource + "#" + anchor] = id }
    if let anchor = try text("$dynamicAnchor", self) {
      anchors[scope.base.resource + "#" + anchor] = id
      try countDynamicAnchor(anchor, keyword: "$dynamicAnchor", at: pointer, in: scope)
    }
    if object["$recursiveAnchor"] == .bool(true), scope.dialect == .draft201909 {
      try countDynamicAnchor("", keyword: "$recursiveAnchor", at: pointer, in: scope)
    }
  }

  /// Anchors that are there once lead to the same place however they are reached; others would depend on the way there.
  private mutating func countDynamicAnchor(
    _ name: String, keyword: String, at pointer: String, in scope: Scope
  ) throws(JSONSchemaError) {
    guard dynamicAnchors.insert(name).inserted else {
      throw .unsupported(
        pointer: place(pointer, in: scope) + "/" + keyword, reason: "the same \(keyword) in two places")
    }
  }

  // MARK: References

  private mutating func resolve(_ reference: PendingReference) throws(JSONSchemaError) {
    let unresolved = JSONSchemaError.unresolved(pointer: reference.pointer, reference: reference.text)
    let written = URIReference(reference.text)
    guard let fragment = written.decodedFragment else { throw unresolved }
    let absolute = written.resolved(against: reference.scope.base)
    // A name given with the schema counts as it is written, too.
    let isLocal = written.resource.isEmpty
    let resource = isLocal || resources[absolute.resource] != nil ? absolute.resource : written.resource
    let root: (place: Place, scope: Scope)
    if let found = resources[resource] {
      root = found
    } else if isLocal {
      let scope = Scope(
        document: reference.scope.document, base: reference.scope.base, dialect: reference.scope.dialect)
      root = (Place(document: scope.document, pointer: ""), scope)
    } else {
      throw unresolved
    }
    if fragment.isEmpty || fragment.hasPrefix("/") {
      let pointer = root.place.pointer + fragment
      if let known = places[Place(document: root.place.document, pointer: pointer)] {
        nodes[reference.node].reference = known
        return
      }
      guard let value = value(at: pointer, in: root.place.document) else { throw unresolved }
      var scope = root.scope
      scope.document = root.place.document
      let target = try node(value, at: Self.normalized(pointer), in: scope)
      nodes[reference.node].reference = target
    } else if let known = anchors[resource + "#" + fragment] {
      nodes[reference.node].reference = known
    } else {
      throw unresolved
    }
  }

  private static func normalized(_ pointer: String) -> String {
    (JSONPointer.parts(pointer[...]) ?? []).map { "/" + JSONPointer.escaped($0) }.joined()
  }

  private mutating func value(at pointer: String, in document: Int) -> JSONValue? {
    guard let parts = JSONPointer.parts(pointer[...]) else { return nil }
    var value = documents[document].value
    var place = Place(document: document, pointer: "")
    for part in parts {
      switch value {
      case .object(let object):
        guard let member = member(part, of: object, at: place) else { return nil }
        value = member
      case .array(let elements):
        guard let index = Int(part), elements.indices.contains(index) else { return nil }
        value = elements[index]
      default: return nil
      }
      place = Place(document: document, pointer: place.pointer + "/" + JSONPointer.escaped(part))
    }
    return value
  }

  /// A member of an object; of a large one many may be asked for.
  private mutating func member(_ name: String, of object: JSONObject, at place: Place) -> JSONValue? {
    guard object.members.count > 16 else { return object[name] }
    if let index = indexes[place] { return index[name] }
    let index = Dictionary(object.members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    indexes[place] = index
    return index[name]
  }

  /// Refuses schemas that apply themselves to one and the same value for ever.
  private func refuseEndlessSchemas() throws(JSONSchemaError) {
    enum State { case unseen, open, done }
    var states = Array(repeating: State.unseen, count: nodes.count)
    for start in nodes.indices where states[start] == .unseen {
      var path: [(node: NodeID, rest: [NodeID])] = [(start, nodes[start].inPlace)]
      states[start] = .open
      while let (node, rest) = path.last {
        guard let next = rest.last else {
          states[node] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].rest.removeLast()
        switch states[next] {
        case .done: continue
        case .open:
          throw .invalid(
            pointer: nodes[next].pointer, reason: "the schema refers to itself for the same value, without end")
        case .unseen:
          states[next] = .open
          path.append((next, nodes[next].inPlace))
        }
      }
    }
  }
}
