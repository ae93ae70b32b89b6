import QueryLanguage
import SearchEngine
import Testing

/// Facets of attributes against counts of the documents themselves.
@Suite("Facets of attributes")
struct AttributeFacetTests {
  private static let definition = IndexDefinition(fields: [
    FieldDefinition(name: "title", type: .text), FieldDefinition(name: "kind", type: .keyword),
    FieldDefinition(name: "attributes", type: .attributes),
  ])

  /// A document as the test knows it.
  private struct Item {
    let words: [String]
    let kind: String?
    let attributes: [(name: String, value: String)]
  }

  /// What documents have.
  private struct Shape {
    let documents: Int
    let names: Int
    let values: Int
    let most: Int
    let removed: Int
  }

  private static func shape(_ generator: inout SeededGenerator) -> Shape {
    let documents = [30, 300, 1500, 5000][Int.random(in: 0..<4, using: &generator)]
    return Shape(
      documents: documents, names: [1, 3, 40, 400][Int.random(in: 0..<4, using: &generator)],
      values: [1, 4, 60][Int.random(in: 0..<3, using: &generator)],
      most: [1, 3, 8].randomElement(using: &generator) ?? 1,
      removed: [0, 0, documents / 20, documents / 2].randomElement(using: &generator) ?? 0)
  }

  private static func item(_ shape: Shape, _ generator: inout SeededGenerator) -> Item {
    // One name begins as another: their values must not be taken for each other's.
    let attributes = (0..<Int.random(in: 0...shape.most, using: &generator)).map { _ in
      let name = Int.random(in: 0..<shape.names, using: &generator)
      return ("n\(name)", "v\(Int.random(in: 0..<shape.values, using: &generator))")
    }
    let words = (0..<3).map { _ in "w\([1, 3, 50].map { Int.random(in: 0..<$0, using: &generator) }.max() ?? 0)" }
    let kind = Int.random(in: 0..<9, using: &generator)
    return Item(words: words, kind: kind == 0 ? nil : "k\(kind)", attributes: attributes)
  }

  private static func document(_ item: Item, id: String) -> IndexDocument {
    var document = IndexDocument(id: id, stored: [])
    document.addText(item.words.joined(separator: " "), field: 0)
    if let kind = item.kind { document.addKeyword(kind, field: 1) }
    for (name, value) in item.attributes { document.addAttribute(name, value, field: 2) }
    return document
  }

  /// What a facet counts in an item.
  private static func counted(_ facet: String, _ item: Item) -> Set<String> {
    switch facet {
    case "kind": Set([item.kind].compactMap { $0 })
    case "attributes": Set(item.attributes.map(\.name))
    default: Set(item.attributes.filter { "attributes." + $0.name == facet }.map(\.value))
    }
  }

  /// What a facet must say, as text.
  private static func expected(_ facet: String, size: Int, among items: some Sequence<Item>) -> String {
    var counts: [String: Int] = [:]
    var missing = 0
    for item in items {
      let counted = counted(facet, item)
      for value in counted { counts[value, default: 0] += 1 }
      if counted.isEmpty { missing += 1 }
    }
    let sorted = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    let values = sorted.prefix(size).map { "\($0.key) \($0.value)" }
    return "\(values) \(sorted.dropFirst(size).reduce(0) { $0 + $1.value }) \(missing)"
  }

  private static func described(_ found: FacetResult) -> String {
    "\(found.values.map { "\($0.value) \($0.count)" }) \(found.other) \(found.missing)"
  }

  @Test(
    "names, values and keywords are counted as they are, of all documents and of some, in one segment and in several",
    arguments: 0..<24 as Range<UInt64>)
  func counts(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let shape = Self.shape(&generator)
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: Self.definition)
    var items: [String: Item] = [:]
    let refreshes = Int.random(in: 0..<4, using: &generator)
    for number in 0..<shape.documents {
      let item = Self.item(shape, &generator)
      items["\(number)"] = item
      writer.put(Self.document(item, id: "\(number)"))
      if Int.random(in: 0...shape.documents, using: &generator) < refreshes { _ = try writer.refresh() }
    }
    for round in 0..<3 {
      let snapshot = try writer.refresh()
      for text in ["", "w0", "w2", "w49", "nothing"] {
        let hits = items.values.filter { text.isEmpty || $0.words.contains(text) }
        var asked = request(text)
        asked.size = 0
        let size = [1, 3, 1000].randomElement(using: &generator) ?? 1
        let facets = ["attributes", "kind", "attributes.n0", "attributes.n2", "attributes.n\(shape.names - 1)"]
        asked.facets = facets.map { FacetRequest(field: $0, size: size) }
        let answer = try snapshot.search(asked)
        #expect(answer.total == hits.count)
        for (facet, found) in zip(facets, answer.facets) {
          #expect(
            Self.described(found) == Self.expected(facet, size: size, among: hits),
            "seed \(seed), round \(round): \(text), \(facet)")
        }
      }
      for id in items.keys.sorted().shuffled(using: &generator).prefix(shape.removed / 3) {
        writer.delete(id: id)
        items[id] = nil
      }
      if round == 1 { _ = try writer.checkpoint() }
    }
  }
}
