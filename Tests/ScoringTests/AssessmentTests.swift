import Scoring
import Testing

@Suite("Scores, decisions and reasons")
struct AssessmentTests {
  static let count = feature("count", "card", .count, window: 600)
  static let differs = feature("differs", "ip", .differs, of: "device")

  /// The assessment of an observation of a card that was seen `times` before.
  static func assessment(
    _ rules: [RuleDefinition], seen times: Int, ip: String? = nil, device: String? = nil, reviewFrom: Double = 0.5,
    blockFrom: Double = 0.8
  ) throws -> Assessment {
    let scorer = try Scorer(
      definition: definition([count, differs], rules: rules, reviewFrom: reviewFrom, blockFrom: blockFrom),
      fields: fields)
    var state = FeatureState(entities: 10)
    for second in 0..<times { scorer.record(observed(at: Int64(second)), in: &state) }
    return scorer.assess(observed(at: 100, device: device, ip: ip), in: state)
  }

  @Test(
    "a value of twice the threshold counts twice, of three times or more three times",
    arguments: [(2, 0), (3, 0.3), (4, 0.51), (5, 0.51), (6, 0.657), (40, 0.657)])
  func severity(times: Int, score: Double) throws {
    let found = try Self.assessment([rule("many", "count", above: 2, weight: 0.3)], seen: times)
    #expect(found.score == score)
    #expect(found.reasons.map(\.contribution) == (score > 0 ? [score] : []))
    #expect(found.reasons.map(\.value) == (score > 0 ? [Double(times)] : []))
    #expect(found.reasons.map(\.baseline) == (score > 0 ? [2] : []))
  }

  @Test("independent suspicions add up as 1 - Π (1 - weight); the strongest reason comes first, equal ones in order")
  func combination() throws {
    let rules = [
      rule("a", "count", above: 0, weight: 0.2), rule("b", "differs", above: 0, weight: 0.5),
      rule("c", "count", above: 0, weight: 0.2), rule("silent", "count", above: 50, weight: 1),
    ]
    let found = try Self.assessment(rules, seen: 1, ip: "x", device: "y")
    #expect(found.score == 0.68)
    #expect(found.reasons.map(\.code) == ["b", "a", "c"])
    #expect(found.rules == ["a", "b", "c"])
    #expect(found.model == "v1")
  }

  @Test(
    "the score decides, and an action is the least of it",
    arguments: [
      (0.4, nil, Decision.allow), (0.5, nil, .review), (0.8, nil, .block), (0.1, .review, .review),
      (0.1, .block, .block), (0.9, .allow, .block), (0.5, .allow, .review),
    ] as [(Double, Decision?, Decision)])
  func decisions(weight: Double, action: Decision?, expected: Decision) throws {
    #expect(try Self.assessment([rule("r", "count", weight: weight, action: action)], seen: 1).decision == expected)
  }

  @Test("a rule in shadow is named and has no effect; a draft is not even named")
  func states() throws {
    let found = try Self.assessment(
      [
        rule("shadow", "count", weight: 1, action: .block, state: .shadow),
        rule("draft", "count", weight: 1, action: .block, state: .draft),
      ], seen: 1)
    #expect(found.score == 0 && found.decision == .allow && found.reasons.isEmpty && found.rules == ["shadow"])
  }

  @Test("every condition must hold, and an unknown value holds none")
  func conditions() throws {
    let both = RuleDefinition(
      id: "both", when: [.init(feature: "count", above: 0), .init(feature: "differs", above: 0)], weight: 0.5,
      reason: "-")
    #expect(try Self.assessment([both], seen: 1, ip: "x", device: "y").rules == ["both"])
    #expect(try Self.assessment([both], seen: 0, ip: "x", device: "y").rules.isEmpty)
    #expect(try Self.assessment([both], seen: 1, ip: "x", device: "x").rules.isEmpty)
    #expect(try Self.assessment([both], seen: 1, ip: "x").rules.isEmpty)
  }

  @Test(
    "reasons tell value and baseline in words",
    arguments: [
      ("{value} of {baseline}", "3 of 1.5"), ("{value}{value}", "33"), ("{ {val} {", "{ {val} {"), ("", ""),
      ("no braces", "no braces"),
    ])
  func words(template: String, expected: String) throws {
    let found = try Self.assessment([rule("r", "count", above: 1.5, reason: template)], seen: 3)
    #expect(found.reasons.map(\.detail) == [expected])
  }

  @Test("a ratio is told with one decimal, and a whole one without")
  func ratios() throws {
    let scorer = try Scorer(
      definition: definition(
        [feature("ratio", "card", .ratioToMean)], rules: [rule("r", "ratio", above: 0.5, reason: "{value}")]),
      fields: fields)
    var state = FeatureState(entities: 10)
    for second in 0..<3 { scorer.record(observed(at: Int64(second), amount: 300), in: &state) }
    for (amount, words) in [(1000, "3.3"), (600, "2"), (299, "1"), (7_000_000, "23333.3")] as [(Int64, String)] {
      #expect(scorer.assess(observed(at: 9, amount: amount), in: state).reasons.map(\.detail) == [words])
    }
  }

  @Test("Property: equal observations in equal order give equal assessments", arguments: 1...4 as ClosedRange<UInt64>)
  func determinism(seed: UInt64) throws {
    let rules = everyFeature.enumerated().map { rule("r\($0.offset)", $0.element.name, above: 0.5, weight: 0.2) }
    func run() throws -> [Assessment] {
      var generator = SeededGenerator(seed: seed)
      let scorer = try Scorer(definition: definition(everyFeature, rules: rules), fields: fields)
      var state = FeatureState(entities: 12)
      return (0..<300 as Range<Int64>).map { second in
        let observation = generator.observation(at: second * 100)
        let found = scorer.assess(observation, in: state)
        scorer.record(observation, in: &state)
        return found
      }
    }
    let first = try run()
    #expect(first == (try run()))
    #expect(Set(first.map(\.score)).count > 20)
    for found in first {
      #expect((0...1).contains(found.score))
      let innocence = found.reasons.reduce(1.0) { $0 * (1 - $1.contribution) }
      #expect(abs(1 - innocence - found.score) < 0.001, "seed \(seed)")
      #expect(found.reasons.map(\.contribution) == found.reasons.map(\.contribution).sorted(by: >))
    }
  }
}
