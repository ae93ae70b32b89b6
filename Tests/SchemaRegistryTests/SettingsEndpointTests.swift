import JSONBytes
import Testing

@Suite("Endpoints of compatibility and modes")
struct SettingsEndpointTests {
  static let base = #"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#
  /// Reads what the base wrote; not the other way round.
  static let wider =
    #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false}"#
  /// Is read by the base; not the other way round.
  static let narrower = #"{"type":"object","properties":{},"additionalProperties":false}"#
  static let same =
    #"{"title":"same","type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#

  @Test(
    "each level takes and refuses what it says",
    arguments: [
      ("NONE", [wider, narrower, same]), ("BACKWARD", [wider, same]), ("BACKWARD_TRANSITIVE", [wider, same]),
      ("FORWARD", [narrower, same]), ("FORWARD_TRANSITIVE", [narrower, same]), ("FULL", [same]),
      ("FULL_TRANSITIVE", [same]),
    ])
  func levels(_ level: String, _ accepted: [String]) async throws {
    for candidate in [Self.wider, Self.narrower, Self.same] {
      let registry = try TestRegistry()
      _ = try await registry.register("s", Self.base)
      #expect(
        try await registry.put("/config/s", #"{"compatibility":"\#(level)"}"#).text == #"{"compatibility":"\#(level)"}"#
      )
      let isAccepted = accepted.contains(candidate)
      let checked = try await registry.post(
        "/compatibility/subjects/s/versions/latest?verbose=true", TestRegistry.body(candidate))
      #expect(checked["is_compatible"] == .bool(isAccepted), "\(level) \(candidate) \(checked.text)")
      #expect(checked.text.contains("errorType") == !isAccepted)
      let answer = try await registry.register("s", candidate)
      if isAccepted { #expect(answer.status == 200, "\(answer.text)") } else { expectError(answer, 409) }
    }
  }

  @Test("transitive levels look at every version, the others at the latest one")
  func transitive() async throws {
    // Each one reads the one before, and the third does not read the first.
    let chain = [#"{"enum":["a"]}"#, #"{"enum":["a","b"]}"#]
    for (level, isAccepted) in [("BACKWARD", true), ("BACKWARD_TRANSITIVE", false)] {
      let registry = try TestRegistry()
      for schema in chain { _ = try await registry.register("s", schema) }
      _ = try await registry.put("/config/s", #"{"compatibility":"NONE"}"#)
      _ = try await registry.register("s", #"{"enum":["b"]}"#)
      _ = try await registry.put("/config/s", #"{"compatibility":"\#(level)"}"#)
      let answer = try await registry.register("s", #"{"enum":["b","c"]}"#)
      #expect(answer.status == (isAccepted ? 200 : 409), "\(level) \(answer.text)")
      let checked = try await registry.post(
        "/compatibility/subjects/s/versions", TestRegistry.body(#"{"enum":["b","c","d"]}"#))
      #expect(checked["is_compatible"] == .bool(isAccepted))
    }
    for (level, isAccepted) in [("FORWARD", true), ("FORWARD_TRANSITIVE", false)] {
      let registry = try TestRegistry()
      _ = try await registry.put("/config/s", #"{"compatibility":"NONE"}"#)
      for schema in chain { _ = try await registry.register("s", schema) }
      _ = try await registry.put("/config/s", #"{"compatibility":"\#(level)"}"#)
      #expect(try await registry.register("s", #"{"enum":["b"]}"#).status == (isAccepted ? 200 : 409), "\(level)")
    }
  }

  @Test("compatibility is checked without registering")
  func checking() async throws {
    let registry = try TestRegistry()
    let body = TestRegistry.body(Self.base)
    #expect(
      try await registry.post("/compatibility/subjects/none/versions/latest", body).text == #"{"is_compatible":true}"#)
    #expect(try await registry.post("/compatibility/subjects/none/versions", body)["is_compatible"] == .bool(true))
    expectError(try await registry.post("/compatibility/subjects/none/versions/1", body), 40402)
    _ = try await registry.register("s", Self.base)
    expectError(try await registry.post("/compatibility/subjects/s/versions/2", body), 40402)
    expectError(try await registry.post("/compatibility/subjects/s/versions/x", body), 42202)
    expectError(
      try await registry.post("/compatibility/subjects/s/versions/1", TestRegistry.body("{\"type\":1}")), 42201)
    let checked = try await registry.post(
      "/compatibility/subjects/s/versions/1?verbose=true", TestRegistry.body(Self.narrower))
    #expect(checked["is_compatible"] == .bool(false))
    #expect(checked.text.contains("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"))
    #expect(checked.text.contains("oldSchemaVersion: 1"))
    #expect(try await registry.get("/subjects/s/versions").text == "[1]")
    let refused = try await registry.register("s", Self.narrower)
    expectError(refused, 409)
    #expect(refused.text.contains("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"))
  }

  @Test("levels are set for all subjects and for single ones")
  func levelSettings() async throws {
    let registry = try TestRegistry()
    #expect(try await registry.get("/config").text == #"{"compatibilityLevel":"BACKWARD"}"#)
    expectError(try await registry.get("/config/s"), 40408)
    #expect(try await registry.get("/config/s?defaultToGlobal=true").text == #"{"compatibilityLevel":"BACKWARD"}"#)
    #expect(try await registry.put("/config", #"{"compatibility":"full"}"#).text == #"{"compatibility":"FULL"}"#)
    #expect(try await registry.put("/config/s", #"{"compatibility":"NONE","alias":null}"#).status == 200)
    #expect(try await registry.get("/config/s").text == #"{"compatibilityLevel":"NONE"}"#)
    #expect(try await registry.delete("/config/s").text == #"{"compatibilityLevel":"NONE"}"#)
    expectError(try await registry.delete("/config/s"), 40408)
    #expect(try await registry.delete("/config").text == #"{"compatibilityLevel":"FULL"}"#)
    #expect(try await registry.get("/config").text == #"{"compatibilityLevel":"BACKWARD"}"#)
    expectError(try await registry.put("/config", #"{"compatibility":"SOME"}"#), 42203)
    expectError(try await registry.put("/config/s", "{}"), 42203)
    expectError(try await registry.put("/config/s", #"{"compatibility":"FULL","alias":"x"}"#), 422)
  }

  @Test("modes forbid what they say")
  func modes() async throws {
    let registry = try TestRegistry()
    #expect(try await registry.get("/mode").text == #"{"mode":"READWRITE"}"#)
    expectError(try await registry.get("/mode/s"), 40409)
    #expect(try await registry.get("/mode/s?defaultToGlobal=true").text == #"{"mode":"READWRITE"}"#)
    expectError(try await registry.put("/mode", #"{"mode":"SOME"}"#), 42204)
    expectError(try await registry.put("/mode/s", #"{"mode":"READONLY_OVERRIDE"}"#), 42204)
    _ = try await registry.register("s", Self.base)
    #expect(try await registry.put("/mode/s", #"{"mode":"READONLY"}"#).text == #"{"mode":"READONLY"}"#)
    #expect(try await registry.register("s", Self.base).id == 1)
    expectError(try await registry.register("s", Self.wider), 42205)
    expectError(try await registry.delete("/subjects/s"), 42205)
    expectError(try await registry.delete("/subjects/s/versions/1"), 42205)
    expectError(try await registry.put("/config/s", #"{"compatibility":"NONE"}"#), 42205)
    #expect(try await registry.register("t", Self.base).status == 200)
    #expect(try await registry.delete("/mode/s").text == #"{"mode":"READONLY"}"#)
    #expect(try await registry.register("s", Self.wider).status == 200)
    _ = try await registry.put("/mode/s", #"{"mode":"READWRITE"}"#)
    _ = try await registry.put("/mode", #"{"mode":"READONLY"}"#)
    expectError(try await registry.register("t", Self.wider), 42205)
    expectError(try await registry.put("/config", #"{"compatibility":"NONE"}"#), 42205)
    _ = try await registry.put("/mode", #"{"mode":"READONLY_OVERRIDE"}"#)
    expectError(try await registry.delete("/subjects/s"), 42205)
    #expect(try await registry.delete("/mode").text == #"{"mode":"READONLY_OVERRIDE"}"#)
    #expect(try await registry.delete("/subjects/s").status == 200)
  }

  @Test("in mode IMPORT schemas come with their ids, and are not compared")
  func importing() async throws {
    let registry = try TestRegistry()
    expectError(try await registry.register("s", Self.base, members: #","id":7"#), 42205)
    _ = try await registry.register("full", Self.same)
    expectError(try await registry.put("/mode/full", #"{"mode":"IMPORT"}"#), 42205)
    #expect(try await registry.put("/mode/full?force=true", #"{"mode":"IMPORT"}"#).status == 200)
    #expect(try await registry.put("/mode/s", #"{"mode":"IMPORT"}"#).status == 200)
    expectError(try await registry.register("s", Self.base), 42205)
    #expect(try await registry.register("s", Self.base, members: #","id":70,"version":4"#).id == 70)
    #expect(try await registry.get("/subjects/s/versions").text == "[4]")
    #expect(try await registry.register("s", Self.base, members: #","id":70"#).id == 70)
    #expect(try await registry.register("s", Self.narrower, members: #","id":50,"version":2"#).id == 50)
    #expect(try await registry.get("/subjects/s/versions").text == "[2,4]")
    expectError(try await registry.register("s", Self.wider, members: #","id":70"#), 42207)
    expectError(try await registry.register("s", Self.base, members: #","id":71"#), 42207)
    expectError(try await registry.register("s", Self.wider, members: #","id":-5"#), 422)
    expectError(try await registry.register("s", Self.wider, members: #","id":2147483648"#), 422)
    // New ids go on after the greatest one.
    #expect(try await registry.register("t", Self.wider).id == 71)
  }
}
