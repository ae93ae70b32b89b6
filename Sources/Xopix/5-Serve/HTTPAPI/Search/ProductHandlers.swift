internal import CatalogueModel
internal import Hummingbird
internal import JSONBytes
internal import SearchEngine

extension API {
  /// `GET /v1/products/{id}`.
  func product(_ call: Call) throws(Problem) -> Response {
    let id = call.arguments.text("id") ?? ""
    guard let document = readSide.catalogue.product(id: id) else { throw Self.unknownProduct(id) }
    return Self.json(document)
  }

  /// `GET /v1/products/{id}/similar`.
  func similarProducts(_ call: Call) throws(Problem) -> Response {
    let id = call.arguments.text("id") ?? ""
    guard let similar = readSide.catalogue.similar(to: id, size: call.arguments.integer("size", or: 10)) else {
      throw Self.unknownProduct(id)
    }
    var writer = JSONWriter(capacity: 8192)
    writer.beginObject()
    writer.key("hits")
    writer.beginArray()
    for hit in similar.hits { SearchAnswer.write(hit, explains: false, into: &writer) }
    writer.endArray()
    writer.member("took_us", call.microseconds)
    writer.endObject()
    return Self.json(writer.bytes)
  }

  private static func unknownProduct(_ id: String) -> Problem {
    Problem(.unknownProduct, "there is no product \(id.prefix(80))")
  }
}
