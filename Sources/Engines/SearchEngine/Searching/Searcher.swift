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
    if request.correctsTypos, let corrected = Speller(snapshot: snapshot).corrected(query) {
      response.corrected = corrected.text
      query = corrected
    }
    let plan = QueryPlan(query, definition: snapshot.definition, views: views)
    let matches = QueryMatches(
      plan: plan, views: views, statistics: snapshot.statistics, keepsParts: request.explains)
    let filtered = try filteredSets(request.filter)
    let required = requiredGroups(plan, matches, filtered)
    response.droppedWords = plan.groups.indices.filter { required & (1 << UInt64($0)) == 0 }.map {
      plan.groups[$0].text
    }
    let matching = matchingSets(matches, required)
    let hits = intersections(matching, filtered)
    response.total = hits.reduce(0) { $0 + $1.count }
    try rank(hits, plan: plan, matches: matches, isRelaxed: !response.droppedWords.isEmpty, into: &response)
    for facet in request.facets {
      // A facet that is filtered on is counted as if its own filter were not there.
      let others = Self.without(facet.field, request.filter)
      let domain = others == request.filter ? hits : intersections(matching, try filteredSets(others))
      response.facets.append(try FacetCounter(snapshot: snapshot, domain: domain).count(facet))
    }
    return response
  }

  // MARK: Matching

  private func filteredSets(_ filter: Filter) throws(SearchError) -> [DocumentSet] {
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

  private func intersections(_ left: [DocumentSet], _ right: [DocumentSet]) -> [DocumentSet] {
    zip(left, right).map { left, right in
      var result = left
      result.formIntersection(right)
      return result
    }
  }

  private func matchingSets(_ matches: QueryMatches, _ required: UInt64) -> [DocumentSet] {
    views.indices.map { index in
      guard required != 0 else { return matches.allowed[index] }
      var set = DocumentSet(capacity: views[index].segment.documentCount)
      for (document, mask) in matches.masks[index].enumerated() where mask & required == required {
        set.insert(document)
      }
      set.formIntersection(matches.allowed[index])
      return set
    }
  }

  /// The groups that a hit must match: all, or where no document does, as many as some document does; the least selective
  /// go first.
  private func requiredGroups(_ plan: QueryPlan, _ matches: QueryMatches, _ filtered: [DocumentSet]) -> UInt64 {
    guard !plan.groups.isEmpty else { return 0 }
    var required: UInt64 = plan.groups.count == 64 ? .max : (1 << UInt64(plan.groups.count)) - 1
    func isMatched() -> Bool {
      views.indices.contains { index in
        matches.masks[index].indices.contains { document in
          matches.masks[index][document] & required == required && matches.allowed[index].contains(document)
            && filtered[index].contains(document)
        }
      }
    }
    // A word that no document has tells nothing about the others: those go before the least selective ones.
    let order = plan.groups.indices.sorted { left, right in
      let counts = (matches.groupCounts[left], matches.groupCounts[right])
      if (counts.0 == 0) != (counts.1 == 0) { return counts.0 == 0 }
      return counts.0 != counts.1 ? counts.0 > counts.1 : left > right
    }
    for group in order.dropLast() {
      if isMatched() { return required }
      required &= ~(1 << UInt64(group))
    }
    return required
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
    _ hits: [DocumentSet], plan: QueryPlan, matches: QueryMatches, isRelaxed: Bool, into response: inout SearchResponse
  ) throws(SearchError) {
    let order = try HitOrder(
      snapshot: snapshot, sort: request.sort, matches: matches, isRelaxed: isRelaxed, hasWords: !plan.groups.isEmpty)
    var best = TopHits(order: order, capacity: request.size + 1)
    let cursor = try request.cursor.map { cursor throws(SearchError) in try order.candidate(at: cursor) }
    if let collapse = request.collapse {
      let groups = try CollapsedHits(snapshot: snapshot, field: collapse).best(of: hits, by: order)
      response.groups = groups.count
      for place in groups { best.offer(order.candidate(at: place), after: cursor) }
    } else if request.size > 0 {
      for (view, set) in hits.enumerated() {
        set.forEach { best.offer(order.candidate(at: Place(view: view, document: $0)), after: cursor) }
      }
    }
    guard request.size > 0 else { return }
    var candidates = best.sorted()
    if candidates.count > request.size {
      candidates.removeLast()
      response.nextCursor = candidates.last.map(order.cursor(after:))
    }
    let highlighter = Highlighter(plan: plan)
    for candidate in candidates {
      response.hits.append(hit(candidate, matches: matches, highlighter: highlighter))
    }
  }

  private func hit(
    _ candidate: HitOrder.Candidate, matches: QueryMatches, highlighter: Highlighter
  ) -> SearchResponse.Hit {
    let view = views[candidate.place.view]
    let document = candidate.place.document
    let stored = view.segment.storedDocument(document)
    var highlights: [(field: String, html: String)] = []
    if let source = request.highlightSource {
      for field in request.highlight {
        if let html = highlighter.html(of: source(stored, field)) { highlights.append((field, html)) }
      }
    }
    return SearchResponse.Hit(
      id: view.segment.id(of: document), score: matches.scores[candidate.place.view][document], stored: stored,
      live: snapshot.live(of: document, in: view), highlights: highlights,
      explanation: matches.parts.compactMap { part in
        let list = part.matches[candidate.place.view]
        guard let match = list.first(where: { $0.document == document }) else { return nil }
        return SearchResponse.ScorePart(
          term: part.text, documents: part.documents, inverseDocumentFrequency: part.inverseDocumentFrequency,
          frequency: match.frequency,
          contribution: part.inverseDocumentFrequency * QueryMatches.saturated(match.frequency))
      })
  }
}
