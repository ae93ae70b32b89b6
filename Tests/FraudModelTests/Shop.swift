import ByteCoding
import Foundation
import FraudModel
import Projections
import RecordBatches
import Scoring
import ShopEvents
import Testing

/// The definitions that come with the server.
enum BuiltIn {
  static func text(_ name: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent("fixtures/fraud/" + name), encoding: .utf8)
  }

  static func definition() throws -> ScoringDefinition {
    try FraudDefinitions.parse(features: try text("features.yaml"), rules: try text("rules.yaml"))
  }
}

/// A payment as tests write it; what is not said is usual.
struct Payment: Sendable {
  var id = ""
  var kind = PaymentChange.Kind.processed
  var amount: Int64? = 50
  var currency: String? = "EUR"
  var card: String? = "card-of-ann"
  var cardCountry: String? = "FR"
  var ip: String? = "198.51.100.7"
  var ipCountry: String? = "FR"
  var device: String? = "device-of-ann"
  var user: String? = "ann"

  var change: PaymentChange {
    PaymentChange(
      kind: kind, paymentID: id, orderID: nil, userID: user, amount: amount.map { Money(rawValue: $0 * 10_000) },
      currency: currency, method: "card", provider: "stripe", card: card, cardCountry: cardCountry, ip: ip,
      ipCountry: ipCountry, device: device, terminal: nil, reason: nil, code: nil)
  }
}

/// A moment on a day of the tests.
func moment(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: 1_790_000_000_000_000 + seconds * 1_000_000) }

func event(
  _ body: ShopEvent.Body, at seconds: Int64, offset: Int64, id: String? = nil, source: String = "/payments"
) -> PositionedEvent<ShopEvent> {
  PositionedEvent(
    topicPartition: TopicPartition(topic: "payments", partition: 0), offset: Offset(rawValue: offset),
    event: ShopEvent(id: id ?? "e\(offset)", source: source, time: moment(seconds), body: body))
}

/// Events of few cards, devices, addresses and customers.
struct RandomEvents {
  var generator: SeededGenerator
  private var seconds: Int64 = 0
  private var offset: Int64 = 0

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next() -> PositionedEvent<ShopEvent> {
    // Mostly forward, sometimes late.
    seconds += Int64(generator.number(0...600))
    let time = generator.chance(1, in: 10) ? max(0, seconds - 2000) : seconds
    offset += 1
    func one(of name: String, _ count: Int) -> String? {
      generator.chance(1, in: 9) ? nil : "\(name)-\(generator.number(1...count))"
    }
    switch generator.number(0...9) {
    case 0:
      let label = FraudLabel(paymentID: "p\(generator.number(1...Int(offset)))", isFraud: generator.chance(2, in: 3))
      return event(.fraudLabel(label), at: time, offset: offset)
    case 1:
      let user = UserChange(kind: .registered, userID: "u", country: nil, locale: nil, segment: nil)
      return event(.user(user), at: time, offset: offset)
    default:
      let payment = Payment(
        id: "p\(offset)", kind: [.processed, .processed, .failed, .refunded][generator.number(0...3)],
        amount: generator.chance(1, in: 9) ? nil : Int64(generator.number(1...900)),
        currency: one(of: "E", 2).map { $0 == "E-1" ? "EUR" : "SAR" }, card: one(of: "card", 6),
        cardCountry: one(of: "C", 2), ip: one(of: "ip", 7), ipCountry: one(of: "C", 2), device: one(of: "device", 5),
        user: one(of: "user", 4))
      return event(.payment(payment.change), at: time, offset: offset)
    }
  }

  mutating func next(_ count: Int) -> [PositionedEvent<ShopEvent>] { (0..<count).map { _ in next() } }
}

extension FraudModel {
  /// Every decision, the latest first, page by page.
  func allDecisions(pages size: Int = 100, _ decision: Decision? = nil) -> [ScoredPayment] {
    var all: [ScoredPayment] = []
    var next: UInt64?
    repeat {
      let page = decisions(size: size, decision: decision, before: next)
      all += page.items
      next = page.next
    } while next != nil
    return all
  }

  /// Applies a payment and returns what was decided about it.
  @discardableResult
  func decide(_ payment: Payment, at seconds: Int64, offset: Int64) throws -> Assessment {
    var payment = payment
    payment.id = "p\(offset)"
    _ = apply([event(.payment(payment.change), at: seconds, offset: offset)])
    return try #require(decisions(size: 1).items.first).assessment
  }
}
