import ByteCoding
import Scoring

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func chance(_ one: Int, in of: Int) -> Bool { Int.random(in: 1...of, using: &self) <= one }
}

/// The fields of the observations here.
let fields = ["card", "device", "ip", "user"]

/// A feature for each aggregate and more than one window.
let everyFeature: [FeatureDefinition] = [
  feature("card_count", "card", .count, window: 600),
  feature("card_count_long", "card", .count, window: FeatureDefinition.longestWindow),
  feature("card_failures", "card", .failures, window: 3600),
  feature("card_sum", "card", .sum, window: 86_400),
  feature("card_ips", "card", .distinct, of: "ip", window: 86_400),
  feature("card_users", "card", .distinct, of: "user", window: 60),
  feature("device_cards", "device", .distinct, of: "card", window: 7200),
  feature("card_ratio", "card", .ratioToMean),
  feature("user_ratio", "user", .ratioToMean),
  feature("user_new_device", "user", .isNewPair, of: "device"),
  feature("card_new_ip", "card", .isNewPair, of: "ip"),
  feature("card_labelled", "card", .wasLabelled),
  feature("ip_is_not_device", "ip", .differs, of: "device"),
]

func feature(
  _ name: String, _ entity: String, _ aggregate: FeatureDefinition.Aggregate, of other: String? = nil,
  window: Int? = nil
) -> FeatureDefinition {
  FeatureDefinition(
    name: name, entity: entity, aggregate: aggregate, of: other, window: window, unit: "things", description: "-")
}

func definition(
  _ features: [FeatureDefinition], rules: [RuleDefinition] = [], reviewFrom: Double = 0.5, blockFrom: Double = 0.8
) -> ScoringDefinition {
  ScoringDefinition(version: "v1", features: features, rules: rules, reviewFrom: reviewFrom, blockFrom: blockFrom)
}

func rule(
  _ id: String, _ feature: String, above: Double = 0, weight: Double = 0.5, action: Decision? = nil,
  state: RuleDefinition.State = .live, reason: String = "because"
) -> RuleDefinition {
  RuleDefinition(
    id: id, when: [.init(feature: feature, above: above)], weight: weight, action: action, state: state, reason: reason)
}

/// An observation at a second, of fields that are named.
func observed(
  at seconds: Int64, amount: Int64? = 100, currency: String? = "EUR", isFailed: Bool = false, card: String? = "c",
  device: String? = nil, ip: String? = nil, user: String? = nil
) -> Observation {
  Observation(
    time: Timestamp(rawValue: seconds * 1_000_000), amount: amount, currency: currency, isFailed: isFailed,
    fields: [card, device, ip, user])
}

extension SeededGenerator {
  /// An observation among few entities.
  mutating func observation(at seconds: Int64) -> Observation {
    func entity(_ name: String, _ count: Int) -> String? {
      let number = number(0...count)
      return number == 0 ? (chance(1, in: 2) ? nil : "") : "\(name)\(number)"
    }
    return Observation(
      time: Timestamp(rawValue: seconds * 1_000_000 + Int64(number(0...999_999))),
      amount: chance(1, in: 8) ? nil : Int64(number(0...100_000)),
      currency: chance(1, in: 6) ? nil : ["EUR", "SAR"][number(0...1)], isFailed: chance(1, in: 4),
      fields: [entity("c", 2), entity("d", 5), entity("i", 6), entity("u", 3)])
  }
}

extension FeatureState {
  /// The changes, which count as durable from now on.
  mutating func takeChanges() -> [(key: [UInt8], value: [UInt8]?)] {
    defer { forgetChanges() }
    return changes()
  }
}
