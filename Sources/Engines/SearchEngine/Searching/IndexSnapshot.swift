public import ByteCoding
internal import Suggestions
internal import Synchronization

/// An index as of one moment: immutable, read by any number of threads without waiting.
public final class IndexSnapshot: Sendable {
  /// The index's fields.
  public let definition: IndexDefinition
  let views: [SegmentView]
  let liveFields: [Int: Int]
  let statistics: IndexStatistics
  /// For each view by how much what a posting counts may exceed what it counted by its segment's own statistics.
  let excesses: [Double]
  let words: WordLayers
  /// The speller that was made; with the version of the words where it can be had better in another.
  private let madeSpeller = Mutex<(speller: Speller, staleVersion: Int?)?>(nil)

  init(definition: IndexDefinition, liveFields: [Int: Int], views: [SegmentView], words: WordLayers) {
    self.words = words
    self.definition = definition
    self.liveFields = liveFields
    self.views = views
    let statistics = IndexStatistics(definition: definition, views: views)
    self.statistics = statistics
    excesses = views.map { statistics.norms.excess(over: $0.segment.norms) }
  }

  /// How many documents there are.
  public var documentCount: Int { statistics.documentCount }

  /// How many segments the documents are spread over.
  public var segmentCount: Int { views.count }

  /// The bytes of all segments.
  public var byteCount: Int { views.reduce(0) { $0 + $1.segment.bytes.count } }

  /// Corrects words to those of all segments, deleted documents' words included. Made when it is first asked for.
  var speller: Speller {
    madeSpeller.withLock { made in
      let version = words.version
      if let made, made.staleVersion == nil || made.staleVersion == version { return made.speller }
      let (vocabulary, isStale) = words.vocabulary(of: views.map(\.segment))
      let speller = Speller(vocabulary, options: QueryCorrector.options)
      made = (speller, isStale ? version : nil)
      return speller
    }
  }

  /// The best documents for a request, with what else it asks for.
  public func search(_ request: SearchRequest) throws(SearchError) -> SearchResponse {
    try SearchWorkers.counted { () throws(SearchError) in
      try Searcher(snapshot: self, request: request).response()
    }
  }

  /// The document with this id.
  public func document(id: String) -> StoredDocument? {
    let bytes = Array(id.utf8)
    for view in views.reversed() {
      if let document = view.segment.document(id: bytes), !view.isDeleted(document) {
        return StoredDocument(
          stored: view.segment.storedDocument(document), live: live(of: document, in: view))
      }
    }
    return nil
  }

  func live(of document: Int, in view: SegmentView) -> [(field: String, value: Double)] {
    liveFields.sorted { $0.key < $1.key }.compactMap { ordinal, live in
      let value = view.liveValue(live, of: document)
      return value.isNaN ? nil : (definition.fields[ordinal].name, value)
    }
  }

  /// The values of a facet that start with a text, whatever its case, most frequent first.
  public func facetValues(
    of field: String, prefix: String, request: SearchRequest, size: Int
  ) throws(SearchError) -> FacetResult {
    var request = request
    request.size = 0
    request.facets = [FacetRequest(field: field, size: .max)]
    guard var result = try search(request).facets.first else { return FacetResult(field: field, kind: .terms) }
    let wanted = prefix.lowercased()
    let matching = result.values.filter { $0.value.lowercased().hasPrefix(wanted) }
    result.other = matching.dropFirst(size).reduce(0) { $0 + $1.count }
    result.values = Array(matching.prefix(size))
    return result
  }

  /// The checksum of the content, the same however it is spread over segments: id, stored bytes and live values of each
  /// document.
  public var checksum: LogicalChecksum {
    var checksum = LogicalChecksum()
    for view in views {
      for document in 0..<view.segment.documentCount where !view.isDeleted(document) {
        var item = ByteWriter()
        item.writePrefixed(view.segment.ids.bytes(document))
        item.writePrefixed(view.segment.storedDocument(document))
        for (field, value) in live(of: document, in: view) {
          item.writePrefixed(field)
          item.write(value)
        }
        checksum.insert(item.bytes)
      }
    }
    return checksum
  }
}
