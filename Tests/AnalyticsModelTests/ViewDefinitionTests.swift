import DefinitionFiles
import AnalyticsModel
import Streams
import Testing

@Suite("Definitions of views in YAML")
struct ViewDefinitionTests {
  /// A view whose parts can be made wrong.
  static func yaml(
    name: String = "v", source: String = "orders", window: String = "60", more: String = "",
    aggregates: String = "[{name: n, function: count}]"
  ) -> String {
    "views:\n  - {name: \(name), source: \(source), window_seconds: \(window), \(more) aggregates: \(aggregates)}"
  }

  @Test(
    "a fault is told with its file, view and place",
    arguments: [
      (yaml(name: "V"), "/name"), (yaml(name: String(repeating: "v", count: 65)), "/name"),
      (yaml(source: "cats"), "/source"), (yaml(window: "0"), "/window_seconds"),
      (yaml(window: "31536001"), "/window_seconds"), (yaml(window: "soon"), "/views/0/window_seconds"),
      (yaml(more: "where: {color: red},"), "/where/color"), (yaml(more: "keys: [currency, color],"), "/keys/1"),
      (yaml(more: "keys: [currency, currency],"), "/keys/1"), (yaml(more: "limit: 0,"), "/limit"),
      (yaml(more: "max_rows: 0,"), "/max_rows"), (yaml(more: "max_rows: 50000001,"), "/max_rows"),
      (yaml(more: "order_by: currency,"), "/order_by"), (yaml(aggregates: "[]"), "/aggregates"),
      (yaml(aggregates: "[{name: n}]"), "/views/0/aggregates/0 lacks function"),
      (yaml(aggregates: "[{name: n, function: median}]"), "/views/0/aggregates/0/function"),
      (yaml(aggregates: "[{name: n, function: sum}]"), "/aggregates/0/column"),
      (yaml(aggregates: "[{name: n, function: sum, column: country}]"), "/aggregates/0/column"),
      (yaml(aggregates: "[{name: n, function: max, column: color}]"), "/aggregates/0/column"),
      (yaml(aggregates: "[{name: n, function: count}, {name: n, function: count}]"), "/aggregates/1/name"),
      (yaml(more: "keys: [country],", aggregates: "[{name: country, function: count}]"), "/aggregates/0/name"),
      (yaml(aggregates: "[{name: window_start, function: count}]"), "/aggregates/0/name"),
      (yaml(aggregates: "[{name: n, function: count, where: {color: x}}]"), "/aggregates/0/where/color"),
      ("views: 5", "/views"), ("{}", "lacks views"), ("view: []", "view has no meaning"),
      ("views:\n  - {", "line 3 is not YAML"), ("", ""),
    ])
  func faults(yaml: String, place: String) throws {
    let error = #expect(throws: DefinitionError.self) {
      try ViewDefinitions.parse(yaml: yaml, file: "mine.yaml")
    }
    let found = try #require(error)
    #expect(found.reason.contains(place), "\(found)")
    #expect(found.description == "mine.yaml: \(found.reason)")
    if yaml.hasPrefix("views:\n  - {name: v,"), !found.reason.hasPrefix("/views") {
      #expect(found.reason.hasPrefix("view v: "))
    }
  }

  @Test("what is optional may be absent; limits are kept")
  func reading() throws {
    let plain = try #require(try ViewDefinitions.parse(yaml: Self.yaml(), file: "v").first)
    #expect(plain.keys.isEmpty && plain.filter.isEmpty && plain.limit == nil && plain.orderBy == nil)
    #expect(plain.maxRows == ViewDefinition.defaultMaxRows && plain.description.isEmpty)
    let name = String(repeating: "v", count: 64)
    let limits = Self.yaml(name: name, window: "31536000", more: "max_rows: 50000000, limit: 1, order_by: n,")
    #expect(try ViewDefinitions.parse(yaml: limits, file: "v").map(\.name) == [name])
  }

  @Test("a name that two views have is refused by the model")
  func repeated() throws {
    let folder = try TemporaryFolder()
    let views = try ViewDefinitions.parse(yaml: Self.yaml(), file: "v")
    #expect(throws: StreamError.invalidDefinition(view: "v", pointer: "/name", reason: "is used twice")) {
      try AnalyticsModel(definitions: views + views, directory: folder.path, manifest: nil)
    }
  }

  @Test("every stream can be viewed by each of its columns")
  func streams() throws {
    #expect(
      ShopStreams.schemas.map(\.name).sorted() == [
        "behaviour", "carts", "decisions", "events", "order_items", "orders", "payments", "searches",
      ])
    for stream in ShopStreams.schemas {
      for column in stream.columns {
        let function = column.type == .text ? "max" : "sum"
        let yaml = Self.yaml(
          source: stream.name, more: "keys: [\(column.name)],",
          aggregates: "[{name: x, function: \(function), column: \(column.name)}]")
        #expect(try ViewDefinitions.parse(yaml: yaml, file: "v").count == 1)
      }
    }
  }
}
