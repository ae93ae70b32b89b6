import ByteCoding
import JSONBytes
import Projections
import RecordBatches
import ShopEvents
import Testing

@Suite("Decoding events")
struct DecodingTests {
  @Test(
    "every type of the contract decodes in its topic",
    arguments: [
      ("ProductCreated", #"{"product_id":"P","title":"Kettle","price":"19.90","currency":"USD","tags":["a"]}"#),
      ("ProductUpdated", #"{"product_id":"P","price":null}"#), ("ProductDeleted", #"{"product_id":"P"}"#),
      ("InventoryUpdated", #"{"product_id":"P","available":3,"reserved":1,"warehouse":"W"}"#),
      ("ProductStockLow", #"{"product_id":"P","threshold":5}"#), ("ProductOutOfStock", #"{"product_id":"P"}"#),
      ("InventoryReserved", #"{"order_id":"O","items":[{"product_id":"P","quantity":1}]}"#),
      ("InventoryFailed", #"{"order_id":"O","items":[],"reason":"none left"}"#),
      ("OrderCreated", #"{"order_id":"O","total":19.9,"currency":"USD"}"#), ("OrderUpdated", #"{"order_id":"O"}"#),
      ("OrderCancelled", #"{"order_id":"O","reason":"late"}"#), ("OrderFailed", #"{"order_id":"O"}"#),
      ("OrderShipped", #"{"order_id":"O","carrier":"C","tracking":"T"}"#),
      ("PaymentProcessed", #"{"payment_id":"X","amount":5}"#), ("PaymentFailed", #"{"payment_id":"X","code":"51"}"#),
      ("PaymentRefunded", #"{"payment_id":"X","amount":5}"#), ("FraudLabelled", #"{"payment_id":"X","label":true}"#),
      ("CartUpdated", #"{"cart_id":"C","value":5}"#), ("CartAbandoned", #"{"cart_id":"C"}"#),
      ("UserRegistered", #"{"user_id":"U","country":"SA"}"#), ("UserProfileUpdated", #"{"user_id":"U"}"#),
      ("UserDeleted", #"{"user_id":"U"}"#), ("ProductApproved", #"{"product_id":"P","actor":"A"}"#),
      ("UserBlocked", #"{"user_id":"U"}"#), ("CouponCreated", #"{"coupon_id":"C"}"#),
      ("SearchPerformed", #"{"query":"kettle","results":3}"#),
      ("SearchResultClicked", #"{"query":"kettle","product_id":"P","position":1}"#),
      ("ProductViewed", #"{"product_id":"P"}"#), ("AddedToCart", #"{"product_id":"P"}"#),
      ("FraudScored", #"{"payment_id":"X","score":0.5,"decision":"review","reasons":[]}"#),
      ("FraudCaseResolved", #"{"payment_id":"X","decision":"fraud"}"#),
    ])
  func types(type: String, data: String) throws {
    _ = try body(type, data)
    let parsed = try JSONValue.parse(Array(event(type, data).utf8))
    let published = try PublishableEvent(checking: parsed, now: Timestamp(milliseconds: recordTime))
    #expect(published.topic == EventTypes.topic(ofType: type))
    // In another topic it is a type that nobody reads there.
    let other = published.topic == "orders" ? "users" : "orders"
    guard case .unknownType(type) = decode(event(type, data), topic: other) else { throw Unexpected(text: type) }
  }

  @Test("the three ways to write an event are one event")
  func contentModes() throws {
    let data = #"{"order_id":"O","total":1.5}"#
    let structured = Array(event("OrderCreated", data).utf8)
    let headers = [
      ("ce_specversion", "1.0"), ("ce_id", "e-1"), ("ce_source", "/test"), ("ce_type", "OrderCreated"),
      ("ce_time", "2026-11-23T02:41:00Z"), ("content-type", "application/json"),
    ].map { RecordHeader(key: $0.0, value: Array($0.1.utf8)) }
    let records = [
      record(structured), record([0, 0, 0, 0, 7] + structured), record(Array(data.utf8), headers: headers),
      record([0, 0, 0, 0, 7] + Array(data.utf8), headers: headers),
    ]
    var identities: Set<EventIdentity> = []
    for record in records {
      guard case .event(let event, let identity) = ShopEventDecoder().decode(record, topic: "orders"),
        case .order(let order) = event.body
      else { throw Unexpected(text: "\(record)") }
      #expect(order.total?.description == "1.50")
      #expect(event.time.rfc3339 == "2026-11-23T02:41:00Z")
      identities.insert(identity)
    }
    #expect(identities.count == 1)
  }

  @Test(
    "what is wrong is named by code and pointer",
    arguments: [
      ("{", "invalid-json", nil), ("[]", "invalid-event", ""), ("{}", "invalid-event", "/specversion"),
      (
        #"{"specversion":"0.3","id":"1","source":"s","type":"OrderCreated","data":{}}"#, "invalid-event", "/specversion"
      ),
      (#"{"specversion":"1.0","source":"s","type":"OrderCreated","data":{}}"#, "invalid-event", "/id"),
      (#"{"specversion":"1.0","id":"1","source":"s","type":"OrderCreated"}"#, "invalid-event", "/data"),
      (#"{"specversion":"1.0","id":"1","source":"s","type":"OrderCreated","data":[]}"#, "invalid-event", "/data"),
      (
        #"{"specversion":"1.0","id":"1","source":"s","type":"OrderCreated","data":{},"Data":1}"#, "invalid-event",
        "/Data"
      ),
      (event("OrderCreated", "{}"), "schema-violation", "/data/order_id"),
      (event("OrderCreated", #"{"order_id":""}"#), "schema-violation", "/data/order_id"),
      (event("OrderCreated", #"{"order_id":"O"}"#), "schema-violation", "/data/total"),
      (event("OrderCreated", #"{"order_id":7}"#), "schema-violation", "/data/order_id"),
      (event("OrderCreated", #"{"order_id":"O","total":"much"}"#), "schema-violation", "/data/total"),
      (event("OrderCreated", #"{"order_id":"O","total":-1}"#), "schema-violation", "/data/total"),
      (event("OrderCreated", #"{"order_id":"O","total":0.00001}"#), "schema-violation", "/data/total"),
      (event("OrderCreated", #"{"order_id":"O","total":1,"currency":"usd"}"#), "schema-violation", "/data/currency"),
      (
        event("OrderCreated", #"{"order_id":"O","items":[{"product_id":"P","quantity":0}]}"#), "schema-violation",
        "/data/items/0/quantity"
      ),
      (event("OrderCreated", #"{"order_id":"O"}"#, time: "yesterday"), "schema-violation", "/time"),
      (event("OrderShipped", #"{"order_id":"O"}"#, time: "2026-11-25T00:00:00Z"), "time-in-future", "/time"),
    ])
  func faults(json: String, code: String, pointer: String?) throws {
    let rejection = try rejection(json)
    #expect(rejection.code == code, "\(rejection)")
    #expect(rejection.pointer == pointer, "\(rejection)")
  }

  @Test("an empty record, a frame without payload and bytes that are no text are refused")
  func bytes() {
    for value in [nil, [], [0], [0, 0, 0, 0, 1], [0xff, 0xfe], Array("\u{0}\u{0}\u{0}\u{0}\u{1}{".utf8)] as [[UInt8]?] {
      let record = Record(key: nil, value: value, timestampMilliseconds: recordTime)
      guard case .rejected = ShopEventDecoder().decode(record, topic: "orders") else {
        Issue.record("accepted \(value ?? [])")
        continue
      }
    }
  }

  @Test(
    "a record's timestamp may be anything; one that no calendar has is refused",
    arguments: [
      (Int64.min, false), (.max, false), (-62_135_596_800_001, false), (253_402_300_800_000, false), (-1, true),
      (0, true),
    ])
  func recordTimes(milliseconds: Int64, isAccepted: Bool) {
    let json = #"{"specversion":"1.0","id":"1","source":"/t","type":"OrderShipped","data":{"order_id":"O"}}"#
    let record = Record(key: nil, value: Array(json.utf8), timestampMilliseconds: milliseconds)
    switch ShopEventDecoder().decode(record, topic: "orders") {
    case .event(let event, _):
      #expect(isAccepted)
      #expect(event.time.milliseconds == milliseconds)
    case .rejected(let rejection): #expect(!isAccepted, "\(rejection)")
    case .unknownType: Issue.record("unknown")
    }
  }

  @Test("money is exact")
  func money() throws {
    guard
      case .order(let order) = try body(
        "OrderCreated",
        #"{"order_id":"O","total":0.1,"items":[{"product_id":"P","quantity":3,"unit_price":"922337203685.4775"}]}"#)
    else { throw Unexpected(text: "no order") }
    #expect(order.total?.rawValue == 1000)
    #expect(order.items[0].unitPrice?.description == "922337203685.4775")
    #expect(Money("1e2")?.rawValue == 1_000_000)
    #expect(Money("922337203685477.5807")?.rawValue == .max)
    for text in ["", "-", ".", "1.", "1e", "0x1", " 1", "1 ", "922337203685477.5808", "1e30", "٣"] {
      #expect(Money(text) == nil, "\(text)")
    }
  }

  @Test("any bytes are an event, a type that is not read, or a refusal", arguments: 0..<40 as Range<UInt64>)
  func fuzz(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let data =
      #"{"order_id":"O","items":[{"product_id":"P","quantity":2,"unit_price":9.99}],"total":19.98,"currency":"USD"}"#
    let original = Array(event("OrderCreated", data).utf8)
    for _ in 0..<200 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: at)
        default: bytes.insert(Array("\"{}[],:0-9e.\\u".utf8).randomElement(using: &generator) ?? 0, at: at)
        }
      }
      let decoded = ShopEventDecoder().decode(record(bytes), topic: "orders")
      guard let json = try? JSONValue.parse(bytes) else {
        guard case .rejected = decoded else { throw Unexpected(text: String(decoding: bytes, as: UTF8.self)) }
        continue
      }
      // What may be published is never refused later, and the other way round.
      let isPublishable = (try? PublishableEvent(checking: json, now: Timestamp(milliseconds: recordTime))) != nil
      if case .event = decoded {
        #expect(isPublishable, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
      } else {
        #expect(!isPublishable, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }
}
