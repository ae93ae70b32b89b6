internal import EventLog
internal import KafkaWire

extension TopicID {
  /// The id as the protocol writes it.
  var wire: WireUUID { WireUUID(high: high, low: low) }
}
