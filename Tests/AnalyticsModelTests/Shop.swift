import AnalyticsModel
import ByteCoding
import Foundation
import Projections
import RecordBatches
import ShopEvents
import Streams

/// The views that come with the server.
enum BuiltIn {
  static func views() throws -> [ViewDefinition] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appendingPathComponent("fixtures/views/built-in.yaml")
    return try ViewDefinitions.parse(yaml: try String(contentsOf: file, encoding: .utf8), file: "built-in.yaml")
  }
}

/// A moment on a day of the tests.
func moment(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: (1_790_035_200 + seconds) * 1_000_000) }

func event(
  _ body: ShopEvent.Body, topic: String, partition: Int32 = 0, at time: Timestamp, offset: Int64 = 0
) -> PositionedEvent<ShopEvent> {
  PositionedEvent(
    topicPartition: TopicPartition(topic: topic, partition: partition), offset: Offset(rawValue: offset),
    event: ShopEvent(id: "e\(offset)", source: "/shop", time: time, body: body))
}

func order(
  _ kind: OrderChange.Kind = .created, items: [OrderItem] = [], total: Money? = nil, currency: String? = "EUR",
  country: String? = nil
) -> ShopEvent.Body {
  .order(
    OrderChange(
      kind: kind, orderID: "o", userID: nil, items: items, total: total, currency: currency, country: country,
      channel: nil, coupon: nil, reason: nil))
}

func search(_ query: String, results: Int64?) -> ShopEvent.Body {
  .behaviour(
    Behaviour(
      kind: .searchPerformed, sessionID: nil, userID: nil, query: query, results: results, position: nil,
      productID: nil))
}

/// Events of all kinds over some hours, a few of them late.
struct RandomEvents {
  var generator: SeededGenerator
  private var seconds: Int64 = 0
  private var offset: Int64 = 0

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next(_ count: Int) -> [PositionedEvent<ShopEvent>] { (0..<count).map { _ in next() } }

  mutating func next() -> PositionedEvent<ShopEvent> {
    seconds += Int64(generator.number(0...60))
    offset += 1
    let late = generator.chance(1, in: 8) ? Int64(generator.number(0...7200)) : 0
    let time = Timestamp(rawValue: moment(max(0, seconds - late)).rawValue + Int64(generator.number(0...999_999)))
    let (topic, body) = body()
    return event(body, topic: topic, partition: Int32(generator.number(0...1)), at: time, offset: offset)
  }

  private mutating func one(of texts: [String]) -> String? {
    generator.chance(1, in: 7) ? nil : texts[generator.number(0...texts.count - 1)]
  }

  /// Small amounts, and ones whose sums no double holds.
  private mutating func money() -> Money? {
    switch generator.number(0...6) {
    case 0: nil
    case 1: Money(rawValue: .max - Int64(generator.number(0...9)))
    default: Money(rawValue: Int64(generator.number(0...99_999_999)))
    }
  }

  private mutating func items() -> [OrderItem] {
    (0..<generator.number(0...3)).map { _ in
      OrderItem(
        productID: "P-\(generator.number(1...30))", quantity: Int64([1, 2, 1_000_000_000][generator.number(0...2)]),
        unitPrice: money())
    }
  }

  private mutating func body() -> (String, ShopEvent.Body) {
    switch generator.number(0...7) {
    case 0, 1:
      let kind = OrderChange.Kind.allCases[generator.chance(1, in: 2) ? 0 : generator.number(0...4)]
      let change = OrderChange(
        kind: kind, orderID: "o\(offset)", userID: one(of: ["u"]), items: items(), total: money(),
        currency: one(of: ["EUR", "SAR"]), country: one(of: ["FR", "SA", "São Tomé", "Sa\u{303}o Tome\u{301}"]),
        channel: one(of: ["web"]), coupon: one(of: ["c"]), reason: one(of: ["late"]))
      return ("orders", .order(change))
    case 2, 3:
      let kind = PaymentChange.Kind.allCases[generator.number(0...2)]
      let change = PaymentChange(
        kind: kind, paymentID: "p\(offset)", orderID: nil, userID: nil, amount: money(),
        currency: one(of: ["EUR"]), method: one(of: ["card", "wallet"]), provider: one(of: ["stripe", "hyperpay"]),
        card: nil, cardCountry: nil, ip: nil, ipCountry: nil, device: nil, terminal: nil,
        reason: one(of: ["declined", "expired"]), code: one(of: ["05"]))
      return ("payments", .payment(change))
    case 4:
      let query = one(of: ["Copper  kettle", " copper KETTLE ", "mug", "غلاية", ""]) ?? "rare\(offset)"
      return ("behaviour", search(query, results: generator.chance(1, in: 5) ? nil : Int64(generator.number(0...2))))
    case 5:
      let viewed = Behaviour(
        kind: .productViewed, sessionID: nil, userID: nil, query: nil, results: nil, position: nil, productID: "P-1")
      return ("behaviour", .behaviour(viewed))
    case 6:
      let decision = FraudDecision(
        paymentID: "p", score: 0.5, decision: ["allow", "review", "block"][generator.number(0...2)], amount: money(),
        currency: one(of: ["EUR"]))
      return ("fraud", .fraudDecision(decision))
    default:
      let cart = CartChange(
        cartID: "c", userID: nil, items: items(), value: money(), isAbandoned: generator.chance(1, in: 2))
      return ("carts", .cart(cart))
    }
  }
}

extension AnalyticsSnapshot {
  /// Every row of a view.
  func rows(of name: String) throws -> [[StreamValue]] {
    var query = ViewQuery()
    query.top = .max
    return try view(name)?.answer(query).rows ?? []
  }
}
