internal import JSONBytes

/// Reads the keywords of one subschema that hold no schemas, and says which is wrong and why.
struct KeywordReader {
  let object: JSONObject
  let pointer: String
  let dialect: Dialect

  func invalid(_ name: String, _ reason: String) -> JSONSchemaError {
    .invalid(pointer: pointer + "/" + JSONPointer.escaped(name), reason: "\(name) \(reason)")
  }

  func readAssertions(into node: SchemaNode) throws(JSONSchemaError) {
    node.hasDefault = object["default"] != nil
    for name in ["title", "description", "$comment"] {
      guard let value = object[name] else { continue }
      guard case .string = value else { throw invalid(name, "must be a string") }
    }
    node.types = try types()
    if let values = try array("enum") { node.enumerations.append(.init(keyword: "enum", values: values)) }
    if dialect >= .draft06, let value = object["const"] {
      node.enumerations.append(.init(keyword: "const", values: [value]))
    }
    try readNumberAssertions(into: node)
    node.minLength = try count("minLength")
    node.maxLength = try count("maxLength")
    if let text = try string("pattern") { node.pattern = try pattern(text, at: "pattern") }
    node.format = try string("format")
    node.minItems = try count("minItems")
    node.maxItems = try count("maxItems")
    node.uniqueItems = try flag("uniqueItems") ?? false
    if dialect >= .draft201909 {
      node.minContains = try count("minContains")
      node.maxContains = try count("maxContains")
    }
    node.minProperties = try count("minProperties")
    node.maxProperties = try count("maxProperties")
    node.required = try names("required") ?? []
    if dialect >= .draft201909, let members = try members("dependentRequired") {
      for (name, value) in members {
        guard let names = Self.names(value) else { throw invalid("dependentRequired", "must hold lists of names") }
        node.dependentRequired.append((name, names))
      }
    }
  }

  private func readNumberAssertions(into node: SchemaNode) throws(JSONSchemaError) {
    node.minimum = try number("minimum")
    node.maximum = try number("maximum")
    if dialect == .draft04 {
      if try flag("exclusiveMinimum") == true { swap(&node.minimum, &node.exclusiveMinimum) }
      if try flag("exclusiveMaximum") == true { swap(&node.maximum, &node.exclusiveMaximum) }
    } else {
      node.exclusiveMinimum = try number("exclusiveMinimum")
      node.exclusiveMaximum = try number("exclusiveMaximum")
    }
    if let divisor = try number("multipleOf") {
      guard !divisor.isNegative, !divisor.isZero else { throw invalid("multipleOf", "must be greater than 0") }
      guard divisor.digits.count <= 18 else {
        throw .unsupported(pointer: pointer + "/multipleOf", reason: "multipleOf of more than 18 digits")
      }
      node.multipleOf = divisor
    }
  }

  // MARK: Kinds of values

  private func types() throws(JSONSchemaError) -> TypeSet? {
    guard let value = object["type"] else { return nil }
    let names: [JSONValue]
    switch value {
    case .string: names = [value]
    case .array(let elements) where !elements.isEmpty: names = elements
    default: throw invalid("type", "must be the name of a type or a list of names")
    }
    var types: TypeSet = []
    for name in names {
      guard case .string(let text) = name, let type = TypeSet.names.first(where: { $0.name == text })?.types else {
        throw invalid("type", "must be among null, boolean, object, array, number, string and integer")
      }
      types.formUnion(type)
    }
    return types
  }

  func string(_ name: String) throws(JSONSchemaError) -> String? {
    guard let value = object[name] else { return nil }
    guard case .string(let text) = value else { throw invalid(name, "must be a string") }
    return text
  }

  func flag(_ name: String) throws(JSONSchemaError) -> Bool? {
    guard let value = object[name] else { return nil }
    guard case .bool(let flag) = value else { throw invalid(name, "must be true or false") }
    return flag
  }

  func number(_ name: String) throws(JSONSchemaError) -> ExactNumber? {
    guard let value = object[name] else { return nil }
    guard let number = ExactNumber(value) else { throw invalid(name, "must be a number") }
    return number
  }

  /// A count; one that is too great for any value to reach becomes the greatest integer.
  func count(_ name: String) throws(JSONSchemaError) -> Int? {
    guard let number = try number(name) else { return nil }
    guard number.isInteger, !number.isNegative else { throw invalid(name, "must be an integer from 0 on") }
    return number.integer.map(Int.init) ?? .max
  }

  func array(_ name: String) throws(JSONSchemaError) -> [JSONValue]? {
    guard let value = object[name] else { return nil }
    guard case .array(let elements) = value else { throw invalid(name, "must be an array") }
    return elements
  }

  func members(_ name: String) throws(JSONSchemaError) -> [(name: String, value: JSONValue)]? {
    guard let value = object[name] else { return nil }
    guard case .object(let object) = value else { throw invalid(name, "must be an object") }
    return object.members
  }

  private func names(_ name: String) throws(JSONSchemaError) -> [String]? {
    guard let value = object[name] else { return nil }
    guard let names = Self.names(value) else { throw invalid(name, "must be a list of names") }
    return names
  }

  /// A list of texts; nil where the value is none.
  static func names(_ value: JSONValue) -> [String]? {
    guard case .array(let elements) = value else { return nil }
    var names: [String] = []
    for element in elements {
      guard case .string(let name) = element else { return nil }
      names.append(name)
    }
    return names
  }

  func pattern(_ text: String, at name: String) throws(JSONSchemaError) -> Pattern {
    let pointer = pointer + "/" + JSONPointer.escaped(name)
    do throws(PatternError) {
      return try Pattern(text)
    } catch {
      let shown = text.count > 80 ? text.prefix(80) + "…" : text[...]
      switch error {
      case .malformed(let reason): throw .invalid(pointer: pointer, reason: "pattern \"\(shown)\": \(reason)")
      case .unsupported(let reason): throw .unsupported(pointer: pointer, reason: "in pattern \"\(shown)\": \(reason)")
      case .tooComplex(let reason): throw .tooComplex(pointer: pointer, reason: "pattern \"\(shown)\": \(reason)")
      }
    }
  }
}
