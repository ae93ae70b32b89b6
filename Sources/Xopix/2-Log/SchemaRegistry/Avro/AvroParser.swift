internal import JSONBytes

/// Reads schemas of Avro.
struct AvroParser {
  private(set) var types: [String: AvroSchema.NamedType] = [:]
  /// The names of all types that were begun.
  private var names: Set<String> = []

  mutating func schema(_ value: JSONValue) throws(AvroError) -> AvroSchema.Node {
    try node(value, namespace: "", at: "")
  }

  private mutating func node(_ value: JSONValue, namespace: String, at path: String) throws(AvroError)
    -> AvroSchema.Node
  {
    switch value {
    case .string(let name): return try type(named: name, namespace: namespace, at: path)
    case .array(let elements): return try union(elements, namespace: namespace, at: path)
    case .object(let object): return try complex(object, namespace: namespace, at: path)
    default: throw .invalid(path: path, reason: "a schema must be a string, an array or an object")
    }
  }

  private func type(named name: String, namespace: String, at path: String) throws(AvroError) -> AvroSchema.Node {
    if let primitive = AvroSchema.Primitive(rawValue: name) { return .primitive(primitive) }
    let full = Self.full(name, namespace)
    guard names.contains(full) else { throw .invalid(path: path, reason: "Undefined name: \"\(full)\"") }
    return .named(full)
  }

  private mutating func union(
    _ elements: [JSONValue], namespace: String, at path: String
  ) throws(AvroError) -> AvroSchema.Node {
    var nodes: [AvroSchema.Node] = []
    var kinds: Set<String> = []
    for (index, element) in elements.enumerated() {
      let node = try node(element, namespace: namespace, at: path + "/\(index)")
      let kind =
        switch node {
        case .primitive(let primitive): primitive.rawValue
        case .array: "array"
        case .map: "map"
        case .named(let name): name
        case .union: ""
        }
      guard !kind.isEmpty else { throw .invalid(path: path, reason: "a union may not hold a union") }
      guard kinds.insert(kind).inserted else { throw .invalid(path: path, reason: "Duplicate in union: \(kind)") }
      nodes.append(node)
    }
    return .union(nodes)
  }

  private mutating func complex(
    _ object: JSONObject, namespace: String, at path: String
  ) throws(AvroError) -> AvroSchema.Node {
    guard let type = object["type"] else { throw .invalid(path: path, reason: "No type: a schema needs one") }
    guard case .string(let kind) = type else { return try node(type, namespace: namespace, at: path + "/type") }
    switch kind {
    case "array":
      return .array(try member("items", of: object, namespace: namespace, at: path))
    case "map":
      return .map(try member("values", of: object, namespace: namespace, at: path))
    case "record", "error", "enum", "fixed":
      return try named(kind, object, namespace: namespace, at: path)
    default:
      return try self.type(named: kind, namespace: namespace, at: path)
    }
  }

  private mutating func member(
    _ name: String, of object: JSONObject, namespace: String, at path: String
  ) throws(AvroError) -> AvroSchema.Node {
    guard let value = object[name] else { throw .invalid(path: path, reason: "\(name) is missing") }
    return try node(value, namespace: namespace, at: path + "/" + name)
  }

  private mutating func named(
    _ kind: String, _ object: JSONObject, namespace: String, at path: String
  ) throws(AvroError) -> AvroSchema.Node {
    guard case .string(let given)? = object["name"] else { throw .invalid(path: path, reason: "No name in a \(kind)") }
    var enclosing = namespace
    if case .string(let own)? = object["namespace"] { enclosing = own }
    let full = Self.full(given, enclosing)
    guard full.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isName) else {
      throw .invalid(path: path, reason: "Illegal name: \(given)")
    }
    guard !AvroSchema.isPrimitive(full) else { throw .invalid(path: path, reason: "\(full) can't be defined anew") }
    guard names.insert(full).inserted else { throw .invalid(path: path, reason: "Can't redefine: \(full)") }
    let inner = full.split(separator: ".").dropLast().joined(separator: ".")
    let aliases = try Self.texts("aliases", of: object, at: path).map { Self.full($0, inner) }
    let parsed: AvroSchema.NamedType.Kind
    switch kind {
    case "enum": parsed = try enumeration(object, at: path)
    case "fixed":
      guard let size = object["size"]?.integerValue, size >= 0 else {
        throw .invalid(path: path, reason: "a fixed needs a size from 0 on")
      }
      parsed = .fixed(size: size)
    default: parsed = .record(try fields(object, namespace: inner, at: path))
    }
    types[full] = AvroSchema.NamedType(name: full, aliases: aliases, kind: parsed)
    return .named(full)
  }

  private func enumeration(_ object: JSONObject, at path: String) throws(AvroError) -> AvroSchema.NamedType.Kind {
    guard object["symbols"] != nil else { throw .invalid(path: path, reason: "an enum needs symbols") }
    let symbols = try Self.texts("symbols", of: object, at: path)
    guard Set(symbols).count == symbols.count else { throw .invalid(path: path, reason: "Duplicate enum symbol") }
    guard symbols.allSatisfy({ Self.isName($0[...]) }) else {
      throw .invalid(path: path, reason: "Illegal enum symbol")
    }
    var hasDefault = false
    if let value = object["default"] {
      guard case .string(let symbol) = value, symbols.contains(symbol) else {
        throw .invalid(path: path, reason: "the enum's default is not among its symbols")
      }
      hasDefault = true
    }
    return .enumeration(symbols: symbols, hasDefault: hasDefault)
  }

  private mutating func fields(
    _ object: JSONObject, namespace: String, at path: String
  ) throws(AvroError) -> [AvroSchema.Field] {
    guard case .array(let elements)? = object["fields"] else {
      throw .invalid(path: path, reason: "a record needs fields")
    }
    var fields: [AvroSchema.Field] = []
    var known: Set<String> = []
    for (index, element) in elements.enumerated() {
      let place = path + "/fields/\(index)"
      guard case .object(let field) = element, case .string(let name)? = field["name"], Self.isName(name[...]) else {
        throw .invalid(path: place, reason: "a field needs a name of letters, digits and underscores")
      }
      guard known.insert(name).inserted else { throw .invalid(path: place, reason: "Duplicate field \(name)") }
      let type = try member("type", of: field, namespace: namespace, at: place)
      if let value = field["default"], !isDefault(value, of: type) {
        throw .invalid(path: place, reason: "Invalid default for field \(name)")
      }
      fields.append(
        AvroSchema.Field(
          name: name, aliases: try Self.texts("aliases", of: field, at: place), type: type,
          hasDefault: field["default"] != nil))
    }
    return fields
  }

  /// Whether a value may be the default of a field; one of a union is of the union's first type.
  private func isDefault(_ value: JSONValue, of type: AvroSchema.Node) -> Bool {
    switch (type, value) {
    case (.primitive(.null), .null), (.primitive(.boolean), .bool), (.primitive(.bytes), .string),
      (.primitive(.string), .string):
      return true
    case (.primitive(.int), .integer(let integer)): return Int32(exactly: integer) != nil
    case (.primitive(.long), .integer), (.primitive(.float), .integer), (.primitive(.float), .number),
      (.primitive(.double), .integer), (.primitive(.double), .number):
      return true
    case (.array(let items), .array(let elements)): return elements.allSatisfy { isDefault($0, of: items) }
    case (.map(let values), .object(let object)): return object.members.allSatisfy { isDefault($0.value, of: values) }
    // Every type of the union is taken, as the specification has it since 1.12.
    case (.union(let types), _): return types.contains { isDefault(value, of: $0) }
    case (.named(let name), _):
      guard let named = types[name] else { return true }
      switch (named.kind, value) {
      case (.fixed, .string): return true
      case (.enumeration(let symbols, _), .string(let symbol)): return symbols.contains(symbol)
      case (.record(let fields), .object(let object)):
        return fields.allSatisfy { field in object[field.name].map { isDefault($0, of: field.type) } ?? field.hasDefault
        }
      default: return false
      }
    default: return false
    }
  }

  // MARK: Names

  private static func full(_ name: String, _ namespace: String) -> String {
    name.contains(".") || namespace.isEmpty ? name : namespace + "." + name
  }

  private static func isName(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, !(first &- UInt8(ascii: "0") < 10) else { return false }
    return name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }
  }

  private static func texts(_ name: String, of object: JSONObject, at path: String) throws(AvroError) -> [String] {
    guard let value = object[name] else { return [] }
    guard case .array(let elements) = value else {
      throw .invalid(path: path, reason: "\(name) must be a list of names")
    }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else {
        throw .invalid(path: path, reason: "\(name) must be a list of names")
      }
      texts.append(text)
    }
    return texts
  }
}
