import ByteCoding
import QueryLanguage
@testable import SearchEngine
import Testing

@Suite("The engine agrees with a naive one")
struct OracleTests {
  static let words = ["kettle", "mouse", "wireless", "blue", "steel", "lamp", "desk", "mouse", "غلاية", "pro2"]
  private static let categories = ["Home", "Home > Kitchen", "Home > Kitchen > Kettles", "IT > Mice"]
  private static let filters = [
    "", "brand = Acme", "brand != Acme", "brand IN [Acme, Bolt]", "price 10 TO 30", "price < 20 AND NOT brand = Bolt",
    "category = \"Home > Kitchen\"", "EXISTS price", "stock > 3", "attributes.colour = red OR price >= 40",
    "NOT (brand = Acme OR stock <= 5)",
  ]

  static func product(_ generator: inout SeededGenerator) -> Product {
    func text(_ range: ClosedRange<Int>, _ generator: inout SeededGenerator) -> String {
      (0..<Int.random(in: range, using: &generator)).map { _ in words.randomElement(using: &generator) ?? "" }
        .joined(separator: " ")
    }
    return Product(
      id: "P-\(Int.random(in: 0..<40, using: &generator))", title: text(1...4, &generator),
      body: text(0...12, &generator), brand: ["Acme", "Bolt", "Çelik", nil].randomElement(using: &generator) ?? nil,
      category: Bool.random(using: &generator) ? categories.randomElement(using: &generator) : nil,
      price: Bool.random(using: &generator) ? Double(Int.random(in: 0..<50, using: &generator)) : nil,
      colour: ["red", "blue", nil].randomElement(using: &generator) ?? nil)
  }

  /// Changes an index and its naive double alike, again and again, with restarts between.
  static func run(
    seed: UInt64, steps: Int, check: (IndexSnapshot, NaiveIndex, inout SeededGenerator) throws -> Void
  )
    throws
  {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    var naive = NaiveIndex()
    for _ in 0..<steps {
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<5:
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          let product = product(&generator)
          writer.put(product.document)
          naive.put(product)
        }
      case 5:
        let id = "P-\(Int.random(in: 0..<40, using: &generator))"
        writer.delete(id: id)
        naive.delete(id)
      case 6...7:
        let id = "P-\(Int.random(in: 0..<40, using: &generator))"
        let stock = Double(Int.random(in: 0..<10, using: &generator))
        #expect(writer.setLive(id: id, field: TestField.stock, value: stock) == (naive.products[id] != nil))
        naive.setStock(id, stock)
      case 8:
        let manifest = try writer.checkpoint()
        if Bool.random(using: &generator) { writer.discardFiles(notIn: manifest) }
        if Bool.random(using: &generator) {
          writer = try IndexWriter.restore(
            directory: folder.path, definition: TestField.definition, manifest: manifest)
        }
      default: break
      }
      if Bool.random(using: &generator) { try check(writer.refresh(), naive, &generator) }
    }
  }

  @Test("hits, scores, totals and order", arguments: 0..<12 as Range<UInt64>)
  func searches(seed: UInt64) throws {
    try Self.run(seed: seed, steps: 60) { snapshot, naive, generator in
      let words = (0..<Int.random(in: 1...2, using: &generator)).compactMap { _ in
        Self.words.randomElement(using: &generator)
      }
      let filterText = Self.filters.randomElement(using: &generator) ?? ""
      var asked = request(words.joined(separator: " "))
      asked.filter = filterText.isEmpty ? .all : try FilterParser.parse(filterText)
      asked.size = 1000
      let expected = naive.scores(of: words).filter { id, _ in
        naive.products[id].map { NaiveIndex.fulfils($0, asked.filter) } ?? false
      }
      // On several threads the segments are shared out, which may not change anything.
      let answer = try SearchWorkers.$forced.withValue([nil, 2, 5].randomElement(using: &generator) ?? nil) {
        try snapshot.search(asked)
      }
      guard answer.droppedWords.isEmpty else {
        #expect(expected.isEmpty, "seed \(seed): \(words) \(filterText)")
        return
      }
      #expect(answer.total == expected.count, "seed \(seed): \(words) \(filterText)")
      #expect(Set(answer.ids) == Set(expected.keys), "seed \(seed): \(words) \(filterText)")
      for hit in answer.hits {
        #expect(abs(hit.score - (expected[hit.id] ?? -1)) < 1e-9, "seed \(seed): \(hit.id) of \(words)")
        #expect(hit.live.first?.value == naive.products[hit.id]?.stock)
      }
      for (left, right) in zip(answer.hits, answer.hits.dropFirst()) {
        #expect((left.score, right.id) > (right.score, left.id), "seed \(seed)")
      }
    }
  }

  @Test("facets count as if their own filter were not there", arguments: 0..<12 as Range<UInt64>)
  func facets(seed: UInt64) throws {
    try Self.run(seed: seed, steps: 50) { snapshot, naive, generator in
      let byBrand = Bool.random(using: &generator)
      var asked = SearchRequest()
      asked.filter = try FilterParser.parse(byBrand ? "brand = Acme AND price < 35" : "category = Home")
      asked.facets = ["brand", "category", "attributes.colour"].map { FacetRequest(field: $0, size: 50) }
      let isByValue = Bool.random(using: &generator)
      if isByValue { for index in asked.facets.indices { asked.facets[index].order = .value } }
      let answer = try snapshot.search(asked)
      let all = Array(naive.products.values)
      for facet in answer.facets {
        let ownFilter = byBrand ? facet.field == "brand" : facet.field == "category"
        let filter: Filter = ownFilter ? (byBrand ? try FilterParser.parse("price < 35") : .all) : asked.filter
        let domain = all.filter { NaiveIndex.fulfils($0, filter) }
        var expected = NaiveIndex.counts(domain, facet.field)
        if isByValue { expected.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) } }
        #expect(facet.values.map(\.value) == expected.map(\.0), "seed \(seed): \(facet.field)")
        #expect(facet.values.map(\.count) == expected.map(\.1), "seed \(seed): \(facet.field)")
        #expect(facet.missing == domain.count { NaiveIndex.texts($0, facet.field).isEmpty }, "seed \(seed)")
      }
    }
  }

  @Test("sorted pages lead through every hit once", arguments: 0..<8 as Range<UInt64>)
  func paging(seed: UInt64) throws {
    try Self.run(seed: seed, steps: 40) { snapshot, naive, generator in
      var asked = SearchRequest()
      asked.sort = try SortParser.parse(
        ["price:asc", "brand:desc,price:asc", "stock:desc"].randomElement(using: &generator) ?? "")
      asked.size = Int.random(in: 1...7, using: &generator)
      var ids: [String] = []
      repeat {
        let page = try snapshot.search(asked)
        ids += page.ids
        asked.cursor = try page.nextCursor.map { try #require(Cursor(bytes: $0.bytes)) }
      } while asked.cursor != nil
      #expect(ids.count == naive.products.count, "seed \(seed)")
      #expect(Set(ids) == Set(naive.products.keys), "seed \(seed)")
      guard asked.sort[0].field == "price" else { return }
      let prices = ids.map { naive.products[$0]?.price ?? .infinity }
      #expect(prices == prices.sorted(), "seed \(seed)")
    }
  }

  @Test("the checksum tells content, not how it came to be", arguments: 0..<6 as Range<UInt64>)
  func checksums(seed: UInt64) throws {
    try Self.run(seed: seed, steps: 40) { snapshot, naive, _ in
      let folder = try TemporaryFolder()
      let anew = try index([naive.products.values.sorted { $0.id < $1.id }], in: folder)
      #expect(anew.checksum == snapshot.checksum, "seed \(seed)")
      #expect(anew.documentCount == snapshot.documentCount)
      for product in naive.products.values {
        #expect(snapshot.document(id: product.id)?.stored == product.document.stored)
      }
    }
  }
}
