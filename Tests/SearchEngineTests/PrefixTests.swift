import QueryLanguage
import SearchEngine
import Testing

@Suite("Words while they are typed")
struct PrefixTests {
  private static let titles = [
    "Running shoes", "Cleaning batteries", "Happiness in a bottle", "Wireless headphones", "Charging connections",
    "Adjustable refrigerator", "Gaming monitors", "Stainless swimming goggles", "Dishwashers", "Dual knives",
    "Fitted sheets", "Baby carriers", "Organizations", "غلاية كهربائية", "الساعات الذكية",
  ]

  @Test("every beginning of a word finds it", arguments: titles)
  func beginnings(title: String) throws {
    let folder = try TemporaryFolder()
    let products = Self.titles.enumerated().map { Product(id: $1, title: $1, price: Double($0)) }
    let snapshot = try index([Array(products[..<7]), Array(products[7...])], in: folder)
    for word in title.split(separator: " ") {
      // The article alone, and a letter behind it, tell nothing yet.
      for count in (word.hasPrefix("ال") ? 4 : 1)...word.count {
        var asked = request(word.prefix(count) + "*")
        asked.size = 1000
        #expect(try snapshot.search(asked).ids.contains(title), "\(word.prefix(count))")
      }
    }
  }

  @Test("a beginning of something else finds nothing", arguments: ["runx*", "cleaningz*", "hh*", "غلز*"])
  func others(text: String) throws {
    let folder = try TemporaryFolder()
    let products = Self.titles.enumerated().map { Product(id: "\($0)", title: $1) }
    #expect(try index([products], in: folder).search(request(text)).total == 0)
  }

  @Test("a phrase keeps within one field and one of its texts")
  func phrases() throws {
    let folder = try TemporaryFolder()
    var document = IndexDocument(id: "1", stored: [])
    for text in ["", "blue kettle", "!", "red lamp red lamp"] { document.addText(text, field: TestField.title) }
    document.addText("desk lamp", field: TestField.body)
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.put(document)
    let snapshot = try writer.refresh()
    for (text, total) in [
      ("\"blue kettle\"", 1), ("\"kettle red\"", 0), ("\"lamp red lamp\"", 1), ("\"lamp desk\"", 0),
      ("body:\"desk lamp\"", 1), ("title:\"desk lamp\"", 0), ("\"desk lamp\" \"red lamp\"", 1), ("blue-kettle", 1),
      ("red-kettle", 0),
    ] {
      #expect(try snapshot.search(request(text)).total == total, "\(text)")
    }
  }

  @Test("a query of the most clauses is answered; what follows is left out")
  func longest() throws {
    let folder = try TemporaryFolder()
    let words = (0..<70).map { "word\($0)" }
    let snapshot = try index([[Product(id: "1", title: words.joined(separator: " "))]], in: folder)
    let answer = try snapshot.search(request(words.joined(separator: " ")))
    #expect(answer.ids == ["1"])
    #expect(answer.droppedWords.isEmpty)
    let missing = try snapshot.search(request(words.map { $0 + "x" }.joined(separator: " ") + " word1"))
    #expect(missing.ids.isEmpty)
  }
}
