/// A number about an observation and the entities that it names, as of just before it.
public struct FeatureDefinition: Sendable, Hashable, Codable {
  /// How the number is computed. The first four look at the entity's observations within the window.
  public enum Aggregate: String, Sendable, Codable, CaseIterable {
    /// The number of observations.
    case count
    /// The number of observations that failed.
    case failures
    /// The sum of the amounts in the observation's own currency, failures left out.
    case sum
    /// The number of different values of the field ``FeatureDefinition/of``.
    case distinct
    /// The observation's amount over the mean of the entity's amounts in the same currency, failures left out; absent
    /// before the third.
    case ratioToMean = "ratio_to_mean"
    /// 1 where the entity was seen before, but never with this value of the field ``FeatureDefinition/of``; else 0.
    case isNewPair = "is_new_pair"
    /// 1 where an observation of the entity was labelled as fraud before; else 0.
    case wasLabelled = "was_labelled"
    /// 1 where the entity's field and the field ``FeatureDefinition/of`` are both known and differ; else 0.
    case differs
  }

  /// The feature's name, unique among the features.
  public let name: String
  /// The field whose value names the entity, e.g. `card`.
  public let entity: String
  /// How the number is computed.
  public let aggregate: Aggregate
  /// The other field, for `distinct`, `is_new_pair` and `differs`.
  public let of: String?
  /// The window's length in seconds, for those that have one: at most 30 days, which also bound those without.
  public let window: Int?
  /// What the number counts, e.g. `events`.
  public let unit: String
  /// What it means, in one sentence.
  public let description: String

  /// A feature.
  public init(
    name: String, entity: String, aggregate: Aggregate, of: String? = nil, window: Int? = nil, unit: String,
    description: String
  ) {
    self.name = name
    self.entity = entity
    self.aggregate = aggregate
    self.of = of
    self.window = window
    self.unit = unit
    self.description = description
  }

  /// The longest window, in seconds.
  public static let longestWindow = 30 * 24 * 3600

  /// Checks the feature against the fields that observations have.
  func validate(fields: [String]) throws(ScoringError) {
    func known(_ field: String, _ member: String) throws(ScoringError) {
      guard fields.contains(field) else {
        throw ScoringError(
          place: "feature \(name), \(member)",
          reason: "no field is called \(field); there are \(fields.joined(separator: ", "))")
      }
    }
    try known(entity, "entity")
    switch aggregate {
    case .distinct, .isNewPair, .differs:
      guard let of else { throw ScoringError(place: "feature \(name), of", reason: "\(aggregate.rawValue) needs it") }
      try known(of, "of")
    default:
      guard of == nil else {
        throw ScoringError(place: "feature \(name), of", reason: "\(aggregate.rawValue) has no other field")
      }
    }
    switch aggregate {
    case .count, .failures, .sum, .distinct:
      guard let window, (1...Self.longestWindow).contains(window) else {
        throw ScoringError(
          place: "feature \(name), window", reason: "must be given, 1 to \(Self.longestWindow) seconds")
      }
    default:
      guard window == nil else {
        throw ScoringError(place: "feature \(name), window", reason: "\(aggregate.rawValue) has none")
      }
    }
  }
}
