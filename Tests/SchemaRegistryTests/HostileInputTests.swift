import Foundation
import HTTPTypes
import JSONBytes
import SchemaRegistry
import Testing

@Suite("Hostile requests to the registry")
struct HostileInputTests {
  @Test("requests that are none get a code and a message")
  func malformed() async throws {
    let registry = try TestRegistry()
    let path = "/subjects/s/versions"
    for body in ["", "{", "[]", "5", "null", "{\"schema\":\"\u{1}\"", String(repeating: "[", count: 50_000)] {
      expectError(try await registry.post(path, body), 400)
    }
    expectError(try await registry.send(.post, path, [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400)
    for body in [
      "{}", #"{"schema":null}"#, #"{"schema":"","schemaType":"JSON"}"#, #"{"schema":"  ","schemaType":"JSON"}"#,
    ] {
      expectError(try await registry.post(path, body), 42201)
    }
    for body in [
      #"{"schema":5}"#, #"{"schema":"{}","schemaType":5}"#, #"{"schema":"{}","references":5}"#,
      #"{"schema":"{}","id":"x"}"#,
      #"{"schema":"{}","version":1.5}"#,
    ] { expectError(try await registry.post(path, body), 422) }
    for members in [#","ruleSet":{"domainRules":[{"name":"x"}]}"#, #","metadata":{"properties":{"a":"b"}}"#] {
      expectError(try await registry.register("s", "{}", members: members), 42201)
    }
    #expect(try await registry.register("s", "{}", members: #","metadata":null,"ruleSet":{"domainRules":[]}"#).id == 1)
    for schema in ["{", "{}{}", "nonsense", "\"\\ud800\"", #"{"type":"nothing"}"#, ##"{"$ref":"#"}"##, "[]"] {
      expectError(try await registry.register("t", schema), 42201)
    }
    expectError(try await registry.register("t", String(repeating: "[", count: 10_000)), 42201)
    expectError(try await registry.send(.post, path, Array("{}".utf8), type: "text/xml"), 415)
    #expect(
      try await registry.send(.post, path, Array(TestRegistry.body("{}").utf8), type: "application/json; charset=utf-8")
        .id == 1)
    expectError(try await registry.get("/subjects?limit=many"), 404)
    expectError(try await registry.get("/subjects?%ZZ"), 400)
    expectError(try await registry.get("/nonsense"), 404)
    expectError(try await registry.get("/subjects/a/b/c/d/e"), 404)
    let refused = try await registry.put("/subjects", "{}")
    expectError(refused, 405)
    #expect(refused.headers[.allow] == "GET")
  }

  @Test("a body of 1 MB is taken, one more byte is not")
  func large() async throws {
    let registry = try TestRegistry()
    let frame = TestRegistry.body(#"{"description":"@"}"#)
    let fill = (1 << 20) - frame.utf8.count + 1
    let body = frame.replacingOccurrences(of: "@", with: String(repeating: "x", count: fill))
    #expect(body.utf8.count == 1 << 20)
    expectError(try await registry.post("/subjects/s/versions", body + " "), 413)
    #expect(try await registry.post("/subjects/s/versions", body).id == 1)
    #expect(try await registry.post("/subjects/s/versions?normalize=true", body).id == 1)
  }

  @Test("schemas that are made to cost much are refused or compared before long", .timeLimit(.minutes(10)))
  func costly() async throws {
    // Where the cost grew with the square of these sizes or worse, this would take hours.
    let registry = try TestRegistry()
    let clock = ContinuousClock()
    let wide =
      "{\"maxProperties\":@,\"properties\":{" + (0..<9000).map { "\"p\($0)\":{}" }.joined(separator: ",") + "}}"
    let references =
      "{\"maxProperties\":@," + (0..<9000).map { "\"$\($0)\":{}" }.joined(separator: ",") + ",\"allOf\":["
      + (0..<900).map { "{\"$ref\":\"#/$\($0 * 10)\"}" }.joined(separator: ",") + "]}"
    let patterns =
      "{\"maxProperties\":@,\"patternProperties\":{" + (0..<300).map { "\"(a*)*b{\($0)}\":{}" }.joined(separator: ",")
      + "},"
      + "\"properties\":{" + (0..<300).map { "\"\(String(repeating: "a", count: $0))\":{}" }.joined(separator: ",")
      + "}}"
    let tangle =
      "{\"$ref\":\"#/definitions/a0\",\"definitions\":{"
      + (0..<60).map {
        ##""a\##($0)":{"anyOf":[{"items":{"$ref":"#/definitions/a\##($0 + 1)"}},{"$ref":"#/definitions/a\##($0 + 1)"}]}"##
      }
      .joined(separator: ",") + ",\"a60\":{\"minimum\":@}}}"
    for schema in [wide, references, patterns, tangle] {
      let duration = try await clock.measure {
        for value in ["1", "2"] {
          let text = schema.replacingOccurrences(of: "@", with: value)
          let answer = try await registry.register("s\(schema.utf8.count)", text)
          // The second one is compared with the first.
          #expect([200, 409].contains(answer.status), "\(answer.text.prefix(300))")
        }
      }
      print("costly schema of \(schema.utf8.count) bytes: \(duration)")
    }
    let huge = String(repeating: "9", count: 100_000)
    #expect(try await registry.register("n", "{\"maximum\":\(huge),\"minimum\":-1e\(huge)}").status == 200)
    #expect(try await registry.register("n", "{\"maximum\":\(huge)0}").status == 200)
  }

  @Test("random damage to requests is answered, and the registry goes on")
  func damageProperty() async throws {
    let seed =
      ProcessInfo.processInfo.environment["XOPIX_SEED"].flatMap(UInt64.init)
      ?? UInt64(Date().timeIntervalSince1970 * 1000) % 1_000_000
    print("damaged requests: XOPIX_SEED=\(seed)")
    var state = seed
    func below(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let registry = try TestRegistry()
    let good = Array(
      TestRegistry.body(
        ##"{"type":"object","properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"pattern":"^a+$"}}}"##,
        members: #","references":[],"id":-1"#
      ).utf8)
    let paths = [
      "/subjects/s/versions", "/subjects/s", "/compatibility/subjects/s/versions/latest?verbose=true",
      "/subjects/s/versions?normalize=true",
    ]
    for _ in 0..<600 {
      var body = good
      for _ in 0...below(3) {
        switch below(3) {
        case 0: body[below(body.count)] = UInt8(below(256))
        case 1: body.remove(at: below(body.count))
        default: body.insert(Array("{}[]\",:\\#".utf8)[below(9)], at: below(body.count))
        }
      }
      let answer = try await registry.send(.post, paths[below(paths.count)], body)
      #expect(
        [200, 400, 404, 409, 422].contains(answer.status), "\(String(decoding: body, as: UTF8.self)): \(answer.text)")
    }
    #expect(try await registry.get("/subjects/s/versions").status == 200)
  }
}
