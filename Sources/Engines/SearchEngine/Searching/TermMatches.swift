/// Finds the documents that a matcher matches, with the frequency that counts for their score.
struct TermMatches {
  /// A document and its field-weighted, length-normalised frequency.
  struct Match {
    let document: Int
    let frequency: Double
  }

  /// How much a field counts, and how its lengths are normalised.
  struct Weights {
    /// The field's weight.
    let weight: Double
    /// The field's mean number of words.
    let averageLength: Double
  }

  /// BM25's k1: how fast repetition stops to count. Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
  /// and Beyond" (2009), section 3.
  static let saturation = 1.2
  /// BM25's b: how much long fields are held back.
  static let lengthNormalization = 0.75

  /// How much a synonym counts, where the word itself counts 1: who types a word would rather see it.
  static let synonymWeight = 0.6

  let view: SegmentView
  let weights: [Weights]

  /// The documents that match, ascending, without deleted ones.
  func matches(of matcher: QueryPlan.Matcher) -> [Match] {
    switch matcher.kind {
    case .anyOf where matcher.terms.count == 1: return matches(ofTerm: matcher.terms[0], field: matcher.field)
    case .synonyms:
      return union(
        matcher.terms.enumerated().map { place, term in
          (matches(ofTerm: term, field: matcher.field), place == 0 ? 1 : Self.synonymWeight)
        })
    case .anyOf: return union(matcher.terms.map { (matches(ofTerm: $0, field: matcher.field), 1) })
    case .phrase: return matches(ofPhrase: matcher.terms, field: matcher.field)
    }
  }

  @inline(__always)
  private func weighted(_ frequency: Int, field: Int, document: Int) -> Double {
    let weights = weights[field]
    let length = Double(view.segment.length(field: field, document: document))
    let norm = 1 - Self.lengthNormalization + Self.lengthNormalization * length / weights.averageLength
    return weights.weight * Double(frequency) / norm
  }

  private func matches(ofTerm term: [UInt8], field only: Int?) -> [Match] {
    guard let index = view.segment.terms.index(of: term) else { return [] }
    var cursor = view.segment.cursor(ofTerm: index)
    var matches: [Match] = []
    matches.reserveCapacity(view.segment.documents(ofTerm: index))
    while cursor.next() {
      let document = cursor.document
      var total = 0.0
      while let (field, frequency) = cursor.nextField() {
        cursor.skipPositions(frequency)
        if only == nil || only == field { total += weighted(frequency, field: field, document: document) }
      }
      if total > 0, !view.isDeleted(document) { matches.append(Match(document: document, frequency: total)) }
    }
    return matches
  }

  /// The documents in any of several lists; frequencies add up, each list's by its weight.
  private func union(_ lists: [(matches: [Match], weight: Double)]) -> [Match] {
    var frequencies: [Int: Double] = [:]
    for (matches, weight) in lists {
      for match in matches { frequencies[match.document, default: 0] += weight * match.frequency }
    }
    return frequencies.keys.sorted().map { Match(document: $0, frequency: frequencies[$0] ?? 0) }
  }

  private struct Occurrence {
    let document: Int
    let fields: [(field: Int, positions: [Int])]
  }

  private func occurrences(of term: [UInt8]) -> [Occurrence] {
    guard let index = view.segment.terms.index(of: term) else { return [] }
    var cursor = view.segment.cursor(ofTerm: index)
    var occurrences: [Occurrence] = []
    while cursor.next() {
      let document = cursor.document
      var fields: [(Int, [Int])] = []
      while let (field, frequency) = cursor.nextField() { fields.append((field, cursor.readPositions(frequency))) }
      if !view.isDeleted(document) { occurrences.append(Occurrence(document: document, fields: fields)) }
    }
    return occurrences
  }

  private func matches(ofPhrase terms: [[UInt8]], field only: Int?) -> [Match] {
    // The positions at which the phrase so far may go on, by document and field.
    var partial = occurrences(of: terms[0])
    for term in terms.dropFirst() where !partial.isEmpty {
      let next = occurrences(of: term)
      var joined: [Occurrence] = []
      var at = 0
      for occurrence in partial {
        while at < next.count, next[at].document < occurrence.document { at += 1 }
        guard at < next.count, next[at].document == occurrence.document else { continue }
        var fields: [(field: Int, positions: [Int])] = []
        for (field, positions) in occurrence.fields {
          guard let following = next[at].fields.first(where: { $0.field == field })?.positions else { continue }
          let ends = Set(positions.map { $0 + 1 })
          let kept = following.filter(ends.contains)
          if !kept.isEmpty { fields.append((field, kept)) }
        }
        if !fields.isEmpty { joined.append(Occurrence(document: occurrence.document, fields: fields)) }
      }
      partial = joined
    }
    return partial.compactMap { occurrence in
      var total = 0.0
      for (field, positions) in occurrence.fields where only == nil || only == field {
        total += weighted(positions.count, field: field, document: occurrence.document)
      }
      return total > 0 ? Match(document: occurrence.document, frequency: total) : nil
    }
  }
}
