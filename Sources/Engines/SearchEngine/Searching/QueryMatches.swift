/// What a query matches in every segment: a bit for each group, and a score, by document.
struct QueryMatches {
  /// For each segment and document the groups that match.
  private(set) var masks: [[UInt64]]
  /// For each segment and document the score.
  private(set) var scores: [[Double]]
  /// For each group the number of documents that match it.
  private(set) var groupCounts: [Int] = []
  /// For each segment the documents that no exclusion matches and that are not deleted.
  private(set) var allowed: [DocumentSet] = []
  /// The parts of scores, by matcher: for explanations.
  private(set) var parts: [MatcherPart] = []

  /// What a matcher adds to documents' scores.
  struct MatcherPart {
    let text: String
    let documents: Int
    let inverseDocumentFrequency: Double
    /// By segment; looked up by document where an explanation asks for it.
    let matches: [[TermMatches.Match]]
  }

  /// - Parameter keepsParts: whether explanations will be asked for.
  init(plan: QueryPlan, views: [SegmentView], statistics: IndexStatistics, keepsParts: Bool) {
    masks = views.map { Array(repeating: 0, count: $0.segment.documentCount) }
    scores = views.map { Array(repeating: 0, count: $0.segment.documentCount) }
    let finders = views.map { TermMatches(view: $0, weights: statistics.weights) }
    for view in views {
      var set = DocumentSet(capacity: view.segment.documentCount)
      for document in 0..<view.segment.documentCount where !view.isDeleted(document) { set.insert(document) }
      allowed.append(set)
    }
    for (number, group) in plan.groups.enumerated() {
      for matcher in group.matchers {
        let lists = finders.map { $0.matches(of: matcher) }
        add(lists, bit: 1 << UInt64(number), matcher: matcher, statistics: statistics, keepsParts: keepsParts)
      }
      let bit: UInt64 = 1 << UInt64(number)
      groupCounts.append(masks.reduce(0) { $0 + $1.count { $0 & bit != 0 } })
    }
    for matcher in plan.exclusions {
      for (index, finder) in finders.enumerated() {
        var excluded = DocumentSet(capacity: views[index].segment.documentCount)
        for match in finder.matches(of: matcher) { excluded.insert(match.document) }
        allowed[index].formIntersection(excluded.inverted())
      }
    }
  }

  private mutating func add(
    _ lists: [[TermMatches.Match]], bit: UInt64, matcher: QueryPlan.Matcher, statistics: IndexStatistics,
    keepsParts: Bool
  ) {
    let documents = lists.reduce(0) { $0 + $1.count }
    // A phrase is rarer than its words, and counts as much as they do together.
    let weight = statistics.inverseDocumentFrequency(documents) * (matcher.kind == .phrase ? 1.5 : 1)
    for (index, list) in lists.enumerated() {
      for match in list {
        masks[index][match.document] |= bit
        scores[index][match.document] += weight * Self.saturated(match.frequency)
      }
    }
    if keepsParts {
      parts.append(
        MatcherPart(
          text: matcher.text, documents: documents, inverseDocumentFrequency: weight, matches: lists))
    }
  }

  static func saturated(_ frequency: Double) -> Double {
    frequency * (TermMatches.saturation + 1) / (frequency + TermMatches.saturation)
  }
}

/// Numbers about the live documents of all segments, so that scores do not depend on how documents are spread.
struct IndexStatistics {
  let documentCount: Int
  let weights: [TermMatches.Weights]

  init(definition: IndexDefinition, views: [SegmentView]) {
    let count = views.reduce(0) { $0 + $1.liveCount }
    documentCount = count
    let textFields = definition.textFields
    var totals = Array(repeating: 0, count: textFields.count)
    for view in views { for (field, length) in view.totalLengths().enumerated() { totals[field] += length } }
    weights = textFields.enumerated().map { index, ordinal in
      TermMatches.Weights(
        weight: definition.fields[ordinal].weight,
        averageLength: max(1e-9, count > 0 ? Double(totals[index]) / Double(count) : 1))
    }
  }

  /// ln(1 + (N − n + ½) / (n + ½)), which is never negative.
  func inverseDocumentFrequency(_ documents: Int) -> Double {
    let rest = Double(documentCount - documents)
    return LogarithmOfOnePlus.of((rest + 0.5) / (Double(documents) + 0.5))
  }
}
