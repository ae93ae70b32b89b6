import Foundation
import JSONBytes
import SchemaRegistry
import Testing

@Suite("Built-in schemas of events")
struct BuiltInSchemaTests {
  static let directory = TestRegistry.root + "/fixtures/schemas"

  static let types: [String: [String]] = [
    "products": ["ProductCreated", "ProductUpdated", "ProductDeleted"],
    "inventory": ["InventoryUpdated", "ProductStockLow", "ProductOutOfStock", "InventoryReserved", "InventoryFailed"],
    "orders": ["OrderCreated", "OrderUpdated", "OrderCancelled", "OrderFailed", "OrderShipped"],
    "payments": ["PaymentProcessed", "PaymentFailed", "PaymentRefunded", "FraudLabelled"],
    "carts": ["CartUpdated", "CartAbandoned"],
    "users": ["UserRegistered", "UserProfileUpdated", "UserDeleted"],
    "admin": ["ProductApproved", "UserBlocked", "CouponCreated"],
    "behaviour": ["SearchPerformed", "SearchResultClicked", "ProductViewed", "AddedToCart"],
    "fraud": ["FraudScored", "FraudCaseResolved"],
  ]

  @Test("every type of event has a schema, which is registered once")
  func registering() async throws {
    let test = try TestRegistry()
    let outcomes = try await test.registry.registerBuiltIn(directory: Self.directory)
    let subjects = Self.types.flatMap { topic, types in types.map { topic + "-" + $0 } }.sorted()
    #expect(test.registry.subjects() == subjects)
    #expect(outcomes.count == subjects.count)
    for case .refused(let subject, let reason) in outcomes { Issue.record("\(subject): \(reason)") }
    let again = try test.reopened()
    #expect(try await again.registry.registerBuiltIn(directory: Self.directory) == outcomes)
    #expect(try again.registry.versions(of: "orders-OrderCreated") == [1])
  }

  @Test("what somebody registered before, and is not compatible, stays")
  func refusing() async throws {
    let registry = try TestRegistry().registry
    _ = try await registry.register(SchemaText(text: #"{"type":"string"}"#), in: "carts-CartUpdated")
    let outcomes = try await registry.registerBuiltIn(directory: Self.directory)
    let refused = outcomes.compactMap { if case .refused(let subject, _) = $0 { subject } else { nil } }
    #expect(refused == ["carts-CartUpdated"])
    await #expect(throws: RegistryError.self) { try await registry.registerBuiltIn(directory: "/nowhere") }
  }

  @Test("the bundled catalogue is valid by the schema of ProductCreated")
  func catalogue() async throws {
    let registry = try TestRegistry().registry
    _ = try await registry.registerBuiltIn(directory: Self.directory)
    let text = try String(contentsOfFile: TestRegistry.root + "/fixtures/catalogue/products.ndjson", encoding: .utf8)
    var count = 0
    for line in text.split(separator: "\n") {
      let found = registry.check(topic: "products", isKey: false, value: Array(line.utf8), eventType: "ProductCreated")
      #expect(found == nil, "\(line.prefix(80))")
      count += 1
    }
    #expect(count > 300)
  }

  static let examples: [(topic: String, type: String, valid: [String], invalid: [String])] = [
    (
      "products", "ProductCreated",
      [
        #"{"product_id":"P","title":"T","price":"19.99","categories":"Home","attributes":{"a":["x"],"b":1,"c":null},"brand":null,"extra":{}}"#,
        #"{"product_id":"P","title":"T","price":1e2,"rating":5,"status":"draft","currency":"USD","translations":{"ar":{"title":"x"},"fr":null}}"#,
      ],
      [
        #"{"product_id":"P"}"#, #"{"title":"T"}"#, #"{"product_id":"P","title":""}"#, #"{"product_id":5,"title":"T"}"#,
        #"{"product_id":"P","title":"T","price":-1}"#, #"{"product_id":"P","title":"T","price":0.00001}"#,
        #"{"product_id":"P","title":"T","price":"free"}"#, #"{"product_id":"P","title":"T","rating":6}"#,
        #"{"product_id":"P","title":"T","attributes":{"a":{"b":1}}}"#,
        #"{"product_id":"P","title":"T","currency":"usd"}"#,
        #"{"product_id":"P","title":"T","status":"gone"}"#, #"{"product_id":"P","title":"T","tags":[1]}"#,
      ]
    ),
    ("products", "ProductUpdated", [#"{"product_id":"P","price":null}"#], [#"{"price":1}"#]),
    (
      "inventory", "InventoryUpdated", [#"{"product_id":"P","available":3}"#],
      [#"{"product_id":"P"}"#, #"{"product_id":"P","available":-1}"#]
    ),
    ("inventory", "ProductOutOfStock", [#"{"product_id":"P"}"#], ["{}"]),
    (
      "orders", "OrderCreated",
      [
        #"{"order_id":"O","total":5}"#,
        #"{"order_id":"O","items":[{"product_id":"P","quantity":1,"unit_price":"2.50"}]}"#,
        #"{"order_id":"O","total":"5","items":[{"product_id":"P","quantity":1}]}"#,
      ],
      [
        #"{"order_id":"O"}"#, #"{"order_id":"O","items":[]}"#, #"{"order_id":"O","total":null}"#,
        #"{"order_id":"O","items":[{"product_id":"P","quantity":1}]}"#,
        #"{"order_id":"O","total":1,"items":[{"product_id":"P","quantity":0}]}"#,
        #"{"order_id":"O","total":1,"items":[{"quantity":1}]}"#,
      ]
    ),
    (
      "payments", "PaymentProcessed", [#"{"payment_id":"Y","amount":12.5}"#],
      [#"{"payment_id":"Y"}"#, #"{"payment_id":"Y","amount":null}"#]
    ),
    ("payments", "PaymentFailed", [#"{"payment_id":"Y"}"#], [#"{"amount":1}"#]),
    ("payments", "FraudLabelled", [#"{"payment_id":"Y","label":false}"#], [#"{"payment_id":"Y","label":"yes"}"#]),
    (
      "behaviour", "SearchPerformed", [#"{"query":"","results":0}"#],
      ["{}", #"{"query":null}"#, #"{"query":"a","results":-1}"#]
    ),
    ("behaviour", "ProductViewed", [#"{"product_id":"P"}"#], [#"{"query":"a"}"#]),
    (
      "fraud", "FraudScored", [#"{"payment_id":"Y","score":0.25,"decision":"review"}"#],
      [#"{"payment_id":"Y","score":2,"decision":"allow"}"#]
    ),
  ]

  @Test("a schema asks for what the read side asks for", arguments: examples.indices)
  func requirements(_ index: Int) async throws {
    let example = Self.examples[index]
    let registry = try TestRegistry().registry
    _ = try await registry.registerBuiltIn(directory: Self.directory)
    for data in example.valid {
      let found = registry.check(topic: example.topic, isKey: false, value: Array(data.utf8), eventType: example.type)
      #expect(found == nil, "\(data)")
    }
    for data in example.invalid {
      let found = registry.check(topic: example.topic, isKey: false, value: Array(data.utf8), eventType: example.type)
      #expect(found?.kind == .invalid, "\(data)")
    }
  }
}
