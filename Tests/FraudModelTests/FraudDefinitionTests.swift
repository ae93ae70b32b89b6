import DefinitionFiles
import FraudModel
import Scoring
import Testing

@Suite("Features and rules in YAML")
struct FraudDefinitionTests {
  static let features =
    "features: [{name: n, entity: card, aggregate: count, window: 60, unit: payments, description: d}]"
  static let rules = """
    version: v7
    thresholds: {review: 0.4, block: 0.9}
    rules:
      - {id: a, when: [{feature: n, above: 2}], weight: 0.3, reason: many}
      - {id: b, when: [{feature: n, above: 1.5}], weight: 1, action: review, state: shadow, reason: "{value}"}
    """

  @Test("what is written is what is meant; a rule is live unless it says otherwise")
  func reading() throws {
    let definition = try FraudDefinitions.parse(features: Self.features, rules: Self.rules)
    #expect(definition.version == "v7" && definition.reviewFrom == 0.4 && definition.blockFrom == 0.9)
    #expect(
      definition.features == [
        FeatureDefinition(
          name: "n", entity: "card", aggregate: .count, window: 60, unit: "payments", description: "d")
      ])
    #expect(definition.rules.map(\.state) == [.live, .shadow] && definition.rules.map(\.action) == [nil, .review])
    #expect(definition.rules[1].when == [.init(feature: "n", above: 1.5)])
  }

  @Test("the built-in ones are whole: each feature is used or described, each rule says why")
  func builtIn() throws {
    let definition = try BuiltIn.definition()
    #expect(definition.features.count >= 10 && definition.rules.count >= 10)
    for feature in definition.features { #expect(!feature.description.isEmpty && !feature.unit.isEmpty) }
    for rule in definition.rules {
      #expect(!rule.reason.isEmpty && rule.state == .live && rule.weight > 0)
      #expect(rule.id.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") })
    }
  }

  @Test(
    "a fault is told with its file and place",
    arguments: [
      ("features: [{entity: card}]", rules, "features.yaml", "/features/0 lacks name"),
      (
        "features: [{name: n, entity: card, aggregate: mode, unit: u, description: d}]", rules, "features.yaml",
        "/features/0/aggregate"
      ),
      ("features: 5", rules, "features.yaml", "/features"), ("- {", rules, "features.yaml", "line 2 is not YAML"),
      ("features: []\nfeatures: []", rules, "features.yaml", "features"),
      ("", rules, "features.yaml", ""), (features, "version: v", "rules.yaml", "lacks thresholds"),
      (features, rules.replacing("weight: 0.3", with: "weight: heavy"), "rules.yaml", "/rules/0/weight"),
      (features, rules.replacing("action: review", with: "action: arrest"), "rules.yaml", "/rules/1/action"),
      (
        features, rules.replacing("feature: n, above: 2", with: "feature: m, above: 2"), "rules.yaml",
        "rule a, when: no feature is called m"
      ),
      (features.replacing("entity: card", with: "entity: cart"), rules, "features.yaml", "feature n, entity"),
      (features, rules.replacing("block: 0.9", with: "block: 0.1"), "rules.yaml", "thresholds"),
    ])
  func faults(features: String, rules: String, file: String, place: String) throws {
    let error = #expect(throws: DefinitionError.self) {
      try FraudDefinitions.parse(features: features, rules: rules)
    }
    let found = try #require(error)
    #expect(found.file.contains(file))
    #expect(found.reason.contains(place), "\(found)")
    #expect(found.description.hasPrefix(found.file))
  }
}
