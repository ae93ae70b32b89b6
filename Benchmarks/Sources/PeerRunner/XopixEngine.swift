import Foundation
import JSONBytes
import QueryLanguage
import SearchEngine
import Suggestions

/// Xopix's engine as the comparison uses it. All that depends on the engine's interface is here and in ``ProductFields``.
struct XopixEngine {
  static let facets = ["brand", "category", "colour"]
  private let snapshots: [String: IndexSnapshot]
  private let suggester: Suggester

  /// How many segments the indexes have.
  var segments: String {
    snapshots.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.segmentCount)" }.joined(separator: ", ")
  }

  // MARK: Building

  /// The fields of products. With several text fields they count as much as in the peers.
  static func definition(isMulti: Bool) -> IndexDefinition {
    var fields = [FieldDefinition(name: "description", type: .text, weight: 1, isVocabulary: !isMulti)]
    if isMulti {
      fields.append(FieldDefinition(name: "title", type: .text, weight: 5))
      fields.append(FieldDefinition(name: "brand_words", type: .text, weight: 3))
      fields.append(FieldDefinition(name: "category_words", type: .text, weight: 2))
    }
    fields += facets.map { FieldDefinition(name: $0, type: .keyword) }
    fields += ["price", "rating", "stock"].map { FieldDefinition(name: $0, type: .number) }
    return IndexDefinition(fields: fields)
  }

  /// An index that is being built.
  struct Building {
    private let directory: String
    private let writer: IndexWriter
    private let fields: ProductFields
    private var count = 0

    /// Documents that become visible together.
    static let batch = 50_000

    init(directory: String, isMulti: Bool) throws {
      let definition = XopixEngine.definition(isMulti: isMulti)
      self.directory = directory
      writer = try IndexWriter(directory: directory, definition: definition)
      fields = ProductFields(definition)
    }

    mutating func add(_ line: [UInt8]) throws {
      guard case .object(let product) = try JSONValue.parse(line), let document = fields.document(product) else {
        return
      }
      writer.put(document)
      count += 1
      if count.isMultiple(of: Self.batch) { _ = try writer.refresh() }
    }

    /// Makes the index durable, as one segment, as the peers' are.
    func finish() throws -> (documents: Int, segments: Int) {
      try writer.compact()
      let manifest = try writer.checkpoint()
      try Data(manifest).write(to: URL(fileURLWithPath: directory + "/manifest"))
      writer.discardFiles(notIn: manifest)
      let snapshot = try writer.refresh()
      return (snapshot.documentCount, snapshot.segmentCount)
    }
  }

  // MARK: Querying

  /// The index in `directory`, as it was built.
  static func open(_ directory: String, isMulti: Bool) throws -> IndexSnapshot {
    let manifest = try Data(contentsOf: URL(fileURLWithPath: directory + "/manifest"))
    return try IndexWriter.restore(
      directory: directory, definition: definition(isMulti: isMulti), manifest: Array(manifest)
    ).refresh()
  }

  /// The indexes `single` and `multi` in `directory`, and the corpus's suggestions beside it.
  init(directory: String) throws {
    var snapshots: [String: IndexSnapshot] = [:]
    for name in ["single", "multi"] {
      snapshots[name] = try Self.open(directory + "/" + name, isMulti: name == "multi")
    }
    self.snapshots = snapshots
    let suggestions = try Lines(path: directory + "/../suggestions.tsv")
    suggester = Suggester(
      suggestions.compactMap { line in
        let parts = String(decoding: line, as: UTF8.self).split(separator: "\t")
        guard parts.count == 2, let weight = UInt32(parts[1]) else { return nil }
        return Suggester.Phrase(key: String(parts[0]), text: String(parts[0]), weight: weight)
      })
  }

  /// What runs the query; nil where the engine has nothing of the kind.
  ///
  /// - Parameter countsExactly: whether totals are wanted. The engine always counts.
  func call(_ query: PeerQuery, countsExactly: Bool) throws -> (() throws -> PeerAnswer)? {
    switch query.operation {
    case "spell":
      guard let snapshot = snapshots["single"] else { return nil }
      return { .spelt(snapshot.spell(query.words[0], limit: 1).suggestions.first?.text) }
    case "complete": return { .completed(suggester.suggestions(for: query.text, limit: 10).map(\.phrase.text)) }
    default:
      guard let snapshot = snapshots[query.index] else { return nil }
      let request = try Self.request(query)
      return { Self.answer(try snapshot.search(request)) }
    }
  }

  static func request(_ query: PeerQuery) throws -> SearchRequest {
    var request = SearchRequest()
    request.correctsTypos = false
    request.query =
      switch query.operation {
      case "or": QueryParser.parse(query.words.joined(separator: " OR "))
      case "phrase": QueryParser.parse("\"" + query.words.joined(separator: " ") + "\"")
      case "prefix": QueryParser.parse(query.words[0] + "*")
      case "fuzzy": QueryParser.parse("\(query.words[0])~\(query.edits)")
      default: QueryParser.parse(query.words.joined(separator: " "))
      }
    if let (from, to) = query.range { request.filter = try FilterParser.parse("price \(from) TO \(to)") }
    if query.hasFacets { request.facets = facets.map { FacetRequest(field: $0, size: 10) } }
    return request
  }

  static func answer(_ response: SearchResponse) -> PeerAnswer {
    .found(
      total: response.total, hits: response.hits.map { ($0.id, $0.score) },
      facets: response.facets.map { ($0.field, $0.values.map(\.count)) })
  }
}
