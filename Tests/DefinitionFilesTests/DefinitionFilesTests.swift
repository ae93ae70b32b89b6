import DefinitionFiles
import Testing

@Suite("Definition files")
struct DefinitionFilesTests {
  private struct Shelf: Decodable, Equatable {
    struct Book: Decodable, Equatable {
      let title: String
      let pages: Int?
      let notes: [String: String]?
    }
    let books: [Book]
  }

  private static let members = ["": ["books"], "books/*": ["title", "pages", "notes"]]

  private func decode(_ yaml: String) throws(DefinitionError) -> Shelf {
    try DefinitionFiles.decode(yaml: yaml, file: "shelf.yaml", members: Self.members)
  }

  @Test("what is right is read; mappings without rules may use any name")
  func reading() throws {
    let shelf = try decode("books:\n  - {title: A, pages: 3}\n  - title: B\n    notes: {anything: goes}\n")
    #expect(
      shelf
        == Shelf(books: [
          Shelf.Book(title: "A", pages: 3, notes: nil), Shelf.Book(title: "B", pages: nil, notes: ["anything": "goes"]),
        ]))
  }

  @Test(
    "what is wrong is said in one line, with its place",
    arguments: [
      ("books:\n  - {title: A, pags: 3}", "line 2: pags has no meaning here; there are title, pages, notes"),
      ("books: []\nbook: 1", "line 2: book has no meaning here; there are books"),
      ("books:\n  - {pages: 3}", "/books/0 lacks title"), ("books:\n  - {title: A, pages: many}", "/books/0/pages"),
      ("books: [", "line"), ("", ""), ("- 1", ""),
    ])
  func faults(yaml: String, words: String) {
    do throws(DefinitionError) {
      _ = try decode(yaml)
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix("shelf.yaml: "))
      #expect(error.reason.contains(words), "\(error)")
      #expect(!error.description.contains("\n"), "\(error)")
    }
  }
}
