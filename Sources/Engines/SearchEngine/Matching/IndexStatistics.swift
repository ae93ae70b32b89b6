/// Numbers about the live documents of all segments, so that scores do not depend on how documents are spread.
struct IndexStatistics: Sendable {
  let documentCount: Int
  let norms: FieldNorms

  init(definition: IndexDefinition, views: [SegmentView]) {
    documentCount = views.reduce(0) { $0 + $1.liveCount }
    var totals = Array(repeating: 0, count: definition.textFields.count)
    for view in views { for (field, length) in view.totalLengths.enumerated() { totals[field] += length } }
    norms = FieldNorms(weights: definition.textWeights, totalLengths: totals, documentCount: documentCount)
  }

  /// ln(1 + (N − n + ½) / (n + ½)), which is never negative.
  func inverseDocumentFrequency(_ documents: Int) -> Double {
    let rest = Double(documentCount - documents)
    return LogarithmOfOnePlus.of((rest + 0.5) / (Double(documents) + 0.5))
  }
}

/// BM25's saturation: repetition counts less and less.
enum Saturation {
  /// BM25's k1: how fast repetition stops to count. Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
  /// and Beyond" (2009), section 3.
  static let k1 = 1.2

  /// f · (k1 + 1) / (f + k1).
  @inline(__always)
  static func of(_ frequency: Double) -> Double { frequency * (k1 + 1) / (frequency + k1) }
}
