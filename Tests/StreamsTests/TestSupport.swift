import ByteCoding
import Foundation
import Streams

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self) == 0 }

  mutating func subset<Element>(_ elements: [Element]) -> [Element] {
    elements.filter { _ in Bool.random(using: &self) }
  }

  /// A row of ``sales``, from `start` on, within `seconds`.
  mutating func row(start: Int64 = 0, seconds: Int64) -> StreamRow {
    let time = Timestamp(rawValue: Int64.random(in: start * 1_000_000...(start + seconds) * 1_000_000, using: &self))
    let country: StreamValue = chance(8) ? .null : .text(pick(["SA", "AE", "EG"]))
    let quantity: StreamValue = chance(6) ? .null : .integer(Int64.random(in: -3...9, using: &self))
    let total: StreamValue = chance(6) ? .null : .decimal(Int128(Int64.random(in: -100...1_000_000, using: &self)))
    return StreamRow(
      time: time, values: [country, .text(pick(["web", "app"])), quantity, total, chance(4) ? .null : .time(time)])
  }

  /// A definition over ``sales``.
  mutating func definition(windowSeconds: Int64, maxRows: Int = 1_000_000) throws -> ViewDefinition {
    let functions =
      [
        ("count", nil), ("count", "country"), ("sum", "quantity"), ("sum", "total"), ("min", "total"),
        ("max", "quantity"),
        ("max", "paid_at"), ("min", "country"),
      ] as [(String, String?)]
    var aggregates: [[String: Any]] = []
    for index in 0...Int.random(in: 0...4, using: &self) {
      let (function, column) = pick(functions)
      var aggregate: [String: Any] = ["name": "x\(index)", "function": function]
      if let column { aggregate["column"] = column }
      if chance(3) { aggregate["where"] = ["channel": "web"] }
      if chance(5) { aggregate["where"] = ["quantity": "2", "country": "SA"] }
      aggregates.append(aggregate)
    }
    var json: [String: Any] = [
      "name": "view", "source": "sales", "window_seconds": windowSeconds, "aggregates": aggregates, "max_rows": maxRows,
      "keys": subset(["country", "channel", "quantity"]),
    ]
    if chance(3) { json["where"] = ["channel": "app"] }
    if chance(2) { json["order_by"] = "x0" }
    if chance(3) { json["limit"] = 2 }
    return try ViewDefinition(json)
  }
}

let sales = StreamSchema(
  name: "sales",
  columns: [
    .init("country", .text), .init("channel", .text), .init("quantity", .integer), .init("total", .decimal),
    .init("paid_at", .time),
  ])

extension ViewDefinition {
  init(_ json: [String: Any]) throws {
    self = try JSONDecoder().decode(ViewDefinition.self, from: JSONSerialization.data(withJSONObject: json))
  }

  init(_ json: String) throws { self = try JSONDecoder().decode(ViewDefinition.self, from: Data(json.utf8)) }
}

func seconds(_ count: Int64) -> Timestamp { Timestamp(rawValue: count * 1_000_000) }
