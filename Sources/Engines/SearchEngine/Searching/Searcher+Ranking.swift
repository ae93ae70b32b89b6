/// How hits are put in order and shown.
extension Searcher {
  /// Puts the hits in order, and shows the first of them.
  func rank(
    _ hits: [DocumentSet], matching: QueryMatching, boosts: Boosts, isRelaxed: Bool, into response: inout SearchResponse
  ) throws(SearchError) {
    let hasWords = !matching.plan.groups.isEmpty
    if hasWords, isByScore, !isRelaxed, request.collapse == nil {
      let order = try scoreOrder()
      guard request.size > 0 else { return }
      var best = try topScores(order)
      var sets: [DocumentSet]?
      _ = ScoreSearch(
        snapshot: snapshot, matchers: matching.matchers, boosts: boosts,
        pairs: matching.pairs(share: request.pairWeight)
      ).run(
        .hits(hits), &best, collecting: &sets)
      return show(best, order: order, matching: matching, boosts: boosts, into: &response)
    }
    let hasScores = hasWords || !boosts.isEmpty
    let scores =
      hasScores && request.size > 0
      ? ScoreTables(
        snapshot: snapshot, matchers: matching.matchers, pairs: matching.pairs(share: request.pairWeight),
        boosts: boosts, hits: hits,
        groupSets: isRelaxed ? matching.groupSets() : nil) : ScoreTables()
    let order = try HitOrder(
      snapshot: snapshot, sort: request.sort, scores: scores, isRelaxed: isRelaxed, hasScores: hasScores)
    let cursor = try request.cursor.map { cursor throws(SearchError) in try order.candidate(at: cursor) }
    let places = try ranked(hits, order: order, after: cursor, into: &response)
    show(
      places.map { ($0, scores.score(at: $0)) }, matching: matching, boosts: boosts, into: &response
    ) { place, _ in order.cursor(after: order.candidate(at: place)) }
  }

  /// The order by score, where all hits have what was searched for.
  func scoreOrder() throws(SearchError) -> HitOrder {
    try HitOrder(snapshot: snapshot, sort: request.sort, scores: ScoreTables(), isRelaxed: false, hasScores: true)
  }

  /// Room for the best hits by score, and one more, which tells that there are more.
  func topScores(_ order: HitOrder) throws(SearchError) -> TopScores {
    var last: (score: Double, id: [UInt8])?
    if let cursor = request.cursor {
      let candidate = try order.candidate(at: cursor)
      if case .number(let score)? = candidate.values.first { last = (score, candidate.id) }
    }
    return TopScores(views: views, capacity: request.size + 1, after: last)
  }

  /// Shows the best hits by score.
  func show(
    _ best: TopScores, order: HitOrder, matching: QueryMatching, boosts: Boosts, into response: inout SearchResponse
  ) {
    show(best.sorted().map { ($0.place, $0.score) }, matching: matching, boosts: boosts, into: &response) {
      order.cursor(after: order.candidate($0, score: $1))
    }
  }

  private func show(
    _ places: [(place: Place, score: Double)], matching: QueryMatching, boosts: Boosts,
    into response: inout SearchResponse, cursor: (Place, Double) -> Cursor
  ) {
    guard request.size > 0 else { return }
    let shown = places.prefix(request.size)
    if places.count > shown.count { response.nextCursor = shown.last.map { cursor($0.place, $0.score) } }
    let highlighter = Highlighter(plan: matching.plan, languages: snapshot.definition.languages)
    for (place, score) in shown {
      var hit = hit(place, score: score, matching: matching, highlighter: highlighter)
      if request.explains { hit.boosts = boosts.parts(view: place.view, document: place.document) }
      response.hits.append(hit)
    }
  }

  /// The best hits by other orders than the score alone.
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
      explanation: request.explains ? matching.explanation(of: place, pairShare: request.pairWeight) : [])
  }
}
