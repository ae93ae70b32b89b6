internal import Glibc

/// How good the order of a query's hits is, by what people think of documents. A document that nobody judged counts as not
/// relevant.
public struct RankingMetrics: Sendable, Equatable {
  /// The gain of the first ten hits, each divided by the logarithm of its place, over the most that ten documents could
  /// have: normalised discounted cumulated gain. 0 to 1.
  public let ndcg: Double
  /// 1 over the place of the first relevant hit; 0 where there is none.
  public let reciprocalRank: Double
  /// The share of the relevant documents that are among the hits.
  public let recall: Double
  /// Whether the first hit is relevant.
  public let success: Bool
  /// The share of the first ten hits that were judged; 1 where there is no hit.
  public let judged: Double

  /// How many hits count for nDCG and for the share that was judged.
  public static let depth = 10

  /// The metrics of hits, best first.
  ///
  /// - Parameters:
  ///   - hits: the documents found, each once; a repetition is passed over.
  ///   - ratings: what is thought of documents.
  public init(hits: [String], ratings: [String: Double], gain: Gain) {
    var seen: Set<String> = []
    let hits = hits.filter { seen.insert($0).inserted }
    let first = hits.prefix(Self.depth)
    let ideal = ratings.values.sorted(by: >).prefix(Self.depth)
    let most = Self.discounted(ideal.map(gain.of))
    let relevant = ratings.values.count { $0 > 0 }
    let found = hits.count { ratings[$0, default: 0] > 0 }
    ndcg = most > 0 ? Self.discounted(first.map { gain.of(ratings[$0, default: 0]) }) / most : 0
    reciprocalRank = hits.firstIndex { ratings[$0, default: 0] > 0 }.map { 1 / Double($0 + 1) } ?? 0
    recall = relevant > 0 ? Double(found) / Double(relevant) : 0
    success = hits.first.map { ratings[$0, default: 0] > 0 } ?? false
    judged = first.isEmpty ? 1 : Double(first.count { ratings[$0] != nil }) / Double(first.count)
  }

  init(ndcg: Double, reciprocalRank: Double, recall: Double, success: Bool, judged: Double) {
    self.ndcg = ndcg
    self.reciprocalRank = reciprocalRank
    self.recall = recall
    self.success = success
    self.judged = judged
  }

  /// Σ gain / log₂(place + 1), places from 1.
  static func discounted(_ gains: [Double]) -> Double {
    gains.enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset + 2)) }
  }
}
