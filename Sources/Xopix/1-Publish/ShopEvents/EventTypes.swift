/// The topics that services write, and the types of event in each, by the names that the services publish.
public enum EventTypes {
  /// The types of each topic.
  public static let byTopic: [String: Set<String>] = [
    "products": ["ProductCreated", "ProductUpdated", "ProductDeleted"],
    "inventory": [
      "InventoryUpdated", "ProductStockLow", "ProductOutOfStock", "InventoryReserved", "InventoryFailed",
    ],
    "orders": ["OrderCreated", "OrderUpdated", "OrderCancelled", "OrderFailed", "OrderShipped"],
    "payments": ["PaymentProcessed", "PaymentFailed", "PaymentRefunded", "FraudLabelled"],
    "carts": ["CartUpdated", "CartAbandoned"],
    "users": ["UserRegistered", "UserProfileUpdated", "UserDeleted"],
    "admin": ["ProductApproved", "UserBlocked", "CouponCreated"],
    "behaviour": ["SearchPerformed", "SearchResultClicked", "ProductViewed", "AddedToCart"],
    "fraud": ["FraudScored", "FraudCaseResolved"],
  ]

  /// The topics in alphabetical order.
  public static let topics: [String] = byTopic.keys.sorted()

  /// The topic of an event type; nil for an unknown type.
  public static func topic(ofType type: String) -> String? { topicByType[type] }

  private static let topicByType: [String: String] = {
    var topics: [String: String] = [:]
    for (topic, types) in byTopic {
      for type in types { topics[type] = topic }
    }
    return topics
  }()

  /// The topic of what was refused from `topic`.
  public static func deadLetterTopic(of topic: String) -> String { topic + ".dlq" }
}
