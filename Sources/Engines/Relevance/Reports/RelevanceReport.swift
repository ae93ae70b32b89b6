/// What an evaluation came to: the metrics of each query, and their means.
public struct RelevanceReport: Sendable, Equatable {
  /// A query's outcome.
  public struct Result: Sendable, Equatable {
    /// What names the query.
    public let id: String
    /// What was searched for.
    public let text: String
    /// How good its hits are.
    public let metrics: RankingMetrics

    /// A query's outcome.
    public init(id: String, text: String, metrics: RankingMetrics) {
      self.id = id
      self.text = text
      self.metrics = metrics
    }
  }

  /// What a document of a rating is worth.
  public let gain: Gain
  /// How many hits were asked for: the depth of recall and of the reciprocal rank.
  public let hits: Int
  /// What else was asked, in the order given.
  public let parameters: [Parameter]
  /// The queries that count.
  public let results: [Result]
  /// The queries without a relevant document, which say nothing about an order and do not count.
  public let leftOut: [String]

  /// Something that searches were asked with.
  public struct Parameter: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: String

    /// A name and a value.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A report.
  public init(gain: Gain, hits: Int, parameters: [Parameter], results: [Result], leftOut: [String]) {
    self.gain = gain
    self.hits = hits
    self.parameters = parameters
    self.results = results
    self.leftOut = leftOut
  }

  /// The mean nDCG of the first ten hits.
  public var ndcg: Double { mean(\.ndcg) }
  /// The mean reciprocal rank.
  public var reciprocalRank: Double { mean(\.reciprocalRank) }
  /// The mean recall.
  public var recall: Double { mean(\.recall) }
  /// The share of the queries whose first hit is relevant.
  public var success: Double { mean { $0.success ? 1 : 0 } }
  /// The mean share of the first ten hits that were judged.
  public var judged: Double { mean(\.judged) }

  private func mean(_ metric: (RankingMetrics) -> Double) -> Double {
    results.isEmpty ? 0 : results.reduce(0) { $0 + metric($1.metrics) } / Double(results.count)
  }
}
