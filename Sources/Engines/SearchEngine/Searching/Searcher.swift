internal import QueryLanguage

/// Answers one request from one snapshot.
struct Searcher {
  let snapshot: IndexSnapshot
  let request: SearchRequest

  var views: [SegmentView] { snapshot.views }

  /// A document among the segments.
  struct Place: Hashable, Sendable {
    let view: Int
    let document: Int
  }

  func response() throws(SearchError) -> SearchResponse {
    var response = SearchResponse()
    for field in request.highlight {
      guard case .text = try FieldReference(field, in: snapshot.definition) else {
        throw .unsuitableField(field, reason: "has no words to highlight; only text fields have")
      }
    }
    var query = request.query
    if request.correctsTypos, let corrected = QueryCorrector(snapshot: snapshot).corrected(query) {
      response.corrected = corrected.text
      query = corrected
    }
    let matching = QueryMatching(
      plan: QueryPlan(
        query, definition: snapshot.definition, views: views, hasCompounds: request.correctsTypos), snapshot: snapshot)
    let boosts = try Boosts(request.boosts, snapshot: snapshot)
    let filter = try filteredSets(request.filter)
    if try answerInOnePass(matching, boosts: boosts, filter: filter, into: &response) { return response }
    let matched: [DocumentSet]
    if let minimum = request.minimumMatch {
      matched = matching.sets(atLeast: minimum.required(of: matching.plan.groups.count))
    } else if let some = someMatch(matching, filter) {
      matched = some.sets
      response.leastMatched = some.least
      response.droppedWords = matching.unknownWords
    } else {
      let required = matching.requiredGroups(filter)
      response.droppedWords = matching.plan.groups.indices.filter { !required.contains($0) }.map {
        matching.plan.groups[$0].text
      }
      matched = matching.sets(required)
    }
    let hits = intersections(matched, filter)
    response.total = hits.reduce(0) { $0 + $1.count }
    try rank(
      hits, matching: matching, boosts: boosts,
      isRelaxed: response.leastMatched == nil && !response.droppedWords.isEmpty, into: &response)
    try count(hits, matched: { matched }, into: &response)
    return response
  }

  /// A query of so many words is a sentence: a document that has all of them is luck.
  private static let fewestOfSentence = 6
  /// With fewer documents that have all of them, those that have some are hits too.
  private static let fewHits = 10
  /// The share of a sentence's words that hits must have where few have all, in percent.
  private static let sentenceShare = 25

  /// For a sentence the documents that have some of its words; nil where enough have all of them, or it is none.
  private func someMatch(
    _ matching: QueryMatching, _ filter: [DocumentSet]?
  ) -> (least: Int, sets: [DocumentSet])? {
    let groups = matching.plan.groups.count
    guard groups >= Self.fewestOfSentence else { return nil }
    let all = intersections(matching.sets(Array(0..<groups)), filter)
    guard all.reduce(0, { $0 + $1.count }) < Self.fewHits else { return nil }
    for least in (1...max(1, groups * Self.sentenceShare / 100)).reversed() {
      let sets = matching.sets(atLeast: least)
      if intersections(sets, filter).contains(where: { !$0.isEmpty }) { return (least, sets) }
    }
    return nil
  }

  /// Finds, counts and ranks the hits at once, where that can be done; false where it can't, or where there are so few that
  /// words may be left out.
  private func answerInOnePass(
    _ matching: QueryMatching, boosts: Boosts, filter: [DocumentSet]?, into response: inout SearchResponse
  ) throws(SearchError) -> Bool {
    guard isByScore, request.collapse == nil, request.size > 0, request.minimumMatch == nil, !matching.matchers.isEmpty
    else { return false }
    let allowed = matching.notExcluded.map { intersections($0, filter) } ?? filter
    // Not all postings of a sole term are looked at: what is filtered must be counted otherwise.
    if allowed != nil, matching.matchers.count == 1 { return false }
    let groups = matching.groups
    let wanted: ScoreSearch.Wanted = groups.count == 1 ? .any : .all(groups)
    var sets: [DocumentSet]?
    if groups.count > 1, !request.facets.isEmpty {
      sets = views.map { DocumentSet(capacity: $0.segment.documentCount) }
    }
    let order = try scoreOrder()
    var best = try topScores(order)
    let total = ScoreSearch(
      snapshot: snapshot, matchers: matching.matchers, boosts: boosts, pairs: matching.pairs(share: request.pairWeight)
    ).run(
      wanted, &best, allowed: allowed, collecting: &sets)
    response.total = matching.matchers.count == 1 ? matching.soleCount ?? total : total
    if response.total == 0, groups.count > 1 { return false }
    // Fewer words may have to do.
    if response.total < Self.fewHits, groups.count >= Self.fewestOfSentence { return false }
    show(best, order: order, matching: matching, boosts: boosts, into: &response)
    guard !request.facets.isEmpty else { return true }
    let matched = { matching.sets(Array(matching.plan.groups.indices)) }
    try count(sets ?? intersections(matched(), filter), matched: matched, into: &response)
    return true
  }

  /// Counts the facets.
  ///
  /// - Parameter matched: what the words match, whatever the filter says.
  private func count(
    _ hits: [DocumentSet], matched: () -> [DocumentSet], into response: inout SearchResponse
  ) throws(SearchError) {
    var matchedSets: [DocumentSet]?
    for facet in request.facets {
      // A facet that is filtered on is counted as if its own filter were not there.
      let others = Self.without(facet.field, request.filter)
      var domain = hits
      if others != request.filter {
        let sets = matchedSets ?? matched()
        matchedSets = sets
        domain = intersections(sets, try filteredSets(others))
      }
      response.facets.append(try FacetCounter(snapshot: snapshot, domain: domain).count(facet))
    }
  }

  /// Whether hits are in the order of their scores, the best first.
  var isByScore: Bool {
    request.sort.isEmpty || request.sort == [SortKey(field: SortKey.score, isDescending: true)]
  }

  // MARK: Filtering

  /// The documents that fulfil a filter, by view; nil where all do.
  private func filteredSets(_ filter: Filter) throws(SearchError) -> [DocumentSet]? {
    if filter == .all { return nil }
    var sets: [DocumentSet] = []
    for view in views {
      sets.append(
        try FilterEvaluator(view: view, definition: snapshot.definition, liveFields: snapshot.liveFields)
          .documents(fulfilling: filter))
    }
    // An index without segments has no documents, but wrong fields are wrong all the same.
    if views.isEmpty { for field in filter.fields { _ = try FieldReference(field, in: snapshot.definition) } }
    return sets
  }

  private func intersections(_ left: [DocumentSet], _ right: [DocumentSet]?) -> [DocumentSet] {
    guard let right else { return left }
    return zip(left, right).map { left, right in
      var result = left
      result.formIntersection(right)
      return result
    }
  }

  /// `filter` without the parts, at its top, that speak of `field` alone.
  static func without(_ field: String, _ filter: Filter) -> Filter {
    switch filter {
    case .and(let parts):
      let kept = parts.map { without(field, $0) }.filter { $0 != .all }
      return kept.isEmpty ? .all : kept.count == 1 ? kept[0] : .and(kept)
    default: return filter.fields == [field] ? .all : filter
    }
  }
}
