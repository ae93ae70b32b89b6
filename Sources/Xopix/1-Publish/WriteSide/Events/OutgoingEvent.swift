internal import ByteCoding
internal import JSONBytes

/// An event that is ready to be published.
public struct OutgoingEvent: Sendable, Hashable {
  /// The topic that it belongs to.
  public let topic: String
  /// The id of the aggregate that it is about, which is the record's key.
  public let key: String
  /// The whole event as JSON: a CloudEvent in structured mode.
  public let value: [UInt8]

  /// An event from its parts.
  public init(topic: String, key: String, value: [UInt8]) {
    self.topic = topic
    self.key = key
    self.value = value
  }

  /// Writes a CloudEvent; `data` writes the members of the event's data.
  init(
    topic: String, type: String, key: String, id: String, source: String, time: Timestamp,
    data: (inout JSONWriter) -> Void
  ) {
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.member("specversion", "1.0")
    writer.member("id", id)
    writer.member("source", source)
    writer.member("type", type)
    writer.member("time", time.rfc3339)
    writer.member("subject", key)
    writer.key("data")
    writer.beginObject()
    data(&writer)
    writer.endObject()
    writer.endObject()
    self.init(topic: topic, key: key, value: writer.bytes)
  }
}
