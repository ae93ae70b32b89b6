internal import ByteCoding
internal import JSONBytes
internal import ShopEvents

/// A product as the generator makes it up.
struct ProductDraft: Sendable {
  /// A value of an attribute.
  enum Attribute: Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([String])
  }

  var productID = ""
  var title = ""
  var description = ""
  var brand = ""
  var categories: [String] = []
  var price = Money.zero
  var listPrice: Money?
  var currency = "USD"
  var attributes: [(name: String, value: Attribute)] = []
  var tags: [String] = []
  /// Tenths of a star, 0...50; nil where nobody has rated.
  var ratingTenths: Int?
  var reviewCount = 0
  var popularity = 0
  var gtin = ""
  var seller = ""
  var createdAt = Timestamp(rawValue: 0)
  var arabicTitle: String?
  var arabicDescription: String?

  /// Writes the members of a ProductCreated event's data.
  func write(to writer: inout JSONWriter) {
    writer.member("product_id", productID)
    writer.member("title", title)
    writer.member("description", description)
    writer.member("brand", brand)
    writer.member("categories", categories)
    writer.member("price", price)
    writer.member("list_price", listPrice)
    writer.member("currency", currency)
    writer.key("attributes")
    writer.beginObject()
    for (name, value) in attributes {
      switch value {
      case .text(let text): writer.member(name, text)
      case .number(let number): writer.member(name, number)
      case .flag(let flag): writer.member(name, flag)
      case .list(let texts): writer.member(name, texts)
      }
    }
    writer.endObject()
    writer.member("tags", tags)
    if let ratingTenths {
      writer.key("rating")
      writer.numberText("\(ratingTenths / 10).\(ratingTenths % 10)")
    }
    writer.member("review_count", reviewCount)
    writer.member("popularity", popularity)
    writer.member("gtin", [gtin])
    writer.member("status", "active")
    writer.member("seller", seller)
    writer.member("created_at", createdAt.rfc3339)
    guard let arabicTitle else { return }
    writer.key("translations")
    writer.beginObject()
    writer.key("ar")
    writer.beginObject()
    writer.member("title", arabicTitle)
    writer.member("description", arabicDescription)
    writer.endObject()
    writer.endObject()
  }
}
