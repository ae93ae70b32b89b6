import JSONBytes
import Testing

@testable import SchemaRegistry

@Suite("Avro")
struct AvroTests {
  static func record(_ fields: String, name: String = "R", members: String = "") -> String {
    #"{"type":"record","name":"\#(name)"\#(members),"fields":[\#(fields)]}"#
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let writer: String
    let reader: String
    let types: [String]
    var testDescription: String { "\(writer) → \(reader)" }

    init(_ writer: String, _ reader: String, _ types: String...) {
      self.writer = writer
      self.reader = reader
      self.types = types
    }
  }

  static let cases: [Case] = [
    Case(#""int""#, #""int""#),
    Case(#""int""#, #""long""#), Case(#""int""#, #""float""#), Case(#""int""#, #""double""#),
    Case(#""long""#, #""float""#), Case(#""long""#, #""double""#), Case(#""float""#, #""double""#),
    Case(#""string""#, #""bytes""#), Case(#""bytes""#, #""string""#),
    Case(#""long""#, #""int""#, "TYPE_MISMATCH"), Case(#""double""#, #""float""#, "TYPE_MISMATCH"),
    Case(#""boolean""#, #""string""#, "TYPE_MISMATCH"),
    Case(#"{"type":"int","logicalType":"date"}"#, #""int""#),
    Case(#"{"type":"array","items":"int"}"#, #"{"type":"array","items":"long"}"#),
    Case(#"{"type":"array","items":"long"}"#, #"{"type":"array","items":"int"}"#, "TYPE_MISMATCH"),
    Case(#"{"type":"map","values":"int"}"#, #"{"type":"map","values":"string"}"#, "TYPE_MISMATCH"),
    Case(#""int""#, #"["null","long"]"#), Case(#"["null","int"]"#, #"["long","null"]"#),
    Case(#"["null","int"]"#, #""int""#, "TYPE_MISMATCH"),
    Case(#""string""#, #"["null","int"]"#, "MISSING_UNION_BRANCH"),
    Case(#"["null","string"]"#, #"["null","int"]"#, "MISSING_UNION_BRANCH"),
    Case(record(#"{"name":"a","type":"int"}"#), record("")),
    Case(record(""), record(#"{"name":"a","type":"int","default":1}"#)),
    Case(record(""), record(#"{"name":"a","type":"int"}"#), "READER_FIELD_MISSING_DEFAULT_VALUE"),
    Case(record(#"{"name":"a","type":"int"}"#), record(#"{"name":"b","type":"long","aliases":["a"]}"#)),
    Case(record("", name: "A"), record("", name: "B"), "NAME_MISMATCH"),
    Case(record("", name: "A"), record("", name: "B", members: #","aliases":["A"]"#)),
    Case(record("", name: "x.A"), record("", name: "y.A")),
    Case(#"{"type":"enum","name":"E","symbols":["A"]}"#, #"{"type":"enum","name":"E","symbols":["B","A"]}"#),
    Case(
      #"{"type":"enum","name":"E","symbols":["A","B"]}"#, #"{"type":"enum","name":"E","symbols":["A"]}"#,
      "MISSING_ENUM_SYMBOLS"),
    Case(
      #"{"type":"enum","name":"E","symbols":["A","B"]}"#,
      #"{"type":"enum","name":"E","symbols":["A"],"default":"A"}"#),
    Case(#"{"type":"fixed","name":"F","size":4}"#, #"{"type":"fixed","name":"F","size":5}"#, "FIXED_SIZE_MISMATCH"),
    // A list: the type is within itself.
    Case(
      record(#"{"name":"next","type":["null","R"]},{"name":"v","type":"int"}"#),
      record(#"{"name":"next","type":["null","R"]},{"name":"v","type":"long"}"#)),
    Case(
      record(#"{"name":"next","type":["null","R"]},{"name":"v","type":"long"}"#),
      record(#"{"name":"next","type":["null","R"]},{"name":"v","type":"int"}"#), "TYPE_MISMATCH"),
  ]

  @Test("schemas resolve as the specification says", arguments: cases)
  func resolution(_ example: Case) throws {
    let (writer, reader) = (
      try AvroSchema(parsing: example.writer, references: []), try AvroSchema(parsing: example.reader, references: [])
    )
    let found = AvroResolution.incompatibilities(reader: reader, writer: writer)
    #expect(Set(found.map(\.type)) == Set(example.types), "\(found)")
    #expect(AvroResolution.incompatibilities(reader: reader, writer: reader).isEmpty)
  }

  static let wrong: [String] = [
    "5", #""integer""#, #"{"name":"x"}"#, #"{"type":"array"}"#, #"{"type":"map"}"#, #"["int","int"]"#,
    #"["int",["null"]]"#,
    #"{"type":"record","name":"R"}"#, #"{"type":"record","fields":[]}"#, #"{"type":"record","name":"1R","fields":[]}"#,
    record(#"{"name":"a"}"#), record(#"{"name":"a b","type":"int"}"#),
    record(#"{"name":"a","type":"int"},{"name":"a","type":"int"}"#),
    record(#"{"name":"a","type":"int","default":"x"}"#),
    record(#"{"name":"a","type":"int","default":2147483648}"#), record(#"{"name":"a","type":"Unknown"}"#),
    #"{"type":"enum","name":"E"}"#, #"{"type":"enum","name":"E","symbols":["A","A"]}"#,
    #"{"type":"enum","name":"E","symbols":["1"]}"#, #"{"type":"enum","name":"E","symbols":["A"],"default":"B"}"#,
    #"{"type":"fixed","name":"F"}"#, #"{"type":"fixed","name":"F","size":-1}"#,
    record(#"{"name":"a","type":{"type":"record","name":"R","fields":[]}}"#),
  ]

  @Test("what is no schema of Avro is refused", arguments: wrong)
  func wrongSchemas(_ text: String) async throws {
    #expect(throws: AvroError.self) { try AvroSchema(parsing: text, references: []) }
    let registry = try TestRegistry()
    expectError(try await registry.register("s", text, type: "AVRO"), 42201)
  }

  @Test("names take the namespace around them")
  func namespaces() throws {
    let schema = try AvroSchema(
      parsing:
        #"{"type":"record","name":"a.b.R","fields":[{"name":"x","type":{"type":"enum","name":"E","symbols":["A"]}},{"name":"y","type":"a.b.E"},{"name":"z","type":{"type":"fixed","name":"F","namespace":"c","size":1}}]}"#,
      references: [])
    #expect(Set(schema.types.keys) == ["a.b.R", "a.b.E", "c.F"])
  }

  @Test("schemas of Avro are registered, compared, and refer to each other")
  func registering() async throws {
    let registry = try TestRegistry()
    let first = Self.record(#"{"name":"a","type":"int"}"#)
    let registered = try await registry.register("s", first, type: nil)
    #expect(registered.id == 1)
    #expect(try await registry.get("/schemas/ids/1").text == TestRegistry.body(first, type: nil))
    #expect(
      try await registry.register("s", Self.record(#"{"name":"a","type":"int"},{"name":"b","type":"int"}"#), type: nil)
        .code == 409)
    #expect(try await registry.register("s", Self.record(#"{"name":"a","type":"long"}"#), type: "AVRO").id == 2)
    #expect(try await registry.register("s", "{}", type: "JSON").code == 409)
    #expect(try await registry.register("p", "string", type: "AVRO").id == 3)
    #expect(try await registry.register("p", #""string""#, type: "AVRO").id == 3)
    let reference = #","references":[{"name":"R","subject":"s","version":1}]"#
    #expect(
      try await registry.register("u", #"{"type":"array","items":"R"}"#, type: "AVRO", members: reference).id == 4)
    expectError(try await registry.register("u2", #"{"type":"array","items":"R"}"#, type: "AVRO"), 42201)
    expectError(try await registry.register("s", "syntax = \"proto3\";", type: "PROTOBUF"), 42201)
  }
}
