public import ByteCoding
public import JSONBytes
public import Scoring
public import ShopEvents

/// A payment with what was decided about it.
public struct ScoredPayment: Sendable, Equatable {
  /// The payment.
  public let paymentID: String
  /// When it was tried, by event time.
  public let time: Timestamp
  /// Its amount.
  public let amount: Money?
  /// ISO 4217 code, upper case.
  public let currency: String?
  /// The score, decision and reasons.
  public let assessment: Assessment

  /// Writes the members `score`, `decision`, `reasons`, `rules` and `model` into the object that is open.
  public func writeAssessment(to writer: inout JSONWriter) {
    writer.key("score")
    writer.double(assessment.score)
    writer.key("decision")
    writer.string(assessment.decision.rawValue)
    writer.key("reasons")
    writer.beginArray()
    for reason in assessment.reasons {
      writer.beginObject()
      writer.key("code")
      writer.string(reason.code)
      writer.key("detail")
      writer.string(reason.detail)
      writer.key("value")
      writer.double(reason.value)
      writer.key("baseline")
      writer.double(reason.baseline)
      writer.key("contribution")
      writer.double(reason.contribution)
      writer.endObject()
    }
    writer.endArray()
    writer.key("rules")
    writer.beginArray()
    for rule in assessment.rules { writer.string(rule) }
    writer.endArray()
    writer.key("model")
    writer.string(assessment.model)
  }

  /// Writes the payment's members and the assessment's into the object that is open.
  public func writeMembers(to writer: inout JSONWriter) {
    writer.key("payment_id")
    writer.string(paymentID)
    writer.key("time")
    writer.string(time.rfc3339)
    writer.key("amount")
    if let amount { writer.numberText(amount.description) } else { writer.null() }
    writer.key("currency")
    if let currency { writer.string(currency) } else { writer.null() }
    writeAssessment(to: &writer)
  }
}
