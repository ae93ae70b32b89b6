import ByteCoding
import Foundation
import QueryLanguage
import SearchEngine
import Testing

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

/// A folder that is removed with its last reference.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/SearchEngineTests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  func read(_ file: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + "/" + file))) }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: false)
  }

  func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: path + "/" + file) }

  func write(_ bytes: [UInt8], as file: String) throws {
    // By renaming: an index that is open goes on with the file that it has mapped.
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + file), options: .atomic)
  }
}

/// The fields of the tests' index, by ordinal.
enum TestField {
  static let title = 0
  static let body = 1
  static let brand = 2
  static let category = 3
  static let price = 4
  static let stock = 5
  static let attributes = 6

  static let definition = IndexDefinition(fields: [
    FieldDefinition(name: "title", type: .text, weight: 3, isVocabulary: true),
    FieldDefinition(name: "body", type: .text, isVocabulary: true),
    FieldDefinition(name: "brand", type: .keyword),
    FieldDefinition(name: "category", type: .keyword, isHierarchical: true),
    FieldDefinition(name: "price", type: .number),
    FieldDefinition(name: "stock", type: .number, isLive: true),
    FieldDefinition(name: "attributes", type: .attributes),
  ])
}

/// A product as the tests know it.
struct Product: Hashable {
  var id: String
  var title: String
  var body = ""
  var brand: String?
  var category: String?
  var price: Double?
  var colour: String?
  var stock: Double?

  var document: IndexDocument {
    var document = IndexDocument(id: id, stored: Array("\(title)|\(body)".utf8))
    document.addText(title, field: TestField.title)
    document.addText(body, field: TestField.body)
    if let brand { document.addKeyword(brand, field: TestField.brand) }
    if let category { document.addKeyword(category, field: TestField.category) }
    if let price { document.addNumber(price, field: TestField.price) }
    if let colour { document.addAttribute("colour", colour, field: TestField.attributes) }
    return document
  }
}

/// An index of these products, each group in a segment of its own.
func index(_ groups: [[Product]], in folder: TemporaryFolder) throws -> IndexSnapshot {
  let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
  for group in groups {
    for product in group {
      writer.put(product.document)
      if let stock = product.stock { writer.setLive(id: product.id, field: TestField.stock, value: stock) }
    }
    _ = try writer.refresh()
  }
  return try writer.refresh()
}

/// A request for a query text.
func request(_ text: String, typos: Bool = false) -> SearchRequest {
  var request = SearchRequest()
  request.query = QueryParser.parse(text, fields: ["title", "body"])
  request.correctsTypos = typos
  return request
}

extension SearchResponse {
  var ids: [String] { hits.map(\.id) }
}
