internal import ByteCoding
internal import JSONBytes
internal import Projections
internal import RecordBatches
internal import ShopEvents

/// The event that tells of a decision.
enum FraudScoredEvent {
  /// A `FraudScored` event, which is the same however often it is derived: its id names the payment event, and its
  /// time is the payment's.
  static func output(_ decision: ScoredPayment, of event: ShopEvent, source: SourceRecord) -> OutputRecord {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in [
      ("specversion", "1.0"), ("id", "\(event.source) \(event.id)"), ("source", "/xopix/fraud"),
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
