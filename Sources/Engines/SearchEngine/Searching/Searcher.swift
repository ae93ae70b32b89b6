internal import QueryLanguage

/// Answers one request from one snapshot.
struct Searcher {
  let snapshot: IndexSnapshot
  let request: SearchRequest

  private var views: [SegmentView] { snapshot.views }

  /// A document among the segments.
  struct Place: Hashable {
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
      plan: QueryPlan(query, definition: snapshot.definition, views: views), snapshot: snapshot)
    let boosts = try Boosts(request.boosts, snapshot: snapshot)
    let filter = try filteredSets(request.filter)
    if let total = soleTotal(matching, filter) {
      response.total = total
      try rank(nil, matching: matching, boosts: boosts, isRelaxed: false, into: &response)
      return response
    }
    let matched: [DocumentSet]
    if let minimum = request.minimumMatch {
      matched = matching.sets(atLeast: minimum.required(of: matching.plan.groups.count))
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
      hits, matching: matching, boosts: boosts, isRelaxed: !response.droppedWords.isEmpty, into: &response)
    for facet in request.facets {
      // A facet that is filtered on is counted as if its own filter were not there.
      let others = Self.without(facet.field, request.filter)
      let domain = others == request.filter ? hits : intersections(matched, try filteredSets(others))
      response.facets.append(try FacetCounter(snapshot: snapshot, domain: domain).count(facet))
    }
    return response
  }

  /// The number of hits where it is that of one matcher's documents, so that they need not be gathered.
  private func soleTotal(_ matching: QueryMatching, _ filter: [DocumentSet]?) -> Int? {
    guard filter == nil, request.facets.isEmpty, request.collapse == nil, isByScore, request.size > 0 else {
      return nil
    }
    return matching.soleCount
  }

  /// Whether hits are in the order of their scores, the best first.
  private var isByScore: Bool {
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

  // MARK: Ranking

  private func rank(
    _ hits: [DocumentSet]?, matching: QueryMatching, boosts: Boosts, isRelaxed: Bool,
    into response: inout SearchResponse
  ) throws(SearchError) {
    let hasWords = !matching.plan.groups.isEmpty
    let hasScores = hasWords || !boosts.isEmpty
    let isPruned = hasWords && isByScore && !isRelaxed && request.collapse == nil
    // Scores of all hits are needed only where they are part of another order.
    let needsScores = !isPruned && hasScores && request.size > 0
    let scores =
      needsScores
      ? ScoreTables(
        snapshot: snapshot, matchers: matching.matchers, boosts: boosts, hits: hits ?? [],
        groupSets: isRelaxed ? matching.groupSets() : nil) : ScoreTables()
    let order = try HitOrder(
      snapshot: snapshot, sort: request.sort, scores: scores, isRelaxed: isRelaxed, hasScores: hasScores)
    let cursor = try request.cursor.map { cursor throws(SearchError) in try order.candidate(at: cursor) }
    var places: [(place: Place, score: Double)]
    if isPruned {
      places = pruned(hits, matching: matching, boosts: boosts, after: cursor)
    } else {
      places = try ranked(hits ?? [], order: order, after: cursor, into: &response).map { ($0, scores.score(at: $0)) }
    }
    guard request.size > 0 else { return }
    if places.count > request.size {
      places.removeLast()
      response.nextCursor = places.last.map { place, score in
        order.cursor(after: isPruned ? order.candidate(place, score: score) : order.candidate(at: place))
      }
    }
    let highlighter = Highlighter(plan: matching.plan)
    for (place, score) in places {
      var hit = hit(place, score: score, matching: matching, highlighter: highlighter)
      if request.explains { hit.boosts = boosts.parts(view: place.view, document: place.document) }
      response.hits.append(hit)
    }
  }

  /// The best hits by score.
  private func pruned(
    _ hits: [DocumentSet]?, matching: QueryMatching, boosts: Boosts, after cursor: HitOrder.Candidate?
  ) -> [(place: Place, score: Double)] {
    guard request.size > 0 else { return [] }
    var last: (score: Double, id: [UInt8])?
    if let cursor, case .number(let score)? = cursor.values.first { last = (score, cursor.id) }
    var best = TopScores(views: views, capacity: request.size + 1, after: last)
    ScoreSearch(
      snapshot: snapshot, matchers: matching.matchers, boosts: boosts,
      hitsHaveAll: request.minimumMatch == nil && matching.plan.groups.allSatisfy { $0.matchers.count == 1 }
    ).run(&best, hits: hits)
    return best.sorted().map { ($0.place, $0.score) }
  }

  /// The best hits by other orders.
  private func ranked(
    _ hits: [DocumentSet], order: HitOrder, after cursor: HitOrder.Candidate?, into response: inout SearchResponse
  ) throws(SearchError) -> [Place] {
    var best = TopHits(order: order, capacity: request.size + 1)
    if let collapse = request.collapse {
      let groups = try CollapsedHits(snapshot: snapshot, field: collapse).best(of: hits, by: order)
      response.groups = groups.count
      for place in groups { best.offer(order.candidate(at: place), after: cursor) }
    } else if request.size > 0 {
      for (view, set) in hits.enumerated() {
        if order.isByID, cursor == nil {
          // Documents are in the order of their ids.
          for document in set.first(request.size + 1) {
            best.offer(order.candidate(at: Place(view: view, document: document)), after: nil)
          }
        } else {
          set.forEach { best.offer(Place(view: view, document: $0), after: cursor) }
        }
      }
    }
    return request.size > 0 ? best.sorted().map(\.place) : []
  }

  private func hit(
    _ place: Place, score: Double, matching: QueryMatching, highlighter: Highlighter
  ) -> SearchResponse.Hit {
    let view = views[place.view]
    let stored = view.segment.storedDocument(place.document)
    var highlights: [(field: String, html: String)] = []
    if let source = request.highlightSource {
      for field in request.highlight {
        if let html = highlighter.html(of: source(stored, field)) { highlights.append((field, html)) }
      }
    }
    return SearchResponse.Hit(
      id: view.segment.id(of: place.document), score: score, stored: stored,
      live: snapshot.live(of: place.document, in: view), highlights: highlights,
      explanation: request.explains ? matching.explanation(of: place) : [])
  }
}
