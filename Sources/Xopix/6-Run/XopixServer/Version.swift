internal import ShopEvents

/// This version of Xopix (Semantic Versioning).
public let xopixVersion = "0.1.0"

/// What the command line needs to know of topics.
public enum EventTopics {
  /// The topic of an event type; nil for an unknown type.
  public static func topic(ofType type: String) -> String? { ShopEvents.EventTypes.topic(ofType: type) }
}
