import JSONBytes
import ShopEvents
import Testing

@testable import WriteSide

@Suite("The generated catalogue")
struct CatalogueGeneratorTests {
  static let base: [JSONValue] = [
    #"{"product_id":"OWN-1","title":"Copper kettle","price":19.90,"categories":["Home","Kettles"],"translations":{"ar":{"title":"غلاية نحاسية"}}}"#,
    #"{"specversion":"1.0","type":"ProductCreated","data":{"product_id":"OWN-2","title":"Blue mug","price":4.5}}"#,
    #"{"title":"no id"}"#, #"[1]"#,
  ].compactMap { try? JSONValue.parse(Array($0.utf8)) }

  @Test("the same seed gives the same bytes, another seed others")
  func determinism() {
    let first = fingerprint(CatalogueGenerator(seed: 1, count: 300, base: Self.base))
    #expect(first == fingerprint(CatalogueGenerator(seed: 1, count: 300, base: Self.base)))
    #expect(first != fingerprint(CatalogueGenerator(seed: 2, count: 300, base: Self.base)))
  }

  @Test("the bytes are those of every earlier build")
  func golden() {
    let hash = String(fingerprint(CatalogueGenerator(seed: 42, count: 1000, base: [])), radix: 16)
    #expect(hash == "4672c23e8b46aa29")
  }

  @Test("a product and its stock for each product, all valid and with ids of their own")
  func validity() throws {
    var ids: Set<String> = []
    var products: Set<String> = []
    var arabic = 0
    var previous = ""
    for (index, event) in CatalogueGenerator(seed: 9, count: 1500, base: []).enumerated() {
      let read = try ReadEvent(event)
      #expect(ids.insert(read.id).inserted)
      #expect(event.key == read.string("product_id"))
      if index % 2 == 0 {
        #expect(read.type == "ProductCreated")
        #expect(products.insert(event.key).inserted)
        let price = try #require(read.money("price"))
        #expect(price > .zero && price.rawValue % 100 == 0)
        if let list = read.money("list_price") { #expect(list > price) }
        #expect(read.string("title").split(separator: " ").count >= 3)
        if read.data["translations"] != nil { arabic += 1 }
        previous = event.key
      } else {
        #expect(read.type == "InventoryUpdated")
        #expect(event.key == previous)
      }
    }
    #expect(products.count == 1500)
    #expect((350...550).contains(arabic))
  }

  @Test("what the base has comes first, as it is")
  func baseFirst() throws {
    let events = try CatalogueGenerator(seed: 3, count: 3, base: Self.base).map(ReadEvent.init)
    #expect(events.filter { $0.topic == "products" }.map(\.key) == ["OWN-1", "OWN-2", "XP-0000003"])
    #expect(events[0].money("price") == Money("19.9"))
    #expect(CatalogueGenerator(seed: 3, count: 1, base: Self.base).map(\.key) == ["OWN-1", "OWN-1"])
    #expect(Array(CatalogueGenerator(seed: 3, count: 0, base: Self.base)).isEmpty)
    #expect(Array(CatalogueGenerator(seed: 3, count: -1, base: [])).isEmpty)
  }

  @Test("a product is the same in a catalogue asked for in parts, whoever came before it")
  func independentProducts() {
    let generator = CatalogueGenerator(seed: 4, count: 400, base: [])
    let titles = generator.trafficCatalogue().products.map(\.title)
    #expect(titles.count == 400)
    #expect(generator.trafficCatalogue(limit: 50).products.map(\.title) == Array(titles.prefix(50)))
  }

  @Test("brands, categories and prices are spread as in a real shop")
  func distributions() {
    let products = CatalogueGenerator(seed: 5, count: 6000, base: []).trafficCatalogue().products
    var categories: [String: Int] = [:]
    for product in products { categories[product.category, default: 0] += 1 }
    #expect(categories.count == GoodsCategory.all.count)
    let sizes = categories.values.sorted(by: >)
    #expect(sizes[0] > 4 * sizes[sizes.count - 1])
    let kettles = products.filter { $0.category.hasSuffix("Kettles") }.map(\.price).sorted()
    let median = kettles[kettles.count / 2]
    #expect(median > Money(rawValue: 300_000) && median < Money(rawValue: 600_000))
    #expect(products.contains { $0.stock == 0 })
    var words: [Substring: Int] = [:]
    for product in products {
      for word in product.title.split(separator: " ") { words[word, default: 0] += 1 }
    }
    // A few words are everywhere, most occur a few times: the vocabulary is Zipf's.
    let counts = words.values.sorted(by: >)
    #expect(counts[0] > 500)
    #expect(counts.count { $0 <= 2 } * 2 > counts.count)
  }

  @Test("bar codes have their check digit, and the table of categories is whole")
  func tables() throws {
    for event in CatalogueGenerator(seed: 7, count: 200, base: []) where event.topic == "products" {
      guard case .array(let codes)? = try ReadEvent(event).data["gtin"], case .string(let code)? = codes.first else {
        Issue.record("no bar code")
        continue
      }
      let digits = code.utf8.map { Int($0) - 48 }
      #expect(digits.count == 13)
      #expect(digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) } % 10 == 0)
    }
    for category in GoodsCategory.all {
      #expect(category.path.count == 3 && !category.nouns.isEmpty && category.medianPrice > 0)
      for noun in category.nouns { #expect(!noun.english.isEmpty && !noun.arabic.contains("*")) }
    }
  }
}
