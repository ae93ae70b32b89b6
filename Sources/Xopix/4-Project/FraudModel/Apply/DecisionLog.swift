internal import ByteCoding
internal import Scoring
internal import ShopEvents

/// The latest decisions, in the order in which they were made.
struct DecisionLog: Sendable {
  /// The decisions kept.
  static let most = 10_000

  private var decisions: [UInt64: ScoredPayment] = [:]
  private var latest: [String: UInt64] = [:]
  private var changed: Set<UInt64> = []
  /// The number of the next decision; they count from 1.
  private(set) var next: UInt64 = 1

  var count: Int { decisions.count }

  /// The latest decision about a payment.
  func decision(about paymentID: String) -> ScoredPayment? { latest[paymentID].flatMap { decisions[$0] } }

  mutating func append(_ decision: ScoredPayment) {
    put(decision, at: next)
    changed.insert(next)
    next += 1
    if let dropped = oldestDropped {
      remove(dropped)
      changed.insert(dropped)
    }
  }

  private var oldestDropped: UInt64? {
    next > UInt64(Self.most) + 1 ? next - UInt64(Self.most) - 1 : nil
  }

  private mutating func put(_ decision: ScoredPayment, at number: UInt64) {
    decisions[number] = decision
    if let known = latest[decision.paymentID], known > number { return }
    latest[decision.paymentID] = number
  }

  private mutating func remove(_ number: UInt64) {
    guard let decision = decisions.removeValue(forKey: number) else { return }
    if latest[decision.paymentID] == number { latest[decision.paymentID] = nil }
  }

  /// Up to `size` decisions made before number `end`, the latest first.
  func latest(_ size: Int, before end: UInt64?, where isWanted: (ScoredPayment) -> Bool) -> [(UInt64, ScoredPayment)] {
    var found: [(UInt64, ScoredPayment)] = []
    var number = min(end ?? next, next)
    while number > 1, found.count < size {
      number -= 1
      guard let decision = decisions[number] else { break }
      if isWanted(decision) { found.append((number, decision)) }
    }
    return found
  }

  // MARK: Durability

  func changes() -> [(key: [UInt8], value: [UInt8]?)] {
    changed.sorted().map { (Self.key($0), decisions[$0].map(Self.value)) }
  }

  /// Starts to note changes anew, once those so far are durable.
  mutating func forgetChanges() { changed = [] }

  func all() -> [(key: [UInt8], value: [UInt8]?)] {
    decisions.keys.sorted().map { (Self.key($0), decisions[$0].map(Self.value)) }
  }

  mutating func restore(key: [UInt8], value: [UInt8]?) throws(ByteReaderError) {
    var reader = ByteReader(key.rawBytes)
    let number = try reader.readBigEndian(UInt64.self)
    guard let value else {
      remove(number)
      return
    }
    put(try Self.decision(value), at: number)
    next = max(next, number + 1)
  }

  private static func key(_ number: UInt64) -> [UInt8] {
    var writer = ByteWriter(capacity: 8)
    writer.writeBigEndian(number)
    return writer.bytes
  }

  private static func value(_ decision: ScoredPayment) -> [UInt8] {
    var writer = ByteWriter()
    writer.writePrefixed(decision.paymentID)
    writer.writeSignedVarint(decision.time.rawValue)
    writer.write(UInt8((decision.amount != nil ? 1 : 0) | (decision.currency != nil ? 2 : 0)))
    if let amount = decision.amount { writer.writeSignedVarint(amount.rawValue) }
    if let currency = decision.currency { writer.writePrefixed(currency) }
    let assessment = decision.assessment
    writer.write(assessment.score)
    writer.writePrefixed(assessment.decision.rawValue)
    writer.writePrefixed(assessment.model)
    writer.writeVarint(UInt64(assessment.reasons.count))
    for reason in assessment.reasons {
      writer.writePrefixed(reason.code)
      writer.writePrefixed(reason.detail)
      writer.write(reason.value)
      writer.write(reason.baseline)
      writer.write(reason.contribution)
    }
    writer.writeVarint(UInt64(assessment.rules.count))
    for rule in assessment.rules { writer.writePrefixed(rule) }
    return writer.bytes
  }

  private static func decision(_ bytes: [UInt8]) throws(ByteReaderError) -> ScoredPayment {
    var reader = ByteReader(bytes.rawBytes)
    let paymentID = try reader.readPrefixedString()
    let time = Timestamp(rawValue: try reader.readSignedVarint())
    let flags = try reader.read(UInt8.self)
    let amount = flags & 1 != 0 ? Money(rawValue: try reader.readSignedVarint()) : nil
    let currency = flags & 2 != 0 ? try reader.readPrefixedString() : nil
    let score = try reader.readDouble()
    let start = reader.offset
    guard let decision = Decision(rawValue: try reader.readPrefixedString()) else {
      throw .malformedText(offset: start)
    }
    let model = try reader.readPrefixedString()
    var reasons: [Assessment.Reason] = []
    for _ in 0..<(try reader.readCount()) {
      reasons.append(
        Assessment.Reason(
          code: try reader.readPrefixedString(), detail: try reader.readPrefixedString(),
          value: try reader.readDouble(), baseline: try reader.readDouble(), contribution: try reader.readDouble()))
    }
    var rules: [String] = []
    for _ in 0..<(try reader.readCount()) { rules.append(try reader.readPrefixedString()) }
    return ScoredPayment(
      paymentID: paymentID, time: time, amount: amount, currency: currency,
      assessment: Assessment(score: score, decision: decision, reasons: reasons, rules: rules, model: model))
  }
}
