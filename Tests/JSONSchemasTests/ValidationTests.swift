import JSONBytes
import JSONSchemas
import Testing

@Suite("Validation")
struct ValidationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let schema: String
    let valid: [String]
    let invalid: [String]
    var testDescription: String { schema }

    init(_ schema: String, valid: [String], invalid: [String]) {
      self.schema = schema
      self.valid = valid
      self.invalid = invalid
    }
  }

  static let cases: [Case] = [
    Case("true", valid: ["1", "null"], invalid: []),
    Case("false", valid: [], invalid: ["1", "null", "{}"]),
    Case(
      #"{"type":"integer"}"#, valid: ["1", "1.0", "-3e2", "123456789012345678901234567890"], invalid: ["1.5", "\"1\""]),
    Case(#"{"type":["string","null"]}"#, valid: ["\"a\"", "null"], invalid: ["1", "[]"]),
    Case(
      #"{"enum":[1,"a",{"x":[1,2]}]}"#, valid: ["1.0", "\"a\"", #"{"x":[1,2.0]}"#],
      invalid: ["2", "\"b\"", #"{"x":[2,1]}"#]),
    Case(#"{"const":{"a":1,"b":2}}"#, valid: [#"{"b":2,"a":1}"#], invalid: [#"{"a":1}"#]),
    Case(#"{"const":false}"#, valid: ["false"], invalid: ["0", "null"]),
    Case(#"{"const":"e\u0301"}"#, valid: [#""e\u0301""#], invalid: [#""\u00e9""#]),
    Case(
      #"{"minimum":1,"maximum":3}"#, valid: ["1", "3", "2.5", "\"x\""],
      invalid: ["0.99", "3.0000000000000000000001", "1e400"]),
    Case(#"{"exclusiveMinimum":1,"exclusiveMaximum":3}"#, valid: ["1.1", "2"], invalid: ["1", "3", "3.0"]),
    Case(
      #"{"maximum":9007199254740993}"#, valid: ["9007199254740993", "9007199254740992"],
      invalid: ["9007199254740994", "9007199254740993.5"]),
    Case(#"{"multipleOf":0.01}"#, valid: ["19.99", "0", "1e300", "-0.07"], invalid: ["19.999", "1e-3"]),
    Case(
      #"{"multipleOf":7}"#, valid: ["14", "700000000000000000000000", "7e30"],
      invalid: ["15", "700000000000000000000001"]),
    Case(
      #"{"minLength":2,"maxLength":3}"#, valid: ["\"ab\"", "\"\u{1F600}\u{1F600}\"", "5"],
      invalid: ["\"a\"", "\"abcd\""]),
    Case(#"{"pattern":"^a+$"}"#, valid: ["\"aaa\"", "1"], invalid: ["\"ab\"", "\"\""]),
    Case(#"{"items":{"type":"integer"}}"#, valid: ["[]", "[1,2]", "{}"], invalid: ["[1,\"a\"]"]),
    Case(
      #"{"prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}"#, valid: ["[]", "[1]", "[1,\"a\"]"],
      invalid: ["[\"a\"]", "[1,\"a\",2]"]),
    Case(
      #"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, valid: ["[1,1]", "[1,0,1,1]"],
      invalid: ["[1]", "[]", "[1,1,1,1]"]),
    Case(#"{"contains":{"const":1},"minContains":0}"#, valid: ["[]", "[2]"], invalid: []),
    Case(#"{"minItems":1,"maxItems":2}"#, valid: ["[1]", "[1,2]"], invalid: ["[]", "[1,2,3]"]),
    Case(
      #"{"uniqueItems":true}"#, valid: ["[1,2]", "[[1],[2]]", "[1,true]"],
      invalid: ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#]),
    Case(
      #"{"properties":{"a":{"type":"integer"}},"additionalProperties":false}"#, valid: ["{}", #"{"a":1}"#],
      invalid: [#"{"a":"x"}"#, #"{"b":1}"#]),
    Case(
      #"{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":{"type":"integer"}}"#,
      valid: [#"{"x-a":"s","b":1}"#], invalid: [#"{"x-a":1}"#, #"{"b":"s"}"#]),
    Case(#"{"required":["a","b"]}"#, valid: [#"{"a":1,"b":null}"#, "[]"], invalid: [#"{"a":1}"#]),
    Case(#"{"propertyNames":{"maxLength":2}}"#, valid: [#"{"ab":1}"#], invalid: [#"{"abc":1}"#]),
    Case(#"{"minProperties":1,"maxProperties":2}"#, valid: [#"{"a":1}"#], invalid: ["{}", #"{"a":1,"b":2,"c":3}"#]),
    Case(#"{"dependentRequired":{"a":["b"]}}"#, valid: ["{}", #"{"a":1,"b":1}"#, #"{"b":1}"#], invalid: [#"{"a":1}"#]),
    Case(#"{"dependentSchemas":{"a":{"required":["b"]}}}"#, valid: [#"{"a":1,"b":1}"#], invalid: [#"{"a":1}"#]),
    Case(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, valid: ["1", "2"], invalid: ["0", "3"]),
    Case(#"{"anyOf":[{"type":"string"},{"minimum":2}]}"#, valid: ["\"a\"", "2", "null"], invalid: ["1"]),
    Case(#"{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}"#, valid: ["2", "3"], invalid: ["6", "5"]),
    Case(#"{"not":{"type":"string"}}"#, valid: ["1"], invalid: ["\"a\""]),
    Case(
      #"{"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":5}}"#, valid: ["\"ab\"", "5", "null"],
      invalid: ["\"a\"", "4"]),
    Case(
      ##"{"$defs":{"list":{"type":["object","null"],"properties":{"next":{"$ref":"#/$defs/list"}}}},"$ref":"#/$defs/list"}"##,
      valid: ["null", #"{"next":{"next":null}}"#], invalid: [#"{"next":{"next":1}}"#]),
    Case(
      #"{"$id":"http://x.test/a/root.json","$ref":"b.json","$defs":{"b":{"$id":"b.json","$anchor":"b","type":"integer"}}}"#,
      valid: ["1"], invalid: ["\"a\""]),
    Case(##"{"$ref":"#here","$defs":{"x":{"$anchor":"here","type":"integer"}}}"##, valid: ["1"], invalid: ["\"a\""]),
    Case(##"{"$ref":"#/else~1where/0","else/where":[{"type":"integer"}]}"##, valid: ["1"], invalid: ["\"a\""]),
    Case(
      #"{"allOf":[{"properties":{"a":true}}],"properties":{"b":true},"unevaluatedProperties":false}"#,
      valid: [#"{"a":1,"b":1}"#], invalid: [#"{"c":1}"#]),
    Case(
      #"{"anyOf":[{"prefixItems":[{"const":1}]},{"prefixItems":[true,{"const":2}]}],"unevaluatedItems":false}"#,
      valid: ["[1]", "[1,2]", "[3,2]"], invalid: ["[1,3]", "[1,2,3]"]),
    Case(
      #"{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"integer"}],"additionalItems":false}"#,
      valid: ["[1]"], invalid: ["[1,1]", "[\"a\"]"]),
    Case(
      ##"{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"a":{"$id":"#a","type":"integer"}},"properties":{"x":{"$ref":"#a","maximum":1}}}"##,
      valid: [#"{"x":5}"#], invalid: [#"{"x":"a"}"#]),
    Case(
      #"{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true,"const":7}"#,
      valid: ["2"], invalid: ["1"]),
    Case(
      #"{"$schema":"http://json-schema.org/draft-06/schema#","if":false,"then":false,"dependencies":{"a":["b"],"c":{"maxProperties":1}}}"#,
      valid: [#"{"a":1,"b":1}"#, #"{"c":1}"#], invalid: [#"{"a":1}"#, #"{"c":1,"d":1}"#]),
  ]

  @Test("each keyword accepts and refuses what the specification says", arguments: cases)
  func keywords(_ example: Case) throws {
    let schema = try schema(example.schema)
    for value in example.valid { #expect(schema.accepts(try json(value)), "\(value)") }
    for value in example.invalid { #expect(!schema.accepts(try json(value)), "\(value)") }
  }

  @Test("violations name the place, the keyword and the reason")
  func violations() throws {
    let schema = try schema(
      #"{"properties":{"a/b":{"items":{"type":"integer"}},"c":{"minimum":2}},"required":["d"],"additionalProperties":false}"#
    )
    let found = schema.violations(in: try json(#"{"a/b":[1,"x"],"c":1,"e":0}"#))
    #expect(
      found.map(\.description).sorted() == [
        "/a~1b/1 must be integer", "/c must be at least 2", "/e is not among the members that are allowed",
        "the value needs the member d",
      ])
    #expect(Set(found.map(\.keyword)) == ["type", "minimum", "additionalProperties", "required"])
    #expect(schema.violations(in: try json(#"{"a/b":[1,"x"],"c":1,"e":0}"#), limit: 2).count == 2)
  }

  @Test("named references are resolved, those of references too")
  func namedReferences() throws {
    let references = [
      "item.json": ##"{"properties":{"amount":{"$ref":"amount.json#/definitions/amount"}},"required":["amount"]}"##,
      "amount.json": #"{"definitions":{"amount":{"type":"number","minimum":0}}}"#,
    ]
    let schema = try schema(#"{"items":{"$ref":"item.json"}}"#, references: references)
    #expect(schema.accepts(try json(#"[{"amount":1.5}]"#)))
    #expect(!schema.accepts(try json(#"[{"amount":-1}]"#)))
    #expect(!schema.accepts(try json("[{}]")))
  }

  @Test("formats are notes unless they are asked for")
  func formats() throws {
    let examples: [(format: String, valid: [String], invalid: [String])] = [
      ("date", ["2024-02-29"], ["2023-02-29", "2024-13-01", "2024-1-1", "x"]),
      (
        "time", ["10:00:00Z", "10:00:00.5+02:00", "23:59:60Z", "01:59:60+02:00"],
        ["24:00:00Z", "10:00:00", "12:00:60Z"]
      ),
      ("date-time", ["2026-11-23T02:41:00.123Z"], ["2026-11-23 02:41:00Z", "2026-11-23T02:41Z", "2026-11-23"]),
      ("email", ["a.b+c@x-y.test"], ["a@", "@b", "a b@c", "a..b@c", "a@-b"]),
      ("uuid", ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08aa9811eab4aa73b441d16380", "x"]),
      ("uri", ["http://x.test/a?b#c", "urn:a:b"], ["/a", "http://x y", "%zz:a"]),
      ("ipv4", ["127.0.0.1"], ["127.0.0.256", "127.0.0", "01.0.0.1"]),
      ("ipv6", ["::1", "2001:db8::8a2e:370:7334", "::ffff:1.2.3.4"], ["1:2:3:4:5:6:7", ":::", "12345::", "1::2::3"]),
      ("unknown", ["anything"], []),
    ]
    for (format, valid, invalid) in examples {
      let schema = try schema(#"{"format":"\#(format)"}"#)
      for value in valid { #expect(schema.accepts(.string(value), formats: .assertion), "\(format) \(value)") }
      for value in invalid {
        #expect(!schema.accepts(.string(value), formats: .assertion), "\(format) \(value)")
        #expect(schema.accepts(.string(value)))
      }
    }
  }

  @Test("what would take for ever is given up")
  func bounded() throws {
    // Each of these asks twice for the next one.
    var definitions = (0..<60).map {
      ##""a\##($0)":{"allOf":[{"$ref":"#/$defs/a\##($0 + 1)"},{"$ref":"#/$defs/a\##($0 + 1)"}]}"##
    }
    definitions.append(#""a60":{"type":"integer"}"#)
    let doubling = try schema(##"{"$ref":"#/$defs/a0","$defs":{\##(definitions.joined(separator: ","))}}"##)
    #expect(doubling.violations(in: .integer(1)).first?.reason.contains("too many steps") == true)
    let chain = (0..<1000).map { ##""a\##($0)":{"$ref":"#/$defs/a\##($0 + 1)"}"## } + [#""a1000":true"#]
    let long = try schema(##"{"$ref":"#/$defs/a0","$defs":{\##(chain.joined(separator: ","))}}"##)
    #expect(long.violations(in: .integer(1)).first?.reason.contains("nests too deeply") == true)
    let backtracking = try schema(#"{"pattern":"^(a+)+$"}"#)
    #expect(!backtracking.accepts(.string(String(repeating: "a", count: 50_000) + "b")))
    let unique = try schema(#"{"uniqueItems":true}"#)
    #expect(unique.accepts(.array((0..<20_000).map { .integer($0) })))
  }
}
