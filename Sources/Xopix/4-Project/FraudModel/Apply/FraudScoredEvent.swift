internal import ByteCoding
internal import JSONBytes
internal import Projections
internal import RecordBatches
internal import ShopEvents

/// The event that tells of a decision.
enum FraudScoredEvent {
  /// The longest id that is read back, in UTF-8 bytes.
  private static let longestID = 1024

  /// The payment event's source and id, or where these are too long, 128 bits of hash over them.
  ///
  /// No space or hyphen parts the two, so that digits on both sides are never taken for one card number.
  private static func id(of event: ShopEvent) -> String {
    let id = "\(event.source)#\(event.id)"
    guard id.utf8.count > longestID else { return id }
    let bytes = Array(id.utf8)
    let hashes = [UInt64(1), 2].map { String(XXHash64.hash(bytes.rawBytes, seed: $0), radix: 16) }
    return "hash#" + hashes.joined(separator: "#")
  }

  /// A `FraudScored` event, which is the same however often it is derived: its id names the payment event, and its
  /// time is the payment's.
  static func output(_ decision: ScoredPayment, of event: ShopEvent, source: SourceRecord) -> OutputRecord {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in [
      ("specversion", "1.0"), ("id", id(of: event)), ("source", "/xopix/fraud"),
      ("type", "FraudScored"), ("time", event.time.rfc3339), ("subject", decision.paymentID),
      ("datacontenttype", "application/json"),
    ] {
      writer.key(name)
      writer.string(value)
    }
    writer.key("data")
    writer.beginObject()
    decision.writeMembers(to: &writer)
    writer.endObject()
    writer.endObject()
    let record = Record(
      key: Array(decision.paymentID.utf8), value: writer.bytes,
      headers: [RecordHeader(key: "content-type", value: Array("application/cloudevents+json".utf8))],
      timestampMilliseconds: event.time.milliseconds)
    return OutputRecord(topic: FraudModel.outputTopic, record: record, source: source)
  }
}
