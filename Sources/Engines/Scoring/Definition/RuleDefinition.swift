/// What is thought of an observation.
public enum Decision: String, Sendable, Codable, CaseIterable, Comparable {
  case allow, review, block

  /// The less severe one comes first.
  public static func < (left: Decision, right: Decision) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .allow: 0
    case .review: 1
    case .block: 2
    }
  }
}

/// A suspicion: it fires where every one of its conditions holds.
public struct RuleDefinition: Sendable, Hashable, Codable {
  /// A feature above a threshold.
  public struct Condition: Sendable, Hashable, Codable {
    /// The feature's name.
    public let feature: String
    /// The condition holds where the feature's value is greater.
    public let above: Double

    /// `feature` is greater than `above`.
    public init(feature: String, above: Double) {
      self.feature = feature
      self.above = above
    }
  }

  /// Whether the rule counts.
  public enum State: String, Sendable, Codable, CaseIterable {
    /// Not evaluated.
    case draft
    /// Evaluated and named where it fires, without effect on the score.
    case shadow
    /// Evaluated, with effect.
    case live
  }

  /// The rule's id, unique among the rules; also the code of its reason.
  public let id: String
  /// The conditions, at least one; the first one's value and threshold stand in the reason.
  public let when: [Condition]
  /// How much the rule alone suggests fraud, 0…1. A value of twice the first threshold counts as two such
  /// suggestions, of three times or more as three.
  public let weight: Double
  /// The least severe decision where it fires, whatever the score.
  public let action: Decision?
  /// Whether the rule counts.
  public let state: State
  /// The reason in words, with `{value}` and `{baseline}`.
  public let reason: String

  /// A rule.
  public init(
    id: String, when: [Condition], weight: Double, action: Decision? = nil, state: State = .live, reason: String
  ) {
    self.id = id
    self.when = when
    self.weight = weight
    self.action = action
    self.state = state
    self.reason = reason
  }
}

/// Features, rules and the scores from which a decision changes.
public struct ScoringDefinition: Sendable, Hashable {
  /// The version that decisions name.
  public let version: String
  /// The features, in order.
  public let features: [FeatureDefinition]
  /// The rules, in the order of their reasons where these contribute alike.
  public let rules: [RuleDefinition]
  /// The score from which an observation is reviewed, 0…1.
  public let reviewFrom: Double
  /// The score from which it is blocked, `reviewFrom`…1.
  public let blockFrom: Double

  /// A definition, not checked yet.
  public init(
    version: String, features: [FeatureDefinition], rules: [RuleDefinition], reviewFrom: Double, blockFrom: Double
  ) {
    self.version = version
    self.features = features
    self.rules = rules
    self.reviewFrom = reviewFrom
    self.blockFrom = blockFrom
  }

  /// Checks everything against the fields that observations have.
  public func validate(fields: [String]) throws(ScoringError) {
    var names: Set<String> = []
    for feature in features {
      guard names.insert(feature.name).inserted else {
        throw ScoringError(place: "feature \(feature.name)", reason: "the name is used twice")
      }
      try feature.validate(fields: fields)
    }
    var ids: Set<String> = []
    for rule in rules {
      guard ids.insert(rule.id).inserted else {
        throw ScoringError(place: "rule \(rule.id)", reason: "the id is used twice")
      }
      guard !rule.when.isEmpty else {
        throw ScoringError(place: "rule \(rule.id), when", reason: "needs at least one condition")
      }
      for condition in rule.when where !names.contains(condition.feature) {
        throw ScoringError(place: "rule \(rule.id), when", reason: "no feature is called \(condition.feature)")
      }
      for condition in rule.when where !(condition.above >= 0 && condition.above.isFinite) {
        throw ScoringError(place: "rule \(rule.id), when", reason: "a threshold must be 0 or more")
      }
      guard (0...1).contains(rule.weight) else {
        throw ScoringError(place: "rule \(rule.id), weight", reason: "must be from 0 to 1")
      }
    }
    guard 0 <= reviewFrom, reviewFrom <= blockFrom, blockFrom <= 1 else {
      throw ScoringError(place: "thresholds", reason: "must be 0 ≤ review ≤ block ≤ 1")
    }
  }
}

/// A definition of features or rules that can't be used.
public struct ScoringError: Error, Equatable, CustomStringConvertible {
  /// The feature, rule or member.
  public let place: String
  /// What is wrong with it, and what would be right.
  public let reason: String

  /// One line for the person who must mend it.
  public var description: String { "\(place): \(reason)" }
}
