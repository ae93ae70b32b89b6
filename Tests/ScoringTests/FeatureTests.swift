import ByteCoding
import Scoring
import Testing

@Suite("Features")
struct FeatureTests {
  @Test(
    "Property: every aggregate is what recomputing it from all observations gives",
    arguments: 1...6 as ClosedRange<UInt64>)
  func naiveOracle(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scorer = try Scorer(definition: definition(everyFeature), fields: fields)
    var state = FeatureState(entities: 1000)
    var naive = NaiveScorer()
    var seconds: Int64 = 1_700_000_000
    // Fast and slow stretches, so that both the number kept and the 30 days bound what is seen.
    var saturated = 0
    for step in 0..<600 {
      let longest = [5, 300, 20_000, 900_000][step / 120 % 4]
      seconds += Int64(generator.number(0...longest))
      let observation = generator.observation(at: seconds)
      let found = scorer.features(of: observation, in: state)
      let expected = naive.features(of: observation)
      for (feature, values) in zip(everyFeature, zip(found, expected)) where values.0 != values.1 {
        Issue.record("seed \(seed), step \(step), \(feature.name): \(values.0 ?? -1), not \(values.1 ?? -1)")
      }
      if expected[1] == 64 { saturated += 1 }
      if generator.chance(4, in: 5) {
        scorer.record(observation, in: &state)
        naive.record(observation)
      }
    }
    #expect(saturated > 0)
  }

  @Test(
    "Property: observations that come out of order count by their times", arguments: 1...4 as ClosedRange<UInt64>)
  func disorder(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scorer = try Scorer(definition: definition(everyFeature), fields: fields)
    var state = FeatureState(entities: 1000)
    var naive = NaiveScorer()
    for _ in 0..<300 {
      let observation = generator.observation(at: 1_700_000_000 + Int64(generator.number(0...20_000)))
      #expect(scorer.features(of: observation, in: state) == naive.features(of: observation), "seed \(seed)")
      scorer.record(observation, in: &state)
      naive.record(observation)
    }
  }

  @Test("a window ends where its length is reached, to the microsecond")
  func windowEdge() throws {
    let scorer = try Scorer(definition: definition([feature("n", "card", .count, window: 600)]), fields: fields)
    var state = FeatureState(entities: 10)
    scorer.record(observed(at: 1000), in: &state)
    func count(_ microseconds: Int64) -> Double? {
      let now = Observation(
        time: Timestamp(rawValue: microseconds), amount: nil, currency: nil, isFailed: false,
        fields: ["c", nil, nil, nil])
      return scorer.features(of: now, in: state)[0]
    }
    #expect(count(999_999_999) == 0)
    #expect(count(1_000_000_000) == 1)
    #expect(count(1_599_999_999) == 1)
    #expect(count(1_600_000_000) == 0)
  }

  @Test("of one entity 64 observations are kept, and counts saturate there")
  func saturation() throws {
    let scorer = try Scorer(definition: definition([feature("n", "card", .count, window: 86_400)]), fields: fields)
    var state = FeatureState(entities: 10)
    for second in 0..<100 as Range<Int64> {
      #expect(scorer.features(of: observed(at: second), in: state) == [Double(min(second, 64))])
      scorer.record(observed(at: second), in: &state)
    }
  }

  @Test("Property: neither its own nor later observations change a feature", arguments: 1...6 as ClosedRange<UInt64>)
  func pointInTime(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scorer = try Scorer(definition: definition(everyFeature), fields: fields)
    var state = FeatureState(entities: 1000)
    // Few enough that none is pushed out.
    for second in 0..<15 as Range<Int64> { scorer.record(generator.observation(at: 1000 + second * 40), in: &state) }
    let observation = generator.observation(at: 2000)
    let before = scorer.features(of: observation, in: state)
    #expect(scorer.features(of: observation, in: state) == before)
    for second in 0..<15 as Range<Int64> { scorer.record(generator.observation(at: 2001 + second * 40), in: &state) }
    #expect(scorer.features(of: observation, in: state) == before, "seed \(seed)")
  }

  @Test("times and amounts at the ends of their ranges are counted, never a trap")
  func extremes() throws {
    let scorer = try Scorer(definition: definition(everyFeature), fields: fields)
    var state = FeatureState(entities: 10)
    for time in [Int64.min, Int64.min + 1, 0, Int64.max - 1, Int64.max] {
      for _ in 0..<4 {
        let observation = Observation(
          time: Timestamp(rawValue: time), amount: .max, currency: "EUR", isFailed: false,
          fields: ["c", "d", "i", "u"])
        _ = scorer.features(of: observation, in: state)
        scorer.record(observation, in: &state)
      }
    }
    let values = scorer.features(of: observed(at: 9_223_372_036_854, amount: .max, card: "c", user: "u"), in: state)
    #expect(values[1] == 0)
    let last = Observation(
      time: Timestamp(rawValue: .max), amount: .max, currency: "EUR", isFailed: false, fields: ["c", "d", "i", "u"])
    let found = scorer.features(of: last, in: state)
    #expect(found[1] == 8)
    #expect(found[3] == 8 * Double(Int64.max))
    #expect(found[7] == 1)
  }

  @Test("labels mark the companions of the entity's latest observation, and can be taken back")
  func labels() throws {
    let features = [feature("card_labelled", "card", .wasLabelled), feature("user_labelled", "user", .wasLabelled)]
    let scorer = try Scorer(definition: definition(features), fields: fields, links: [("device", "card")])
    var state = FeatureState(entities: 100)
    scorer.record(observed(at: 1, card: "c1", device: "d1", user: "u1"), in: &state)
    scorer.record(observed(at: 2, card: "c2", device: "d2", user: "u2"), in: &state)
    func labelled(_ card: String, _ user: String) -> [Double?] {
      scorer.features(of: observed(at: 9, card: card, user: user), in: state)
    }
    scorer.label("device", value: "d1", isFraud: true, in: &state)
    #expect(labelled("c1", "u1") == [1, 0])
    #expect(labelled("c2", "u2") == [0, 0])
    scorer.label("device", value: "unknown", isFraud: true, in: &state)
    scorer.label("nothing", value: "d2", isFraud: true, in: &state)
    scorer.label("ip", value: "d2", isFraud: true, in: &state)
    #expect(labelled("c2", "u2") == [0, 0])
    scorer.label("device", value: "d1", isFraud: false, in: &state)
    #expect(labelled("c1", "u1") == [0, 0])
  }

  @Test("an entity is one by its field and value: equal values in other fields are strangers")
  func kinds() throws {
    let features = [
      feature("card", "card", .count, window: 60), feature("user", "user", .count, window: 60),
    ]
    let scorer = try Scorer(definition: definition(features), fields: fields)
    var state = FeatureState(entities: 100)
    scorer.record(observed(at: 1, card: "x", user: "y"), in: &state)
    #expect(scorer.features(of: observed(at: 2, card: "y", user: "x"), in: state) == [0, 0])
    #expect(scorer.features(of: observed(at: 2, card: "x", user: "y"), in: state) == [1, 1])
    #expect(scorer.features(of: observed(at: 2, card: nil, user: ""), in: state) == [nil, nil])
  }
}
