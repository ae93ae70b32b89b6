internal import JSONBytes

/// One validation: applies subschemas to parts of a value, and collects what is wrong.
struct Validator {
  private enum Part {
    case member(String)
    case element(Int)
  }

  private let nodes: [SchemaNode]
  private let formats: FormatChecking
  private let limit: Int
  private let tracks: Bool
  private var path: [Part] = []
  private var depth = 0
  private var steps = SchemaLimits.validationSteps
  /// Above zero, what is found wrong is not reported, since another alternative may fit.
  private var silence = 0

  private(set) var violations: [JSONSchemaViolation] = []
  /// Why the validation was given up.
  private(set) var exhausted: String?

  init(schema: JSONSchema, formats: FormatChecking, limit: Int) {
    nodes = schema.nodes
    tracks = schema.tracksEvaluation
    self.formats = formats
    self.limit = limit
  }

  // MARK: Reporting

  private mutating func fail(_ keyword: String, _ reason: @autoclosure () -> String) -> Bool {
    if silence == 0, violations.count < limit {
      violations.append(JSONSchemaViolation(pointer: pointer, keyword: keyword, reason: reason()))
    }
    return false
  }

  private var pointer: String {
    path.map {
      switch $0 {
      case .member(let name): "/" + JSONPointer.escaped(name)
      case .element(let index): "/\(index)"
      }
    }.joined()
  }

  private mutating func spend(_ count: Int = 1) -> Bool {
    steps -= count
    if steps < 0 { exhausted = exhausted ?? "takes too many steps to validate; make the value or its schema simpler" }
    return exhausted == nil
  }

  /// Whether there is no need to look further: nothing more would be reported.
  private var isDone: Bool { exhausted != nil || silence > 0 || violations.count >= limit }

  // MARK: Subschemas

  /// Whether the subschema accepts the value; what it evaluates of it is added to `evaluated`.
  mutating func accepts(_ value: JSONValue, _ id: NodeID, _ evaluated: inout Evaluated) -> Bool {
    guard spend() else { return false }
    depth += 1
    defer { depth -= 1 }
    guard depth <= SchemaLimits.depth else {
      exhausted = exhausted ?? "nests too deeply to be validated"
      return false
    }
    let node = nodes[id]
    if let constant = node.constant { return constant || fail("", "is not allowed") }
    guard node.unevaluatedItems != nil || node.unevaluatedProperties != nil else {
      return checkEvaluating(value, node, &evaluated)
    }
    // What others evaluated of the value does not count here; what is evaluated here does count outside.
    var own = Evaluated()
    guard checkEvaluating(value, node, &own), checkUnevaluated(value, node, &own) else { return false }
    evaluated.formUnion(own)
    return true
  }

  /// Checks all keywords but those that look at what the others left over.
  private mutating func checkEvaluating(
    _ value: JSONValue, _ node: SchemaNode, _ evaluated: inout Evaluated
  ) -> Bool {
    var isValid = checkAnyType(value, node)
    if !isValid, isDone { return false }
    switch value {
    case .null, .bool: break
    case .integer, .number: isValid = checkNumber(value, node) && isValid
    case .string(let text): isValid = checkString(text, node) && isValid
    case .array(let elements): isValid = checkArray(elements, node, &evaluated) && isValid
    case .object(let object): isValid = checkObject(object, node, &evaluated) && isValid
    }
    if !isValid, isDone { return false }
    return checkCombinations(value, node, &evaluated) && isValid
  }

  /// Whether the subschema accepts a value of which nothing is to be reported.
  private mutating func silently(_ value: JSONValue, _ id: NodeID, _ evaluated: inout Evaluated) -> Bool {
    silence += 1
    defer { silence -= 1 }
    var inner = Evaluated()
    guard accepts(value, id, &inner) else { return false }
    if tracks { evaluated.formUnion(inner) }
    return true
  }

  private mutating func accepts(part: Part, _ value: JSONValue, _ id: NodeID) -> Bool {
    path.append(part)
    defer { path.removeLast() }
    var inner = Evaluated()
    return accepts(value, id, &inner)
  }

  // MARK: Values of one kind

  private mutating func checkAnyType(_ value: JSONValue, _ node: SchemaNode) -> Bool {
    var isValid = true
    if let types = node.types, !types.contains(TypeSet(of: value)) {
      isValid = fail("type", "must be \(types.text)")
    }
    for enumeration in node.enumerations {
      guard spend(1 + Self.size(of: value)) else { return false }
      guard !enumeration.keys.contains(CanonicalKey.of(value)) else { continue }
      isValid = fail(enumeration.keyword, Self.text(enumeration))
    }
    return isValid
  }

  private static func text(_ enumeration: SchemaNode.Enumeration) -> String {
    let texts = enumeration.values.prefix(20).map { value in
      var writer = JSONWriter()
      writer.value(value)
      return String(decoding: writer.bytes.prefix(60), as: UTF8.self)
    }
    let list = texts.joined(separator: ", ") + (enumeration.values.count > texts.count ? ", …" : "")
    return enumeration.values.count == 1 ? "must be \(list)" : "must be one of \(list)"
  }

  private mutating func checkNumber(_ value: JSONValue, _ node: SchemaNode) -> Bool {
    guard
      node.minimum != nil || node.maximum != nil || node.exclusiveMinimum != nil || node.exclusiveMaximum != nil
        || node.multipleOf != nil, let number = ExactNumber(value)
    else { return true }
    guard spend(number.digits.count) else { return false }
    var isValid = true
    if let bound = node.minimum, number < bound { isValid = fail("minimum", "must be at least \(bound.text)") }
    if let bound = node.maximum, bound < number { isValid = fail("maximum", "must be at most \(bound.text)") }
    if let bound = node.exclusiveMinimum, number <= bound {
      isValid = fail("exclusiveMinimum", "must be greater than \(bound.text)")
    }
    if let bound = node.exclusiveMaximum, bound <= number {
      isValid = fail("exclusiveMaximum", "must be less than \(bound.text)")
    }
    if let divisor = node.multipleOf, !number.isMultiple(of: divisor) {
      isValid = fail("multipleOf", "must be a multiple of \(divisor.text)")
    }
    return isValid
  }

  private mutating func checkString(_ text: String, _ node: SchemaNode) -> Bool {
    var isValid = true
    if node.minLength != nil || node.maxLength != nil {
      let length = text.unicodeScalars.count
      guard spend(length / 8) else { return false }
      if let least = node.minLength, length < least {
        isValid = fail("minLength", "must be at least \(least) characters long")
      }
      if let most = node.maxLength, length > most {
        isValid = fail("maxLength", "must be at most \(most) characters long")
      }
    }
    if let pattern = node.pattern {
      guard let matches = pattern.matches(text, steps: &steps) else { return spend() }
      if !matches { isValid = fail("pattern", "must match the pattern \(pattern.source)") }
    }
    if formats == .assertion, let format = node.format, !Format.accepts(text, format: format) {
      isValid = fail("format", "must be of the format \(format)")
    }
    return isValid
  }

  private mutating func checkArray(
    _ elements: [JSONValue], _ node: SchemaNode, _ evaluated: inout Evaluated
  ) -> Bool {
    var isValid = true
    if let least = node.minItems, elements.count < least {
      isValid = fail("minItems", "must have at least \(least) elements")
    }
    if let most = node.maxItems, elements.count > most {
      isValid = fail("maxItems", "must have at most \(most) elements")
    }
    for (index, element) in elements.enumerated() {
      guard let schema = index < node.prefixItems.count ? node.prefixItems[index] : node.items else { break }
      if tracks { evaluated.elements.insert(index) }
      if !accepts(part: .element(index), element, schema) { isValid = false }
      if !isValid, isDone { return false }
    }
    if node.items != nil { evaluated.hasAllElements = true }
    if node.uniqueItems {
      guard spend(Self.size(of: .array(elements))) else { return false }
      if Set(elements.map(CanonicalKey.of)).count < elements.count {
        isValid = fail("uniqueItems", "must not have the same element twice")
      }
    }
    return checkContains(elements, node, &evaluated) && isValid
  }

  private mutating func checkContains(
    _ elements: [JSONValue], _ node: SchemaNode, _ evaluated: inout Evaluated
  ) -> Bool {
    guard let contains = node.contains else { return true }
    var count = 0
    for (index, element) in elements.enumerated() {
      var ignored = Evaluated()
      guard silently(element, contains, &ignored) else { continue }
      count += 1
      if tracks { evaluated.elements.insert(index) }
    }
    let least = node.minContains ?? 1
    if count < least { return fail("contains", "must have at least \(least) elements of a certain kind, not \(count)") }
    if let most = node.maxContains, count > most {
      return fail("maxContains", "must have at most \(most) elements of a certain kind, not \(count)")
    }
    return true
  }

  private mutating func checkObject(
    _ object: JSONObject, _ node: SchemaNode, _ evaluated: inout Evaluated
  ) -> Bool {
    var isValid = true
    if let least = node.minProperties, object.members.count < least {
      isValid = fail("minProperties", "must have at least \(least) members")
    }
    if let most = node.maxProperties, object.members.count > most {
      isValid = fail("maxProperties", "must have at most \(most) members")
    }
    isValid = checkRequired(object, node) && isValid
    for (name, value) in object.members {
      if !checkMember(name, value, node, &evaluated) { isValid = false }
      if !isValid, isDone { return false }
    }
    return isValid
  }

  private mutating func checkRequired(_ object: JSONObject, _ node: SchemaNode) -> Bool {
    guard !node.required.isEmpty || !node.dependentRequired.isEmpty else { return true }
    guard spend(object.members.count) else { return false }
    // Small objects are searched sooner than hashed.
    let isSmall = node.dependentRequired.isEmpty && node.required.count * object.members.count < 256
    let names = isSmall ? [] : Set(object.members.map(\.name))
    var isValid = true
    for name in node.required where isSmall ? object[name] == nil : !names.contains(name) {
      isValid = fail("required", "needs the member \(name)")
    }
    for (name, required) in node.dependentRequired where names.contains(name) {
      for other in required where !names.contains(other) {
        isValid = fail("dependentRequired", "needs the member \(other), since it has \(name)")
      }
    }
    return isValid
  }

  private mutating func checkMember(
    _ name: String, _ value: JSONValue, _ node: SchemaNode, _ evaluated: inout Evaluated
  ) -> Bool {
    var isValid = true
    var isKnown = false
    if let schema = node.properties[name] {
      isKnown = true
      isValid = accepts(part: .member(name), value, schema)
    }
    for (pattern, schema) in node.patternProperties {
      guard let matches = pattern.matches(name, steps: &steps) else { return spend() }
      guard matches else { continue }
      isKnown = true
      isValid = accepts(part: .member(name), value, schema) && isValid
    }
    if !isKnown, let schema = node.additionalProperties {
      isKnown = true
      if nodes[schema].constant == false {
        path.append(.member(name))
        isValid = fail("additionalProperties", "is not among the members that are allowed")
        path.removeLast()
      } else {
        isValid = accepts(part: .member(name), value, schema)
      }
    }
    if isKnown, tracks { evaluated.members.insert(name) }
    if let schema = node.propertyNames {
      var ignored = Evaluated()
      if !silently(.string(name), schema, &ignored) {
        isValid = fail("propertyNames", "has a member called \(name), which no member may be called")
      }
    }
    return isValid
  }

  // MARK: Combinations

  private mutating func checkCombinations(
    _ value: JSONValue, _ node: SchemaNode, _ evaluated: inout Evaluated
  ) -> Bool {
    var isValid = true
    if let reference = node.reference { isValid = accepts(value, reference, &evaluated) }
    for schema in node.allOf {
      if !isValid, isDone { return false }
      isValid = accepts(value, schema, &evaluated) && isValid
    }
    if !node.anyOf.isEmpty {
      var matches = false
      for schema in node.anyOf {
        // Where members are kept account of, every alternative that fits adds its own.
        if matches, !tracks { break }
        if silently(value, schema, &evaluated) { matches = true }
      }
      if !matches { isValid = fail("anyOf", "fits none of the alternatives") }
    }
    if !node.oneOf.isEmpty {
      var matches = 0
      for schema in node.oneOf where silently(value, schema, &evaluated) { matches += 1 }
      if matches != 1 {
        isValid = fail(
          "oneOf", matches == 0 ? "fits none of the alternatives" : "fits \(matches) of the alternatives, not one")
      }
    }
    if let schema = node.not {
      var ignored = Evaluated()
      if silently(value, schema, &ignored) { isValid = fail("not", "is what is not allowed") }
    }
    if let condition = node.ifNode {
      let holds = silently(value, condition, &evaluated)
      if let schema = holds ? node.thenNode : node.elseNode { isValid = accepts(value, schema, &evaluated) && isValid }
    }
    if case .object(let object) = value {
      for (name, schema) in node.dependentSchemas where object[name] != nil {
        isValid = accepts(value, schema, &evaluated) && isValid
      }
    }
    return isValid && exhausted == nil
  }

  private mutating func checkUnevaluated(
    _ value: JSONValue, _ node: SchemaNode, _ evaluated: inout Evaluated
  ) -> Bool {
    var isValid = true
    if case .object(let object) = value, let schema = node.unevaluatedProperties, !evaluated.hasAllMembers {
      for (name, member) in object.members where !evaluated.members.contains(name) {
        if !accepts(part: .member(name), member, schema) { isValid = false }
        if !isValid, isDone { return false }
      }
      evaluated.hasAllMembers = true
    }
    if case .array(let elements) = value, let schema = node.unevaluatedItems, !evaluated.hasAllElements {
      for (index, element) in elements.enumerated() where !evaluated.elements.contains(index) {
        if !accepts(part: .element(index), element, schema) { isValid = false }
        if !isValid, isDone { return false }
      }
      evaluated.hasAllElements = true
    }
    return isValid
  }

  /// About how many steps a walk of the value takes.
  private static func size(of value: JSONValue) -> Int {
    switch value {
    case .null, .bool, .integer: 1
    case .number(let number): 1 + number.text.utf8.count / 8
    case .string(let text): 1 + text.utf8.count / 32
    case .array(let elements): elements.reduce(1) { $0 + size(of: $1) }
    case .object(let object): object.members.reduce(1) { $0 + size(of: $1.value) + 1 }
    }
  }
}
