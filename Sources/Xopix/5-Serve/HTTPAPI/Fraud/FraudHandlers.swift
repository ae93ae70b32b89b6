internal import ByteCoding
internal import FraudModel
internal import Hummingbird
internal import JSONBytes
internal import Projections
internal import Scoring
internal import ShopEvents

extension API {
  /// `POST /v1/fraud/score`.
  func scorePayment(_ call: Call) throws(Problem) -> Response {
    let payment: PaymentChange
    do {
      payment = try PaymentChange(scoring: call.body.value)
    } catch {
      throw Problem(
        .invalidPayment, error.message,
        errors: [
          FieldError(
            kind: .invalidPayment, location: .body, pointer: error.pointer ?? "", detail: error.message,
            code: error.code)
        ])
    }
    let scored = readSide.fraud.score(payment, at: configuration.now())
    var writer = JSONWriter(capacity: 1024)
    writer.beginObject()
    writer.member("payment_id", scored.paymentID)
    scored.writeAssessment(to: &writer)
    writer.member("took_us", call.microseconds)
    writer.endObject()
    return Self.json(writer.bytes)
  }

  /// `GET /v1/fraud/decisions`.
  func fraudDecisions(_ call: Call) throws(Problem) -> Response {
    var before: UInt64?
    if let cursor = call.arguments.text("cursor") {
      guard let bytes = Base64URL.decode(cursor), bytes.count == 8 else {
        throw Problem([
          FieldError(
            kind: .invalidCursor, location: .query, pointer: "/cursor",
            detail: "must be a next_cursor of an earlier answer, unchanged")
        ])
      }
      before = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
    let decisions = readSide.fraud.decisions(
      size: call.arguments.integer("size", or: 20),
      decision: call.arguments.text("decision").flatMap(Decision.init(rawValue:)), before: before)
    var writer = JSONWriter(capacity: 8192)
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    for decision in decisions.items {
      writer.beginObject()
      decision.writeMembers(to: &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.member(
      "next_cursor",
      orNull: decisions.next.map { number in
        var bytes = ByteWriter(capacity: 8)
        bytes.writeBigEndian(number)
        return Base64URL.encode(bytes.bytes)
      })
    writer.endObject()
    return Self.json(writer.bytes)
  }
}
