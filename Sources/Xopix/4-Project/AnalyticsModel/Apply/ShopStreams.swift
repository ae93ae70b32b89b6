internal import ByteCoding
internal import ShopEvents
public import Streams

/// The shop's events as streams of rows: what views can be made of.
public enum ShopStreams {
  private static let orders = StreamSchema(
    name: "orders",
    columns: [
      .init("kind", .text), .init("order_id", .text), .init("user_id", .text), .init("currency", .text),
      .init("country", .text), .init("channel", .text), .init("coupon", .text), .init("reason", .text),
      .init("total", .decimal),
    ])
  private static let orderItems = StreamSchema(
    name: "order_items",
    columns: [
      .init("kind", .text), .init("product_id", .text), .init("currency", .text), .init("country", .text),
      .init("quantity", .integer), .init("revenue", .decimal),
    ])
  private static let payments = StreamSchema(
    name: "payments",
    columns: [
      .init("kind", .text), .init("provider", .text), .init("method", .text), .init("reason", .text),
      .init("currency", .text), .init("card_country", .text), .init("amount", .decimal),
    ])
  private static let searches = StreamSchema(
    name: "searches",
    columns: [.init("query", .text), .init("has_results", .text), .init("results", .integer)])
  private static let behaviour = StreamSchema(
    name: "behaviour", columns: [.init("kind", .text), .init("product_id", .text), .init("position", .integer)])
  private static let carts = StreamSchema(
    name: "carts", columns: [.init("kind", .text), .init("cart_id", .text), .init("value", .decimal)])
  private static let decisions = StreamSchema(
    name: "decisions",
    columns: [.init("decision", .text), .init("currency", .text), .init("amount", .decimal)])
  private static let events = StreamSchema(name: "events", columns: [.init("topic", .text)])

  /// The streams.
  public static let schemas = [orders, orderItems, payments, searches, behaviour, carts, decisions, events]

  /// Gives the rows that an event is in each stream.
  static func forEachRow(of event: ShopEvent, topic: String, _ body: (_ stream: String, StreamRow) -> Void) {
    func row(_ stream: StreamSchema, _ values: [StreamValue]) {
      body(stream.name, StreamRow(time: event.time, values: values))
    }
    row(events, [.text(topic)])
    switch event.body {
    case .order(let order):
      row(
        orders,
        [
          .text(order.kind.rawValue), .text(order.orderID), text(order.userID), text(order.currency),
          text(order.country),
          text(order.channel), text(order.coupon), text(order.reason), .decimal(total(of: order)),
        ])
      for item in order.items {
        row(
          orderItems,
          [
            .text(order.kind.rawValue), .text(item.productID), text(order.currency), text(order.country),
            .integer(item.quantity), .decimal(amount(of: item)),
          ])
      }
    case .payment(let payment):
      row(
        payments,
        [
          .text(payment.kind.rawValue), text(payment.provider), text(payment.method),
          text(payment.reason ?? payment.code), text(payment.currency), text(payment.cardCountry),
          decimal(payment.amount),
        ])
    case .behaviour(let act) where act.kind == .searchPerformed:
      let hasResults = act.results.map { $0 > 0 ? "true" : "false" } ?? ""
      row(searches, [.text(normalized(act.query ?? "")), .text(hasResults), act.results.map { .integer($0) } ?? .null])
    case .behaviour(let act):
      row(behaviour, [.text(act.kind.rawValue), text(act.productID), act.position.map { .integer($0) } ?? .null])
    case .cart(let cart):
      row(carts, [.text(cart.isAbandoned ? "abandoned" : "updated"), .text(cart.cartID), decimal(cart.value)])
    case .fraudDecision(let decision):
      row(decisions, [.text(decision.decision), text(decision.currency), decimal(decision.amount)])
    case .product, .stock, .reservation, .fraudLabel, .user, .admin, .fraudCase: break
    }
  }

  /// What is absent counts under the empty text, so that no row is lost from sums by key.
  private static func text(_ text: String?) -> StreamValue { .text(text ?? "") }

  private static func decimal(_ money: Money?) -> StreamValue { money.map { .decimal(Int128($0.rawValue)) } ?? .null }

  private static func amount(of item: OrderItem) -> Int128 {
    Int128(item.quantity) * Int128(item.unitPrice?.rawValue ?? 0)
  }

  /// The order's total, or where the service did not say, the sum of its lines.
  private static func total(of order: OrderChange) -> Int128 {
    order.total.map { Int128($0.rawValue) } ?? order.items.reduce(0) { $0 + amount(of: $1) }
  }

  /// A search text in lower case with single spaces, at most 80 characters: what people typed alike is counted together.
  private static func normalized(_ query: String) -> String {
    String(query.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(80))
  }
}
