import Testing

@testable import WriteSide

@Suite("Mappings that break their language")
struct MappingErrorTests {
  /// A mapping of four lines to which a wrong one is added as the fifth.
  static let good = """
    event: {type: ProductCreated, source: /x, id: "{id}", time: "2026-01-01"}
    fields:
      product_id: {from: id}
      title: {from: title}

    """

  static let order = """
    format: csv
    group_by: invoice
    event: {type: OrderCreated, source: /x, id: "{id}", time: "2026-01-01"}
    items: {fields: {quantity: {from: q}}}

    """

  @Test(
    "each fault is told with its line and field",
    arguments: [
      (good + "colour: red", 5, "colour", "is not known here"),
      (good + "  price: {from: p, round: 2}", 5, "fields.price.round", "is not known here"),
      (good + "  price: {scale: 2}", 5, "fields.price", "exactly one of from, value and template"),
      (good + "  price: {from: p, value: 2}", 5, "fields.price", "exactly one of from, value and template"),
      (good + "  price: {from: []}", 5, "fields.price.from", "must name a column"),
      (good + "  price: {from: p, scale: much}", 5, "fields.price.scale", "must be a decimal number"),
      (good + "  price: {from: p, type: money}", 5, "fields.price.type", "must be one of string, number"),
      (good + "  price: {from: p, type: [number, money]}", 5, "fields.price.type[1]", "must be one of"),
      (good + "  price: {from: p, absolute: maybe}", 5, "fields.price.absolute", "must be true or false"),
      (good + "  price: {from: p, required: 1}", 5, "fields.price.required", "must be true or false"),
      (good + "  price: {from: p, split: ''}", 5, "fields.price.split", "must not be empty"),
      (good + "  price: {from: p, replace: [a]}", 5, "fields.price.replace", "must be a mapping"),
      (good + "  price: {from: p, default: {a: b}}", 5, "fields.price.default", "single value"),
      (good + "  created_at: {from: c, format: yy-MM-dd}", 5, "fields.created_at.format", "pattern of yyyy"),
      (good + "  brand: {template: '{brand'}", 5, "fields.brand.template", "brace without its partner"),
      (good + "  brand: {template: 'brand}'}", 5, "fields.brand.template", "brace without its partner"),
      (good + "  brand: {template: '{}'}", 5, "fields.brand.template", "brace without its partner"),
      (good + "  a..b: {from: x}", 5, "fields.a..b", "not a path of names"),
      (good + "  brand: x", 5, "fields.brand", "must be a mapping"),
      (good + "format: xml", 5, "format", "must be one of csv, json, ndjson"),
      (good + "separator: ';;'", 5, "separator", "one ASCII character"),
      (good + "separator: '\"'", 5, "separator", "one ASCII character"),
      (good + "separator: é", 5, "separator", "one ASCII character"),
      (good + "skip: {field: a}", 5, "skip", "must have a test"),
      (good + "skip: {equals: a}", 5, "skip", "field is required"),
      (good + "skip: [a]", 5, "skip[0]", "must be a mapping with a field"),
      (good + "skip: {field: a, less_than: b}", 5, "skip.less_than", "must be a decimal number"),
      (good + "skip: {any: [{field: a, equals: b}, {field: a, like: b}]}", 5, "skip.any[1].like", "is not known"),
      (good + "attributes: {into: a}", 5, "attributes", "prefix is required"),
      (good + "items: {fields: {a: {from: b}}}", 5, "items", "needs group_by"),
      (good + "group_by: [a]", 5, "group_by", "must be a single value"),
      (good + "cases: []\nevents: []", 1, "", "has both cases and events"),
      (good + "cases: []", 1, "", "makes no events"),
      (good + "cases: [{when: {field: a, equals: b}, fields: {b: 5}}]", 5, "cases[0].fields.b", "must be a mapping"),
      (good + "events: [{event: {topic: orders}}]", 5, "events[0].event.topic", "belong to the topic products"),
      (good + "format: csv\nformat: csv", 5, "", "is not YAML: format stands twice"),
      (good + "  - {", 5, "", "is not YAML"),
      (order + "events: []", 5, "events", "can't be combined with group_by"),
      (order + "total: {product: [quantity, price]}", 5, "total", "price is not a field of the items"),
      (order + "total: {into: sum}", 5, "total", "product is required"),
      ("fields: {}", 1, "", "event.type is required"), ("", 1, "", "is empty"), ("- a", 1, "", "must be a mapping"),
      ("event: {type: CatCreated}", 1, "event.type", "is not a type of event"),
      ("event: {type: OrderCreated}", 1, "event", "event.source is required"),
      ("event: {type: OrderCreated, source: a, id: b}", 1, "event", "event.time is required"),
      ("event: {type: OrderCreated, source: a, time: b}", 1, "event", "event.id is required"),
      ("event: 5", 1, "event", "must be a mapping"),
    ])
  func faults(yaml: String, line: Int, field: String, reason: String) throws {
    do throws(WriteSideError) {
      _ = try ImportMapping(yaml: yaml, file: "m.yaml")
      Issue.record("read:\n\(yaml)")
    } catch {
      guard case .invalidMapping("m.yaml", let foundLine, let foundField, let foundReason) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(foundField == field && foundLine == line, "\(error)")
      #expect(foundReason.contains(reason), "\(error)")
      #expect(error.description.hasPrefix("m.yaml, line \(line): ") && !error.description.contains { $0.isNewline })
    }
  }

  @Test("a mapping tells the topics and types of its events")
  func topics() throws {
    let mapping = try Places.mapping("uci-orders.yaml")
    #expect(mapping.topics == ["orders"] && mapping.eventTypes == ["OrderCreated", "OrderCancelled"])
    #expect(try Places.mapping("fraud-transactions.yaml").eventTypes == ["PaymentProcessed", "FraudLabelled"])
  }
}
