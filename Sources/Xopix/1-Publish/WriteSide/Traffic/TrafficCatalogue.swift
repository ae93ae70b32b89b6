internal import JSONBytes
public import ShopEvents

/// The products that simulated shoppers search for, look at and buy; the first are the best loved.
public struct TrafficCatalogue: Sendable {
  /// What shoppers know of a product.
  public struct Product: Sendable {
    /// The product's id.
    public let id: String
    /// Its English title, from whose words queries are made.
    public let title: String
    /// Its Arabic title, where it has one.
    public let arabicTitle: String?
    /// What one piece costs.
    public let price: Money
    /// Where it stands in the shop, e.g. `Home > Kitchen`.
    public let category: String
    /// How many pieces there are at the beginning.
    public let stock: Int

    /// A product.
    public init(id: String, title: String, arabicTitle: String? = nil, price: Money, category: String, stock: Int = 50)
    {
      self.id = id
      self.title = title
      self.arabicTitle = arabicTitle
      self.price = price
      self.category = category
      self.stock = stock
    }
  }

  /// The products.
  public private(set) var products: [Product] = []

  /// A catalogue without products.
  public init() {}

  /// A catalogue of columns of equal length, the shortest of which counts.
  public init(ids: [String], titles: [String], prices: [Money], categories: [String]) {
    let count = min(ids.count, titles.count, prices.count, categories.count)
    products = (0..<count).map {
      Product(id: ids[$0], title: titles[$0], price: prices[$0], category: categories[$0])
    }
  }

  /// Adds a product.
  public mutating func append(_ product: Product) { products.append(product) }

  /// Adds the product that a ProductCreated event's data tells of; one without id, title or price is passed over.
  mutating func append(_ data: JSONObject, stock: Int) {
    guard case .string(let id)? = data["product_id"], case .string(let title)? = data["title"],
      let price = data["price"]?.decimalText.flatMap({ Money($0) })
    else { return }
    var arabicTitle: String?
    if case .object(let languages)? = data["translations"], case .object(let arabic)? = languages["ar"],
      case .string(let text)? = arabic["title"]
    {
      arabicTitle = text
    }
    var category = ""
    if case .array(let names)? = data["categories"] {
      category = names.compactMap { if case .string(let name) = $0 { name } else { nil } }.joined(separator: " > ")
    }
    append(
      Product(id: id, title: title, arabicTitle: arabicTitle, price: price, category: category, stock: stock))
  }
}
