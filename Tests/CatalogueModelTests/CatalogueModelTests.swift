import CatalogueModel
import JSONBytes
import SearchEngine
import Testing

@Suite("The catalogue")
struct CatalogueModelTests {
  @Test("an update patches a product, and creates one that is not known")
  func updates() throws {
    let shop = try Shop()
    try shop.apply("ProductCreated", #"{"product_id":"P","title":"Kettle","brand":"Acme","price":20,"tags":["a"]}"#)
    try shop.apply("ProductUpdated", #"{"product_id":"P","brand":null,"price":19.5,"attributes":{"colour":"red"}}"#)
    try shop.apply("ProductUpdated", #"{"product_id":"Q","title":"Lamp"}"#)
    let product = try shop.snapshot().object("P")
    #expect(product["brand"] == nil)
    #expect(product["title"] == .string("Kettle"))
    #expect(product["price"]?.decimalText == "19.5")
    #expect(try shop.snapshot().ids("kettle", filter: "attributes.colour = red AND price < 20") == ["P"])
    #expect(try shop.snapshot().ids("lamp") == ["Q"])
    try shop.apply("ProductCreated", #"{"product_id":"P","title":"Teapot"}"#)
    #expect(try shop.snapshot().ids("kettle").isEmpty)
    #expect(try shop.snapshot().object("P")["price"] == nil)
    try shop.apply("ProductDeleted", #"{"product_id":"P"}"#)
    #expect(shop.snapshot().product(id: "P") == nil)
  }

  @Test("stock, sales and clicks are kept for a product that is not known yet, and survive its replacement")
  func signals() throws {
    let shop = try Shop()
    try shop.apply("InventoryUpdated", #"{"product_id":"P","available":3,"warehouse":"A"}"#)
    try shop.apply("InventoryUpdated", #"{"product_id":"P","available":4,"warehouse":"B"}"#)
    try shop.apply("OrderCreated", #"{"order_id":"O","total":1,"items":[{"product_id":"P","quantity":2}]}"#)
    try shop.apply("ProductViewed", #"{"product_id":"P"}"#)
    #expect(shop.snapshot().product(id: "P") == nil)
    try shop.apply("ProductCreated", #"{"product_id":"P","title":"Kettle","stock":"mine","signals":1}"#)
    let product = try shop.snapshot().object("P")
    #expect(product["stock"] == (try JSONValue.parse(Array(#"{"available":7,"in_stock":true}"#.utf8))))
    #expect(product["signals"] == (try JSONValue.parse(Array(#"{"sold":2,"clicks":1}"#.utf8))))
    try shop.apply("OrderCancelled", #"{"order_id":"O","items":[{"product_id":"P","quantity":2}]}"#)
    try shop.apply("ProductOutOfStock", #"{"product_id":"P","warehouse":"A"}"#)
    try shop.apply("InventoryUpdated", #"{"product_id":"P","available":0,"warehouse":"B"}"#)
    #expect(try shop.snapshot().ids("kettle", filter: "in_stock = true").isEmpty)
    #expect(try shop.snapshot().ids("kettle", filter: "in_stock = false AND sold = 0 AND clicks = 1") == ["P"])
  }

  @Test("the largest stock that an event may tell is shown, not a crash")
  func hugeStock() throws {
    let shop = try Shop()
    try shop.apply("ProductCreated", #"{"product_id":"P","title":"Kettle"}"#)
    for warehouse in ["A", "B"] {
      try shop.apply(
        "InventoryUpdated",
        #"{"product_id":"P","available":9223372036854775807,"reserved":9223372036854775807,"warehouse":"\#(warehouse)"}"#
      )
      _ = try shop.snapshot().object("P")
    }
  }

  @Test("drafts and archived products are hidden, unless the filter asks for them")
  func statuses() throws {
    let shop = try Shop()
    for (id, status) in [("A", "active"), ("D", "draft"), ("R", "archived")] {
      try shop.apply("ProductCreated", #"{"product_id":"\#(id)","title":"Kettle","status":"\#(status)"}"#)
    }
    try shop.apply("ProductCreated", #"{"product_id":"N","title":"Kettle"}"#)
    #expect(Set(try shop.snapshot().ids("kettle")) == ["A", "N"])
    #expect(try shop.snapshot().ids("kettle", filter: "status = draft") == ["D"])
  }

  @Test("Arabic is found whatever its spelling, and English by its synonyms")
  func languages() throws {
    let shop = try Shop()
    try shop.apply(
      "ProductCreated",
      #"{"product_id":"P","title":"Electric kettle","translations":{"ar":{"title":"غَلّاية كهربائيّة"}}}"#)
    try shop.apply("ProductCreated", #"{"product_id":"Q","title":"Notebook 17 inch","brand":"HP"}"#)
    for text in ["غلاية", "غلايه", "الغلاية", "كهربائية غلاية"] {
      #expect(try shop.snapshot().ids(text) == ["P"], "\(text)")
    }
    #expect(try shop.snapshot().ids("hp laptop 17") == ["Q"])
    #expect(try shop.snapshot().ids("brand:hp") == ["Q"])
  }

  @Test("words that say too little are left out, unless they are all there is, quoted or wanted in a field")
  func stopwords() throws {
    let shop = try Shop()
    try shop.apply("ProductCreated", #"{"product_id":"A","title":"Kettle for travel"}"#)
    try shop.apply("ProductCreated", #"{"product_id":"B","title":"Kettle with lid"}"#)
    try shop.apply(
      "ProductCreated", #"{"product_id":"C","title":"Lamp","translations":{"ar":{"title":"مصباح من خشب"}}}"#)
    let snapshot = shop.snapshot()
    for text in ["the kettle of travel", "kettle FOR the travel", "travel kettle"] {
      let answer = try snapshot.search(
        {
          var asked = SearchRequest(); asked.query = snapshot.query(text); return asked
        }())
      #expect(answer.hits.map(\.id) == ["A"] && answer.droppedWords.isEmpty, "\(text)")
    }
    #expect(try snapshot.ids("مصباح من الخشب") == ["C"])
    #expect(try snapshot.ids("for") == ["A"])
    #expect(try snapshot.ids("\"kettle for\"") == ["A"])
    #expect(Set(try snapshot.ids("title:for")) == ["A"])
    #expect(try snapshot.ids("kettle title:with") == ["B"])
  }

  @Test("what is only true is found by its name, but counts less than a word in a text")
  func flags() throws {
    let shop = try Shop()
    try shop.apply(
      "ProductCreated",
      #"{"product_id":"A","title":"Speaker","attributes":{"blue_tooth":true,"wired":false,"watts":"20"}}"#)
    try shop.apply("ProductCreated", #"{"product_id":"B","title":"Speaker","description":"blue tooth"}"#)
    #expect(try shop.snapshot().ids("speaker blue tooth") == ["B", "A"])
    #expect(try shop.snapshot().ids("wired").isEmpty)
    #expect(try shop.snapshot().ids("speaker 20") == ["A"])
  }

  @Test("a sentence finds what has a quarter of its words; a short query leaves out words")
  func sentences() throws {
    let shop = try Shop()
    for (id, title) in [("A", "Steel kettle, blue lid"), ("B", "Steel lamp"), ("C", "Oak desk")] {
      try shop.apply("ProductCreated", #"{"product_id":"\#(id)","title":"\#(title)"}"#)
    }
    let snapshot = shop.snapshot()
    var asked = SearchRequest()
    asked.query = snapshot.query("steel kettle with blue handle made near Oslo for tea and coffee")
    var answer = try snapshot.search(asked)
    #expect(answer.hits.map(\.id) == ["A"] && answer.leastMatched == 2)
    #expect(answer.droppedWords == ["handle", "made", "near", "Oslo", "tea", "coffee"])
    asked.query = snapshot.query("kettle desk")
    answer = try snapshot.search(asked)
    #expect(answer.hits.map(\.id) == ["A"] && answer.leastMatched == nil && answer.droppedWords == ["desk"])
  }

  @Test("suggestions come from searches that found something, most searched first")
  func suggestions() throws {
    let shop = try Shop()
    try shop.apply("ProductCreated", #"{"product_id":"P","title":"Travel kettle","categories":["Home","Kettles"]}"#)
    for (query, times, results) in [("Kettle  travel", 2, 1), ("kettle", 3, 1), ("ketle", 9, 0)] {
      for _ in 0..<times {
        try shop.apply("SearchPerformed", #"{"query":"\#(query)","results":\#(results)}"#)
      }
    }
    let offers = shop.snapshot().autocomplete("ket", size: 5)
    #expect(offers.queries.map(\.text) == ["kettle", "kettle travel"])
    #expect(offers.queries.map(\.score) == [3, 2])
    for typed in ["ketl", "kettel", "KETTLE", "kettlé"] {
      #expect(
        shop.snapshot().autocomplete(typed, size: 5).queries.map(\.text) == ["kettle", "kettle travel"], "\(typed)")
    }
    #expect(shop.snapshot().autocomplete("tra", size: 5).queries.map(\.text) == ["kettle travel"])
    #expect(shop.snapshot().autocomplete("kettle t", size: 5).queries.map(\.text) == ["kettle travel"])
    #expect(shop.snapshot().autocomplete("kettle ", size: 1).queries.map(\.text) == ["kettle travel"])
    #expect(offers.products.map(\.id) == ["P"])
    #expect(offers.categories.map(\.value) == ["Home > Kettles"])
    #expect(shop.snapshot().autocomplete("  ", size: 5).products.isEmpty)
    for typed in ["kettel", "travel kettel", "tarvel ket"] {
      #expect(shop.snapshot().autocomplete(typed, size: 5).products.map(\.id) == ["P"], "\(typed)")
    }
    // What finds nothing any more is not suggested, and what finds something again is.
    try shop.apply("SearchPerformed", #"{"query":"kettle","results":0}"#)
    #expect(shop.snapshot().autocomplete("ket", size: 5).queries.map(\.text) == ["kettle travel"])
    try shop.apply("SearchPerformed", #"{"query":"kettle","results":1}"#)
    let again = shop.snapshot().autocomplete("ket", size: 5).queries
    #expect(again.map(\.text) == ["kettle", "kettle travel"])
    #expect(again.first?.score == 5)
  }

  @Test("restarts at any moment change nothing", arguments: 0..<6 as Range<UInt64>)
  func restarts(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let steady = try Shop()
    let restarted = try Shop()
    let words = ["kettle", "lamp", "steel", "blue"]
    for step in 0..<150 {
      let id = "P-\(Int.random(in: 0..<12, using: &generator))"
      let word = words.randomElement(using: &generator) ?? ""
      let number = Int.random(in: 0..<50, using: &generator)
      let (type, data): (String, String) =
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: ("ProductCreated", #"{"product_id":"\#(id)","title":"\#(word) \#(number)","price":\#(number)}"#)
        case 1: ("ProductUpdated", #"{"product_id":"\#(id)","description":"\#(word)","price":null}"#)
        case 2: ("ProductDeleted", #"{"product_id":"\#(id)"}"#)
        case 3: ("InventoryUpdated", #"{"product_id":"\#(id)","available":\#(number),"warehouse":"\#(word)"}"#)
        case 4:
          ("OrderCreated", #"{"order_id":"O","total":1,"items":[{"product_id":"\#(id)","quantity":\#(number + 1)}]}"#)
        case 5: ("ProductViewed", #"{"product_id":"\#(id)"}"#)
        default: ("SearchPerformed", #"{"query":"\#(word)","results":\#(number)}"#)
        }
      try steady.apply(type, data)
      try restarted.apply(type, data)
      if Int.random(in: 0..<8, using: &generator) == 0 { _ = restarted.snapshot() }
      if Int.random(in: 0..<10, using: &generator) == 0 { try restarted.restart(number: UInt64(step + 1)) }
    }
    _ = (steady.snapshot(), restarted.snapshot())
    #expect(steady.model.checksum() == restarted.model.checksum(), "seed \(seed)")
    for word in words {
      #expect(try steady.snapshot().ids(word) == restarted.snapshot().ids(word), "seed \(seed)")
      let offers = [steady, restarted].map { $0.snapshot().autocomplete(word, size: 5).queries.map(\.text) }
      #expect(offers[0] == offers[1], "seed \(seed)")
    }
  }

  @Test(
    "a definition that can't be used says where and why",
    arguments: [
      ("fields: 3", "fields"), ("fields: [{type: text}]", "name"), ("fields: [{name: a, type: wrong}]", "wrong"),
      ("fields: [{name: a, type: number, signal: luck}]", "luck"),
      ("synonyms: [[one]]\nfields: [{name: a, type: text}]", "synonyms"),
      ("stopwords: the\nfields: [{name: a, type: text}]", "stopwords"),
      ("stopwords: [on the]\nfields: [{name: a, type: text}]", "stopwords"),
      ("pairs: many\nfields: [{name: a, type: text}]", "pairs"),
      ("pairs: -1\nfields: [{name: a, type: text}]", "pairs"),
      ("saturation: 0\nfields: [{name: a, type: text}]", "saturation"),
      ("fields: [{name: a, type: text, normalization: 1}]", "normalization"),
      (
        "fields: [{name: a, type: text, language: klingon}]",
        "field a: no language is called klingon; there are none, ar,"
      ),
      ("fields: [{name: a, type: keyword, language: de}]", "field a: only text has a language"), ("fields: [", ""),
    ])
  func definitions(yaml: String, word: String) throws {
    do throws(CatalogueDefinitionError) {
      _ = try CatalogueDefinition(yaml: yaml, file: "test.yaml")
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix("test.yaml"))
      #expect(error.description.contains(word), "\(error)")
    }
  }
}
