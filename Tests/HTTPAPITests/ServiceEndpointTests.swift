import HTTPTypes
import JSONBytes
import Testing

@testable import HTTPAPI

@Suite("The service's own endpoints, and what all have in common")
struct ServiceEndpointTests {
  @Test("the OpenAPI document names every endpoint, and every reference in it leads somewhere")
  func openAPI() async throws {
    try await TestServer.run { server in
      let answer = try await server.get("/openapi.json")
      #expect(try answer.value("openapi") == .string("3.1.0"))
      for route in Routes.all {
        _ = try answer.value("paths", route.path, route.method.rawValue.lowercased(), "operationId")
      }
      guard case .object(let schemas) = try answer.value("components", "schemas") else {
        throw Unexpected(reason: "none")
      }
      for reference in answer.text.split(separator: "\"#/components/schemas/").dropFirst() {
        let name = String(reference.prefix { $0 != "\"" })
        #expect(schemas[name] != nil, "\(name)")
      }
      let tag = try #require(answer.header("ETag"))
      let again = try await server.get("/openapi.json", headers: [.ifNoneMatch: tag])
      #expect(again.status == 304)
    }
  }

  @Test("another method is refused with those that are allowed; another path with the nearest one")
  func methodsAndPaths() async throws {
    try await TestServer.run { server in
      let wrongMethod = try await server.send(.delete, "/v1/events")
      #expect(try expectProblem(wrongMethod, 405) == "method-not-allowed")
      #expect(wrongMethod.header("Allow")?.contains("POST") == true)
      let wrongPath = try await server.get("/v1/serch")
      #expect(try expectProblem(wrongPath, 404) == "not-found")
      #expect(wrongPath.text.contains("did you mean /v1/search?"))
      let head = try await server.send(.head, "/v1/search")
      #expect(head.status == 200)
      #expect(head.bytes.isEmpty)
    }
  }

  @Test("every answer carries its request's id, and takes part in its trace")
  func identity() async throws {
    try await TestServer.run { server in
      let id = try #require(HTTPField.Name("X-Request-Id"))
      let parent = try #require(HTTPField.Name("traceparent"))
      let answer = try await server.get(
        "/healthz", headers: [id: "abc-1", parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
      #expect(answer.header("X-Request-Id") == "abc-1")
      #expect(answer.header("traceresponse")?.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") == true)
      let made = try await server.get("/healthz", headers: [id: "no spaces, please"])
      #expect(made.header("X-Request-Id")?.count == 32)
    }
  }

  @Test("limits on addresses and header fields are problems, not failures")
  func limits() async throws {
    try await TestServer.run { server in
      let long = String(repeating: "a", count: 61_000)
      #expect(try expectProblem(await server.get("/v1/search?q=" + long), 414) == "target-too-long")
      let name = try #require(HTTPField.Name("X-Long"))
      let field = String(repeating: "a", count: 40_000)
      #expect(try expectProblem(await server.get("/healthz", headers: [name: field]), 431) == "headers-too-large")
      let query = String(repeating: "%D8%BA", count: 600)
      #expect(try expectProblem(await server.get("/v1/search?q=" + query), 400) == "invalid-parameter")
    }
  }

  @Test(
    "pages come with a policy that loads nothing from elsewhere; nothing outside them is served",
    arguments: [
      "/../Package.swift", "/assets/../../Package.swift", "/assets/%2e%2e/%2e%2e/Package.swift", "/assets/none.js",
      "/dashboards/README.md", "/assets/",
    ])
  func pages(outside: String) async throws {
    try await TestServer.run { server in
      let page = try await server.get("/")
      #expect(page.status == 200)
      #expect(page.header("Content-Security-Policy")?.contains("default-src 'self'") == true)
      #expect(page.header("X-Content-Type-Options") == "nosniff")
      #expect(try await server.get("/dashboards/").text.contains("<html"))
      try expectProblem(await server.get(outside), 404)
    }
  }

  @Test("lag, rebuilds, generations, metrics and version")
  func operation() async throws {
    try await TestServer.run(products: [product("P-1", "Mouse")]) { server in
      let lag = try await server.get("/v1/monitoring/lag")
      #expect(try lag.value("models", "0", "lag") == .integer(1))
      #expect(try lag.value("models", "0", "partitions", "0", "end") == .integer(1))
      #expect(try lag.value("dead_letters", "orders") == .integer(2))
      let started = try await server.post("/v1/admin/rebuilds", #"{"verify":true}"#)
      #expect(started.status == 202)
      #expect(try await server.get("/v1/admin/rebuilds/r-1").value("state") == .string("done"))
      try expectProblem(await server.get("/v1/admin/rebuilds/r-2"), 404)
      #expect(
        try expectProblem(await server.post("/v1/admin/rebuilds", #"{"activate":true}"#), 409) == "rebuild-running")
      #expect(try await server.get("/v1/admin/generations").value("items", "0", "live") == .bool(true))
      #expect(try await server.get("/version").value("version") == .string("1.2.3"))
      let metrics = try await server.get("/metrics")
      let counted = metrics.text.split(separator: "\n").filter { $0.hasPrefix("xopix_http_requests_total{") }
      #expect(counted.contains { $0.contains("/v1/monitoring/lag") && $0.hasSuffix(" 1") }, "\(counted)")
    }
  }
}
