import AnalyticsModel
import Projections
import RecordBatches
import ShopEvents
import Streams
import Testing

@Suite("The built-in views")
struct BuiltInViewTests {
  @Test("Property: every row is the naive sum over the events, decimals exact", arguments: 1...6 as ClosedRange<UInt64>)
  func naiveOracle(seed: UInt64) throws {
    let definitions = try BuiltIn.views()
    #expect(definitions.count == 10)
    let folder = try TemporaryFolder()
    let model = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: nil)
    var random = RandomEvents(seed: seed)
    let events = random.next(700)
    var rest = events[...]
    while !rest.isEmpty {
      let batch = rest.prefix(random.generator.number(1...40))
      #expect(model.apply(Array(batch)).isEmpty)
      rest = rest.dropFirst(batch.count)
    }
    model.publish(at: Position())
    for definition in definitions {
      let expected = try #require(NaiveViews.rows(definition.name, events))
      #expect(!expected.isEmpty, "\(definition.name)")
      var found: NaiveViews.Rows = [:]
      for row in try model.publisher.current.rows(of: definition.name) {
        let keys = Array(row.prefix(1 + definition.keys.count))
        #expect(found.updateValue(Array(row.dropFirst(keys.count)), forKey: keys) == nil, "\(definition.name): \(keys)")
      }
      #expect(found.count == expected.count, "seed \(seed), \(definition.name)")
      for (keys, values) in expected where found[keys] != values {
        Issue.record("seed \(seed), \(definition.name) \(keys): \(found[keys] ?? []), not \(values)")
      }
    }
  }

  @Test("each aggregate has a unit, each view a description, and windows are minutes or days")
  func wording() throws {
    for view in try BuiltIn.views() {
      #expect(!view.description.isEmpty && [60, 86_400].contains(view.windowSeconds))
      for aggregate in view.aggregates { #expect(aggregate.unit != nil, "\(view.name).\(aggregate.name)") }
    }
  }

  @Test("the best sellers come first, as many as the view shows")
  func bestSellers() throws {
    let folder = try TemporaryFolder()
    let model = try AnalyticsModel(definitions: try BuiltIn.views(), directory: folder.path, manifest: nil)
    let items = (1...30).map {
      OrderItem(productID: "P-\($0)", quantity: 1, unitPrice: Money(rawValue: Int64($0 % 25)))
    }
    _ = model.apply([event(order(items: items), topic: "orders", at: moment(0))])
    model.publish(at: Position())
    let view = try #require(model.publisher.current.view("top_products"))
    let rows = try view.answer(ViewQuery()).rows
    #expect(rows.count == 20)
    let revenues = rows.map { $0[3] }
    #expect(revenues == revenues.sorted(by: >))
    #expect(rows.first?[1] == .text("P-24"))
  }

  @Test("an order's total is its lines' where it has none of its own, and is exact beyond 64 bits")
  func totals() throws {
    let folder = try TemporaryFolder()
    let model = try AnalyticsModel(definitions: try BuiltIn.views(), directory: folder.path, manifest: nil)
    let huge = OrderItem(productID: "P", quantity: 1_000_000_000, unitPrice: Money(rawValue: .max))
    let one = OrderItem(productID: "P", quantity: 1, unitPrice: Money(rawValue: 1))
    _ = model.apply([
      event(order(items: [huge, one]), topic: "orders", at: moment(0)),
      event(order(items: [huge], total: Money(rawValue: 3)), topic: "orders", at: moment(1)),
      event(order(items: [OrderItem(productID: "P", quantity: 5, unitPrice: nil)]), topic: "orders", at: moment(2)),
    ])
    model.publish(at: Position())
    let rows = try model.publisher.current.rows(of: "revenue_per_minute")
    #expect(
      rows.map { Array($0.dropFirst()) } == [
        [.text("EUR"), .integer(3), .decimal(9_223_372_036_854_775_807_000_000_004)]
      ])
  }

  @Test(
    "searches that people typed alike are counted together",
    arguments: [
      ("Copper  KETTLE\t", "copper kettle"), ("  ", ""), ("ÉCRAN", "écran"),
      (String(repeating: "a", count: 100), String(repeating: "a", count: 80)),
    ])
  func queries(typed: String, counted: String) throws {
    let folder = try TemporaryFolder()
    let model = try AnalyticsModel(definitions: try BuiltIn.views(), directory: folder.path, manifest: nil)
    _ = model.apply([event(search(typed, results: 0), topic: "behaviour", at: moment(0))])
    model.publish(at: Position())
    let rows = try model.publisher.current.rows(of: "searches_without_results")
    #expect(rows.map { Array($0.dropFirst()) } == [[.text(counted), .integer(1)]])
  }
}
