import HTTPTypes
import JSONBytes
import Testing

@Suite("Analytics and fraud endpoints")
struct ModelEndpointTests {
  private static let orders = [
    event(
      "OrderCreated", id: "o-1", time: "2026-11-22T10:00:10Z",
      #""order_id":"O-1","total":10.10,"currency":"USD","country":"SA""#),
    event(
      "OrderCreated", id: "o-2", time: "2026-11-22T10:00:50Z",
      #""order_id":"O-2","total":0.2,"currency":"USD","country":"US""#),
    event(
      "OrderCreated", id: "o-3", time: "2026-11-22T11:00:00Z",
      #""order_id":"O-3","total":5,"currency":"USD","country":"SA""#),
  ]

  @Test("views are listed, read by time, joined by step, and exported")
  func views() async throws {
    try await TestServer.run(products: Self.orders) { server in
      let list = try await server.get("/v1/analytics/views")
      #expect(list.text.contains("\"revenue_per_minute\""))
      let all = try await server.get("/v1/analytics/views/revenue_per_minute")
      #expect(try all.value("rows", "0") == JSONValue.parse(Array(#"["2026-11-22T10:00:00Z","USD",2,"10.30"]"#.utf8)))
      #expect(try all.value("columns", "3", "type") == .string("decimal"))
      let hours = try await server.get("/v1/analytics/views/revenue_per_minute?step=1h&from=2026-11-22T11:00:00Z")
      #expect(try hours.value("rows") == JSONValue.parse(Array(#"[["2026-11-22T11:00:00Z","USD",1,"5.00"]]"#.utf8)))
      let sum = try await server.get("/v1/analytics/views/revenue_per_day?step=all&by=country&top=1")
      #expect(try sum.value("rows") == JSONValue.parse(Array(#"[["2026-11-22T00:00:00Z","SA",2,"15.10"]]"#.utf8)))
      let csv = try await server.get("/v1/analytics/views/revenue_per_minute?format=csv")
      #expect(csv.text.hasPrefix("window_start,currency,orders,revenue\r\n2026-11-22T10:00:00Z,USD,2,10.30\r\n"))
    }
  }

  @Test(
    "wrong questions to a view name their parameter",
    arguments: [
      ("step=90s", "/step"), ("step=soon", "/step"), ("by=colour", "/by"), ("from=yesterday", "/from"),
      ("top=0", "/top"),
      ("format=xml", "/format"), ("limit=3", "/limit"),
    ])
  func wrongQuestions(query: String, pointer: String) async throws {
    try await TestServer.run { server in
      let answer = try await server.get("/v1/analytics/views/revenue_per_minute?" + query)
      try expectProblem(answer, 400)
      #expect(try answer.value("errors", "0", "pointer") == .string(pointer))
      #expect(try expectProblem(await server.get("/v1/analytics/views/revenue_per_minutes"), 404) == "unknown-view")
    }
  }

  @Test("a stream begins with a snapshot of each view asked for, and ends when the server drains")
  func stream() async throws {
    try await TestServer.run(products: Self.orders) { server in
      let answer = try await server.get("/v1/analytics/stream?views=revenue_per_minute,top_products")
      #expect(answer.header("Content-Type") == "text/event-stream")
      let lines = answer.text.split(separator: "\n")
      #expect(lines.count { $0 == "event: snapshot" } == 2)
      let data = try #require(lines.first { $0.hasPrefix("data: ") }).dropFirst(6)
      guard case .object(let snapshot) = try JSONValue.parse(Array(data.utf8)) else {
        throw Unexpected(reason: "no object")
      }
      #expect(snapshot["view"] == .string("revenue_per_minute"))
      let id = try #require(lines.first { $0.hasPrefix("id: ") }).dropFirst(4)
      let name = try #require(HTTPField.Name("Last-Event-ID"))
      let resumed = try await server.get("/v1/analytics/stream?views=revenue_per_minute", headers: [name: String(id)])
      #expect(!resumed.text.contains("event:"), "nothing has changed since")
      #expect(try expectProblem(await server.get("/v1/analytics/stream?views=nope"), 404) == "unknown-view")
    }
  }

  @Test("a payment is scored with reasons; one that was seen keeps its decision")
  func fraud() async throws {
    try await TestServer.run { server in
      for number in 1...6 {
        let payment = event(
          "PaymentFailed", id: "p-\(number)", time: "2026-11-22T23:00:0\(number)Z",
          #""payment_id":"PAY-\#(number)","amount":1,"currency":"USD","card":"tok-\#(number)","device":"D-1""#)
        #expect(try await server.post("/v1/events", payment).status == 202)
      }
      let scored = try await server.post(
        "/v1/fraud/score", #"{"payment_id":"PAY-9","amount":10,"currency":"USD","card":"tok-9","device":"D-1"}"#)
      #expect(scored.status == 200)
      #expect(try scored.value("decision") == .string("block"))
      #expect(try scored.value("reasons", "0", "code") == .string("device-many-cards"))
      for member in ["value", "baseline", "contribution", "detail"] { _ = try scored.value("reasons", "0", member) }
      let clean = try await server.post("/v1/fraud/score", #"{"payment_id":"PAY-10","amount":10,"card":"tok-x"}"#)
      #expect(try clean.value("decision") == .string("allow"))
      let known = try await server.post("/v1/fraud/score", #"{"payment_id":"PAY-1","amount":10,"device":"D-1"}"#)
      #expect(try known.value("decision") == .string("allow"))
      let page = try await server.get("/v1/fraud/decisions?size=4")
      #expect(try page.value("items", "0", "payment_id") == .string("PAY-6"))
      guard case .string(let cursor) = try page.value("next_cursor") else { throw Unexpected(reason: "no cursor") }
      let rest = try await server.get("/v1/fraud/decisions?size=4&cursor=\(cursor)")
      #expect(try rest.value("items", "0", "payment_id") == .string("PAY-2"))
      #expect(try rest.value("next_cursor") == .null)
    }
  }

  @Test(
    "what is no payment is a problem that names the field",
    arguments: [
      (#"{"amount":1}"#, "/payment_id"), (#"{"payment_id":"X"}"#, "/amount"),
      (#"{"payment_id":"X","amount":"lots"}"#, "/amount"),
      (#"{"payment_id":5,"amount":1}"#, "/payment_id"), ("[]", ""),
      (#"{"payment_id":"X","amount":1,"card":"4111111111111111"}"#, "/card"),
    ])
  func wrongPayments(body: String, pointer: String) async throws {
    try await TestServer.run { server in
      let answer = try await server.post("/v1/fraud/score", body)
      try expectProblem(answer, 400)
      #expect(try answer.value("errors", "0", "pointer") == .string(pointer))
    }
  }
}
