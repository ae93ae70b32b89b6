import JSONBytes

/// What an engine found, as the comparison reads it.
enum PeerAnswer {
  /// A search's total, hits and highest counts by facet.
  case found(total: Int, hits: [(id: String, score: Double)], facets: [(field: String, counts: [Int])])
  /// The word that is meant.
  case spelt(String?)
  /// What a text may go on to.
  case completed([String])

  func write(to writer: inout JSONWriter) {
    switch self {
    case .found(let total, let hits, let facets):
      writer.key("total")
      writer.integer(Int64(total))
      writer.key("hits")
      writer.beginArray()
      for hit in hits {
        writer.beginArray()
        writer.numberText(hit.id)
        writer.double(hit.score)
        writer.endArray()
      }
      writer.endArray()
      guard !facets.isEmpty else { return }
      writer.key("facets")
      writer.beginObject()
      for facet in facets {
        writer.key(facet.field)
        writer.beginArray()
        for count in facet.counts { writer.integer(Int64(count)) }
        writer.endArray()
      }
      writer.endObject()
    case .spelt(let word):
      writer.key("best")
      if let word { writer.string(word) } else { writer.null() }
    case .completed(let texts):
      writer.key("texts")
      writer.beginArray()
      for text in texts { writer.string(text) }
      writer.endArray()
    }
  }
}
