/// Numbers about the live documents of all segments, so that scores do not depend on how documents are spread.
struct IndexStatistics: Sendable {
  let documentCount: Int
  let norms: FieldNorms

  init(definition: IndexDefinition, views: [SegmentView]) {
    documentCount = views.reduce(0) { $0 + $1.liveCount }
    var totals = Array(repeating: 0, count: definition.textFields.count)
    for view in views { for (field, length) in view.totalLengths.enumerated() { totals[field] += length } }
    norms = FieldNorms(
      definition: definition, weights: definition.textWeights, totalLengths: totals, documentCount: documentCount)
  }

  /// ln(1 + (N − n + ½) / (n + ½)), which is never negative.
  func inverseDocumentFrequency(_ documents: Int) -> Double {
    let rest = Double(documentCount - documents)
    return LogarithmOfOnePlus.of((rest + 0.5) / (Double(documents) + 0.5))
  }
}

/// BM25's saturation: repetition counts less and less.
struct Saturation: Sendable {
  let k1: Double

  /// f · (k1 + 1) / (f + k1).
  @inline(__always)
  func of(_ frequency: Double) -> Double { frequency * (k1 + 1) / (frequency + k1) }

  /// The frequency that comes to this.
  func frequency(for saturated: Double) -> Double { saturated * k1 / (k1 + 1 - saturated) }
}
