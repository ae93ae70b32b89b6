import HTTPTypes
import JSONBytes
import Testing

@Suite("The search endpoints")
struct SearchEndpointTests {
  private static let shop = [
    product("P-1", "Wireless Mouse", #""brand":"HP","price":19.90,"currency":"USD","categories":["IT","Mice"]"#),
    product("P-2", "Wireless Keyboard", #""brand":"HP","price":49,"currency":"USD","categories":["IT","Keyboards"]"#),
    product(
      "P-3", "Mechanical Keyboard <b>",
      #""brand":"Acme","price":120.5,"currency":"USD","categories":["IT","Keyboards"]"#),
    product("P-4", "Kettle", #""translations":{"ar":{"title":"غلاية كهربائية"}}"#),
    product("P-5", "Hidden Mouse", #""status":"draft""#),
  ]

  @Test("a search has the members of the contract")
  func membersOfAnAnswer() async throws {
    try await TestServer.run(products: Self.shop) { server in
      let answer = try await server.get(
        "/v1/search?q=wireles%20mouse&facets=brand,price,category&highlight=title&size=1")
      #expect(answer.status == 200)
      #expect(try answer.value("query", "text") == .string("wireles mouse"))
      #expect(try answer.value("query", "corrected") == .string("wireless mouse"))
      #expect(try answer.value("query", "language") == .string("en"))
      #expect(try answer.value("total", "value") == .integer(1))
      #expect(try answer.value("total", "relation") == .string("eq"))
      #expect(try answer.value("hits", "0", "id") == .string("P-1"))
      #expect(
        try answer.value("hits", "0", "highlights", "title") == .string("<mark>Wireless</mark> <mark>Mouse</mark>"))
      #expect(try answer.value("facets", "brand", "type") == .string("terms"))
      #expect(try answer.value("facets", "brand", "values", "0", "value") == .string("HP"))
      #expect(try answer.value("facets", "price", "type") == .string("range"))
      #expect(try answer.value("facets", "category", "values", "0", "value") == .string("IT"))
      #expect(try answer.value("generation") == .string("g-000001"))
      #expect(answer.header("Xopix-Position")?.isEmpty == false)
    }
  }

  @Test("a query and the same search as a body have the same hits")
  func queryAndBody() async throws {
    try await TestServer.run(products: Self.shop) { server in
      let byQuery = try await server.get(
        "/v1/search?q=keyboard&filter=brand%20%3D%20HP&facets=brand&sort=price:asc&size=5")
      let byBody = try await server.post(
        "/v1/search",
        #"{"q":"keyboard","filter":"brand = HP","facets":["brand"],"sort":"price:asc","size":5}"#)
      #expect(byBody.status == 200)
      #expect(try byQuery.value("hits") == byBody.value("hits"))
      #expect(try byQuery.value("facets") == byBody.value("facets"))
      // The filtered facet is counted as if its own filter were not there.
      #expect(try byQuery.value("total", "value") == .integer(1))
      #expect(try byQuery.value("facets", "brand", "values", "1", "value") == .string("HP"))
    }
  }

  @Test("cursors lead through every hit once")
  func paging() async throws {
    try await TestServer.run(products: Self.shop) { server in
      var ids: [String] = []
      var next: String? = ""
      while let cursor = next {
        let answer = try await server.get(
          "/v1/search?sort=price:asc&size=1" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
        guard case .string(let id) = try answer.value("hits", "0", "id") else { break }
        ids.append(id)
        next = if case .string(let token) = try answer.value("next_cursor") { token } else { nil }
      }
      #expect(ids == ["P-1", "P-2", "P-3", "P-4"])
    }
  }

  @Test("patterns, misspelt words, words nearby, a least number of words and boosts")
  func queryLanguage() async throws {
    try await TestServer.run(products: Self.shop) { server in
      func ids(_ query: String) async throws -> [String] {
        let answer = try await server.get("/v1/search?typo=off&" + query)
        guard case .integer(let total) = try answer.value("total", "value") else { return [] }
        return try (0..<Int(total)).map { index in
          guard case .string(let id) = try answer.value("hits", "\(index)", "id") else { return "" }
          return id
        }
      }
      #expect(try await ids("q=mo*se") == ["P-1"])
      #expect(try await ids("q=keybo?rds&sort=price:asc") == ["P-2", "P-3"])
      #expect(try await ids("q=kettel~1") == ["P-4"])
      #expect(try await ids("q=kettel~0").isEmpty)
      #expect(try await ids("q=%22mouse%20wireless%22~2") == ["P-1"])
      #expect(try await ids("q=%22mouse%20wireless%22").isEmpty)
      #expect(try await ids("q=wireless%20mouse%20kettle&match=2") == ["P-1"])
      #expect(try await Set(ids("q=mouse%20kettle&match=1")) == ["P-1", "P-4"])
      #expect(try await ids("boost=price:9:saturation:10").first == ids("sort=price:desc").first)
      let explained = try await server.get("/v1/search?q=mouse&boost=price:1:at_least:0&explain=true")
      #expect(try explained.value("hits", "0", "boosts", "0", "factor") == .integer(2))
    }
  }

  @Test("several searches are answered in their order")
  func multiSearch() async throws {
    try await TestServer.run(products: Self.shop) { server in
      let answer = try await server.post("/v1/multi-search", #"{"searches":[{"q":"kettle"},{"q":"mouse","size":1}]}"#)
      #expect(answer.status == 200)
      #expect(try answer.value("results", "0", "hits", "0", "id") == .string("P-4"))
      #expect(try answer.value("results", "1", "hits", "0", "id") == .string("P-1"))
      try expectProblem(await server.post("/v1/multi-search", #"{"searches":[{"q":"x"},{"siez":3}]}"#), 400)
      let many = "{\"searches\":[" + Array(repeating: "{}", count: 51).joined(separator: ",") + "]}"
      try expectProblem(await server.post("/v1/multi-search", many), 400)
    }
  }

  @Test("a product is found by its Arabic title, and shown with its stock")
  func products() async throws {
    try await TestServer.run(products: Self.shop) { server in
      let found = try await server.get("/v1/search?q=%D8%BA%D9%84%D8%A7%D9%8A%D9%87")
      #expect(try found.value("hits", "0", "id") == .string("P-4"))
      #expect(try found.value("query", "language") == .string("ar"))
      let stock = event("InventoryUpdated", id: "s-1", #""product_id":"P-1","available":3,"warehouse":"W""#)
      #expect(try await server.post("/v1/events", stock).status == 202)
      let one = try await server.get("/v1/products/P-1")
      #expect(try one.value("stock", "available") == .integer(3))
      #expect(try one.value("price") == JSONValue.parse(Array("19.90".utf8)))
      #expect(try await server.get("/v1/products/P-1/similar").value("hits", "0", "id") == .string("P-2"))
      #expect(try expectProblem(await server.get("/v1/products/nope"), 404) == "unknown-product")
    }
  }

  @Test("suggestions, spelling and facet values")
  func suggestions() async throws {
    try await TestServer.run(products: Self.shop) { server in
      let offers = try await server.get("/v1/autocomplete?q=keyb")
      #expect(try offers.value("products", "0", "title") == .string("Wireless Keyboard"))
      #expect(try offers.value("products", "1", "title") == .string("Mechanical Keyboard <b>"))
      #expect(try offers.value("categories", "0", "value") == .string("IT > Keyboards"))
      let spelling = try await server.get("/v1/spell?q=keybord")
      #expect(try spelling.value("corrected") == .string("keyboard"))
      #expect(try spelling.value("suggestions", "0", "distance") == .integer(1))
      #expect(try await server.get("/v1/spell?q=keyboard").value("corrected") == .null)
      let brands = try await server.get("/v1/facets/brand?prefix=a")
      #expect(try brands.value("values", "0", "value") == .string("Acme"))
    }
  }

  @Test(
    "what a search can't mean is a problem that names the parameter",
    arguments: [
      ("size=ten", "/size"), ("size=1001", "/size"), ("size=-1", "/size"), ("siez=3", "/siez"), ("q=a&q=b", "/q"),
      ("filter=brand%20%3D", "/filter"), ("filter=nofield%20%3D%201", "/filter"), ("filter=title%20%3D%20x", "/filter"),
      ("sort=price:up", "/sort"), ("sort=title", "/sort"), ("facets=nofield", "/facets"), ("facets=,", "/facets"),
      ("highlight=price", "/highlight"), ("cursor=AAAA", "/cursor"), ("typo=maybe", "/typo"), ("lang=xx", "/lang"),
      ("match=most", "/match"), ("match=101%25", "/match"), ("boost=price", "/boost"),
      ("boost=brand:1:at_least:1", "/boost"),
      ("boost=nofield:1:at_least:1", "/boost"), ("boost=price:-1:at_least:1", "/boost"),
      ("collapse=nofield", "/collapse"), ("explain=yes", "/explain"), ("index=orders", "/index"), ("q=%FF", "/q"),
    ])
  func wrongParameters(query: String, pointer: String) async throws {
    try await TestServer.run(products: Self.shop) { server in
      let answer = try await server.get("/v1/search?" + query)
      try expectProblem(answer, 400)
      #expect(try answer.value("errors", "0", "pointer") == .string(pointer))
    }
  }

  @Test("a misspelt parameter is refused with a suggestion")
  func suggestionForParameter() async throws {
    try await TestServer.run { server in
      let answer = try await server.get("/v1/search?facet=brand")
      #expect(answer.text.contains("did you mean facets?"))
      let unknownGeneration = try await server.get("/v1/search?generation=g-000009")
      #expect(try expectProblem(unknownGeneration, 404) == "unknown-generation")
    }
  }
}
