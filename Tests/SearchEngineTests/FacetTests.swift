import QueryLanguage
import SearchEngine
import Testing

@Suite("Facets")
struct FacetTests {
  private func facet(
    _ field: String, of products: [Product], size: Int = 10, order: FacetRequest.Order = .count, filter: Filter = .all
  ) throws -> FacetResult {
    let folder = try TemporaryFolder()
    var asked = SearchRequest()
    asked.facets = [FacetRequest(field: field, size: size, order: order)]
    asked.filter = filter
    return try #require(try index([products], in: folder).search(asked).facets.first)
  }

  @Test("a category is counted at each of its levels, and a product once a level")
  func hierarchy() throws {
    let products = ["Home > Kitchen > Kettles", "Home > Kitchen > Pans", "Home > Garden", "IT", nil]
      .enumerated().map { Product(id: "\($0)", title: "x", category: $1) }
    let facet = try facet("category", of: products)
    let expected = [
      "Home": 3, "Home > Kitchen": 2, "Home > Garden": 1, "Home > Kitchen > Kettles": 1, "Home > Kitchen > Pans": 1,
      "IT": 1,
    ]
    #expect(Dictionary(uniqueKeysWithValues: facet.values.map { ($0.value, $0.count) }) == expected)
    #expect(facet.missing == 1)
    let below = try self.facet(
      "brand", of: products, filter: .comparison("category", .equal, .string("Home > Kitchen")))
    #expect(below.missing == 2)
  }

  @Test("values by their order: numbers by their size, then texts")
  func values() throws {
    let sizes = ["10", "9", "XL", "1.5", "M", "10", "-3", "9", "9", nil]
    let products = sizes.enumerated().map { Product(id: "\($0)", title: "x", colour: $1) }
    let whole = try facet("attributes.colour", of: products, order: .value)
    #expect(whole.values.map(\.value) == ["-3", "1.5", "9", "10", "M", "XL"])
    #expect(whole.values.map(\.count) == [1, 1, 3, 2, 1, 1])
    let first = try facet("attributes.colour", of: products, size: 3, order: .value)
    #expect(first.values == Array(whole.values.prefix(3)) && first.other == 4 && first.missing == 1)
    #expect(try facet("attributes.colour", of: products, size: 2).values.map(\.value) == ["9", "10"])
    #expect(try facet("attributes", of: products, order: .value).values.map(\.value) == ["colour"])
  }

  @Test("values that are left out are counted together")
  func others() throws {
    let products = (0..<20).map { Product(id: "\($0)", title: "x", brand: "brand \($0 % 7)") }
    let whole = try facet("brand", of: products, size: 100)
    for size in 0...8 {
      let part = try facet("brand", of: products, size: size)
      #expect(part.values == Array(whole.values.prefix(size)))
      #expect(part.other == 20 - part.values.reduce(0) { $0 + $1.count })
    }
  }

  @Test("values are found by their beginning, whatever its case")
  func beginnings() throws {
    let folder = try TemporaryFolder()
    let brands = ["Acme", "acorn", "Bolt", "Çelik", "غلاية"]
    let products = brands.enumerated().map { Product(id: "\($0)", title: "x", brand: $1) }
    let snapshot = try index([products], in: folder)
    func values(_ prefix: String, size: Int = 9) throws -> FacetResult {
      try snapshot.facetValues(of: "brand", prefix: prefix, request: SearchRequest(), size: size)
    }
    #expect(Set(try values("AC").values.map(\.value)) == ["Acme", "acorn"])
    #expect(try values("ç").values.map(\.value) == ["Çelik"])
    #expect(try values("غل").values.map(\.value) == ["غلاية"])
    #expect(try values("", size: 2).other == 3)
    #expect(try values("zz").values.isEmpty)
  }

  @Test("what a range counts is what a filter by its bounds finds", arguments: 0..<40 as Range<UInt64>)
  func ranges(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let exponent = [-4, -2, -1, 0, 4, 12].randomElement(using: &generator) ?? 0
    let shift = Bool.random(using: &generator) ? 0 : Int.random(in: -50...50, using: &generator)
    let products = (0..<60).map { number in
      // As decimals are read: the nearest double.
      let price = Double("\(Int.random(in: 0...90, using: &generator) + shift)e\(exponent)")
      return Product(id: "\(number)", title: "x", price: price)
    }
    let folder = try TemporaryFolder()
    let snapshot = try index([products], in: folder)
    var asked = SearchRequest()
    asked.facets = [FacetRequest(field: "price")]
    let facet = try #require(try snapshot.search(asked).facets.first)
    #expect(facet.values.reduce(0) { $0 + $1.count } == 60, "seed \(seed)")
    for range in facet.values {
      let from = try #require(range.from)
      let to = try #require(range.to)
      asked.filter = .and([
        .comparison("price", .greaterOrEqual, .number(from, text: "")),
        .comparison("price", .less, .number(to, text: "")),
      ])
      #expect(try snapshot.search(asked).total == range.count, "seed \(seed): \(from) to \(to)")
      #expect(from.description.filter(\.isNumber).count <= 15, "seed \(seed): \(from) is no round number")
    }
  }

  @Test(
    "numbers of any size are counted",
    arguments: [
      [0.0], [-0.0, 0], [.leastNonzeroMagnitude, 0], [-1e308, 1e308], [1e300, 1e300], [9e18, 9.2e18],
      [-.infinity, 0, .infinity],
      [1e17, 1e17 + 16], [-3, -2, -1], [.leastNormalMagnitude, .greatestFiniteMagnitude],
    ])
  func extremes(prices: [Double]) throws {
    let facet = try facet("price", of: prices.enumerated().map { Product(id: "\($0)", title: "x", price: $1) })
    #expect(facet.values.reduce(0) { $0 + $1.count } == prices.count)
    #expect(facet.minimum == prices.min())
    #expect(facet.maximum == prices.max())
    for (left, right) in zip(facet.values, facet.values.dropFirst()) {
      #expect(try #require(left.to) <= #require(right.from))
    }
  }

  @Test("booleans, dates, live numbers and the names of attributes are counted")
  func kinds() throws {
    let folder = try TemporaryFolder()
    let definition = IndexDefinition(fields: [
      FieldDefinition(name: "new", type: .boolean), FieldDefinition(name: "made", type: .date),
      FieldDefinition(name: "stock", type: .number, isLive: true),
      FieldDefinition(name: "attributes", type: .attributes),
    ])
    let writer = try IndexWriter(directory: folder.path, definition: definition)
    for number in 0..<6 {
      var document = IndexDocument(id: "\(number)", stored: [])
      if number < 5 { document.addBoolean(number < 2, field: 0) }
      document.addDate(Int64(number) * 86_400_000_000, field: 1)
      document.addAttribute("size", Double(number) / 2, field: 3)
      if number == 3 { document.addAttribute("colour", "red", field: 3) }
      writer.put(document)
      if number > 0 { writer.setLive(id: "\(number)", field: 2, value: Double(number)) }
    }
    var asked = SearchRequest()
    asked.facets = ["new", "made", "stock", "attributes", "attributes.size"].map { FacetRequest(field: $0) }
    let facets = try writer.refresh().search(asked).facets
    #expect(facets[0].values.map(\.value) == ["false", "true"])
    #expect(facets[0].values.map(\.count) == [3, 2])
    #expect(facets[0].missing == 1)
    #expect(facets[1].maximum == 432e9)
    #expect(facets[2].missing == 1)
    #expect(facets[3].values.map(\.value) == ["size", "colour"])
    #expect(Set(facets[4].values.map(\.value)) == ["0", "0.5", "1", "1.5", "2", "2.5"])
  }
}
