public import ByteCoding
public import JSONBytes
internal import ShopEvents

/// A catalogue of any size, as the events that fill it: a ProductCreated and an InventoryUpdated for each product.
///
/// The same seed, count and base give the same bytes on every machine. Products are made up one by one as they are asked
/// for, so that a million take no more memory than ten (but for a few hundred kilobytes of tables).
///
///     for event in CatalogueGenerator(seed: 1, count: 1_000_000, base: []) { publish(event) }
public struct CatalogueGenerator: Sequence, Sendable {
  /// What everything random follows from.
  public let seed: UInt64
  /// How many products there are.
  public let count: Int
  /// The products that come first: the data of their ProductCreated events.
  let base: [JSONObject]
  private let start: Timestamp
  private let inventor: ProductInventor

  /// 2025-01-01T00:00:00Z, the time of the first event where no other is given.
  public static let defaultStart = Timestamp(milliseconds: 1_735_689_600_000)

  /// A catalogue of `count` products.
  ///
  /// - Parameters:
  ///   - seed: what everything random follows from.
  ///   - count: how many products; where `base` has more, its first `count` are taken.
  ///   - base: products that come first, as they are: each the `data` of a ProductCreated event, or such an event. Values
  ///     without a `product_id` are passed over.
  ///   - start: the time of the first event; the others follow a millisecond apart.
  public init(seed: UInt64, count: Int, base: [JSONValue], start: Timestamp = Self.defaultStart) {
    self.seed = seed
    self.count = Swift.max(0, count)
    self.base = base.compactMap(Self.product).prefix(Swift.max(0, count)).map(\.self)
    self.start = start
    inventor = ProductInventor(seed: seed, count: Swift.max(1, count), start: start)
  }

  private static func product(_ value: JSONValue) -> JSONObject? {
    guard case .object(var object) = value else { return nil }
    if object["specversion"] != nil {
      guard case .object(let data)? = object["data"] else { return nil }
      object = data
    }
    guard case .string(let id)? = object["product_id"], !id.isEmpty else { return nil }
    return object
  }

  /// The events, from the first product on.
  public func makeIterator() -> Iterator { Iterator(generator: self) }

  /// Makes the events one after the other.
  public struct Iterator: IteratorProtocol {
    private let generator: CatalogueGenerator
    private var index = 0
    private var ids: EventIDs
    private var stock: OutgoingEvent?

    fileprivate init(generator: CatalogueGenerator) {
      self.generator = generator
      ids = EventIDs(seed: generator.seed)
    }

    /// The next event; nil after the last product's.
    public mutating func next() -> OutgoingEvent? {
      if let event = stock {
        stock = nil
        return event
      }
      guard index < generator.count else { return nil }
      let (created, counted) = generator.events(ofProduct: index, ids: &ids)
      index += 1
      stock = counted
      return created
    }
  }

  private func events(ofProduct index: Int, ids: inout EventIDs) -> (OutgoingEvent, OutgoingEvent) {
    let time = Timestamp(rawValue: start.rawValue + Int64(index) * 1000)
    let productID: String
    let created: OutgoingEvent
    if index < base.count {
      let object = base[index]
      if case .string(let id)? = object["product_id"] { productID = id } else { productID = "" }
      created = OutgoingEvent(
        topic: "products", type: "ProductCreated", key: productID, id: ids.next(at: time), source: "/product-service",
        time: time
      ) { writer in
        for (name, value) in object.members {
          writer.key(name)
          writer.value(value)
        }
      }
    } else {
      let draft = inventor.product(at: index)
      productID = draft.productID
      created = OutgoingEvent(
        topic: "products", type: "ProductCreated", key: productID, id: ids.next(at: time), source: "/product-service",
        time: time, data: draft.write)
    }
    let stock = ProductInventor.initialStock(seed: seed, index: index)
    let counted = OutgoingEvent(
      topic: "inventory", type: "InventoryUpdated", key: productID, id: ids.next(at: time),
      source: "/inventory-service", time: time
    ) { writer in
      writer.member("product_id", productID)
      writer.member("available", stock)
      writer.member("reserved", 0)
      writer.member("warehouse", "main")
    }
    return (created, counted)
  }
}

extension CatalogueGenerator {
  /// The first products, at most `limit`, as simulated shoppers know them.
  public func trafficCatalogue(limit: Int = 20_000) -> TrafficCatalogue {
    var catalogue = TrafficCatalogue()
    for index in 0..<Swift.min(limit, count) {
      let stock = ProductInventor.initialStock(seed: seed, index: index)
      if index < base.count {
        catalogue.append(base[index], stock: stock)
      } else {
        let draft = inventor.product(at: index)
        catalogue.append(
          TrafficCatalogue.Product(
            id: draft.productID, title: draft.title, arabicTitle: draft.arabicTitle, price: draft.price,
            category: draft.categories.joined(separator: " > "), stock: stock))
      }
    }
    return catalogue
  }
}
