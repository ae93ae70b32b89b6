import QueryLanguage
import SearchEngine
import Testing

@Suite("Searching")
struct SearchingTests {
  private static let shop: [[Product]] = [
    [
      Product(id: "1", title: "Wireless mouse", body: "A quiet mouse for travel", brand: "Acme", price: 20),
      Product(id: "2", title: "Wireless keyboard", body: "Full size, with number pad", brand: "Acme", price: 50),
    ],
    [
      Product(id: "3", title: "Mouse pad", body: "Soft, for any wireless mouse", brand: "Bolt", price: 9),
      Product(id: "4", title: "Kettle", body: "Steel <b>& glass</b>", brand: "Bolt", price: 35, colour: "red"),
      Product(id: "5", title: "غلاية كهربائية", body: "سعة لترين", price: 40),
    ],
  ]

  private func search(_ asked: SearchRequest) throws -> SearchResponse {
    let folder = try TemporaryFolder()
    return try index(Self.shop, in: folder).search(asked)
  }

  @Test(
    "words, alternatives, exclusions, phrases, beginnings and fields",
    arguments: [
      ("mouse", ["1", "3"]), ("wireless mouse", ["1", "3"]), ("kettle OR keyboard", ["2", "4"]), ("mouse -pad", ["1"]),
      ("\"wireless mouse\"", ["1", "3"]), ("\"mouse wireless\"", []), ("key*", ["2"]), ("title:wireless", ["1", "2"]),
      ("body:wireless", ["3"]), ("MOUSE", ["1", "3"]), ("غلايه", ["5"]), ("", ["1", "2", "3", "4", "5"]),
      ("-mouse", ["2", "4", "5"]),
    ])
  func queries(text: String, ids: [String]) throws {
    var asked = request(text)
    asked.sort = try SortParser.parse("price:desc")
    let known = ["1": 20.0, "2": 50, "3": 9, "4": 35, "5": 40]
    let expected = ids.sorted { (known[$0] ?? 0) > (known[$1] ?? 0) }
    let answer = try search(asked)
    #expect(answer.droppedWords.isEmpty ? answer.ids == expected : expected.isEmpty, "\(answer.ids)")
  }

  @Test("where no document has all the words, the least selective go first, and the answer says so")
  func relaxation() throws {
    let answer = try search(request("wireless kettle"))
    #expect(answer.droppedWords == ["wireless"])
    #expect(answer.ids == ["4"])
    let unknown = try search(request("zzzz keyboard"))
    #expect(unknown.droppedWords == ["zzzz"])
    #expect(unknown.ids == ["2"])
  }

  @Test("synonyms find, and count less than the word itself")
  func synonyms() throws {
    var asked = request("mouse")
    asked.query.groups[0][0].synonyms = ["keyboard"]
    let answer = try search(asked)
    #expect(Set(answer.ids) == ["1", "2", "3"])
    #expect(answer.ids.last == "2")
  }

  @Test("a query whose words are known is never corrected; one edit is")
  func spelling() throws {
    #expect(try search(request("wireless mouse", typos: true)).corrected == nil)
    let answer = try search(request("wireles keybaord", typos: true))
    #expect(answer.corrected == "wireless keyboard")
    #expect(answer.ids == ["2"])
    #expect(try search(request("wireles", typos: false)).ids.isEmpty)
    // Short words and words with digits are left alone: a letter changes what they mean.
    #expect(try search(request("pda", typos: true)).corrected == nil)
  }

  @Test("matches are marked and everything else is escaped")
  func highlights() throws {
    var asked = request("glass steel")
    asked.highlight = ["body"]
    asked.highlightSource = { stored, _ in
      [String(String(decoding: stored, as: UTF8.self).split(separator: "|", omittingEmptySubsequences: false)[1])]
    }
    let html = try #require(try search(asked).hits.first?.highlights.first?.html)
    #expect(html == "<mark>Steel</mark> &lt;b&gt;&amp; <mark>glass</mark>&lt;/b&gt;")
  }

  @Test("collapsed hits show each brand by its best one; hits without brand stand alone")
  func collapsing() throws {
    var asked = SearchRequest()
    asked.collapse = "brand"
    asked.sort = try SortParser.parse("price:asc")
    let answer = try search(asked)
    #expect(answer.ids == ["3", "1", "5"])
    #expect(answer.total == 5)
    #expect(answer.groups == 3)
  }

  @Test("explanations add up to the score")
  func explanations() throws {
    var asked = request("wireless mouse")
    asked.explains = true
    for hit in try search(asked).hits {
      #expect(abs(hit.explanation.reduce(0) { $0 + $1.contribution } - hit.score) < 1e-9)
    }
  }

  @Test("numbers are counted in ranges that hold every one of them once")
  func ranges() throws {
    let folder = try TemporaryFolder()
    let prices: [Double] = [0, 1, 2.5, 3, 4, 5, 5, 6, 7, 8, 9, 9.99, 10, 12, 1_000_000]
    let products = prices.enumerated().map { Product(id: "\($0)", title: "x", price: $1) }
    var asked = SearchRequest()
    asked.facets = [FacetRequest(field: "price")]
    let facet = try #require(try index([products], in: folder).search(asked).facets.first)
    #expect(facet.minimum == 0)
    #expect(facet.maximum == 1_000_000)
    #expect(facet.values.count > 3, "one large value does not push all others into one range")
    for range in facet.values {
      let from = try #require(range.from)
      let to = try #require(range.to)
      #expect(range.count == prices.count { $0 >= from && $0 < to })
    }
    #expect(facet.values.reduce(0) { $0 + $1.count } == prices.count)
  }

  @Test("what a field can't do is an error that names it")
  func errors() throws {
    var facet = SearchRequest()
    facet.facets = [FacetRequest(field: "brnad")]
    #expect(throws: SearchError.unknownField("brnad", suggestion: "brand")) { try search(facet) }
    var sort = SearchRequest()
    sort.sort = [SortKey(field: "title", isDescending: false)]
    #expect(throws: SearchError.self) { try search(sort) }
    var filter = SearchRequest()
    filter.filter = try FilterParser.parse("price = cheap")
    #expect(throws: SearchError.unsuitableValue(field: "price", value: "cheap", expected: "a number")) {
      try search(filter)
    }
    var cursor = SearchRequest()
    cursor.size = 1
    let next = try #require(try search(cursor).nextCursor)
    var other = cursor
    other.sort = try SortParser.parse("price:asc")
    other.cursor = next
    #expect(throws: SearchError.invalidCursor) { try search(other) }
  }
}
