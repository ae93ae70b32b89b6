import JSONBytes
import SchemaRegistry
import Testing

@Suite("Checking records")
struct CheckingTests {
  private func framed(_ id: Int, _ payload: String) -> [UInt8] {
    [0] + (0..<4).map { UInt8(truncatingIfNeeded: id >> (24 - 8 * $0)) } + Array(payload.utf8)
  }

  private func event(_ type: String, _ data: String) -> String {
    #"{"specversion":"1.0","id":"1","source":"/s","type":"\#(type)","data":\#(data)}"#
  }

  private func registered() async throws -> Registry {
    let registry = try TestRegistry().registry
    let object = #"{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}}"#
    _ = try await registry.register(SchemaText(text: object), in: "orders-value")
    _ = try await registry.register(
      SchemaText(text: #"{"type":"object","required":["b"],"properties":{"b":{"type":"string"}}}"#),
      in: "events-Happened")
    _ = try await registry.register(SchemaText(type: .avro, text: #""string""#), in: "avro-value")
    _ = try await registry.register(SchemaText(text: #"{"type":"string"}"#), in: "keyed-key")
    return registry
  }

  @Test("a framed value must name a schema of its topic, and be valid by it")
  func framedValues() async throws {
    let registry = try await registered()
    #expect(registry.check(topic: "orders", isKey: false, value: framed(1, #"{"a":1}"#)) == nil)
    let invalid = registry.check(topic: "orders", isKey: false, value: framed(1, #"{"a":"x"}"#))
    #expect(invalid?.kind == .invalid)
    #expect(invalid?.message == "by schema 1, /a must be integer")
    #expect(registry.check(topic: "orders", isKey: false, value: framed(1, "{"))?.kind == .malformed)
    #expect(registry.check(topic: "orders", isKey: false, value: framed(99, "{}"))?.kind == .unknownID)
    #expect(registry.check(topic: "orders", isKey: false, value: framed(-1, "{}"))?.kind == .unknownID)
    #expect(registry.check(topic: "orders", isKey: false, value: [0, 0, 0])?.kind == .unknownID)
    #expect(registry.check(topic: "orders", isKey: false, value: framed(2, #"{"b":"x"}"#))?.kind == .otherSubject)
    #expect(registry.check(topic: "order", isKey: false, value: framed(1, #"{"a":1}"#))?.kind == .otherSubject)
    #expect(registry.check(topic: "avro", isKey: false, value: framed(3, "\u{2}x")) == nil)
    _ = try await registry.deleteSubject("orders-value")
    #expect(registry.check(topic: "orders", isKey: false, value: framed(1, #"{"a":1}"#))?.kind == .otherSubject)
    _ = try await registry.deleteSubject("orders-value", permanently: true)
    #expect(registry.check(topic: "orders", isKey: false, value: framed(1, #"{"a":1}"#))?.kind == .unknownID)
  }

  @Test("a schema of one type describes an event's data, framed or not")
  func events() async throws {
    let registry = try await registered()
    #expect(registry.check(topic: "events", isKey: false, value: framed(2, #"{"b":"x"}"#)) == nil)
    #expect(registry.check(topic: "events", isKey: false, value: framed(2, event("Happened", #"{"b":"x"}"#))) == nil)
    #expect(registry.check(topic: "events", isKey: false, value: Array(event("Happened", #"{"b":"x"}"#).utf8)) == nil)
    #expect(
      registry.check(topic: "events", isKey: false, value: Array(#"{"b":"x"}"#.utf8), eventType: "Happened") == nil)
    let invalid = registry.check(topic: "events", isKey: false, value: Array(event("Happened", #"{"b":5}"#).utf8))
    #expect(invalid?.message == "by schema 2, /data/b must be string")
    #expect(
      registry.check(topic: "events", isKey: false, value: Array(#"{"c":1}"#.utf8), eventType: "Happened")?.kind
        == .invalid)
    #expect(registry.check(topic: "events", isKey: false, value: Array(event("Other", "{}").utf8))?.kind == .noSchema)
    #expect(registry.check(topic: "events", isKey: false, value: Array(#"{"b":"x"}"#.utf8))?.kind == .noSchema)
    #expect(registry.check(topic: "events", isKey: false, value: Array("x".utf8))?.kind == .malformed)
    #expect(
      registry.check(topic: "other", isKey: false, value: Array(event("Happened", #"{"b":"x"}"#).utf8))?.kind
        == .noSchema)
    #expect(registry.check(topic: "events", isKey: false, value: [])?.kind == .malformed)
  }

  @Test("keys are checked where they have a schema")
  func keys() async throws {
    let registry = try await registered()
    #expect(registry.check(topic: "orders", isKey: true, value: Array("P-1".utf8)) == nil)
    #expect(registry.check(topic: "keyed", isKey: true, value: Array("P-1".utf8))?.kind == .noSchema)
    #expect(registry.check(topic: "keyed", isKey: true, value: framed(4, #""P-1""#)) == nil)
    #expect(registry.check(topic: "keyed", isKey: true, value: framed(4, "1"))?.kind == .invalid)
    #expect(registry.check(topic: "orders", isKey: true, value: framed(1, #"{"a":1}"#))?.kind == .otherSubject)
    #expect(registry.check(topic: "keyed", isKey: false, value: framed(4, #""P-1""#))?.kind == .otherSubject)
  }
}
