public import ByteCoding
public import JSONBytes

/// Something that happened in the shop, as a write-side service told it.
public struct ShopEvent: Sendable {
  /// The event's id, unique within its source.
  public let id: String
  /// The service that published it.
  public let source: String
  /// When it happened.
  public let time: Timestamp
  /// What happened.
  public let body: Body

  /// An event.
  public init(id: String, source: String, time: Timestamp, body: Body) {
    self.id = id
    self.source = source
    self.time = time
    self.body = body
  }

  /// What happened, by topic.
  public enum Body: Sendable {
    case product(ProductChange)
    case stock(StockChange)
    case reservation(Reservation)
    case order(OrderChange)
    case payment(PaymentChange)
    case fraudLabel(FraudLabel)
    case cart(CartChange)
    case user(UserChange)
    case admin(AdminAction)
    case behaviour(Behaviour)
    case fraudDecision(FraudDecision)
    case fraudCase(FraudCaseResolved)
  }
}

/// A product was created, changed or deleted.
public struct ProductChange: Sendable {
  /// How the product's document changes.
  public enum Kind: Sendable {
    /// The document is replaced by `data`.
    case created(JSONValue)
    /// `data` is a JSON Merge Patch (RFC 7396) on the document; for an unknown product it creates it.
    case updated(JSONValue)
    /// The product is gone.
    case deleted
  }
  /// The product.
  public let productID: String
  /// How it changed.
  public let kind: Kind

  /// A change of a product.
  public init(productID: String, kind: Kind) {
    self.productID = productID
    self.kind = kind
  }
}

/// Stock of a product in a warehouse was counted anew.
public struct StockChange: Sendable {
  /// The product.
  public let productID: String
  /// The warehouse; the empty string where the event names none.
  public let warehouse: String
  /// Pieces that can be sold; nil where the event does not say.
  public let available: Int64?
  /// Pieces that are reserved; nil where the event does not say.
  public let reserved: Int64?

  /// A count of stock.
  public init(productID: String, warehouse: String, available: Int64?, reserved: Int64?) {
    self.productID = productID
    self.warehouse = warehouse
    self.available = available
    self.reserved = reserved
  }
}

/// Pieces were reserved for an order, or could not be.
public struct Reservation: Sendable {
  /// The order.
  public let orderID: String
  /// The pieces asked for.
  public let items: [OrderItem]
  /// Why it failed; nil where it did not.
  public let failure: String?

  /// A reservation.
  public init(orderID: String, items: [OrderItem], failure: String?) {
    self.orderID = orderID
    self.items = items
    self.failure = failure
  }
}

/// One line of an order or cart.
public struct OrderItem: Sendable, Hashable {
  /// The product.
  public let productID: String
  /// How many pieces, at least 1.
  public let quantity: Int64
  /// The price of one piece; nil where the event does not say.
  public let unitPrice: Money?

  /// A line of `quantity` pieces.
  public init(productID: String, quantity: Int64, unitPrice: Money?) {
    self.productID = productID
    self.quantity = quantity
    self.unitPrice = unitPrice
  }
}

/// An order was placed or changed its state.
public struct OrderChange: Sendable {
  /// What happened to an order.
  public enum Kind: String, Sendable, CaseIterable { case created, updated, cancelled, failed, shipped }
  /// What happened to the order.
  public let kind: Kind
  /// The order.
  public let orderID: String
  /// The customer, where known.
  public let userID: String?
  /// The lines; empty where the event has none.
  public let items: [OrderItem]
  /// The sum to pay.
  public let total: Money?
  /// ISO 4217 code, upper case.
  public let currency: String?
  /// ISO 3166 code or name of the country, as the service writes it.
  public let country: String?
  /// Where it was sold, e.g. `web`.
  public let channel: String?
  /// The coupon used.
  public let coupon: String?
  /// Why it was cancelled or failed.
  public let reason: String?

  /// A change of an order.
  public init(
    kind: Kind, orderID: String, userID: String?, items: [OrderItem], total: Money?, currency: String?,
    country: String?, channel: String?, coupon: String?, reason: String?
  ) {
    self.kind = kind
    self.orderID = orderID
    self.userID = userID
    self.items = items
    self.total = total
    self.currency = currency
    self.country = country
    self.channel = channel
    self.coupon = coupon
    self.reason = reason
  }
}

/// A payment went through, failed or was refunded; also what is asked to be scored before it is captured.
public struct PaymentChange: Sendable {
  /// What happened to a payment.
  public enum Kind: String, Sendable, CaseIterable { case processed, failed, refunded }
  /// What happened.
  public let kind: Kind
  /// The payment.
  public let paymentID: String
  /// The order that is paid.
  public let orderID: String?
  /// The customer.
  public let userID: String?
  /// The amount.
  public let amount: Money?
  /// ISO 4217 code, upper case.
  public let currency: String?
  /// `card`, `wallet` …
  public let method: String?
  /// The payment service, e.g. `stripe`.
  public let provider: String?
  /// An opaque token of the card, never its number.
  public let card: String?
  /// The country that issued the card.
  public let cardCountry: String?
  /// The buyer's address on the net.
  public let ip: String?
  /// The country of that address.
  public let ipCountry: String?
  /// The buyer's device.
  public let device: String?
  /// The terminal or merchant.
  public let terminal: String?
  /// Why it failed.
  public let reason: String?
  /// The provider's code of the failure.
  public let code: String?

  /// A change of a payment.
  public init(
    kind: Kind, paymentID: String, orderID: String?, userID: String?, amount: Money?, currency: String?,
    method: String?, provider: String?, card: String?, cardCountry: String?, ip: String?, ipCountry: String?,
    device: String?, terminal: String?, reason: String?, code: String?
  ) {
    self.kind = kind
    self.paymentID = paymentID
    self.orderID = orderID
    self.userID = userID
    self.amount = amount
    self.currency = currency
    self.method = method
    self.provider = provider
    self.card = card
    self.cardCountry = cardCountry
    self.ip = ip
    self.ipCountry = ipCountry
    self.device = device
    self.terminal = terminal
    self.reason = reason
    self.code = code
  }
}

/// Somebody found out whether a payment was fraud.
public struct FraudLabel: Sendable {
  /// The payment.
  public let paymentID: String
  /// Whether it was fraud.
  public let isFraud: Bool

  /// A label of a payment.
  public init(paymentID: String, isFraud: Bool) {
    self.paymentID = paymentID
    self.isFraud = isFraud
  }
}

/// A payment was scored.
public struct FraudDecision: Sendable {
  /// The payment.
  public let paymentID: String
  /// How likely fraud is, 0…1.
  public let score: Double
  /// `allow`, `review` or `block`.
  public let decision: String
  /// The payment's amount.
  public let amount: Money?
  /// ISO 4217 code, upper case.
  public let currency: String?

  /// A decision on a payment.
  public init(paymentID: String, score: Double, decision: String, amount: Money?, currency: String?) {
    self.paymentID = paymentID
    self.score = score
    self.decision = decision
    self.amount = amount
    self.currency = currency
  }
}

/// An analyst closed a case.
public struct FraudCaseResolved: Sendable {
  /// The payment.
  public let paymentID: String
  /// What was decided, e.g. `fraud`, `legitimate`.
  public let decision: String

  /// A closed case.
  public init(paymentID: String, decision: String) {
    self.paymentID = paymentID
    self.decision = decision
  }
}

/// A cart changed or was left behind.
public struct CartChange: Sendable {
  /// The cart.
  public let cartID: String
  /// The customer, where known.
  public let userID: String?
  /// The lines.
  public let items: [OrderItem]
  /// What they are worth.
  public let value: Money?
  /// Whether the cart was abandoned.
  public let isAbandoned: Bool

  /// A change of a cart.
  public init(cartID: String, userID: String?, items: [OrderItem], value: Money?, isAbandoned: Bool) {
    self.cartID = cartID
    self.userID = userID
    self.items = items
    self.value = value
    self.isAbandoned = isAbandoned
  }
}

/// A customer registered, changed or left.
public struct UserChange: Sendable {
  /// What happened to a user.
  public enum Kind: String, Sendable, CaseIterable { case registered, updated, deleted }
  /// What happened.
  public let kind: Kind
  /// The customer.
  public let userID: String
  /// The customer's country.
  public let country: String?
  /// The customer's language and region, e.g. `ar-SA`.
  public let locale: String?
  /// The customer's segment.
  public let segment: String?

  /// A change of a user.
  public init(kind: Kind, userID: String, country: String?, locale: String?, segment: String?) {
    self.kind = kind
    self.userID = userID
    self.country = country
    self.locale = locale
    self.segment = segment
  }
}

/// A person in the back office did something.
public struct AdminAction: Sendable {
  /// What was done.
  public enum Kind: String, Sendable, CaseIterable { case productApproved, userBlocked, couponCreated }
  /// What was done.
  public let kind: Kind
  /// The product, user or coupon it was done to.
  public let subjectID: String
  /// Who did it.
  public let actor: String?
  /// Why.
  public let reason: String?

  /// An action.
  public init(kind: Kind, subjectID: String, actor: String?, reason: String?) {
    self.kind = kind
    self.subjectID = subjectID
    self.actor = actor
    self.reason = reason
  }
}

/// What a shopper did.
public struct Behaviour: Sendable {
  /// What a shopper did.
  public enum Kind: String, Sendable, CaseIterable {
    case searchPerformed, searchResultClicked, productViewed, addedToCart
  }
  /// What the shopper did.
  public let kind: Kind
  /// The visit.
  public let sessionID: String?
  /// The customer, where known.
  public let userID: String?
  /// What was searched for.
  public let query: String?
  /// How many products the search found.
  public let results: Int64?
  /// The place of the clicked product among the results, from 1.
  public let position: Int64?
  /// The product.
  public let productID: String?

  /// An act of a shopper.
  public init(
    kind: Kind, sessionID: String?, userID: String?, query: String?, results: Int64?, position: Int64?,
    productID: String?
  ) {
    self.kind = kind
    self.sessionID = sessionID
    self.userID = userID
    self.query = query
    self.results = results
    self.position = position
    self.productID = productID
  }
}
