import JSONBytes
import Testing

@testable import WriteSide

@Suite("The language of mappings")
struct MappingLanguageTests {
  /// What a field `x` of the data becomes, as JSON; or why the row is refused.
  static func value(_ expression: String, of row: String) throws -> String {
    let mapping = try productMapping(fields: "x: {\(expression)}")
    let (events, summary) = try imported(row, as: "rows.ndjson", by: mapping)
    guard let event = events.first else { return "refused: " + (summary.refused.first?.reason ?? "") }
    guard let value = event.data["x"] else { return "nothing" }
    var writer = JSONWriter()
    writer.value(value)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test(
    "a value comes from the first column that has one, from a constant or from a template",
    arguments: [
      ("from: a", #"{"id":"1","a":"v"}"#, #""v""#), ("from: [a, b]", #"{"id":"1","a":"","b":"w"}"#, #""w""#),
      ("from: [a, b]", #"{"id":"1","a":null}"#, "nothing"), ("from: o.p", #"{"id":"1","o":{"p":2}}"#, "2"),
      ("from: o.p", #"{"id":"1","o.p":3,"o":{"p":2}}"#, "3"), ("from: o", #"{"id":"1","o":[1,{}]}"#, "[1,{}]"),
      ("from: a, default: none", #"{"id":"1"}"#, #""none""#), ("from: a, default: [1, x]", #"{"id":"1"}"#, #"[1,"x"]"#),
      ("from: a, required: true", #"{"id":"1"}"#, "refused: x: is required, and a has no value"),
      ("from: [a, b], required: true", #"{"id":"1"}"#, "refused: x: is required, and a or b has no value"),
      ("value: 1.50", #"{"id":"1"}"#, "1.5"), ("value: '1.50'", #"{"id":"1"}"#, #""1.50""#),
      ("value: true", #"{"id":"1"}"#, "true"), ("value: [a, 2]", #"{"id":"1"}"#, #"["a",2]"#),
      ("template: 'n{{{id}}}-{row}'", #"{"id":"1"}"#, #""n{1}-1""#), ("template: '{a}b'", #"{"id":"1"}"#, "nothing"),
      ("template: '{a}'", #"{"id":"1","a":2.50}"#, #""2.50""#),
    ])
  func sources(expression: String, row: String, expected: String) throws {
    #expect(try Self.value(expression, of: row) == expected)
  }

  @Test(
    "a value is trimmed, replaced, split, scaled and converted, in this order",
    arguments: [
      ("from: a, remove_prefix: '$', type: number", #"{"id":"1","a":"$1.50"}"#, "1.5"),
      ("from: a, remove_suffix: ' kg', remove_prefix: x", #"{"id":"1","a":"5 kg"}"#, #""5""#),
      ("from: a, replace: {Y: true, N: false}", #"{"id":"1","a":"Y"}"#, "true"),
      ("from: a, replace: {Y: 1}", #"{"id":"1","a":"N"}"#, #""N""#),
      ("from: a, remove_prefix: x, replace: {y: z}", #"{"id":"1","a":"xy"}"#, #""z""#),
      ("from: a, split: '>'", #"{"id":"1","a":" Home > Kitchen >> "}"#, #"["Home","Kitchen"]"#),
      ("from: a, split: '>'", #"{"id":"1","a":["b"]}"#, "refused: x: only text can be split"),
      ("from: a, scale: 0.01", #"{"id":"1","a":1999}"#, "19.99"),
      ("from: a, scale: 0.01", #"{"id":"1","a":"1e3"}"#, "10"),
      ("from: a, scale: 3", #"{"id":"1","a":0.1}"#, "0.3"),
      ("from: a, scale: 1e20", #"{"id":"1","a":1e30}"#, "refused: x: has too many digits"),
      ("from: a, absolute: true", #"{"id":"1","a":"-2.50"}"#, "2.5"),
      ("from: a, absolute: false, type: number", #"{"id":"1","a":"-2.50"}"#, "-2.5"),
      ("from: a, type: number", #"{"id":"1","a":"x"}"#, "refused: x: “x” is not a decimal number"),
      ("from: a, type: integer", #"{"id":"1","a":"6.0"}"#, "6"),
      ("from: a, type: integer", #"{"id":"1","a":6.5}"#, "refused: x: 6.5 is not an integer of 64 bits"),
      (
        "from: a, type: integer", #"{"id":"1","a":"9223372036854775808"}"#,
        "refused: x: 9223372036854775808 is not an integer of 64 bits"
      ),
      ("from: a, type: [integer, string]", #"{"id":"1","a":"17850.0"}"#, #""17850""#),
      ("from: a, type: string", #"{"id":"1","a":1.50}"#, #""1.50""#),
      ("from: a, type: string", #"{"id":"1","a":[]}"#, "refused: x: is no single value"),
      ("from: a, type: boolean", #"{"id":"1","a":"YES"}"#, "true"),
      ("from: a, type: boolean", #"{"id":"1","a":0}"#, "false"),
      ("from: a, type: boolean", #"{"id":"1","a":2}"#, "refused: x: “2” is neither true nor false"),
      ("from: a, type: list", #"{"id":"1","a":"b"}"#, #"["b"]"#),
      ("from: a, type: list", #"{"id":"1","a":["b"]}"#, #"["b"]"#),
      ("from: a, type: time", #"{"id":"1","a":"2026-01-02"}"#, #""2026-01-02T00:00:00Z""#),
      ("from: a, format: d/M/yyyy H:mm", #"{"id":"1","a":"2/1/2026 3:04"}"#, #""2026-01-02T03:04:00Z""#),
      ("from: a, format: unix_ms", #"{"id":"1","a":1700000000123}"#, #""2023-11-14T22:13:20.123Z""#),
      ("from: a, format: unix", #"{"id":"1","a":"soon"}"#, "refused: x: “soon” is not a time in the expected format"),
    ])
  func conversions(expression: String, row: String, expected: String) throws {
    #expect(try Self.value(expression, of: row) == expected)
  }

  @Test(
    "a condition holds or not",
    arguments: [
      ("{field: a, equals: x}", #"{"a":"x"}"#, true), ("{field: a, equals: x}", #"{}"#, false),
      ("{field: a, equals: '5'}", #"{"a":5}"#, true), ("{field: a, equals: ''}", #"{"a":null}"#, true),
      ("{field: a, in: [x, y]}", #"{"a":"y"}"#, true), ("{field: a, starts_with: C}", #"{"a":"C5"}"#, true),
      ("{field: a, starts_with: C}", #"{"a":"5C"}"#, false), ("{field: a, less_than: 10}", #"{"a":"9.99"}"#, true),
      ("{field: a, less_than: 10}", #"{"a":"10.0"}"#, false), ("{field: a, less_than: 10}", #"{"a":"few"}"#, false),
      ("{field: a, greater_than: 9}", #"{"a":"10"}"#, true), ("{field: a, greater_than: -1}", #"{"a":-1}"#, false),
      ("{field: a, present: true}", #"{"a":""}"#, false), ("{field: a, present: false}", #"{"a":""}"#, true),
      ("{field: a, greater_than: 1, less_than: 3}", #"{"a":2}"#, true),
      ("{field: a, greater_than: 1, less_than: 3}", #"{"a":3}"#, false),
      ("[{field: a, equals: x}, {field: b, equals: y}]", #"{"a":"x","b":"z"}"#, false),
      ("{any: [{field: a, equals: x}, {field: b, equals: y}]}", #"{"a":"x","b":"z"}"#, true),
      ("{all: [{field: a, equals: x}, {not: {field: b, equals: y}}]}", #"{"a":"x","b":"z"}"#, true),
      ("{not: {field: a, equals: x}}", #"{"a":"x"}"#, false),
    ])
  func conditions(condition: String, row: String, holds: Bool) throws {
    let mapping = try productMapping(more: "skip: \(condition)")
    let (events, summary) = try imported(
      row.replacing("{", with: #"{"id":"1","#, maxReplacements: 1).replacing(",}", with: "}"), as: "r.ndjson",
      by: mapping)
    #expect(summary.skipped == (holds ? 1 : 0) && events.count == (holds ? 0 : 1), "\(summary)")
  }

  @Test("members within members, attributes by their prefixes, and what cases add or replace")
  func structure() throws {
    let mapping = try ImportMapping(
      yaml: """
        event: {source: /test, id: "e-{id}", time: {from: at, default: "2026-01-01T00:00:00Z"}}
        fields:
          product_id: {from: id}
          title: {value: common}
          translations.ar.title: {from: ar}
        attributes: {prefix: [attr_t_, attr_n_], into: attributes}
        cases:
          - when: {field: kind, equals: gone}
            event: {type: ProductDeleted, source: /deleted, key: "K-{id}"}
          - when: {field: kind, equals: changed}
            event: {type: ProductUpdated}
            fields: {title: {from: t}}
          - when: {field: kind, equals: new}
            event: {type: ProductCreated}
        """, file: "m.yaml")
    let rows = """
      {"id":"1","kind":"gone"}
      {"id":"2","kind":"changed","t":"other","attr_t_color":"red","attr_n_weight":6.0,"attr_n_none":null,"attr_x":1,"attr_t_":2}
      {"id":"3","kind":"new","ar":"غلاية","at":"2026-05-05T00:00:00Z"}
      {"id":"4","kind":"odd"}
      """
    let (events, summary) = try imported(rows, as: "r.jsonl", by: mapping)
    #expect(events.map(\.type) == ["ProductDeleted", "ProductUpdated", "ProductCreated"])
    #expect(events.map(\.key) == ["K-1", "2", "3"] && events.map(\.id) == ["e-1", "e-2", "e-3"])
    #expect(events[0].envelope["source"] == .string("/deleted") && events[1].envelope["source"] == .string("/test"))
    #expect(events[0].envelope["subject"] == .string("K-1") && events[1].envelope["subject"] == nil)
    #expect(events[1].string("title") == "other" && events[2].string("title") == "common")
    var attributes = JSONObject()
    attributes["color"] = .string("red")
    attributes["weight"] = .integer(6)
    #expect(events[1].data["attributes"] == .object(attributes) && events[2].data["attributes"] == nil)
    guard case .object(let languages)? = events[2].data["translations"], case .object(let arabic)? = languages["ar"]
    else {
      Issue.record("\(events[2].data)")
      return
    }
    #expect(arabic["title"] == .string("غلاية"))
    #expect(events[2].envelope["time"] == .string("2026-05-05T00:00:00Z"))
    #expect(summary.refused.map(\.reason) == ["none of the mapping's cases fits"])
    #expect(summary.eventsByType == ["ProductDeleted": 1, "ProductUpdated": 1, "ProductCreated": 1])
  }
}
