public import ByteCoding
public import JSONBytes
public import Projections
internal import RecordBatches

/// An event that was checked and may be appended to its topic.
public struct PublishableEvent: Sendable {
  /// The topic of the event's type.
  public let topic: String
  /// The id of the aggregate that the event is about: events of one key stay in order.
  public let key: String
  /// The event as structured-mode JSON.
  public let value: [UInt8]

  /// An event that was checked by its maker.
  public init(topic: String, key: String, value: [UInt8]) {
    self.topic = topic
    self.key = key
    self.value = value
  }

  /// The largest event, in bytes of JSON.
  public static let largestValue = 1 << 20

  /// Checks an event as a decoder will when it is read back, so that what is accepted is never refused later.
  ///
  /// - Parameters:
  ///   - event: the whole event, structured mode.
  ///   - now: the time at which it will be appended.
  public init(checking event: JSONValue, now: Timestamp) throws(Rejection) {
    let envelope = try EventEnvelope(structured: event)
    guard let topic = EventTypes.topic(ofType: envelope.type) else {
      throw Rejection(
        code: "unknown-type", message: "type \(envelope.type.prefix(80)) is not one that Xopix reads", pointer: "/type")
    }
    var writer = JSONWriter()
    writer.value(event)
    guard writer.bytes.count <= Self.largestValue else {
      throw Rejection(code: "event-too-large", message: "an event is at most \(Self.largestValue) bytes of JSON")
    }
    let record = Record(key: nil, value: writer.bytes, headers: [], timestampMilliseconds: now.milliseconds)
    if case .rejected(let rejection) = ShopEventDecoder().decode(record, topic: topic) { throw rejection }
    self.init(
      topic: topic, key: Self.key(of: envelope, topic: topic), value: writer.bytes)
  }

  private static func key(of envelope: EventEnvelope, topic: String) -> String {
    let names: [String]
    switch topic {
    case "products": names = ["product_id"]
    case "inventory": names = ["product_id", "order_id"]
    case "orders": names = ["order_id"]
    case "payments", "fraud": names = ["payment_id"]
    case "carts": names = ["cart_id"]
    case "users": names = ["user_id"]
    case "admin": names = ["product_id", "user_id", "coupon_id"]
    default: names = ["session_id", "user_id"]
    }
    for name in names {
      if case .string(let id)? = envelope.data[name] { return id }
    }
    return envelope.id
  }
}

extension PaymentChange {
  /// The payment in a request to score it: the `data` of a payment event.
  public init(scoring request: JSONValue) throws(Rejection) {
    guard case .object(let object) = request else {
      throw Rejection(code: "invalid-payment", message: "a payment must be a JSON object", pointer: "")
    }
    if let pointer = ShopEventDecoder.pointerToCardNumber(in: request, at: "") {
      throw Rejection(
        code: "card-number", message: "\(pointer) holds a card number; send an opaque token instead", pointer: pointer)
    }
    self = try EventBodyParser.paymentToScore(object)
  }
}
