import HTTPTypes
import JSONBytes
import Projections
import RecordBatches
import Testing

@Suite("Publishing over HTTP")
struct EventEndpointTests {
  private static let order = event(
    "OrderCreated", id: "o-1",
    #""order_id":"O-1","items":[{"product_id":"P-1","quantity":2,"unit_price":9.99}],"total":19.98,"currency":"USD""#)

  @Test("accepted events have a position, which reads can wait for")
  func accepted() async throws {
    try await TestServer.run { server in
      let answer = try await server.post("/v1/events", "[\(Self.order),\(product("P-1", "Mouse"))]")
      #expect(answer.status == 202)
      #expect(try answer.value("accepted") == .integer(2))
      guard case .string(let token) = try answer.value("position") else { throw Unexpected(reason: "no position") }
      let name = try #require(HTTPField.Name("Xopix-Min-Position"))
      let found = try await server.get("/v1/search?q=mouse", headers: [name: token])
      #expect(try found.value("total", "value") == .integer(1))
      var later = try #require(Position(token: token))
      later.advance(TopicPartition(topic: "orders", partition: 0), to: Offset(rawValue: 99))
      let tooEarly = try await server.get("/v1/search", headers: [name: later.token])
      #expect(try expectProblem(tooEarly, 503) == "not-yet-visible")
      #expect(tooEarly.header("Retry-After") != nil)
      #expect(try expectProblem(await server.get("/v1/search", headers: [name: "junk"]), 400) == "invalid-position")
    }
  }

  @Test("one bad event refuses the whole request, naming each by index")
  func refused() async throws {
    try await TestServer.run { server in
      let bad = event("OrderCreated", id: "o-2", #""order_id":"O-2","total":"much""#)
      let typeless = #"{"specversion":"1.0","id":"x","source":"/t","data":{}}"#
      let answer = try await server.post("/v1/events", "[\(Self.order),\(bad),\(typeless)]")
      #expect(try expectProblem(answer, 400) == "invalid-event")
      #expect(try answer.value("errors", "0", "index") == .integer(1))
      #expect(try answer.value("errors", "1", "index") == .integer(2))
      #expect(try await server.get("/v1/analytics/views/revenue_per_day").value("rows") == .array([]))
    }
  }

  @Test("a card number is refused and not repeated")
  func cardNumber() async throws {
    try await TestServer.run { server in
      let card = event("PaymentProcessed", id: "p-1", #""payment_id":"X","amount":1,"card":"4111 1111 1111 1111""#)
      let answer = try await server.post("/v1/events", card)
      try expectProblem(answer, 400)
      #expect(!answer.text.contains("4111"))
      #expect(try answer.value("errors", "0", "pointer") == .string("/data/card"))
    }
  }

  @Test("the same idempotency key gets the same answer, and refuses another body")
  func idempotency() async throws {
    try await TestServer.run { server in
      let name = try #require(HTTPField.Name("Idempotency-Key"))
      let first = try await server.post("/v1/events", Self.order, headers: [name: "k-1"])
      let again = try await server.post("/v1/events", Self.order, headers: [name: "k-1"])
      #expect(first.status == 202)
      #expect(again.status == 202)
      #expect(first.bytes == again.bytes)
      #expect(again.header("Idempotency-Replayed") == "true")
      let other = try await server.post("/v1/events", product("P-9", "Other"), headers: [name: "k-1"])
      #expect(try expectProblem(other, 422) == "idempotency-key-reused")
      let rows = try await server.get("/v1/analytics/views/revenue_per_day?step=all").value("rows", "0")
      guard case .array(let row) = rows else { throw Unexpected(reason: "no row") }
      #expect(row.contains(.integer(1)))
    }
  }

  @Test(
    "a body that is none, or of another type, is a problem",
    arguments: [
      ("", "application/json", 400), ("{", "application/json", 400), ("[]", "application/json", 400),
      ("3", "application/json", 400), ("<a/>", "text/xml", 415), ("{}", "", 415),
      ("[{}]", "application/cloudevents+json", 400), ("{}", "application/cloudevents-batch+json", 400),
    ])
  func bodies(body: String, type: String, status: Int) async throws {
    try await TestServer.run { server in
      try expectProblem(await server.post("/v1/events", body, type: type), status)
    }
  }

  @Test("when the log takes nothing, the client may try again")
  func unavailable() async throws {
    try await TestServer.run { server in
      server.readSide.fail(because: "the disk is full at /secret/path")
      let answer = try await server.post("/v1/events", Self.order)
      #expect(try expectProblem(answer, 503) == "storage-unavailable")
      #expect(answer.header("Retry-After") != nil)
      #expect(!answer.text.contains("secret"))
      try expectProblem(await server.get("/readyz"), 503)
      #expect(try await server.get("/healthz").status == 200)
    }
  }
}
