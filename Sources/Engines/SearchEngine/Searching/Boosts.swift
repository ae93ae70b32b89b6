internal import QueryLanguage

/// What numbers of documents make of their scores, for one snapshot.
struct Boosts: Sendable {
  private enum Source: Sendable {
    case live(Int)
    case column(Int)
  }

  private let boosts: [(boost: ScoreBoost, source: Source)]
  private let snapshot: IndexSnapshot
  /// The greatest factor that a document can have; at least 1.
  let most: Double

  var isEmpty: Bool { boosts.isEmpty }

  init(_ boosts: [ScoreBoost], snapshot: IndexSnapshot) throws(SearchError) {
    self.snapshot = snapshot
    guard boosts.count <= ScoreBoost.most else {
      throw .unsuitableBoost(boosts[ScoreBoost.most].field, reason: "is one boost too many: \(ScoreBoost.most) at most")
    }
    var resolved: [(boost: ScoreBoost, source: Source)] = []
    var most = 1.0
    for boost in boosts {
      guard boost.isValid else {
        throw .unsuitableBoost(
          boost.field, reason: "is boosted by numbers that are none: weights are above -1, pivots and scales above 0")
      }
      switch try FieldReference(boost.field, in: snapshot.definition) {
      case .number(let ordinal), .boolean(let ordinal), .date(let ordinal):
        resolved.append((boost, snapshot.liveFields[ordinal].map(Source.live) ?? .column(ordinal)))
      default:
        throw .unsuitableBoost(boost.field, reason: "has no numbers; boost by a number, a date or true and false")
      }
      most *= max(1, 1 + boost.weight)
    }
    self.boosts = resolved
    // Factors are multiplied and rounded in another order where they are those of a document.
    self.most = resolved.isEmpty ? 1 : most * (1 + 1e-12)
  }

  /// The factor of a document's score.
  func factor(view: Int, document: Int) -> Double {
    boosts.reduce(1.0) { $0 * $1.boost.factor(number($1.source, view: view, document: document)) }
  }

  /// For each boost the document's number, if it has one, and the factor.
  func parts(view: Int, document: Int) -> [SearchResponse.BoostPart] {
    boosts.map { boost, source in
      let number = number(source, view: view, document: document)
      return SearchResponse.BoostPart(
        field: boost.field, value: number.isNaN ? nil : number, factor: boost.factor(number))
    }
  }

  private func number(_ source: Source, view: Int, document: Int) -> Double {
    let view = snapshot.views[view]
    switch source {
    case .live(let field): return view.liveValue(field, of: document)
    case .column(let ordinal):
      guard case .numbers(let column) = view.segment.columns[ordinal] else { return .nan }
      return column.value(of: document)
    }
  }
}
