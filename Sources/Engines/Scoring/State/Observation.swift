public import ByteCoding

/// Something that is scored: when it happened, what it was worth, whether it failed, and the entities it names.
public struct Observation: Sendable {
  /// When it happened.
  public let time: Timestamp
  /// What it was worth, in units of the caller's; nil where unknown.
  public let amount: Int64?
  /// The amount's currency: amounts of different ones are never compared or added.
  public let currency: String?
  /// Whether it failed.
  public let isFailed: Bool
  /// The fields' values, in the order of the scorer's fields; nil where unknown.
  public let fields: [String?]

  /// An observation.
  public init(time: Timestamp, amount: Int64?, currency: String?, isFailed: Bool, fields: [String?]) {
    self.time = time
    self.amount = amount
    self.currency = currency
    self.isFailed = isFailed
    self.fields = fields
  }
}
