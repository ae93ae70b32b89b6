internal import JSONBytes

/// The kinds of JSON values, as the keyword `type` names them.
struct TypeSet: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let null = TypeSet(rawValue: 1)
  static let boolean = TypeSet(rawValue: 2)
  static let integer = TypeSet(rawValue: 4)
  /// Numbers that are no integers.
  static let fraction = TypeSet(rawValue: 8)
  static let number: TypeSet = [.integer, .fraction]
  static let string = TypeSet(rawValue: 16)
  static let array = TypeSet(rawValue: 32)
  static let object = TypeSet(rawValue: 64)
  static let all = TypeSet(rawValue: 127)

  static let names: [(name: String, types: TypeSet)] = [
    ("null", .null), ("boolean", .boolean), ("number", .number), ("integer", .integer), ("string", .string),
    ("array", .array), ("object", .object),
  ]

  /// The types' names, for messages.
  var text: String {
    var rest = self
    var found: [String] = []
    for (name, types) in Self.names where rest.isSuperset(of: types) {
      found.append(name)
      rest.subtract(types)
    }
    return found.joined(separator: " or ")
  }

  /// The one type that a value is of.
  init(of value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool: self = .boolean
    case .integer: self = .integer
    case .number(let number): self = ExactNumber(text: number.text).isInteger ? .integer : .fraction
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    }
  }

  init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// The number of a subschema within its schema.
typealias NodeID = Int

/// A subschema: its keywords, checked, with their subschemas by number.
// Safety: only the compiler of a schema changes its subschemas, on one thread, before the schema that they make is there
// for others; `JSONSchema` keeps them as they are. It is a class since its many members are costly to copy.
final class SchemaNode: @unchecked Sendable {
  /// Where the subschema stands, for messages.
  let pointer: String
  /// What a boolean schema says.
  var constant: Bool?
  /// What `$ref` leads to; its siblings do not count in dialects that have it so.
  var reference: NodeID?
  var hasDefault = false

  var types: TypeSet?
  /// The values that `enum` and `const` allow.
  var enumerations: [Enumeration] = []

  var minimum: ExactNumber?
  var maximum: ExactNumber?
  var exclusiveMinimum: ExactNumber?
  var exclusiveMaximum: ExactNumber?
  var multipleOf: ExactNumber?

  var minLength: Int?
  var maxLength: Int?
  var pattern: Pattern?
  var format: String?

  var prefixItems: [NodeID] = []
  /// The elements after the first ones.
  var items: NodeID?
  var contains: NodeID?
  var minContains: Int?
  var maxContains: Int?
  var minItems: Int?
  var maxItems: Int?
  var uniqueItems = false

  var properties: [String: NodeID] = [:]
  var patternProperties: [(pattern: Pattern, node: NodeID)] = []
  var additionalProperties: NodeID?
  var propertyNames: NodeID?
  var required: [String] = []
  var minProperties: Int?
  var maxProperties: Int?
  var dependentRequired: [(name: String, required: [String])] = []
  var dependentSchemas: [(name: String, node: NodeID)] = []

  var allOf: [NodeID] = []
  var anyOf: [NodeID] = []
  var oneOf: [NodeID] = []
  var not: NodeID?
  var ifNode: NodeID?
  var thenNode: NodeID?
  var elseNode: NodeID?

  var unevaluatedItems: NodeID?
  var unevaluatedProperties: NodeID?

  /// A finite set of values.
  struct Enumeration: Sendable {
    let keyword: String
    let values: [JSONValue]
    let keys: Set<[UInt8]>

    init(keyword: String, values: [JSONValue]) {
      self.keyword = keyword
      self.values = values
      keys = Set(values.map(CanonicalKey.of))
    }
  }

  init(pointer: String) { self.pointer = pointer }

  /// Whether every value is accepted, as far as the keywords say that are not references.
  var acceptsEverything: Bool {
    types == nil && enumerations.isEmpty && minimum == nil && maximum == nil && exclusiveMinimum == nil
      && exclusiveMaximum == nil && multipleOf == nil && minLength == nil && maxLength == nil && pattern == nil
      && format == nil && prefixItems.isEmpty && items == nil && contains == nil && minItems == nil && maxItems == nil
      && !uniqueItems && properties.isEmpty && patternProperties.isEmpty && additionalProperties == nil
      && propertyNames == nil && required.isEmpty && minProperties == nil && maxProperties == nil
      && dependentRequired.isEmpty && unevaluatedItems == nil && unevaluatedProperties == nil && inPlace.isEmpty
  }

  /// The subschemas that apply to the same value as this one.
  var inPlace: [NodeID] {
    allOf + anyOf + oneOf + dependentSchemas.map(\.node)
      + [reference, not, ifNode, thenNode, elseNode].compactMap(\.self)
  }
}
