import AnalyticsModel
import CatalogueModel
import FraudModel
import Projections
import QueryLanguage
import SearchEngine
import ShopEvents
import WriteSide

/// The read models over generated events.
struct ModelBenchmarks {
  let stopwatch: Stopwatch
  let material: Material

  func run() throws {
    if stopwatch.wants("index") || stopwatch.wants("query") { try Material.withDirectory(search) }
    try Material.withDirectory(views)
    try Material.withDirectory(fraud)
  }

  private func search(in directory: String) throws {
    let definition = try CatalogueDefinition(
      yaml: material.text("fixtures/indexes/products.yaml"), file: "products.yaml")
    let model = try CatalogueModel(definition: definition, directory: directory, manifest: nil)
    let events = Material.decoded(material.products)
    let building = Stopwatch(wanted: [])
    try building.measureOnce("index build, then saved", count: events.count) {
      for first in stride(from: 0, to: events.count, by: 1000) {
        _ = model.apply(Array(events[first..<min(events.count, first + 1000)]))
        model.publish(at: Position())
      }
      _ = try model.writeCheckpoint(number: 1)
    }
    let catalogue = model.publisher.current
    print("index of \(catalogue.index.documentCount) products, \(catalogue.index.byteCount) bytes")
    let kinds: [(String, String, String, [String])] = [
      ("query one word", "wireless", "", []),
      ("query two words", "wireless mouse", "", []),
      ("query either of two words", "kettle OR mouse", "", []),
      ("query phrase", "\"wireless mouse\"", "", []),
      ("query beginning of a word", "wire*", "", []),
      ("query misspelt", "wireles mouse", "", []),
      ("query word and facets", "wireless", "", ["brand", "category", "price"]),
      ("query filter and facets", "", "price 10 TO 50 AND in_stock = true", ["brand", "category", "price"]),
      ("query everything and facets", "", "", ["brand", "category", "price"]),
    ]
    for (name, text, filter, facets) in kinds {
      var request = SearchRequest()
      request.query = catalogue.query(text)
      if !filter.isEmpty { request.filter = try FilterParser.parse(filter) }
      request.facets = facets.map { FacetRequest(field: $0, size: 10) }
      try stopwatch.measure(name) { _ = try catalogue.search(request) }
    }
    stopwatch.measure("query autocomplete") { _ = catalogue.autocomplete("wirel", size: 8) }
    stopwatch.measure("query spelling") { _ = catalogue.spell("wireles keybord") }
  }

  private func views(in directory: String) throws {
    let definitions = try ViewDefinitions.parse(
      yaml: material.text("fixtures/views/built-in.yaml"), file: "built-in.yaml")
    let model = try AnalyticsModel(definitions: definitions, directory: directory, manifest: nil)
    let events = Material.decoded(material.traffic)
    stopwatch.measure("views apply event", count: events.count) { _ = model.apply(events) }
  }

  private func fraud(in directory: String) throws {
    let definition = try FraudDefinitions.parse(
      features: material.text("fixtures/fraud/features.yaml"), rules: material.text("fixtures/fraud/rules.yaml"))
    let model = try FraudModel(definition: definition, directory: directory, manifest: nil)
    let payments = Material.decoded(material.traffic.filter { $0.topic == "payments" })
    guard !payments.isEmpty else { return }
    stopwatch.measure("fraud score and remember", count: payments.count) { _ = model.apply(payments) }
  }
}
