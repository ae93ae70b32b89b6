public import ByteCoding
internal import JSONBytes
internal import ShopEvents

/// An endless stream of what happens in a shop: shoppers search, look, buy and pay, goods are sent, returned and
/// restocked, and a few thieves try stolen cards.
///
/// Everything that happens is planned on one queue in event time, so that the events are the same bytes for the same
/// seed, catalogue and start however the calls of ``next(until:)`` are cut. A change of ``sessionsPerSecond`` takes effect
/// within a minute of event time, and is to be made at the same event time to be repeated.
public struct TrafficSimulator: Sendable {
  /// What a shop is like.
  public struct Configuration: Sendable {
    /// How many shoppers come in a second, on average over a day.
    public var sessionsPerSecond: Double = 2
    /// Whether more come in the evening than at night (UTC+3), by a factor from 0.4 to 1.7.
    public var followsTheClock = true
    /// The share of payments that are made with stolen cards.
    public var fraudShare: Double = 0.01
    /// How many registered users there are at the beginning; by Zipf's law a few come often.
    public var users: Int = 20_000
    /// The currency of all prices.
    public var currency = "USD"

    /// A lively shop.
    public init() {}
  }

  /// How many shoppers come in a second, on average over a day; at 0 nobody new comes.
  public var sessionsPerSecond: Double
  let configuration: Configuration
  let seed: UInt64
  let shop: Shop
  let popularity: ZipfSampler
  let productsByCategory: [String: [Int]]
  let queries: QueryPool
  let users: ZipfSampler
  /// Prices in ten-thousandths and stock, as they change.
  var prices: [Int64]
  var available: [Int]
  var reserved: [Int]
  var isRestockPlanned: [Bool]
  var random: RandomSource
  var ids: EventIDs
  var queue = StepQueue()
  /// Events of steps that were taken, not handed over yet.
  var made: [OutgoingEvent] = []
  /// The time of the step that is being taken.
  var now: Timestamp
  var counters = Counters()

  var products: [TrafficCatalogue.Product] { shop.products }

  /// What stays as it is, and is needed to write events.
  struct Shop: Sendable {
    let products: [TrafficCatalogue.Product]
    let currency: String

    /// Writes the member `items`.
    func writeItems(_ lines: [Order.Line], to writer: inout JSONWriter) {
      writer.key("items")
      writer.beginArray()
      for line in lines {
        writer.beginObject()
        writer.member("product_id", products[line.product].id)
        writer.member("quantity", line.quantity)
        writer.member("unit_price", Money(rawValue: line.unitPrice))
        writer.endObject()
      }
      writer.endArray()
    }
  }

  /// Numbers of what was made last.
  struct Counters: Sendable {
    var visits = 0
    var orders = 0
    var payments = 0
    var newUsers = 0
    var thieves = 0
    var coupons = 0
  }

  /// A shop that opens at `start`; without products, nothing ever happens.
  public init(
    seed: UInt64, products: TrafficCatalogue, start: Timestamp, configuration: Configuration = Configuration()
  ) {
    self.seed = seed
    self.configuration = configuration
    sessionsPerSecond = configuration.sessionsPerSecond
    shop = Shop(products: products.products, currency: configuration.currency)
    popularity = ZipfSampler(count: max(1, products.products.count), exponent: 0.9)
    var byCategory: [String: [Int]] = [:]
    for (index, product) in products.products.enumerated() { byCategory[product.category, default: []].append(index) }
    productsByCategory = byCategory
    let asked =
      products.products.isEmpty
      ? [TrafficCatalogue.Product(id: "-", title: "-", price: .zero, category: "")] : products.products
    queries = QueryPool(products: asked, popularity: popularity, seed: seed)
    users = ZipfSampler(count: max(1, configuration.users), exponent: 0.4)
    prices = products.products.map(\.price.rawValue)
    available = products.products.map(\.stock)
    reserved = Array(repeating: 0, count: products.products.count)
    isRestockPlanned = Array(repeating: false, count: products.products.count)
    random = RandomSource(seed: seed, stream: 0x7aff1c)
    // Apart from the ids of a generated catalogue of the same seed.
    ids = EventIDs(seed: seed ^ 0x51_3A17)
    now = start
    if !products.products.isEmpty { planArrival() }
  }

  /// The time up to which events were made.
  public var time: Timestamp { now }

  /// The events from the last call's moment up to `moment`, in the order of their times.
  public mutating func next(until moment: Timestamp) -> [OutgoingEvent] {
    while let (step, time) = queue.take(until: moment) {
      now = time
      take(step)
    }
    now = max(now, moment)
    defer { made = [] }
    return made
  }

  /// Makes the events from `start` to `end` at another rate, as a demo's history, and hands them over in batches that
  /// each cover at most a minute. What was begun before `end` goes on after it.
  ///
  /// `start` must not lie before ``time``; the hours between pass without shoppers.
  public mutating func backfill(
    from start: Timestamp, to end: Timestamp, sessionsPerSecond rate: Double = 0.2,
    onBatch: ([OutgoingEvent]) throws -> Void
  ) rethrows {
    let usualRate = sessionsPerSecond
    sessionsPerSecond = 0
    var moment = start
    let before = next(until: start)
    if !before.isEmpty { try onBatch(before) }
    sessionsPerSecond = rate
    while moment < end {
      moment = min(end, Timestamp(rawValue: moment.rawValue + 60_000_000))
      let events = next(until: moment)
      if !events.isEmpty { try onBatch(events) }
    }
    sessionsPerSecond = usualRate
  }

  /// Like ``backfill(from:to:sessionsPerSecond:onBatch:)``, all at once.
  public mutating func backfill(from start: Timestamp, to end: Timestamp) -> [OutgoingEvent] {
    var events: [OutgoingEvent] = []
    backfill(from: start, to: end) { events += $0 }
    return events
  }

  // MARK: Steps

  private mutating func take(_ step: Step) {
    switch step {
    case .arrival: arrive()
    case .lull: planArrival()
    case .search(let visit): search(visit)
    case .view(let visit, let product): view(product, visit)
    case .addToCart(let visit, let product): addToCart(product, visit)
    case .checkout(let visit): checkOut(visit)
    case .abandonment(let visit): abandon(visit)
    case .payment(let order, let attempt): pay(order, attempt: attempt)
    case .shipment(let order): ship(order)
    case .cancellation(let order): cancel(order)
    case .refund(let order): refund(order)
    case .restock(let product): restock(product)
    case .cardTest(let means, let left): testCard(means, left: left)
    case .stolenCardOrder(let means, let left): orderWithStolenCard(means, left: left)
    case .label(let paymentID, let userID, let isFraud): label(paymentID, userID: userID, isFraud: isFraud)
    }
  }

  /// Plans a step between the two delays, in seconds.
  mutating func plan(_ step: Step, in seconds: ClosedRange<Double>) {
    let delay = seconds.lowerBound + (seconds.upperBound - seconds.lowerBound) * random.fraction()
    queue.add(step, at: Timestamp(rawValue: now.rawValue + Int64(delay * 1_000_000)))
  }

  mutating func planArrival() {
    let rate = sessionsPerSecond * (configuration.followsTheClock ? Self.factor(at: now) : 1)
    let wait = rate > 0 ? random.exponential(mean: 1 / rate) : .infinity
    // Waiting has no memory: nobody within a minute is as good as a new draw after it, at the rate of then.
    if wait > 60 { plan(.lull, in: 60...60) } else { plan(.arrival, in: wait...wait) }
  }

  /// How busy the shop is at an hour, in UTC+3; 1 on average.
  private static func factor(at time: Timestamp) -> Double {
    let tenths = [5, 4, 4, 4, 4, 4, 5, 7, 9, 11, 12, 12, 12, 12, 11, 11, 12, 13, 14, 15, 17, 17, 14, 11]
    let hour = Int(((time.rawValue / 3_600_000_000 + 3) % 24 + 24) % 24)
    return Double(tenths[hour]) / 10
  }

  /// Makes an event of the present moment.
  mutating func emit(
    _ topic: String, _ type: String, key: String, source: String, data: (inout JSONWriter) -> Void
  ) {
    made.append(
      OutgoingEvent(
        topic: topic, type: type, key: key, id: ids.next(at: now), source: source, time: now, data: data))
  }

  /// Like ``emit(_:_:key:source:data:)``, with the shop's products at hand.
  mutating func emit(
    _ topic: String, _ type: String, key: String, source: String, data: (inout JSONWriter, Shop) -> Void
  ) {
    let shop = shop
    emit(topic, type, key: key, source: source) { writer in data(&writer, shop) }
  }
}
