import Scoring
import Testing

@Suite("Definitions that can't be used")
struct ValidationTests {
  /// A definition that is wrong, and the place that the error names.
  struct Wrong: Sendable, CustomTestStringConvertible {
    let place: String
    let definition: ScoringDefinition
    var testDescription: String { place }
  }

  private static let good = feature("f", "card", .count, window: 60)

  private static func features(_ place: String, _ wrong: FeatureDefinition...) -> Wrong {
    Wrong(place: place, definition: definition(wrong))
  }

  private static func rules(_ place: String, _ wrong: RuleDefinition...) -> Wrong {
    Wrong(place: place, definition: definition([good], rules: wrong))
  }

  private static func thresholds(_ review: Double, _ block: Double) -> Wrong {
    Wrong(place: "thresholds", definition: definition([good], reviewFrom: review, blockFrom: block))
  }

  static let wrong: [Wrong] = [
    features("feature f", good, feature("f", "ip", .wasLabelled)),
    features("feature f, entity", feature("f", "nothing", .count, window: 60)),
    features("feature f, of", feature("f", "card", .distinct, window: 60)),
    features("feature f, of", feature("f", "card", .isNewPair)),
    features("feature f, of", feature("f", "card", .differs)),
    features("feature f, of", feature("f", "card", .isNewPair, of: "nothing")),
    features("feature f, of", feature("f", "card", .count, of: "ip", window: 60)),
    features("feature f, of", feature("f", "card", .wasLabelled, of: "ip")),
    features("feature f, window", feature("f", "card", .count)),
    features("feature f, window", feature("f", "card", .sum, window: 0)),
    features("feature f, window", feature("f", "card", .failures, window: -1)),
    features("feature f, window", feature("f", "card", .count, window: FeatureDefinition.longestWindow + 1)),
    features("feature f, window", feature("f", "card", .ratioToMean, window: 60)),
    features("feature f, window", feature("f", "card", .wasLabelled, window: 60)),
    features("feature f, window", feature("f", "card", .differs, of: "ip", window: 60)),
    rules("rule r", rule("r", "f"), rule("r", "f")),
    rules("rule r, when", rule("r", "nothing")),
    rules("rule r, when", RuleDefinition(id: "r", when: [], weight: 0.5, reason: "-")),
    rules("rule r, when", rule("r", "f", above: -0.1)),
    rules("rule r, when", rule("r", "f", above: .nan)),
    rules("rule r, when", rule("r", "f", above: .infinity)),
    rules("rule r, weight", rule("r", "f", weight: 1.01)),
    rules("rule r, weight", rule("r", "f", weight: -0.01)),
    rules("rule r, weight", rule("r", "f", weight: .nan)),
    thresholds(-0.1, 0.5), thresholds(0.6, 0.5), thresholds(0.5, 1.1), thresholds(.nan, 0.5), thresholds(0.5, .nan),
  ]

  @Test("each fault is told with its place", arguments: wrong)
  func faults(_ wrong: Wrong) throws {
    let error = #expect(throws: ScoringError.self) { try wrong.definition.validate(fields: fields) }
    #expect(error?.place == wrong.place)
    #expect(error?.description == "\(wrong.place): \(error?.reason ?? "")")
    #expect(throws: ScoringError.self) { try Scorer(definition: wrong.definition, fields: fields) }
  }

  @Test("what lies at the limits is right")
  func limits() throws {
    let features = everyFeature + [feature("longest", "ip", .sum, window: FeatureDefinition.longestWindow)]
    let rules = [rule("none", "longest", weight: 0), rule("all", "longest", weight: 1)]
    try definition(features, rules: rules, reviewFrom: 0, blockFrom: 0).validate(fields: fields)
    try definition(features, rules: rules, reviewFrom: 1, blockFrom: 1).validate(fields: fields)
    try definition([]).validate(fields: [])
  }

  @Test("links must name fields")
  func links() throws {
    for link in [("card", "nothing"), ("nothing", "card")] {
      #expect(throws: ScoringError.self) { try Scorer(definition: definition([]), fields: fields, links: [link]) }
    }
  }

  @Test("the layout of the state follows what is kept of entities, not rules, windows or names")
  func layout() throws {
    func layout(_ features: [FeatureDefinition], _ rules: [RuleDefinition] = []) throws -> [UInt8] {
      try Scorer(definition: definition(features, rules: rules), fields: fields).stateLayout
    }
    let one = feature("a", "card", .distinct, of: "ip", window: 60)
    let other = feature("b", "card", .distinct, of: "ip", window: 90)
    #expect(try layout([one]) == layout([other], [rule("r", "b")]))
    #expect(try layout([one]) == layout([one, other]))
    #expect(try layout([one]) != layout([one, feature("c", "card", .isNewPair, of: "user")]))
    #expect(try layout([one]) != layout([one, feature("c", "user", .count, window: 60)]))
    #expect(try layout([]) != layout([one]))
  }
}
