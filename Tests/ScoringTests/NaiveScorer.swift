import ByteCoding
import Scoring

/// Features from the list of all observations, each time anew.
struct NaiveScorer {
  private(set) var observations: [Observation] = []
  /// Values of the field `card` that were labelled.
  var labelled: Set<String> = []

  mutating func record(_ observation: Observation) { observations.append(observation) }

  func features(of observation: Observation, _ definitions: [FeatureDefinition] = everyFeature) -> [Double?] {
    definitions.map { value($0, observation) }
  }

  private func field(_ observation: Observation, _ name: String?) -> String? {
    guard let place = fields.firstIndex(where: { $0 == name }), let value = observation.fields[place], !value.isEmpty
    else { return nil }
    return value
  }

  private func value(_ feature: FeatureDefinition, _ observation: Observation) -> Double? {
    guard let entity = field(observation, feature.entity) else { return nil }
    let other = field(observation, feature.of)
    let window = feature.window ?? 30 * 24 * 3600
    let latest = observations.filter { field($0, feature.entity) == entity }.suffix(64)
    let seen = latest.filter { past in
      let age = observation.time.rawValue - past.time.rawValue
      return age >= 0 && age < Int64(window) * 1_000_000
    }
    let amounts = seen.filter { !$0.isFailed && ($0.currency ?? "") == (observation.currency ?? "") }.compactMap(
      \.amount)
    switch feature.aggregate {
    case .count: return Double(seen.count)
    case .failures: return Double(seen.filter(\.isFailed).count)
    case .sum: return Double(amounts.reduce(0, +))
    case .distinct: return Double(Set(seen.compactMap { field($0, feature.of) }).count)
    case .ratioToMean:
      let sum = amounts.reduce(0, +)
      guard let amount = observation.amount, amounts.count >= 3, sum > 0 else { return nil }
      return Double(amount) * Double(amounts.count) / Double(sum)
    case .isNewPair:
      guard let other else { return nil }
      let others = seen.compactMap { field($0, feature.of) }
      return others.isEmpty || others.contains(other) ? 0 : 1
    case .wasLabelled: return labelled.contains(entity) ? 1 : 0
    case .differs: return other.map { $0 == entity ? 0 : 1 }
    }
  }
}
