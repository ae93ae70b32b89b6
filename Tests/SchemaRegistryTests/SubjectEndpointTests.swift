import JSONBytes
import SchemaRegistry
import Testing

@Suite("Endpoints of subjects and schemas")
struct SubjectEndpointTests {
  static let first = #"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#
  static let second =
    #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"additionalProperties":false}"#

  @Test("a schema registered again keeps its id, in other subjects too; ids count from 1")
  func registering() async throws {
    let registry = try TestRegistry()
    #expect(try await registry.register("a-value", Self.first).id == 1)
    #expect(try await registry.register("a-value", Self.first).id == 1)
    #expect(try await registry.register("b-value", Self.first).id == 1)
    let second = try await registry.register("a-value", Self.second)
    #expect(second.id == 2)
    #expect(second["version"] == .integer(2))
    #expect(try await registry.register("b-value", "{ \"type\" : \"object\",\n" + Self.first.dropFirst(17)).id == 1)
    #expect(try await registry.get("/subjects").text == #"["a-value","b-value"]"#)
    #expect(try await registry.get("/subjects?subjectPrefix=b").text == #"["b-value"]"#)
    #expect(try await registry.get("/subjects?offset=1&limit=5").text == #"["b-value"]"#)
    #expect(try await registry.get("/subjects?limit=1").text == #"["a-value"]"#)
    #expect(try await registry.get("/subjects/a-value/versions").text == "[1,2]")
    #expect(try await registry.get("/subjects/a-value/versions?offset=1").text == "[2]")
  }

  @Test("versions are found by number, as the latest, and as text")
  func versions() async throws {
    let registry = try TestRegistry()
    _ = try await registry.register("a-value", Self.first)
    _ = try await registry.register("a-value", Self.second)
    for version in ["2", "latest", "-1"] {
      let found = try await registry.get("/subjects/a-value/versions/\(version)")
      #expect(found.status == 200)
      #expect(found["subject"] == .string("a-value"))
      #expect(found["version"] == .integer(2))
      #expect(found["id"] == .integer(2))
      #expect(found["schemaType"] == .string("JSON"))
      #expect(found["schema"] == .string(Self.second))
    }
    #expect(try await registry.get("/subjects/a-value/versions/1/schema").text == Self.first)
    expectError(try await registry.get("/subjects/none/versions"), 40401)
    expectError(try await registry.get("/subjects/none/versions/1"), 40401)
    expectError(try await registry.get("/subjects/a-value/versions/3"), 40402)
    for version in ["0", "-2", "first", "2147483648", "1.5"] {
      expectError(try await registry.get("/subjects/a-value/versions/\(version)"), 42202)
    }
  }

  @Test("a schema is looked up in its subject")
  func lookUp() async throws {
    let registry = try TestRegistry()
    _ = try await registry.register("a-value", Self.first)
    let found = try await registry.post("/subjects/a-value", TestRegistry.body(Self.first))
    #expect(found.status == 200)
    #expect(found.id == 1)
    #expect(found["version"] == .integer(1))
    expectError(try await registry.post("/subjects/none", TestRegistry.body(Self.first)), 40401)
    expectError(try await registry.post("/subjects/a-value", TestRegistry.body(Self.second)), 40403)
    expectError(try await registry.post("/subjects/a-value", TestRegistry.body(#"{"type":5}"#)), 42201)
    _ = try await registry.delete("/subjects/a-value/versions/1")
    expectError(try await registry.post("/subjects/a-value", TestRegistry.body(Self.first)), 40401)
    #expect(try await registry.post("/subjects/a-value?deleted=true", TestRegistry.body(Self.first)).id == 1)
  }

  @Test("schemas are found by id")
  func byID() async throws {
    let registry = try TestRegistry()
    _ = try await registry.register("a-value", Self.first)
    _ = try await registry.register("b-value", Self.first)
    _ = try await registry.register("b-value", Self.second)
    let found = try await registry.get("/schemas/ids/1?fetchMaxId=true&subject=a-value")
    #expect(found["schema"] == .string(Self.first))
    #expect(found["schemaType"] == .string("JSON"))
    #expect(found["maxId"] == .integer(2))
    #expect(try await registry.get("/schemas/ids/1")["maxId"] == nil)
    #expect(try await registry.get("/schemas/ids/2/schema").text == Self.second)
    #expect(try await registry.get("/schemas/ids/1/subjects").text == #"["a-value","b-value"]"#)
    #expect(
      try await registry.get("/schemas/ids/1/versions").text
        == #"[{"subject":"a-value","version":1},{"subject":"b-value","version":1}]"#)
    for path in ["", "/schema", "/subjects", "/versions"] {
      expectError(try await registry.get("/schemas/ids/9" + path), 40403)
    }
    expectError(try await registry.get("/schemas/ids/one"), 404)
    #expect(try await registry.get("/schemas/types").text == #"["JSON","AVRO"]"#)
    let all = try JSONValue.parse(try await registry.get("/schemas").bytes)
    guard case .array(let versions) = all else { return #expect(Bool(false), "no list") }
    #expect(versions.count == 3)
    guard
      case .array(let latest) = try JSONValue.parse(
        try await registry.get("/schemas?latestOnly=true&subjectPrefix=b").bytes)
    else { return #expect(Bool(false), "no list") }
    #expect(latest.count == 1)
    #expect(try await registry.get("/").text == "{}")
    #expect(try await registry.get("/contexts").text == #"["."]"#)
    #expect(try await registry.get("/v1/metadata/id").status == 200)
  }

  @Test("with normalize the order of members makes no difference")
  func normalizing() async throws {
    let registry = try TestRegistry()
    let one = #"{"type":"object","title":"x","properties":{"b":{},"a":{}}}"#
    let other = #"{"title":"x","properties":{"a":{},"b":{}},"type":"object"}"#
    #expect(try await registry.post("/subjects/n/versions?normalize=true", TestRegistry.body(one)).id == 1)
    #expect(try await registry.post("/subjects/n/versions?normalize=true", TestRegistry.body(other)).id == 1)
    #expect(try await registry.post("/subjects/n/versions", TestRegistry.body(other)).id == 2)
    #expect(try await registry.post("/subjects/n?normalize=true", TestRegistry.body(one)).id == 1)
  }

  @Test("subjects may be called anything, percent-encoded")
  func names() async throws {
    let registry = try TestRegistry()
    #expect(try await registry.register("a%2Fb%20c%C3%A9", Self.first).id == 1)
    #expect(try await registry.get("/subjects").text == "[\"a/b c\u{e9}\"]")
    #expect(try await registry.get("/subjects/a%2Fb%20c%C3%A9/versions").text == "[1]")
    #expect(try await registry.get("/subjects/:.:a%2Fb%20c%C3%A9/versions").text == "[1]")
    expectError(try await registry.register("%ZZ", Self.first), 400)
    expectError(try await registry.register("%FF", Self.first), 400)
    expectError(try await registry.register("a%00b", Self.first), 42208)
    expectError(try await registry.register("__GLOBAL", Self.first), 42208)
    expectError(try await registry.register(":.other:a", Self.first), 42208)
    expectError(try await registry.register(String(repeating: "x", count: 256), Self.first), 42208)
  }

  @Test("references are resolved, listed, and protected")
  func references() async throws {
    let registry = try TestRegistry()
    let amount = #"{"type":"number","minimum":0}"#
    let order = #"{"type":"object","properties":{"total":{"$ref":"amount.json"}}}"#
    let reference = #","references":[{"name":"amount.json","subject":"amount","version":1}]"#
    expectError(try await registry.register("order", order), 42201)
    expectError(try await registry.register("order", order, members: reference), 42201)
    _ = try await registry.register("amount", amount)
    let registered = try await registry.register("order", order, members: reference)
    #expect(registered.id == 2)
    let latest = #","references":[{"name":"amount.json","subject":"amount","version":-1}]"#
    #expect(try await registry.register("order", order, members: latest).id == 2)
    #expect(
      try await registry.get("/schemas/ids/2").text.contains(
        #""references":[{"name":"amount.json","subject":"amount","version":1}]"#))
    #expect(try await registry.get("/subjects/amount/versions/1/referencedby").text == "[2]")
    #expect(try await registry.get("/subjects/order/versions/latest/referencedby").text == "[]")
    expectError(try await registry.delete("/subjects/amount"), 42206)
    expectError(try await registry.delete("/subjects/amount/versions/1"), 42206)
    _ = try await registry.delete("/subjects/order")
    #expect(try await registry.delete("/subjects/amount").text == "[1]")
    expectError(try await registry.delete("/subjects/amount?permanent=true"), 42206)
    _ = try await registry.delete("/subjects/order?permanent=true")
    #expect(try await registry.delete("/subjects/amount?permanent=true").text == "[1]")
    for wrong in [#"[{"name":"a"}]"#, "5", #"[{"name":"","subject":"x","version":1}]"#] {
      expectError(try await registry.register("order", order, members: ",\"references\":" + wrong), 422)
    }
  }

  @Test("a deletion is soft first, then permanent")
  func deleting() async throws {
    let registry = try TestRegistry()
    _ = try await registry.register("a", Self.first)
    _ = try await registry.register("a", Self.second)
    expectError(try await registry.delete("/subjects/none"), 40401)
    expectError(try await registry.delete("/subjects/none/versions/1"), 40401)
    expectError(try await registry.delete("/subjects/a/versions/9"), 40402)
    expectError(try await registry.delete("/subjects/a/versions/zero"), 42202)
    expectError(try await registry.delete("/subjects/a?permanent=true"), 40405)
    expectError(try await registry.delete("/subjects/a/versions/1?permanent=true"), 40407)
    #expect(try await registry.delete("/subjects/a/versions/1").text == "1")
    expectError(try await registry.delete("/subjects/a/versions/1"), 40406)
    #expect(try await registry.get("/subjects/a/versions").text == "[2]")
    #expect(try await registry.get("/subjects/a/versions?deleted=true").text == "[1,2]")
    #expect(try await registry.get("/subjects/a/versions?deletedOnly=true").text == "[1]")
    expectError(try await registry.get("/subjects/a/versions/1"), 40402)
    #expect(try await registry.get("/subjects/a/versions/1?deleted=true")["deleted"] == .bool(true))
    #expect(try await registry.get("/schemas/ids/1").status == 200)
    // What was deleted softly comes back as a new version with its id.
    #expect(try await registry.register("a", Self.first).code == 409)
    _ = try await registry.put("/config/a", #"{"compatibility":"NONE"}"#)
    #expect(try await registry.register("a", Self.first).id == 1)
    #expect(try await registry.get("/subjects/a/versions").text == "[2,3]")
    #expect(try await registry.delete("/subjects/a/versions/1?permanent=true").text == "1")
    expectError(try await registry.get("/subjects/a/versions/1?deleted=true"), 40402)
    #expect(try await registry.delete("/subjects/a").text == "[2,3]")
    expectError(try await registry.delete("/subjects/a"), 40404)
    expectError(try await registry.get("/subjects/a/versions"), 40401)
    #expect(try await registry.get("/subjects").text == "[]")
    #expect(try await registry.get("/subjects?deleted=true").text == #"["a"]"#)
    #expect(try await registry.get("/subjects?deletedOnly=true").text == #"["a"]"#)
    #expect(try await registry.delete("/subjects/a?permanent=true").text == "[2,3]")
    expectError(try await registry.delete("/subjects/a?permanent=true"), 40401)
    expectError(try await registry.get("/schemas/ids/1"), 40403)
    // Ids are never given away again: clients keep schemas by them.
    #expect(try await registry.register("a", Self.first).id == 3)
    #expect(try await registry.get("/subjects/a/versions").text == "[1]")
    expectError(try await registry.get("/config/a"), 40408)
  }

  @Test("ids, versions, deletions and settings outlive a restart")
  func restarting() async throws {
    let registry = try TestRegistry()
    _ = try await registry.register("a", Self.first)
    _ = try await registry.register("a", Self.second)
    _ = try await registry.register("b", Self.first)
    _ = try await registry.delete("/subjects/a/versions/2")
    _ = try await registry.delete("/subjects/a/versions/2?permanent=true")
    _ = try await registry.delete("/subjects/b")
    _ = try await registry.put("/config", #"{"compatibility":"FULL"}"#)
    _ = try await registry.put("/mode/b", #"{"mode":"READONLY"}"#)
    let again = try registry.reopened()
    for path in [
      "/subjects?deleted=true", "/subjects", "/subjects/a/versions/1", "/schemas/ids/1", "/config", "/mode/b",
      "/schemas?deleted=true", "/schemas/ids/1/versions",
    ] { #expect(try await again.get(path).text == (try await registry.get(path).text), "\(path)") }
    #expect(try await again.register("c", Self.second).id == 3)
    #expect(try await again.register("a", Self.first).id == 1)
  }

  @Test("registrations at the same time give one id to one schema, and no id twice")
  func racing() async throws {
    let registry = try TestRegistry()
    let ids = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for index in 0..<60 {
        group.addTask {
          let kind = index % 6
          let answer = try await registry.register("s\(index % 4)-\(kind)", #"{"const":\#(kind)}"#)
          return (kind, try #require(answer.id))
        }
      }
      var ids: [Int: Set<Int>] = [:]
      for try await (kind, id) in group { ids[kind, default: []].insert(id) }
      return ids
    }
    #expect(ids.values.allSatisfy { $0.count == 1 })
    #expect(Set(ids.values.joined()) == Set(1...6))
  }
}
