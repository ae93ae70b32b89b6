internal import CatalogueModel
internal import JSONBytes
internal import Projections
internal import SearchEngine

/// Writes the answer to a search. Documents are stored as JSON, and go into it as they are.
enum SearchAnswer {
  static func write(
    _ response: SearchResponse, to question: SearchQuestion, generation: String, microseconds: Int,
    into writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("query")
    writer.beginObject()
    writer.member("text", question.text)
    writer.member("corrected", orNull: response.corrected)
    writer.member("language", QueryScript.language(of: question.text))
    writer.key("dropped")
    writer.beginArray()
    for word in response.droppedWords { writer.string(word) }
    writer.endArray()
    if let least = response.leastMatched { writer.member("at_least", least) }
    writer.endObject()
    writer.key("total")
    writer.beginObject()
    writer.member("value", response.total)
    writer.member("relation", "eq")
    if let groups = response.groups { writer.member("groups", groups) }
    writer.endObject()
    writer.key("hits")
    writer.beginArray()
    for hit in response.hits { write(hit, explains: question.request.explains, into: &writer) }
    writer.endArray()
    writer.key("facets")
    writer.beginObject()
    for facet in response.facets {
      writer.key(facet.field)
      write(facet, into: &writer)
    }
    writer.endObject()
    writer.member("next_cursor", orNull: response.nextCursor.map { Base64URL.encode($0.bytes) })
    writer.member("generation", generation)
    writer.member("took_us", microseconds)
    writer.endObject()
  }

  static func write(_ hit: SearchResponse.Hit, explains: Bool, into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", hit.id)
    writer.key("score")
    writer.double(hit.score)
    writer.key("document")
    writer.raw(CatalogueSnapshot.json(stored: hit.stored, live: hit.live))
    writer.key("highlights")
    writer.beginObject()
    for (field, html) in hit.highlights { writer.member(field, html) }
    writer.endObject()
    if explains {
      writer.key("explanation")
      writer.beginArray()
      for part in hit.explanation { write(part, into: &writer) }
      writer.endArray()
      writer.key("boosts")
      writer.beginArray()
      for part in hit.boosts { write(part, into: &writer) }
      writer.endArray()
    }
    writer.endObject()
  }

  private static func write(_ part: SearchResponse.ScorePart, into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("term", part.term)
    writer.member("documents", part.documents)
    writer.key("inverse_document_frequency")
    writer.double(part.inverseDocumentFrequency)
    writer.key("frequency")
    writer.double(part.frequency)
    writer.key("contribution")
    writer.double(part.contribution)
    writer.endObject()
  }

  private static func write(_ part: SearchResponse.BoostPart, into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("field", part.field)
    write("value", part.value, into: &writer)
    write("factor", part.factor, into: &writer)
    writer.endObject()
  }

  static func write(_ facet: FacetResult, into writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(of: facet, into: &writer)
    writer.endObject()
  }

  /// Writes a facet's members into the object that is open.
  static func writeMembers(of facet: FacetResult, into writer: inout JSONWriter) {
    writer.member("type", facet.kind.rawValue)
    if facet.kind == .range {
      write("min", facet.minimum, into: &writer)
      write("max", facet.maximum, into: &writer)
    }
    writer.key("values")
    writer.beginArray()
    for value in facet.values {
      writer.beginObject()
      if facet.kind == .range {
        write("from", value.from, into: &writer)
        write("to", value.to, into: &writer)
      } else {
        writer.member("value", value.value)
      }
      writer.member("count", value.count)
      writer.endObject()
    }
    writer.endArray()
    writer.member("other", facet.other)
    writer.member("missing", facet.missing)
  }

  private static func write(_ name: String, _ number: Double?, into writer: inout JSONWriter) {
    writer.key(name)
    if let number { writer.double(number) } else { writer.null() }
  }
}

/// Tells a query's language by its letters.
enum QueryScript {
  /// `ar` where a letter is Arabic, else `en`.
  static func language(of text: String) -> String {
    let isArabic = text.unicodeScalars.contains { scalar in
      (0x0600...0x06ff).contains(scalar.value) || (0x0750...0x077f).contains(scalar.value)
        || (0x08a0...0x08ff).contains(scalar.value) || (0xfb50...0xfdff).contains(scalar.value)
        || (0xfe70...0xfefc).contains(scalar.value)
    }
    return isArabic ? "ar" : "en"
  }
}
