public import RecordBatches

/// Turns records into events; the only part of a projection that knows what an event looks like.
public protocol EventDecoding<Event>: AnyObject {
  /// The type of the decoded events.
  associatedtype Event: Sendable

  /// Whether records of this topic are events; others are passed over.
  func reads(topic: String) -> Bool

  /// The event in `record`, or why there is none.
  func decode(_ record: Record, topic: String) -> Decoded<Event>
}

/// What a record turned out to be.
public enum Decoded<Event: Sendable>: Sendable {
  /// An event and its identity: a second event with the same identity is not applied again.
  case event(Event, identity: EventIdentity)
  /// A well-formed event of a type that nobody reads; counted and passed over.
  case unknownType(String)
  /// Not an event: it goes to the topic's dead letter topic.
  case rejected(Rejection)
}

/// Why a record is not an event.
public struct Rejection: Error, Hashable, Sendable {
  /// A stable name of the kind of fault, e.g. `invalid-json`, `schema-violation`.
  public let code: String
  /// What is wrong and where, for the person who must mend it.
  public let message: String
  /// The JSON pointer of the faulty field, where there is one.
  public let pointer: String?
  /// The value to store instead of the record's own, where that must not be kept as it is.
  public let maskedValue: [UInt8]?

  /// A reason for refusal.
  public init(code: String, message: String, pointer: String? = nil, maskedValue: [UInt8]? = nil) {
    self.code = code
    self.message = message
    self.pointer = pointer
    self.maskedValue = maskedValue
  }
}

/// The identity of an event as 128 bits of hash over its source and id; two events of one identity are one event.
public struct EventIdentity: Hashable, Sendable {
  /// The upper half.
  public let high: UInt64
  /// The lower half.
  public let low: UInt64

  /// An identity from its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
