import ByteCoding
import Foundation
import JSONBytes
import ShopEvents
import Testing

@testable import WriteSide

@Suite("Simulated traffic")
struct TrafficSimulatorTests {
  static let start = Timestamp(milliseconds: 1_790_000_000_000)
  static let catalogue = CatalogueGenerator(seed: 1, count: 300, base: []).trafficCatalogue()

  static func after(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: start.rawValue + seconds * 1_000_000) }

  static func simulator(
    seed: UInt64 = 1, _ change: (inout TrafficSimulator.Configuration) -> Void = { _ in }
  ) -> TrafficSimulator {
    var configuration = TrafficSimulator.Configuration()
    change(&configuration)
    return TrafficSimulator(seed: seed, products: catalogue, start: start, configuration: configuration)
  }

  @Test("the events are the same however the calls are cut")
  func determinism() {
    var whole = Self.simulator()
    let expected = whole.next(until: Self.after(600))
    for step in [1, 7, 250] as [Int64] {
      var parts = Self.simulator()
      var events: [OutgoingEvent] = []
      var second: Int64 = 0
      while second < 600 {
        second = min(600, second + step)
        events += parts.next(until: Self.after(second))
      }
      #expect(events == expected)
    }
    var other = Self.simulator(seed: 2)
    #expect(other.next(until: Self.after(600)) != expected)
  }

  @Test("the bytes are those of every earlier build")
  func golden() {
    var simulator = Self.simulator(seed: 42)
    let hash = String(fingerprint(simulator.next(until: Self.after(1200))), radix: 16)
    #expect(hash == "ea8fdbf6b1856a4b")
  }

  @Test("every event is valid, in the order of time, with an id of its own; totals are sums")
  func validity() throws {
    var simulator = Self.simulator { $0.sessionsPerSecond = 0.15 }
    var last = Self.start
    var ids: Set<String> = []
    var types: [String: Int] = [:]
    var ordered: [String: Money] = [:]
    var users: Set<String> = []
    let events = simulator.next(until: Self.after(14_400))
    for event in events {
      let read = try ReadEvent(event)
      #expect(read.time >= last && read.time <= Self.after(14_400))
      last = read.time
      #expect(ids.insert(read.id).inserted)
      types[read.type, default: 0] += 1
      switch read.type {
      case "OrderCreated":
        let sum = read.items.reduce(Int64(0)) { $0 + $1.quantity * $1.price.rawValue }
        #expect(!read.items.isEmpty)
        #expect(read.money("total") == Money(rawValue: sum))
        #expect(ordered.updateValue(Money(rawValue: sum), forKey: event.key) == nil)
        if read.data["user_id"] != nil { users.insert(read.string("user_id")) }
      case "OrderCancelled", "OrderFailed": #expect(read.money("total") == ordered[event.key])
      case "OrderShipped": #expect(ordered[event.key] != nil)
      case "PaymentProcessed", "PaymentFailed":
        if read.data["order_id"] != nil { #expect(read.money("amount") == ordered[read.string("order_id")]) }
        #expect(["stripe", "hyperpay"].contains(read.string("provider")))
        #expect(!read.string("card").isEmpty && !read.string("device").isEmpty && !read.string("ip").isEmpty)
      case "CartUpdated", "CartAbandoned":
        let sum = read.items.reduce(Int64(0)) { $0 + $1.quantity * $1.price.rawValue }
        #expect(read.money("value") == Money(rawValue: sum))
      default: break
      }
    }
    let expected = [
      "SearchPerformed", "SearchResultClicked", "ProductViewed", "AddedToCart", "CartUpdated", "CartAbandoned",
      "OrderCreated", "OrderUpdated", "OrderShipped", "OrderCancelled", "OrderFailed", "PaymentProcessed",
      "PaymentFailed", "PaymentRefunded", "FraudLabelled", "InventoryUpdated", "InventoryReserved", "ProductStockLow",
      "UserRegistered", "ProductUpdated", "CouponCreated",
    ]
    for type in expected { #expect(types[type, default: 0] > 0, "no \(type) in four hours") }
    #expect(types["SearchPerformed", default: 0] > 8 * types["OrderCreated", default: 0])
    #expect(users.count > 30)
  }

  @Test("stock is never negative, and adds up to what was sold and given back")
  func stock() throws {
    var simulator = Self.simulator { $0.sessionsPerSecond = 5 }
    for event in simulator.next(until: Self.after(900)) where event.topic == "inventory" {
      let read = try ReadEvent(event)
      guard case .integer(let available)? = read.data["available"] else { continue }
      #expect(available >= 0)
      if case .integer(let reserved)? = read.data["reserved"] { #expect(reserved >= 0) }
    }
    #expect(simulator.available.allSatisfy { $0 >= 0 })
    #expect(simulator.reserved.allSatisfy { $0 >= 0 })
  }

  @Test("sessions come at the configured rate")
  func rate() throws {
    for rate in [0.3, 1.0] {
      var simulator = Self.simulator {
        $0.sessionsPerSecond = rate
        $0.followsTheClock = false
      }
      _ = simulator.next(until: Self.after(3600))
      let expected = 3600 * rate
      #expect(abs(Double(simulator.counters.visits) - expected) < 4 * expected.squareRoot())
    }
    var daily = Self.simulator { $0.sessionsPerSecond = 0.05 }
    _ = daily.next(until: Self.after(86_400))
    #expect(abs(Double(daily.counters.visits) - 4320) < 4 * 66)
  }

  @Test("about the configured share of payments is fraud, and it comes out later")
  func fraudShare() throws {
    var simulator = Self.simulator {
      $0.sessionsPerSecond = 0.6
      $0.fraudShare = 0.05
    }
    var payments: [String: Timestamp] = [:]
    var labelled = 0
    for event in simulator.next(until: Self.after(14_400)) where event.topic == "payments" {
      let read = try ReadEvent(event)
      if read.type == "PaymentProcessed" || read.type == "PaymentFailed" { payments[event.key] = read.time }
      if read.type == "FraudLabelled", read.data["label"] == .bool(true) {
        labelled += 1
        let paid = try #require(payments[event.key])
        #expect(read.time.rawValue - paid.rawValue >= 600_000_000)
      }
    }
    let share = Double(labelled) / Double(payments.count)
    #expect((0.02...0.08).contains(share), "\(labelled) of \(payments.count)")
  }

  @Test("an attack looks like one", arguments: TrafficSimulator.Attack.allCases)
  func attacks(_ attack: TrafficSimulator.Attack) throws {
    var simulator = Self.simulator { $0.sessionsPerSecond = 0 }
    simulator.begin(attack)
    let payments = try simulator.next(until: Self.after(1200)).filter { $0.topic == "payments" }.map(ReadEvent.init)
      .filter { $0.type.hasPrefix("Payment") }
    let cards = Set(payments.map { $0.string("card") })
    let devices = Set(payments.map { $0.string("device") })
    #expect(devices.count == 1)
    switch attack {
    case .cardTesting:
      #expect((6...14).contains(payments.count) && cards.count == payments.count)
      #expect(payments.allSatisfy { ($0.money("amount") ?? .zero) < Money(rawValue: 50_000) })
    case .stolenCard: #expect(payments.count >= 4 && cards.count == 1)
    case .foreignCard: #expect((1...3).contains(payments.count) && cards.count == 1)
    }
  }

  @Test("queries follow Zipf's law; some are misspelt, Arabic, or without answer")
  func queries() throws {
    var simulator = Self.simulator { $0.sessionsPerSecond = 6 }
    var counts: [String: Int] = [:]
    var empty = 0
    var arabic = 0
    for event in simulator.next(until: Self.after(400)) where event.topic == "behaviour" {
      let read = try ReadEvent(event)
      guard read.type == "SearchPerformed" else { continue }
      counts[read.string("query"), default: 0] += 1
      if read.data["results"] == .integer(0) { empty += 1 }
      if read.string("query").unicodeScalars.contains(where: { (0x600...0x6ff).contains($0.value) }) { arabic += 1 }
    }
    let total = counts.values.reduce(0, +)
    let sorted = counts.values.sorted(by: >)
    #expect(sorted[0] > total / 50)
    #expect(sorted.count { $0 == 1 } > sorted.count / 4)
    #expect((total / 100...total / 20).contains(empty))
    #expect((total / 20...total / 6).contains(arabic))
    var random = RandomSource(seed: 3)
    for _ in 0..<200 { #expect(abs(QueryPool.misspelt("kettle", random: &random).count - 6) <= 1) }
  }

  @Test("a backfill makes a history at a lower rate and goes on live after it")
  func backfill() throws {
    var simulator = Self.simulator()
    var history: [OutgoingEvent] = []
    var batches = 0
    simulator.backfill(from: Self.after(600), to: Self.after(600 + 7200), sessionsPerSecond: 0.1) {
      batches += 1
      history += $0
    }
    #expect(simulator.time == Self.after(7800))
    #expect(batches > 30)
    #expect(simulator.counters.visits < 1300 && simulator.counters.visits > 400)
    let live = simulator.next(until: Self.after(7860))
    #expect(try !live.isEmpty && live.allSatisfy { try ReadEvent($0).time > Self.after(7800) })
    var again = Self.simulator()
    again.backfill(from: Self.after(600), to: Self.after(7800), sessionsPerSecond: 0.1) { _ in }
    #expect(again.next(until: Self.after(7860)) == live)
  }

  @Test("a shop without products stays quiet; one of a single product does not")
  func smallShops() {
    var empty = TrafficSimulator(seed: 1, products: TrafficCatalogue(), start: Self.start)
    empty.begin(.cardTesting)
    #expect(empty.next(until: Self.after(3600)).isEmpty)
    let one = TrafficCatalogue(ids: ["P-1"], titles: ["-"], prices: [Money(rawValue: 100)], categories: [""])
    var single = TrafficSimulator(seed: 1, products: one, start: Self.start)
    #expect(!single.next(until: Self.after(600)).isEmpty)
  }

  @Test("no event holds what could be a card number, whatever the seed")
  func noCardNumbers() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var simulator = Self.simulator(seed: seed)
    simulator.begin(.stolenCard)
    for event in simulator.next(until: Self.after(600)) { _ = try ReadEvent(event) }
  }
}
