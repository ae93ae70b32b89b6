import JSONBytes
import JSONSchemas
import Testing

@Suite("Comparing schemas")
struct ComparingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    /// The types of difference for a reader by `new` of what `old` wrote; none: compatible.
    let types: [String]
    var testDescription: String { "\(old) → \(new)" }

    init(_ old: String, _ new: String, _ types: String...) {
      self.old = old
      self.new = new
      self.types = types
    }
  }

  static let closed = #""additionalProperties":false"#

  static let cases: [Case] = [
    Case("true", "true"),
    Case("{}", "true"),
    Case("{}", #"{"title":"x","description":"y","default":1,"format":"date"}"#),
    Case(#"{"type":"integer"}"#, #"{"type":"number"}"#),
    Case(#"{"type":"number"}"#, #"{"type":"integer"}"#, "TYPE_NARROWED"),
    Case(#"{"type":"string"}"#, #"{"type":"integer"}"#, "TYPE_CHANGED"),
    Case(#"{"type":"string"}"#, #"{"type":["string","null"]}"#),
    Case(#"{"type":["string","null"]}"#, #"{"type":"string"}"#, "TYPE_NARROWED"),
    Case("false", #"{"type":"string"}"#),
    Case(#"{"type":"string"}"#, "false", "TYPE_NARROWED"),
    Case(#"{"enum":["a","b"]}"#, #"{"enum":["a","b","c"]}"#),
    Case(#"{"enum":["a","b"]}"#, #"{"type":"string","minLength":1}"#),
    Case(#"{"enum":["a","b"]}"#, #"{"enum":["a"]}"#, "ENUM_ARRAY_NARROWED"),
    Case(#"{"enum":["a","b"]}"#, #"{"enum":["c"]}"#, "ENUM_ARRAY_CHANGED"),
    Case(#"{"type":"string"}"#, #"{"enum":["a"]}"#, "ENUM_ARRAY_CHANGED"),
    Case(#"{"const":1}"#, #"{"enum":[1.0,2]}"#),
    Case(#"{"minimum":2}"#, #"{"minimum":1}"#),
    Case(#"{"minimum":1}"#, #"{"minimum":2}"#, "MINIMUM_INCREASED"),
    Case("{}", #"{"minimum":2}"#, "MINIMUM_ADDED"),
    Case(#"{"type":"string"}"#, #"{"minimum":2}"#),
    Case(#"{"exclusiveMinimum":2}"#, #"{"minimum":2}"#),
    Case(#"{"minimum":2}"#, #"{"exclusiveMinimum":2}"#, "EXCLUSIVE_MINIMUM_ADDED"),
    Case(#"{"maximum":2}"#, #"{"maximum":1}"#, "MAXIMUM_DECREASED"),
    Case(#"{"exclusiveMaximum":2}"#, #"{"exclusiveMaximum":1}"#, "EXCLUSIVE_MAXIMUM_DECREASED"),
    Case(#"{"multipleOf":4}"#, #"{"multipleOf":2}"#),
    Case(#"{"multipleOf":2}"#, #"{"multipleOf":4}"#, "MULTIPLE_OF_EXPANDED"),
    Case(#"{"multipleOf":2}"#, #"{"multipleOf":3}"#, "MULTIPLE_OF_CHANGED"),
    Case(#"{"type":"integer"}"#, #"{"type":"number","multipleOf":0.5}"#),
    Case(#"{"maxLength":3,"minLength":2}"#, #"{"maxLength":4,"minLength":1}"#),
    Case(#"{"maxLength":3}"#, #"{"maxLength":2}"#, "MAX_LENGTH_DECREASED"),
    Case("{}", #"{"maxLength":2,"minLength":1}"#, "MIN_LENGTH_ADDED", "MAX_LENGTH_ADDED"),
    Case(#"{"pattern":"a"}"#, "{}"),
    Case(#"{"pattern":"a"}"#, #"{"pattern":"b"}"#, "PATTERN_CHANGED"),
    Case("{}", #"{"pattern":"b"}"#, "PATTERN_ADDED"),
    // Open, closed and partially open objects.
    Case(
      #"{"type":"object"}"#, #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
      "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"),
    Case(#"{"type":"object"}"#, #"{"type":"object","properties":{"a":{}}}"#),
    Case(#"{"properties":{"a":{"type":"string"}}}"#, #"{"properties":{}}"#),
    Case(#"{\#(closed)}"#, #"{"properties":{"a":{"type":"string"}},\#(closed)}"#),
    Case(
      #"{"properties":{"a":{"type":"string"}},\#(closed)}"#, #"{\#(closed)}"#,
      "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"),
    Case(#"{"properties":{"a":false},\#(closed)}"#, #"{\#(closed)}"#),
    Case(
      #"{"additionalProperties":{"type":"string"}}"#,
      #"{"properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}"#),
    Case(
      #"{"additionalProperties":{"type":"string"}}"#,
      #"{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}"#,
      "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"),
    Case(
      #"{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}"#,
      #"{"additionalProperties":{"type":"string"}}"#,
      "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"),
    Case(
      #"{"patternProperties":{"^a":{"type":"string"}},\#(closed)}"#,
      #"{"properties":{"ab":{"type":"string"}},"patternProperties":{"^a":{"type":"string"}},\#(closed)}"#),
    Case(
      #"{"patternProperties":{"^a":{}},\#(closed)}"#, #"{\#(closed)}"#, "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"),
    Case(
      #"{"patternProperties":{"^a":{}},\#(closed)}"#, #"{"additionalProperties":{"type":"string"}}"#,
      "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"),
    Case(
      #"{"patternProperties":{"^a":{"type":"string"}},\#(closed)}"#, #"{"additionalProperties":{"type":"string"}}"#),
    Case("{}", #"{"patternProperties":{"^a":{"type":"string"}}}"#, "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"),
    Case(
      #"{"additionalProperties":{"type":"integer"}}"#,
      #"{"patternProperties":{"^a":{"type":"string"}},"additionalProperties":{"type":"integer"}}"#,
      "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"),
    Case(
      #"{"patternProperties":{"^a":{"type":"integer"}}}"#, #"{"patternProperties":{"^a":{"type":"number"}}}"#),
    Case(
      #"{"patternProperties":{"^a":{"type":"number"}}}"#, #"{"patternProperties":{"^a":{"type":"integer"}}}"#,
      "TYPE_NARROWED"),
    Case(
      #"{"properties":{"ab":{"type":"string"}},"patternProperties":{"^a":{}}}"#,
      #"{"patternProperties":{"^a":{"minLength":0}},"properties":{"ab":{"type":"string"}}}"#),
    Case("{}", #"{\#(closed)}"#, "ADDITIONAL_PROPERTIES_REMOVED"),
    Case("{}", #"{"additionalProperties":{"type":"string"}}"#, "ADDITIONAL_PROPERTIES_NARROWED"),
    Case(#"{\#(closed)}"#, "{}"),
    Case(#"{"properties":{"a":{}},"required":["a"]}"#, #"{"properties":{"a":{}}}"#),
    Case(#"{"properties":{"a":{}}}"#, #"{"properties":{"a":{}},"required":["a"]}"#, "REQUIRED_ATTRIBUTE_ADDED"),
    Case(#"{"properties":{"a":{}}}"#, #"{"properties":{"a":{"default":1}},"required":["a"]}"#),
    Case(
      #"{\#(closed)}"#, #"{"properties":{"a":{"type":"string"}},"required":["a"],\#(closed)}"#,
      "REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL"),
    Case(#"{\#(closed)}"#, #"{"properties":{"a":{"type":"string","default":""}},"required":["a"],\#(closed)}"#),
    Case(
      #"{"properties":{"a":{"properties":{"b":{"type":"number"}}}}}"#,
      #"{"properties":{"a":{"properties":{"b":{"type":"integer"}}}}}"#, "TYPE_NARROWED"),
    Case(#"{"maxProperties":2}"#, #"{"maxProperties":1}"#, "MAX_PROPERTIES_DECREASED"),
    Case("{}", #"{"minProperties":1}"#, "MIN_PROPERTIES_ADDED"),
    Case("{}", #"{"dependentRequired":{"a":["b"]}}"#, "DEPENDENCY_ARRAY_ADDED"),
    Case(#"{"dependentRequired":{"a":["b"]}}"#, #"{"dependentRequired":{"a":["b","c"]}}"#, "DEPENDENCY_ARRAY_EXTENDED"),
    Case(#"{"dependentRequired":{"a":["b","c"]}}"#, #"{"dependentRequired":{"a":["b"]}}"#),
    Case("{}", #"{"dependentSchemas":{"a":{"required":["b"]}}}"#, "DEPENDENCY_SCHEMA_ADDED"),
    Case("{}", #"{"propertyNames":{"maxLength":3}}"#, "PROPERTY_NAMES_NARROWED"),
    Case(#"{"propertyNames":{"maxLength":3}}"#, #"{"propertyNames":{"maxLength":4}}"#),
    // Arrays.
    Case(#"{"items":{"type":"integer"}}"#, #"{"items":{"type":"number"}}"#),
    Case(#"{"items":{"type":"number"}}"#, #"{"items":{"type":"integer"}}"#, "TYPE_NARROWED"),
    Case(#"{"maxItems":2,"uniqueItems":true}"#, #"{"maxItems":3}"#),
    Case("{}", #"{"uniqueItems":true,"minItems":1}"#, "MIN_ITEMS_ADDED", "UNIQUE_ITEMS_ADDED"),
    Case(#"{"prefixItems":[true]}"#, #"{"prefixItems":[true,{"type":"string"}]}"#, "ITEM_ADDED_TO_OPEN_CONTENT_MODEL"),
    Case(#"{"prefixItems":[true],"items":false}"#, #"{"prefixItems":[true,{"type":"string"}],"items":false}"#),
    Case(
      #"{"prefixItems":[true,true],"items":false}"#, #"{"prefixItems":[true],"items":false}"#,
      "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL"),
    Case(#"{"prefixItems":[true]}"#, #"{"prefixItems":[true],"items":false}"#, "ADDITIONAL_ITEMS_REMOVED"),
    Case(#"{"prefixItems":[true]}"#, #"{"prefixItems":[true],"items":{"type":"null"}}"#, "ADDITIONAL_ITEMS_NARROWED"),
    Case(#"{"contains":{"const":1}}"#, #"{"contains":{"type":"integer"}}"#),
    Case("{}", #"{"contains":{"const":1}}"#, "CONTAINS_NARROWED"),
    // Combinations.
    Case(#"{"type":"string"}"#, #"{"oneOf":[{"type":"null"},{"type":"string"}]}"#),
    Case(#"{"oneOf":[{"type":"null"},{"type":"string"}]}"#, #"{"type":"string"}"#, "COMBINED_TYPE_CHANGED"),
    Case(#"{"type":["null","string"]}"#, #"{"anyOf":[{"type":"null"},{"type":"string"}]}"#),
    Case(#"{"anyOf":[{"type":"null"},{"type":"string"}]}"#, #"{"type":["null","string"]}"#),
    Case(
      #"{"oneOf":[{"type":"null"},{"type":"string"}]}"#,
      #"{"oneOf":[{"type":"null"},{"type":"integer"},{"type":"string"}]}"#),
    Case(
      #"{"oneOf":[{"type":"null"},{"type":"string"}]}"#, #"{"oneOf":[{"type":"null"},{"type":"integer"}]}"#,
      "COMBINED_TYPE_SUBSCHEMAS_CHANGED"),
    Case(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, #"{"minimum":0,"maximum":3}"#),
    Case(#"{"minimum":1}"#, #"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "MAXIMUM_ADDED"),
    Case(#"{"not":{"type":["string","null"]}}"#, #"{"not":{"type":"string"}}"#),
    Case(#"{"not":{"type":"string"}}"#, #"{"not":{"type":["string","null"]}}"#, "NOT_TYPE_EXTENDED"),
    Case(#"{"type":"integer"}"#, #"{"not":{"type":"string"}}"#),
    Case(
      #"{"if":{"required":["a"]},"then":{"required":["b","c"]}}"#,
      #"{"if":{"required":["a"]},"then":{"required":["b"]}}"#),
    Case(
      #"{"if":{"required":["a"]},"then":{"required":["b"]}}"#, #"{"if":{"required":["a"]},"then":{"required":["c"]}}"#,
      "CONDITION_CHANGED"),
    // References.
    Case(
      ##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"integer"}}}"##,
      ##"{"$ref":"#/$defs/b","$defs":{"b":{"type":"number"}}}"##),
    Case(
      ##"{"properties":{"next":{"$ref":"#"},"v":{"type":"integer"}}}"##,
      ##"{"properties":{"next":{"$ref":"#"},"v":{"type":"number"}}}"##),
    Case(
      ##"{"properties":{"next":{"$ref":"#"},"v":{"type":"number"}}}"##,
      ##"{"properties":{"next":{"$ref":"#"},"v":{"type":"integer"}}}"##, "TYPE_NARROWED"),
    Case(#"{"unevaluatedProperties":false}"#, #"{\#(closed)}"#),
  ]

  @Test("each kind of change is found, or found harmless", arguments: cases)
  func changes(_ example: Case) throws {
    let (old, new) = (try schema(example.old), try schema(example.new))
    let found = JSONSchema.incompatibilities(reader: new, writer: old)
    #expect(Set(found.map(\.type.rawValue)) == Set(example.types), "\(found)")
    #expect(JSONSchema.incompatibilities(reader: new, writer: new).isEmpty)
  }

  @Test("a difference names its place")
  func places() throws {
    let old = try schema(#"{"properties":{"a/b":{"items":{"properties":{"c":{"type":"string"}}}}}}"#)
    let new = try schema(#"{"properties":{"a/b":{"items":{"properties":{"c":{"type":"integer"}}}}}}"#)
    let found = JSONSchema.incompatibilities(reader: new, writer: old)
    #expect(found.map(\.pointer) == ["/properties/a~1b/items/properties/c"])
    #expect(found.first?.message == "string is written, integer is read")
  }

  @Test("what is too complex to compare counts as incompatible, and soon")
  func bounded() throws {
    func tangle(_ last: String) throws -> JSONSchema {
      let parts = (0..<40).map {
        ##""a\##($0)":{"anyOf":[{"$ref":"#/$defs/a\##($0 + 1)"},{"items":{"$ref":"#/$defs/a\##($0 + 1)"}}]}"##
      }
      return try schema(
        ##"{"$ref":"#/$defs/a0","$defs":{\##(parts.joined(separator: ",")),"a40":{"type":"\##(last)"}}}"##)
    }
    #expect(!JSONSchema.incompatibilities(reader: try tangle("integer"), writer: try tangle("string")).isEmpty)
  }

  // MARK: Property

  /// A random small schema. Left out are what the comparison knowingly takes lightly: defaults, `oneOf`, formats.
  static func randomSchema(_ generator: inout SeededGenerator, depth: Int = 2) -> JSONValue {
    if generator.chance(8) { return .bool(generator.chance(70)) }
    var object = JSONObject()
    func small() -> JSONValue { .integer(Int64(generator.below(4))) }
    func inner() -> JSONValue { randomSchema(&generator, depth: depth - 1) }
    func list() -> JSONValue { .array((0...generator.below(2)).map { _ in inner() }) }
    let names = ["a", "b", "ab"]
    if generator.chance(60) {
      let types = ["null", "boolean", "integer", "number", "string", "array", "object", "object", "integer"]
      object["type"] =
        generator.chance(70)
        ? .string(generator.pick(types))
        : .array(Set((0..<2).map { _ in generator.pick(types) }).sorted().map { .string($0) })
    }
    for _ in 0..<generator.below(3) {
      switch generator.below(depth > 0 ? 26 : 11) {
      case 0: object["minimum"] = small()
      case 1: object["maximum"] = small()
      case 2: object["exclusiveMinimum"] = small()
      case 3: object["exclusiveMaximum"] = small()
      case 4: object["multipleOf"] = .integer(Int64(1 + generator.below(3)))
      case 5: object["minLength"] = small()
      case 6: object["maxLength"] = small()
      case 7: object["pattern"] = .string(generator.pick(["a", "^a", "b$"]))
      case 8: object["required"] = .array([.string(generator.pick(names))])
      case 9: object["enum"] = .array((0...generator.below(3)).map { _ in randomValue(&generator, depth: 1) })
      case 10: object[generator.pick(["minItems", "maxItems", "minProperties", "maxProperties"])] = small()
      case 11: object["items"] = inner()
      case 12: object["prefixItems"] = list()
      case 13, 14, 15:
        var properties = JSONObject()
        for _ in 0...generator.below(2) { properties[generator.pick(names)] = inner() }
        object["properties"] = .object(properties)
      case 16: object["additionalProperties"] = generator.chance(50) ? .bool(false) : inner()
      case 17:
        var patterns = JSONObject()
        patterns[generator.pick(["a", "^b", "b$"])] = inner()
        object["patternProperties"] = .object(patterns)
        if generator.chance(60) { object["additionalProperties"] = .bool(false) }
      case 18: object["anyOf"] = list()
      case 19: object["allOf"] = list()
      case 20: object["not"] = inner()
      case 21:
        object["if"] = inner()
        object[generator.pick(["then", "else"])] = inner()
      case 22: object["contains"] = inner()
      case 23: object["propertyNames"] = inner()
      case 24:
        var dependent = JSONObject()
        dependent[generator.pick(names)] = generator.chance(50) ? .array([.string(generator.pick(names))]) : inner()
        object["dependencies"] = .object(dependent)
      default:
        object["uniqueItems"] = .bool(true)
        if generator.chance(30) { object["unevaluatedProperties"] = inner() }
      }
    }
    return .object(object)
  }

  static func randomValue(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
    switch generator.below(depth > 0 ? 9 : 5) {
    case 0: return generator.pick([.null, .bool(true), .bool(false)])
    case 1, 2: return .integer(Int64(generator.below(6)) - 1)
    case 3: return .number(JSONNumber(text: generator.pick(["0.5", "1.0", "2.5", "3.5"])))
    case 4: return .string(generator.pick(["", "a", "b", "ab", "ba", "aab", "bbbb"]))
    case 5, 6: return .array((0..<generator.below(4)).map { _ in randomValue(&generator, depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<generator.below(4) {
        object[generator.pick(["a", "b", "ab", "c"])] = randomValue(&generator, depth: depth - 1)
      }
      return .object(object)
    }
  }

  /// The schema with a keyword taken out, or put in, somewhere.
  static func mutated(_ value: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
    guard case .object(var object) = value, !object.members.isEmpty else { return randomSchema(&generator, depth: 1) }
    let (name, member) = generator.pick(object.members)
    switch (generator.below(4), member) {
    case (0, _): object[name] = nil
    case (1, _):
      if case .object(let other) = randomSchema(&generator, depth: 1) {
        for (name, member) in other.members { object[name] = member }
      }
    case (_, .integer(let number)) where name != "multipleOf":
      object[name] = .integer(max(0, number + (generator.chance(50) ? 1 : -1)))
    case (_, .object(var inner)) where ["properties", "patternProperties"].contains(name):
      if let (key, schema) = inner.members.first { inner[key] = mutated(schema, &generator) }
      object[name] = .object(inner)
    case (_, .object) where !["dependencies"].contains(name): object[name] = mutated(member, &generator)
    case (_, .array(var elements)) where ["allOf", "anyOf", "prefixItems"].contains(name):
      elements[0] = mutated(elements[0], &generator)
      object[name] = .array(elements)
    default: break
    }
    return .object(object)
  }

  @Test("what is found compatible reads every value that the old schema allows")
  func soundnessProperty() throws {
    var generator = SeededGenerator.printed("compatible schemas")
    var compatible = 0
    var tried = 0
    for _ in 0..<3000 {
      let oldValue = Self.randomSchema(&generator)
      var newValue = generator.chance(25) ? Self.randomSchema(&generator) : Self.mutated(oldValue, &generator)
      if generator.chance(30) { newValue = Self.mutated(newValue, &generator) }
      let (old, new) = (try schema(text(oldValue)), try schema(text(newValue)))
      guard JSONSchema.incompatibilities(reader: new, writer: old).isEmpty else { continue }
      compatible += 1
      for _ in 0..<40 {
        let value = Self.randomValue(&generator, depth: 3)
        guard old.accepts(value) else { continue }
        tried += 1
        #expect(new.accepts(value), "\(text(oldValue)) → \(text(newValue)) : \(text(value))")
      }
    }
    print("compatible schemas: \(compatible) pairs, \(tried) values")
    #expect(compatible > 500)
    #expect(tried > 2500)
  }
}
