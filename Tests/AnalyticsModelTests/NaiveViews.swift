import ByteCoding
import Projections
import RecordBatches
import ShopEvents
import Streams

/// The built-in views by their descriptions, each computed straight from the events.
enum NaiveViews {
  typealias Rows = [[StreamValue]: [StreamValue]]

  /// The rows of a view: window and keys, and what was added up.
  static func rows(_ name: String, _ events: [PositionedEvent<ShopEvent>]) -> Rows? {
    var rows: Rows = [:]
    func add(_ seconds: Int64, _ event: PositionedEvent<ShopEvent>, _ keys: [String?], _ values: [StreamValue]) {
      let width = seconds * 1_000_000
      let start = event.event.time.rawValue / width * width
      let key = [.time(.init(rawValue: start))] + keys.map { StreamValue.text($0 ?? "") }
      rows[key] = rows[key].map { zip($0, values).map(sum) } ?? values
    }
    for event in events {
      switch (name, event.event.body) {
      case ("revenue_per_minute", .order(let order)) where order.kind == .created:
        add(60, event, [order.currency], [.integer(1), .decimal(total(order))])
      case ("revenue_per_day", .order(let order)) where order.kind == .created:
        add(86_400, event, [order.currency, order.country], [.integer(1), .decimal(total(order))])
      case ("cancellations_per_day", .order(let order)) where order.kind == .cancelled:
        add(86_400, event, [order.currency], [.integer(1), .decimal(total(order))])
      case ("top_products", .order(let order)) where order.kind == .created:
        for item in order.items {
          add(86_400, event, [item.productID], [.integer(item.quantity), .decimal(worth(item))])
        }
      case ("payments_per_minute", .payment(let payment)):
        add(60, event, [], [count(payment.kind == .processed), count(payment.kind == .failed)])
      case ("failed_payments", .payment(let payment)) where payment.kind == .failed:
        add(60, event, [payment.provider, payment.reason ?? payment.code], [.integer(1)])
      case ("searches_per_minute", .behaviour(let act)) where act.kind == .searchPerformed:
        add(60, event, [], [.integer(1), count(act.results == 0)])
      case ("searches_without_results", .behaviour(let act)) where act.kind == .searchPerformed && act.results == 0:
        let words = (act.query ?? "").lowercased().split(separator: " ").joined(separator: " ")
        add(86_400, event, [words], [.integer(1)])
      case ("fraud_decisions", .fraudDecision(let decision)):
        add(60, event, [decision.decision], [.integer(1), .decimal(Int128(decision.amount?.rawValue ?? 0))])
      case ("events_per_minute", _): add(60, event, [event.topicPartition.topic], [.integer(1)])
      default: break
      }
    }
    return rows
  }

  private static func count(_ holds: Bool) -> StreamValue { .integer(holds ? 1 : 0) }

  private static func sum(_ left: StreamValue, _ right: StreamValue) -> StreamValue {
    switch (left, right) {
    case (.integer(let left), .integer(let right)): .integer(left + right)
    case (.decimal(let left), .decimal(let right)): .decimal(left + right)
    default: .null
    }
  }

  private static func worth(_ item: OrderItem) -> Int128 {
    Int128(item.quantity) * Int128(item.unitPrice?.rawValue ?? 0)
  }

  private static func total(_ order: OrderChange) -> Int128 {
    order.total.map { Int128($0.rawValue) } ?? order.items.map(worth).reduce(0, +)
  }
}
