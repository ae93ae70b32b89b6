internal import ByteCoding

/// Computes features and applies rules, by a checked definition.
public struct Scorer: Sendable {
  /// The definition.
  public let definition: ScoringDefinition
  /// The names of the observations' fields, in order.
  public let fields: [String]

  private struct Feature: Sendable {
    let definition: FeatureDefinition
    let entity: Int
    let other: Int?
    /// The place of ``other`` among the companions that are kept for the entity.
    let companion: Int?
  }

  private let features: [Feature]
  /// For each field, the fields that are kept with its entities' observations; nil where no feature needs it.
  private let companions: [[Int]?]
  private let placeByFeature: [String: Int]

  /// A scorer of observations whose fields have these names.
  ///
  /// - Parameter links: pairs of fields (entity, companion) that are kept beside what the features need, so that
  ///   ``companion(_:of:value:in:)`` can follow them.
  public init(
    definition: ScoringDefinition, fields: [String], links: [(entity: String, companion: String)] = []
  ) throws(ScoringError) {
    try definition.validate(fields: fields)
    self.definition = definition
    self.fields = fields
    var companions = [[Int]?](repeating: nil, count: fields.count)
    func keep(_ other: Int?, of entity: Int) -> Int? {
      var kept = companions[entity] ?? []
      defer { companions[entity] = kept }
      guard let other else { return nil }
      if let place = kept.firstIndex(of: other) { return place }
      kept.append(other)
      return kept.count - 1
    }
    var features: [Feature] = []
    for feature in definition.features {
      guard let entity = fields.firstIndex(of: feature.entity) else { continue }
      let other = feature.of.flatMap(fields.firstIndex(of:))
      let companion = feature.aggregate == .differs ? nil : keep(other, of: entity)
      features.append(Feature(definition: feature, entity: entity, other: other, companion: companion))
    }
    for link in links {
      guard let entity = fields.firstIndex(of: link.entity), let other = fields.firstIndex(of: link.companion) else {
        throw ScoringError(place: "link \(link.entity), \(link.companion)", reason: "no such fields")
      }
      _ = keep(other, of: entity)
    }
    self.features = features
    self.companions = companions
    placeByFeature = Dictionary(uniqueKeysWithValues: features.enumerated().map { ($1.definition.name, $0) })
  }

  /// What is kept of each entity, as bytes: a state that was recorded by a scorer of another layout can't be read.
  public var stateLayout: [UInt8] {
    var writer = ByteWriter()
    for (field, kept) in companions.enumerated() {
      guard let kept else { continue }
      writer.writePrefixed(fields[field])
      writer.writeVarint(UInt64(kept.count))
      for other in kept { writer.writePrefixed(fields[other]) }
    }
    return writer.bytes
  }

  // MARK: Scoring

  /// The features' values as of just before `observation`; nil where the observation does not say what is needed.
  public func features(of observation: Observation, in state: FeatureState) -> [Double?] {
    let hashes = hashes(of: observation)
    let currency = Self.hash(observation.currency ?? "")
    return features.map { value(of: $0, observation, hashes, currency, state) }
  }

  /// The score, decision and reasons of an observation, as of just before it.
  public func assess(_ observation: Observation, in state: FeatureState) -> Assessment {
    let values = features(of: observation, in: state)
    var reasons: [Assessment.Reason] = []
    var fired: [String] = []
    var innocence = 1.0
    var least = Decision.allow
    for rule in definition.rules where rule.state != .draft {
      guard let strongest = firing(rule, values) else { continue }
      fired.append(rule.id)
      guard rule.state == .live else { continue }
      var remaining = 1.0
      for _ in 0..<strongest.times { remaining *= 1 - rule.weight }
      innocence *= remaining
      if let action = rule.action { least = max(least, action) }
      reasons.append(
        Assessment.Reason(
          code: rule.id, detail: Self.words(rule.reason, value: strongest.value, baseline: rule.when[0].above),
          value: strongest.value, baseline: rule.when[0].above, contribution: Self.rounded(1 - remaining)))
    }
    // A stable sort by contribution: equal ones stay in the rules' order.
    let order = reasons.indices.sorted {
      (reasons[$1].contribution, $0) < (reasons[$0].contribution, $1)
    }
    let score = Self.rounded(1 - innocence)
    let byScore: Decision = score >= definition.blockFrom ? .block : score >= definition.reviewFrom ? .review : .allow
    return Assessment(
      score: score, decision: max(least, byScore), reasons: order.map { reasons[$0] }, rules: fired,
      model: definition.version)
  }

  private func firing(_ rule: RuleDefinition, _ values: [Double?]) -> (value: Double, times: Int)? {
    for condition in rule.when {
      guard let place = placeByFeature[condition.feature], let value = values[place], value > condition.above else {
        return nil
      }
    }
    guard let place = placeByFeature[rule.when[0].feature], let value = values[place] else { return nil }
    let threshold = rule.when[0].above
    return (value, threshold > 0 ? Int(min(3, max(1, value / threshold))) : 1)
  }

  private func value(
    of feature: Feature, _ observation: Observation, _ hashes: [UInt64], _ currency: UInt64, _ state: FeatureState
  ) -> Double? {
    guard hashes[feature.entity] != 0 else { return nil }
    if feature.definition.aggregate == .differs {
      guard let other = feature.other, hashes[other] != 0 else { return nil }
      return observation.fields[feature.entity] == observation.fields[other] ? 0 : 1
    }
    let history = state.history(of: key(feature.entity, hashes[feature.entity]))
    let now = observation.time.rawValue
    let from = EntityHistory.start(
      ofWindow: feature.definition.window ?? FeatureDefinition.longestWindow, before: now)
    let entries = (history?.entries ?? []).lazy.filter { $0.time <= now && $0.time > from }
    switch feature.definition.aggregate {
    case .count: return Double(entries.count { _ in true })
    case .failures: return Double(entries.count { $0.isFailed })
    case .sum: return Double(Self.amounts(of: entries, in: currency).sum)
    case .distinct:
      guard let companion = feature.companion else { return nil }
      return Double(Set(entries.map { $0.companions[companion] }.filter { $0 != 0 }).count)
    case .ratioToMean:
      guard let amount = observation.amount else { return nil }
      let (sum, count) = Self.amounts(of: entries, in: currency)
      guard count >= 3, sum > 0 else { return nil }
      return Double(amount) * Double(count) / Double(sum)
    case .isNewPair:
      guard let companion = feature.companion, let other = feature.other, hashes[other] != 0 else { return nil }
      let hasSeen = entries.contains { $0.companions[companion] == hashes[other] }
      return !hasSeen && entries.contains { $0.companions[companion] != 0 } ? 1 : 0
    case .wasLabelled: return history?.isLabelled == true ? 1 : 0
    case .differs: return nil
    }
  }

  /// The sum of the amounts in a currency and their number, failures left out; 64 of them can't overflow 128 bits.
  private static func amounts(
    of entries: some Sequence<EntityHistory.Entry>, in currency: UInt64
  ) -> (sum: Int128, count: Int) {
    var sum: Int128 = 0
    var count = 0
    for entry in entries where entry.currency == currency && !entry.isFailed {
      guard let amount = entry.amount else { continue }
      sum += Int128(amount)
      count += 1
    }
    return (sum, count)
  }

  // MARK: Recording

  /// Adds an observation to the histories of the entities that it names.
  public func record(_ observation: Observation, in state: inout FeatureState) {
    let hashes = hashes(of: observation)
    let currency = Self.hash(observation.currency ?? "")
    for (field, kept) in companions.enumerated() {
      guard let kept, hashes[field] != 0 else { continue }
      state.update(key(field, hashes[field])) { history in
        history.record(
          EntityHistory.Entry(
            time: observation.time.rawValue, amount: observation.amount, currency: currency,
            isFailed: observation.isFailed, companions: kept.map { hashes[$0] }))
      }
    }
  }

  /// Marks the entities that were seen with an entity as labelled, or takes the mark away.
  ///
  /// - Parameters:
  ///   - entity: the field that names the entity, whose companions are marked.
  ///   - value: its value.
  public func label(_ entity: String, value: String, isFraud: Bool, in state: inout FeatureState) {
    guard let field = fields.firstIndex(of: entity), let kept = companions[field],
      let entry = state.history(of: key(field, Self.hash(fields[field], value)))?.entries.last
    else { return }
    for (place, other) in kept.enumerated() where entry.companions[place] != 0 && companions[other] != nil {
      state.update(key(other, entry.companions[place])) { $0.isLabelled = isFraud }
    }
  }

  // MARK: Parts

  private func hashes(of observation: Observation) -> [UInt64] {
    zip(fields, observation.fields).map { name, value in
      guard let value, !value.isEmpty else { return 0 }
      return Self.hash(name, value)
    }
  }

  private func key(_ field: Int, _ hash: UInt64) -> FeatureState.EntityKey {
    FeatureState.EntityKey(kind: UInt8(truncatingIfNeeded: field), hash: hash)
  }

  /// Never 0, which stands for what is unknown.
  private static func hash(_ name: String, _ value: String) -> UInt64 {
    let bytes = Array(name.utf8) + [0] + Array(value.utf8)
    return max(1, XXHash64.hash(bytes.rawBytes, seed: 0x5c0e))
  }

  private static func hash(_ value: String) -> UInt64 { hash("", value) }

  /// To four decimals: what is shown is what decides.
  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  private static func words(_ template: String, value: Double, baseline: Double) -> String {
    var words = ""
    var rest = template[...]
    while let brace = rest.firstIndex(of: "{") {
      words += rest[..<brace]
      rest = rest[brace...]
      if rest.hasPrefix("{value}") {
        words += number(value)
        rest = rest.dropFirst("{value}".count)
      } else if rest.hasPrefix("{baseline}") {
        words += number(baseline)
        rest = rest.dropFirst("{baseline}".count)
      } else {
        words += "{"
        rest = rest.dropFirst()
      }
    }
    return words + rest
  }

  /// A number in words: whole ones without decimals, others with one.
  private static func number(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    guard tenths.magnitude < 1e15 else { return "\(value)" }
    let whole = Int64(tenths)
    return whole % 10 == 0 ? String(whole / 10) : "\(whole / 10).\(whole.magnitude % 10)"
  }
}

/// What the rules think of an observation.
public struct Assessment: Sendable, Equatable {
  /// Why a score is what it is.
  public struct Reason: Sendable, Equatable {
    /// The rule's id.
    public let code: String
    /// In words.
    public let detail: String
    /// The feature's value.
    public let value: Double
    /// What would have been usual.
    public let baseline: Double
    /// What the rule alone adds to a score of 0.
    public let contribution: Double

    /// A reason.
    public init(code: String, detail: String, value: Double, baseline: Double, contribution: Double) {
      self.code = code
      self.detail = detail
      self.value = value
      self.baseline = baseline
      self.contribution = contribution
    }
  }

  /// 0…1, with four decimals.
  public let score: Double
  /// What to do.
  public let decision: Decision
  /// Why, the strongest first.
  public let reasons: [Reason]
  /// The rules that fired, those in shadow included.
  public let rules: [String]
  /// The version of features and rules.
  public let model: String

  /// An assessment.
  public init(score: Double, decision: Decision, reasons: [Reason], rules: [String], model: String) {
    self.score = score
    self.decision = decision
    self.reasons = reasons
    self.rules = rules
    self.model = model
  }
}
