import QueryLanguage
import SearchEngine
import Testing
import TextAnalysis

@Suite("Languages of fields")
struct LanguageTests {
  private static let definition = IndexDefinition(fields: [
    FieldDefinition(name: "en", type: .text, isVocabulary: true),
    FieldDefinition(name: "de", type: .text, isVocabulary: true, language: .german),
    FieldDefinition(name: "ru", type: .text, language: .russian),
    FieldDefinition(name: "none", type: .text, language: .none),
  ])

  private func ids(_ query: String, _ texts: [(id: String, field: Int, text: String)]) throws -> [String] {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: Self.definition)
    for (id, field, text) in texts {
      var document = IndexDocument(id: id, stored: Array(text.utf8))
      document.addText(text, field: field)
      writer.put(document)
      // A segment each: what is known of words goes from one to the next.
      _ = try writer.refresh()
    }
    var asked = SearchRequest()
    asked.query = QueryParser.parse(query, fields: ["en", "de", "ru", "none"])
    asked.highlight = ["en"]
    asked.highlightSource = { stored, _ in [String(decoding: stored, as: UTF8.self)] }
    let answer = try writer.refresh().search(asked)
    #expect(answer.corrected == nil)
    for hit in answer.hits { #expect(hit.highlights.first?.html.contains("<mark>") == true, "\(query): \(hit.id)") }
    return answer.droppedWords.isEmpty ? answer.ids.sorted() : []
  }

  @Test(
    "each field is searched by the rules of its language",
    arguments: [
      ("Haus", ["de"]), ("Häuser", ["de"]), ("de:Haus", ["de"]), ("kettle", ["en", "ru"]),
      ("kettles", ["en", "none", "ru"]), ("книга", ["ru"]), ("книг", ["ru"]),
      ("جوال", ["de"]), ("Haus am See", ["de"]), ("\"alten Häuser\"", ["de"]), ("alte-häuser", ["de"]),
      ("none:kettle", []), ("17 zoll", ["de"]),
      ("Häu*", ["de"]),
    ] as [(String, [String])])
  func fields(query: String, ids: [String]) throws {
    let texts = [
      (id: "en", field: 0, text: "Steel kettles"), (id: "de", field: 1, text: "Die alten Häuser am See, للجوال, 17\""),
      (id: "ru", field: 2, text: "Интересные книги, kettles"),
      (id: "none", field: 3, text: "kettles"),
    ]
    #expect(try self.ids(query, texts) == ids)
  }

  @Test("only text has a language")
  func validation() {
    let definition = IndexDefinition(fields: [FieldDefinition(name: "brand", type: .keyword, language: .german)])
    #expect(throws: IndexError.invalidDefinition(field: "brand", reason: "only text has a language")) {
      try definition.validate()
    }
  }

  @Test(
    "words of scripts without spaces are found within longer texts",
    arguments: [
      ("ノートパソコン", "高性能ノートパソコン用スタンド"), ("スタンド", "ノートパソコン用のスタンド"), ("カメラ", "デジタルカメラケース"), ("水壶", "不锈钢水壶大容量"),
      ("手机", "苹果手机保护壳"), ("北京", "我喜欢北京的冬天"),
      ("ภาษา", "หนังสือเรียนภาษาไทย"), ("รองเท้า", "รองเท้าผ้าใบสีขาว"), ("ｶﾒﾗ", "カメラ"), ("手机 500 ml", "手机 500ml"),
    ])
  func dictionaries(query: String, text: String) throws {
    #expect(try finds(query, in: text, among: ["東京都", "ไทย"]), "\(query) in \(text)")
  }
}
