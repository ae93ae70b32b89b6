internal import JSONBytes
internal import Projections

/// Reads an event's `data` by its type's schema.
struct EventBodyParser {
  private let data: FieldReader

  /// Reads `data`, which stands at `pointer` in what its sender wrote.
  init(data: JSONObject, pointer: String = "/data") {
    self.data = FieldReader(object: data, pointer: pointer)
  }

  /// The body of an event of `type`, which must be among ``EventTypes``; nil for types that carry nothing to read back.
  func body(ofType type: String) throws(Rejection) -> ShopEvent.Body? {
    switch type {
    case "ProductCreated": .product(try productCreated())
    case "ProductUpdated": .product(try productUpdated())
    case "ProductDeleted": .product(ProductChange(productID: try data.id("product_id"), kind: .deleted))
    case "InventoryUpdated": .stock(try stock(requiringAvailable: true))
    case "ProductStockLow": .stock(try stock(requiringAvailable: false))
    case "ProductOutOfStock": .stock(try stockOut())
    case "InventoryReserved": .reservation(try reservation(failed: false))
    case "InventoryFailed": .reservation(try reservation(failed: true))
    case "OrderCreated": .order(try order(.created))
    case "OrderUpdated": .order(try order(.updated))
    case "OrderCancelled": .order(try order(.cancelled))
    case "OrderFailed": .order(try order(.failed))
    case "OrderShipped": .order(try order(.shipped))
    case "PaymentProcessed": .payment(try payment(.processed))
    case "PaymentFailed": .payment(try payment(.failed))
    case "PaymentRefunded": .payment(try payment(.refunded))
    case "FraudLabelled": .fraudLabel(try fraudLabel())
    case "CartUpdated": .cart(try cart(isAbandoned: false))
    case "CartAbandoned": .cart(try cart(isAbandoned: true))
    case "UserRegistered": .user(try user(.registered))
    case "UserProfileUpdated": .user(try user(.updated))
    case "UserDeleted": .user(try user(.deleted))
    case "ProductApproved": .admin(try action(.productApproved, subject: "product_id"))
    case "UserBlocked": .admin(try action(.userBlocked, subject: "user_id"))
    case "CouponCreated": .admin(try action(.couponCreated, subject: "coupon_id"))
    case "SearchPerformed": .behaviour(try behaviour(.searchPerformed))
    case "SearchResultClicked": .behaviour(try behaviour(.searchResultClicked))
    case "ProductViewed": .behaviour(try behaviour(.productViewed))
    case "AddedToCart": .behaviour(try behaviour(.addedToCart))
    case "FraudScored": .fraudDecision(try fraudDecision())
    case "FraudCaseResolved": .fraudCase(try fraudCase())
    default: nil
    }
  }

  // MARK: Products and stock

  private func productCreated() throws(Rejection) -> ProductChange {
    let id = try data.id("product_id")
    guard let title = try data.string("title"), !title.isEmpty else { throw data.failure("title", "is required") }
    try checkProduct()
    return ProductChange(productID: id, kind: .created(.object(data.object)))
  }

  private func productUpdated() throws(Rejection) -> ProductChange {
    let id = try data.id("product_id")
    try checkProduct()
    return ProductChange(productID: id, kind: .updated(.object(data.object)))
  }

  /// Checks the type of every field of a product that the read side reads; others are kept as they are.
  private func checkProduct() throws(Rejection) {
    for name in ["title", "description", "brand", "image_url", "seller"] { _ = try data.string(name) }
    for name in ["categories", "tags", "gtin"] { _ = try data.strings(name) }
    _ = try data.money("price")
    _ = try data.money("list_price")
    _ = try data.currency()
    _ = try data.number("rating", in: 0...5)
    _ = try data.integer("review_count")
    _ = try data.number("popularity", in: 0...1e15)
    _ = try data.time("created_at")
    if let status = try data.string("status"), !["active", "draft", "archived"].contains(status) {
      throw data.failure("status", "must be active, draft or archived")
    }
    try checkAttributes()
    try checkTranslations()
  }

  private func checkAttributes() throws(Rejection) {
    guard let value = data.value("attributes") else { return }
    guard case .object(let attributes) = value else { throw data.failure("attributes", "must be an object") }
    let reader = FieldReader(object: attributes, pointer: data.pointer + "/attributes")
    for (name, value) in attributes.members {
      switch value {
      case .null, .string, .bool, .integer, .number: continue
      case .array: _ = try reader.strings(name)
      case .object: throw reader.failure(name, "must be a string, a number, a boolean or a list of strings")
      }
    }
  }

  private func checkTranslations() throws(Rejection) {
    guard let value = data.value("translations") else { return }
    guard case .object(let languages) = value else { throw data.failure("translations", "must be an object") }
    let reader = FieldReader(object: languages, pointer: data.pointer + "/translations")
    for (language, value) in languages.members where value != .null {
      guard case .object(let texts) = value else { throw reader.failure(language, "must be an object") }
      let text = FieldReader(object: texts, pointer: reader.pointer + "/" + language)
      _ = try text.string("title")
      _ = try text.string("description")
    }
  }

  private func stock(requiringAvailable: Bool) throws(Rejection) -> StockChange {
    let available = try data.integer("available")
    if requiringAvailable, available == nil { throw data.failure("available", "is required") }
    _ = try data.integer("threshold")
    return StockChange(
      productID: try data.id("product_id"), warehouse: try data.optionalID("warehouse") ?? "", available: available,
      reserved: try data.integer("reserved"))
  }

  private func stockOut() throws(Rejection) -> StockChange {
    StockChange(
      productID: try data.id("product_id"), warehouse: try data.optionalID("warehouse") ?? "", available: 0,
      reserved: try data.integer("reserved"))
  }

  private func reservation(failed: Bool) throws(Rejection) -> Reservation {
    let reason = try data.string("reason")
    return Reservation(orderID: try data.id("order_id"), items: try data.items(), failure: failed ? reason ?? "" : nil)
  }

  // MARK: Orders, payments, carts

  private func order(_ kind: OrderChange.Kind) throws(Rejection) -> OrderChange {
    let id = try data.id("order_id")
    let items = try data.items()
    let total = try data.money("total")
    if kind == .created, total == nil, items.isEmpty || items.contains(where: { $0.unitPrice == nil }) {
      throw data.failure("total", "is required where not every item has a unit_price")
    }
    return OrderChange(
      kind: kind, orderID: id, userID: try data.optionalID("user_id"), items: items,
      total: total, currency: try data.currency(), country: try data.string("country"),
      channel: try data.string("channel"), coupon: try data.string("coupon"), reason: try data.string("reason"))
  }

  private func payment(_ kind: PaymentChange.Kind) throws(Rejection) -> PaymentChange {
    let id = try data.id("payment_id")
    let amount = try data.money("amount")
    if kind == .processed, amount == nil { throw data.failure("amount", "is required") }
    return PaymentChange(
      kind: kind, paymentID: id, orderID: try data.optionalID("order_id"),
      userID: try data.optionalID("user_id"), amount: amount, currency: try data.currency(),
      method: try data.string("method"), provider: try data.string("provider"), card: try data.string("card"),
      cardCountry: try data.string("card_country"), ip: try data.string("ip"),
      ipCountry: try data.string("ip_country"), device: try data.string("device"),
      terminal: try data.string("terminal"), reason: try data.string("reason"), code: try data.string("code"))
  }

  /// The payment of a request to score it, which needs no kind: it has not been tried yet.
  static func paymentToScore(_ object: JSONObject) throws(Rejection) -> PaymentChange {
    try EventBodyParser(data: object, pointer: "").payment(.processed)
  }

  private func cart(isAbandoned: Bool) throws(Rejection) -> CartChange {
    _ = try data.time("last_activity_at")
    return CartChange(
      cartID: try data.id("cart_id"), userID: try data.optionalID("user_id"), items: try data.items(),
      value: try data.money("value"), isAbandoned: isAbandoned)
  }

  // MARK: People and behaviour

  private func user(_ kind: UserChange.Kind) throws(Rejection) -> UserChange {
    UserChange(
      kind: kind, userID: try data.id("user_id"), country: try data.string("country"),
      locale: try data.string("locale"), segment: try data.string("segment"))
  }

  private func action(_ kind: AdminAction.Kind, subject: String) throws(Rejection) -> AdminAction {
    AdminAction(
      kind: kind, subjectID: try data.id(subject), actor: try data.string("actor"), reason: try data.string("reason"))
  }

  private func behaviour(_ kind: Behaviour.Kind) throws(Rejection) -> Behaviour {
    let productID = try kind == .searchPerformed ? data.optionalID("product_id") : data.id("product_id")
    let query = try data.string("query")
    if kind == .searchPerformed, query == nil { throw data.failure("query", "is required") }
    return Behaviour(
      kind: kind, sessionID: try data.optionalID("session_id"), userID: try data.optionalID("user_id"), query: query,
      results: try data.integer("results"), position: try data.integer("position"), productID: productID)
  }

  // MARK: Fraud

  private func fraudLabel() throws(Rejection) -> FraudLabel {
    guard let isFraud = try data.boolean("label") else { throw data.failure("label", "is required") }
    return FraudLabel(paymentID: try data.id("payment_id"), isFraud: isFraud)
  }

  private func fraudDecision() throws(Rejection) -> FraudDecision {
    guard let decision = try data.string("decision") else { throw data.failure("decision", "is required") }
    guard ["allow", "review", "block"].contains(decision) else {
      throw data.failure("decision", "must be allow, review or block")
    }
    guard let score = try data.number("score", in: 0...1) else { throw data.failure("score", "is required") }
    return FraudDecision(
      paymentID: try data.id("payment_id"), score: score, decision: decision, amount: try data.money("amount"),
      currency: try data.currency())
  }

  private func fraudCase() throws(Rejection) -> FraudCaseResolved {
    guard let decision = try data.string("decision") else { throw data.failure("decision", "is required") }
    return FraudCaseResolved(paymentID: try data.id("payment_id"), decision: decision)
  }
}
