import Testing

@testable import Relevance

@Suite("Metrics of a ranking")
struct RankingMetricsTests {
  static let ratings: [String: Double] = ["a": 3, "b": 2, "c": 0, "d": 1]

  static func metrics(_ hits: [String], _ gain: Gain = .linear) -> RankingMetrics {
    RankingMetrics(hits: hits, ratings: ratings, gain: gain)
  }

  /// Equal but for the last digits, in which orders of summing differ.
  static func isNear(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-12 }

  @Test("nDCG divides gains by the logarithm of the place plus 1, and by the best that could be")
  func ndcg() {
    // (2 / log₂ 3 + 3 / log₂ 5) / (3 + 2 / log₂ 3 + 1 / 2), and with 2^r − 1 for each r.
    #expect(Self.isNear(Self.metrics(["c", "b", "x", "a"]).ndcg, 0.536_321_825_020_707_2))
    #expect(Self.isNear(Self.metrics(["c", "b", "x", "a"], .exponential).ndcg, 0.522_477_938_236_514_9))
    #expect(Self.isNear(Self.metrics(["x", "a"]).ndcg, 3 * 0.630_929_753_571_457_4 / 4.761_859_507_142_915))
  }

  @Test("the best order has 1, and no relevant hit 0", arguments: Gain.allCases)
  func extremes(gain: Gain) {
    #expect(Self.metrics(["a", "b", "d", "c"], gain).ndcg == 1)
    #expect(Self.metrics(["a", "b", "d"], gain).ndcg == 1)
    #expect(Self.metrics(["c", "x"], gain).ndcg == 0)
    #expect(Self.metrics([], gain).ndcg == 0)
    #expect(RankingMetrics(hits: ["a"], ratings: ["a": 0], gain: gain).ndcg == 0)
    #expect(RankingMetrics(hits: ["a"], ratings: [:], gain: gain).ndcg == 0)
  }

  @Test("ten hits and ten best documents count, no more")
  func depth() {
    let many = Dictionary(uniqueKeysWithValues: (0..<30).map { ("\($0)", 1.0) })
    let ten = (0..<10).map(String.init)
    #expect(RankingMetrics(hits: ten, ratings: many, gain: .linear).ndcg == 1)
    #expect(RankingMetrics(hits: ten.map { "x" + $0 } + ["1"], ratings: many, gain: .linear).ndcg == 0)
  }

  @Test("the other metrics look at all hits")
  func others() {
    let third = Self.metrics(["x", "c", "d", "y", "a"])
    #expect(third.reciprocalRank == 1.0 / 3)
    #expect(third.recall == 2.0 / 3)
    #expect(!third.success)
    #expect(third.judged == 3.0 / 5)
    let first = Self.metrics(["b"])
    #expect(first.reciprocalRank == 1 && first.success && first.recall == 1.0 / 3 && first.judged == 1)
    let late = Self.metrics((0..<11).map { "x\($0)" } + ["a"])
    #expect(late.reciprocalRank == 1.0 / 12 && late.recall == 1.0 / 3 && late.judged == 0)
    let none = Self.metrics([])
    #expect(none.reciprocalRank == 0 && none.recall == 0 && !none.success && none.judged == 1)
  }

  @Test("a document that is found twice counts once, where it is first")
  func repetition() {
    #expect(Self.metrics(["a", "a", "b", "d"]) == Self.metrics(["a", "b", "d"]))
  }

  @Test("gains")
  func gains() {
    #expect([0, 1, 2, 3].map(Gain.linear.of) == [0, 1, 2, 3])
    #expect([0, 1, 2, 3].map(Gain.exponential.of) == [0, 1, 3, 7])
  }

  @Test(
    "Property: a better document moved before a worse one never lowers nDCG", arguments: 1...40 as ClosedRange<UInt64>)
  func swapping(seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let documents = (0..<15).map { "d\($0)" }
    let ratings = Dictionary(uniqueKeysWithValues: documents.map { ($0, Double(next(4))) })
    var hits = documents.shuffled(by: next)
    for gain in Gain.allCases {
      let before = RankingMetrics(hits: hits, ratings: ratings, gain: gain).ndcg
      let (left, right) = (next(7), 7 + next(8))
      guard ratings[hits[left], default: 0] <= ratings[hits[right], default: 0] else { continue }
      hits.swapAt(left, right)
      let after = RankingMetrics(hits: hits, ratings: ratings, gain: gain).ndcg
      #expect(after >= before - 1e-12 && after <= 1 + 1e-12, "seed \(seed)")
    }
  }
}

extension Array {
  func shuffled(by next: (Int) -> Int) -> [Element] {
    var copy = self
    for index in indices.dropLast() { copy.swapAt(index, index + next(count - index)) }
    return copy
  }
}
