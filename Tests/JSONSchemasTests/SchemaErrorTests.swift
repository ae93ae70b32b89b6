import JSONBytes
import JSONSchemas
import Testing

@Suite("Texts that are no schemas")
struct SchemaErrorTests {
  static let wrong: [(schema: String, part: String)] = [
    ("1", "must be an object or a boolean"),
    (#"{"type":"text"}"#, "#/type"),
    (#"{"type":[]}"#, "#/type"),
    (#"{"properties":{"a":{"type":5}}}"#, "#/properties/a/type"),
    (#"{"properties":[]}"#, "#/properties"),
    (#"{"properties":{"a/b":1}}"#, "#/properties/a~1b"),
    (#"{"required":"a"}"#, "#/required"),
    (#"{"required":[1]}"#, "#/required"),
    (#"{"minLength":-1}"#, "#/minLength"),
    (#"{"minLength":1.5}"#, "#/minLength"),
    (#"{"multipleOf":0}"#, "#/multipleOf"),
    (#"{"multipleOf":1.2345678901234567891}"#, "more than 18 digits"),
    (#"{"minimum":"1"}"#, "#/minimum"),
    (#"{"enum":1}"#, "#/enum"),
    (#"{"allOf":[]}"#, "#/allOf"),
    (#"{"items":[true]}"#, "#/items"),
    (#"{"$ref":5}"#, "#/$ref"),
    (##"{"$ref":"#/nowhere"}"##, "names neither a part"),
    (##"{"$ref":"#anchor"}"##, "names neither a part"),
    (#"{"$ref":"other.json"}"#, "names neither a part"),
    (##"{"$ref":"#"}"##, "without end"),
    (##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}"##, "without end"),
    (#"{"$schema":"http://x.test/mine"}"#, "#/$schema"),
    (#"{"pattern":"("}"#, "not closed"),
    (#"{"pattern":"(a)\\1"}"#, "references back"),
    (#"{"pattern":"a(?=b)"}"#, "looking ahead"),
    (#"{"pattern":"(?<=b)a"}"#, "looking behind"),
    (#"{"pattern":"(a{1000}){1000}"}"#, "too complex"),
    (#"{"patternProperties":{"[":true}}"#, "bracket"),
  ]

  @Test("a wrong schema is refused with the place and the reason", arguments: wrong.indices)
  func wrongSchemas(_ index: Int) throws {
    let example = Self.wrong[index]
    let error = #expect(throws: JSONSchemaError.self) { try schema(example.schema) }
    #expect(error?.description.contains(example.part) == true, "\(String(describing: error))")
  }

  @Test("bytes that are not JSON, of the schema or of a reference, are refused")
  func notJSON() {
    #expect(throws: JSONSchemaError.self) { try JSONSchema(parsing: Array("{".utf8)) }
    #expect(throws: JSONSchemaError.self) { try JSONSchema(parsing: [0x22, 0xff, 0x22]) }
    #expect(throws: JSONSchemaError.self) {
      try JSONSchema(parsing: Array(String(repeating: "[", count: 100_000).utf8))
    }
    let error = #expect(throws: JSONSchemaError.self) {
      try JSONSchema(parsing: Array("{}".utf8), references: [("a.json", Array("]".utf8))])
    }
    #expect(error?.description.contains("a.json") == true)
  }

  @Test("more subschemas than the limit are refused")
  func limits() throws {
    let many = (0..<10_001).map { #""a\#($0)":{}"# }.joined(separator: ",")
    let error = #expect(throws: JSONSchemaError.self) { try schema(#"{"properties":{\#(many)}}"#) }
    #expect(error?.description.contains("too complex") == true)
    let fewer = (0..<9_999).map { #""a\#($0)":{}"# }.joined(separator: ",")
    _ = try schema(#"{"properties":{\#(fewer)}}"#)
  }

  @Test("random damage to a schema is refused or accepted, and never traps")
  func damageProperty() throws {
    var generator = SeededGenerator.printed("damaged schemas")
    let base = Array(
      ##"{"$id":"http://x.test/a","type":["object","null"],"properties":{"a":{"$ref":"#/$defs/x"},"b":{"pattern":"^[a-z]{2,5}(x|y)*\\d+$"}},"patternProperties":{"^x\\w":{"enum":[1,2.5e3,"z"]}},"$defs":{"x":{"anyOf":[{"minimum":1},{"items":{"const":null}}]}}}"##
        .utf8)
    for _ in 0..<3000 {
      var bytes = base
      for _ in 0...generator.below(3) {
        let index = generator.below(bytes.count)
        switch generator.below(3) {
        case 0: bytes[index] = generator.pick(Array(##"{}[]",:\#0129eE+-.()*?|^$/abn"##.utf8))
        case 1: bytes.remove(at: index)
        default: bytes.insert(bytes[generator.below(bytes.count)], at: index)
        }
      }
      if let schema = try? JSONSchema(parsing: bytes) {
        _ = schema.violations(in: try json(#"{"a":[null],"b":"abx1","xy":1}"#))
        _ = JSONSchema.incompatibilities(reader: schema, writer: try JSONSchema(parsing: base))
      }
    }
  }
}
