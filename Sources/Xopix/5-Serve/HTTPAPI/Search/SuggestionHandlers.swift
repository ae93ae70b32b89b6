internal import CatalogueModel
internal import Hummingbird
internal import JSONBytes
internal import SearchEngine

extension API {
  /// `GET /v1/autocomplete`.
  func autocomplete(_ call: Call) -> Response {
    let offers = readSide.catalogue.autocomplete(
      call.arguments.text("q") ?? "", size: call.arguments.integer("size", or: 8))
    var writer = JSONWriter(capacity: 4096)
    writer.beginObject()
    writer.key("queries")
    writer.beginArray()
    for query in offers.queries {
      writer.beginObject()
      writer.member("text", query.text)
      writer.key("score")
      writer.double(query.score)
      writer.endObject()
    }
    writer.endArray()
    writer.key("products")
    writer.beginArray()
    for product in offers.products { Self.write(product, into: &writer) }
    writer.endArray()
    writer.key("categories")
    writer.beginArray()
    for category in offers.categories {
      writer.beginObject()
      writer.member("value", category.value)
      writer.member("count", category.count)
      writer.endObject()
    }
    writer.endArray()
    writer.member("took_us", call.microseconds)
    writer.endObject()
    return Self.json(writer.bytes)
  }

  /// The members of a product's document that an offer shows; null where it has none.
  private static let offeredMembers = ["title", "image_url", "price", "currency"]

  private static func write(_ product: Autocomplete.Product, into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", product.id)
    var members = JSONObject()
    // A document was JSON when it was stored; one that is not has no members to show.
    if case .object(let object)? = try? JSONValue.parse(product.document) { members = object }
    for name in offeredMembers {
      writer.key(name)
      writer.value(members[name] ?? .null)
    }
    writer.endObject()
  }

  /// `GET /v1/spell`.
  func spell(_ call: Call) -> Response {
    let text = call.arguments.text("q") ?? ""
    let spelling = readSide.catalogue.spell(text)
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("query", text)
    writer.member("corrected", orNull: spelling.corrected)
    writer.key("suggestions")
    writer.beginArray()
    for suggestion in spelling.suggestions {
      writer.beginObject()
      writer.member("text", suggestion.text)
      writer.member("distance", suggestion.distance)
      writer.member("frequency", suggestion.frequency)
      writer.key("score")
      writer.double(suggestion.score)
      writer.endObject()
    }
    writer.endArray()
    writer.member("took_us", call.microseconds)
    writer.endObject()
    return Self.json(writer.bytes)
  }

  /// `GET /v1/facets/{field}`.
  func searchFacet(_ call: Call) throws(Problem) -> Response {
    let field = call.arguments.text("field") ?? ""
    let catalogue = readSide.catalogue
    let question = try SearchQuestion(
      call.arguments, in: .query, catalogue: catalogue, generation: readSide.generation)
    let facet: FacetResult
    do {
      facet = try catalogue.facetValues(
        of: field, prefix: call.arguments.text("prefix") ?? "", request: question.request,
        size: call.arguments.integer("size", or: 10))
    } catch {
      if case .unknownField(field, _) = error { throw Self.unusableFacet(error) }
      if case .unsuitableField(field, _) = error { throw Self.unusableFacet(error) }
      throw question.problem(error)
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("field", field)
    SearchAnswer.writeMembers(of: facet, into: &writer)
    writer.member("took_us", call.microseconds)
    writer.endObject()
    return Self.json(writer.bytes)
  }

  private static func unusableFacet(_ error: SearchError) -> Problem {
    Problem([FieldError(kind: .unknownField, location: .path, pointer: "/field", detail: error.description)])
  }
}
