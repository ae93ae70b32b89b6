/// What became better and what worse from one evaluation to another, by the nDCG of the queries that both have.
public struct RelevanceComparison: Sendable, Equatable {
  /// A query whose hits are better or worse than before.
  public struct Change: Sendable, Equatable {
    /// What is searched for.
    public let text: String
    /// The nDCG before.
    public let before: Double
    /// The nDCG now.
    public let after: Double

    /// How much was won; below 0 where it was lost.
    public var difference: Double { after - before }
  }

  /// The queries that lost, those that lost most first.
  public let lost: [Change]
  /// The queries that won, those that won most first.
  public let won: [Change]
  /// How many queries stayed as they were.
  public let same: Int
  /// How many queries are only in one of the two.
  public let unpaired: Int
  /// The mean nDCG of the queries that both have, before and now.
  public let means: (before: Double, after: Double)

  /// A difference below this is none: saved numbers are read back exactly, but sums may be rounded otherwise.
  static let least = 1e-9

  /// Compares a report with an earlier one.
  ///
  /// Throws where the two measure different things: another gain.
  public init(_ report: RelevanceReport, against before: RelevanceReport) throws(RelevanceError) {
    guard report.gain == before.gain else {
      throw RelevanceError(
        nil,
        "was measured with \(before.gain.rawValue) gain, and this is \(report.gain.rawValue); compare what has the same"
      )
    }
    let earlier = Dictionary(before.results.map { ($0.id, $0.metrics.ndcg) }) { first, _ in first }
    let changes = report.results.compactMap { result in
      earlier[result.id].map { Change(text: result.text, before: $0, after: result.metrics.ndcg) }
    }
    func sorted(_ sign: Double) -> [Change] {
      changes.filter { $0.difference * sign >= Self.least }.sorted {
        $0.difference != $1.difference ? $0.difference * sign > $1.difference * sign : $0.text < $1.text
      }
    }
    lost = sorted(-1)
    won = sorted(1)
    same = changes.count - lost.count - won.count
    unpaired = report.results.count + before.results.count - 2 * changes.count
    func mean(_ value: (Change) -> Double) -> Double {
      changes.isEmpty ? 0 : changes.reduce(0) { $0 + value($1) } / Double(changes.count)
    }
    means = (mean(\.before), mean(\.after))
  }

  /// Equal where all parts are.
  public static func == (left: RelevanceComparison, right: RelevanceComparison) -> Bool {
    left.lost == right.lost && left.won == right.won && left.same == right.same && left.unpaired == right.unpaired
      && left.means == right.means
  }
}
