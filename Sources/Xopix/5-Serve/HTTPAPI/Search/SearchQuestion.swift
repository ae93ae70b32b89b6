internal import CatalogueModel
internal import Projections
internal import QueryLanguage
internal import SearchEngine

/// A search as a request asks it.
struct SearchQuestion: Sendable {
  let text: String
  let request: SearchRequest
  /// The JSON pointer of the object that holds the parameters.
  let base: String
  private let facetNames: Set<String>
  private let highlightNames: Set<String>
  private let location: FieldError.Location

  /// - Parameters:
  ///   - base: the JSON pointer of the object that holds the parameters; empty for a query.
  ///   - catalogue: what is searched: it knows which names before a colon are fields.
  init(
    _ arguments: Arguments, base: String = "", in location: FieldError.Location, catalogue: CatalogueSnapshot,
    generation: String
  ) throws(Problem) {
    text = arguments.text("q") ?? ""
    self.base = base
    self.location = location
    if let wanted = arguments.text("generation"), wanted != generation {
      throw Problem(
        .unknownGeneration, "generation \(wanted.prefix(80)) is not served; the live one is \(generation)",
        errors: [
          FieldError(
            kind: .unknownGeneration, location: location, pointer: base + "/generation", detail: "is not the live one",
            allowed: [generation])
        ])
    }
    let facetSize = arguments.integer("facet_size", or: 10)
    let facetOrder = arguments.text("facet_sort").flatMap(FacetRequest.Order.init) ?? .count
    var request = SearchRequest()
    request.query = catalogue.query(text)
    request.filter = arguments.filter("filter")
    request.facets = Self.unique(arguments.list("facets")).map {
      FacetRequest(field: $0, size: facetSize, order: facetOrder)
    }
    request.sort = arguments.sort("sort")
    request.size = arguments.integer("size", or: 10)
    request.highlight = Self.unique(arguments.list("highlight"))
    request.correctsTypos = arguments.text("typo") != "off"
    request.minimumMatch = arguments.minimumMatch("match")
    request.boosts = arguments.boosts("boost")
    request.collapse = arguments.text("collapse")
    request.explains = arguments.flag("explain")
    facetNames = Set(request.facets.map(\.field))
    highlightNames = Set(request.highlight)
    if let cursor = arguments.text("cursor") {
      guard let place = Base64URL.decode(cursor).flatMap(Cursor.init(bytes:)) else {
        throw Problem([
          FieldError(
            kind: .invalidCursor, location: location, pointer: base + "/cursor",
            detail: "must be a next_cursor of this search, unchanged")
        ])
      }
      request.cursor = place
    }
    self.request = request
  }

  /// The problem that the engine has with this search: it names the parameter at fault.
  func problem(_ error: SearchError) -> Problem {
    let kind: ProblemKind
    let name: String
    switch error {
    case .invalidCursor: (kind, name) = (.invalidCursor, "cursor")
    case .unknownField(let field, _), .unsuitableField(let field, _):
      (kind, name) = (.unknownField, parameter(naming: field))
    case .unsuitableBoost: (kind, name) = (.unknownField, "boost")
    case .unsuitableValue: (kind, name) = (.invalidFilter, "filter")
    }
    return Problem([
      FieldError(kind: kind, location: location, pointer: "\(base)/\(name)", detail: error.description)
    ])
  }

  private func parameter(naming field: String) -> String {
    if request.filter.fields.contains(field) { return "filter" }
    if request.boosts.contains(where: { $0.field == field }) { return "boost" }
    if facetNames.contains(field) { return "facets" }
    if request.sort.contains(where: { $0.field == field }) { return "sort" }
    if highlightNames.contains(field) { return "highlight" }
    return request.collapse == field ? "collapse" : "q"
  }

  /// The names without those that were named before.
  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
