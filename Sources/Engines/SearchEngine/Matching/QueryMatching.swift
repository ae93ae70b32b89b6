/// What a query matches in every segment, and how much each part of it counts.
struct QueryMatching {
  let plan: QueryPlan
  /// For each matcher of each group its weight and what it matches, by view.
  let matchers: [(weight: Double, sources: [MatchSource])]
  private let snapshot: IndexSnapshot
  /// For each matcher its group, and how many documents it matches.
  private let facts: [(group: Int, text: String, documents: Int)]
  private let exclusions: [[MatchSource]]

  private var views: [SegmentView] { snapshot.views }

  init(plan: QueryPlan, snapshot: IndexSnapshot) {
    self.plan = plan
    self.snapshot = snapshot
    let finders = snapshot.views.map { SegmentMatcher(view: $0, norms: snapshot.statistics.norms) }
    var matchers: [(weight: Double, sources: [MatchSource])] = []
    var facts: [(group: Int, text: String, documents: Int)] = []
    for (number, group) in plan.groups.enumerated() {
      for matcher in group.matchers {
        let sources = finders.map { $0.source(of: matcher) }
        let documents = zip(sources, snapshot.views).reduce(0) { $0 + $1.0.liveCount(in: $1.1) }
        // A phrase is rarer than its words, and counts as much as they do together.
        let weight =
          snapshot.statistics.inverseDocumentFrequency(documents) * (matcher.isPhrase ? Self.phraseWeight : 1)
        matchers.append((weight, sources))
        facts.append((number, matcher.text, documents))
      }
    }
    self.matchers = matchers
    self.facts = facts
    exclusions = plan.exclusions.map { matcher in finders.map { $0.source(of: matcher) } }
  }

  /// Neighbouring words of the query that both are in some document.
  ///
  /// - Parameter share: how much a pair counts, where its words count 1 each.
  func pairs(share: Double) -> [WordPair] {
    guard share > 0 else { return [] }
    return zip(plan.groups.indices, plan.groups.indices.dropFirst()).compactMap { left, right in
      let words = [left, right].compactMap { group in facts.indices.first { facts[$0].group == group } }
      let terms = [left, right].compactMap { plan.groups[$0].matchers.first?.soleTerm }
      guard words.count == 2, terms.count == 2, words.allSatisfy({ facts[$0].documents > 0 }) else { return nil }
      return WordPair(
        weight: share * words.reduce(0) { $0 + matchers[$1].weight }, terms: terms,
        mostDocuments: words.map { facts[$0].documents }.min() ?? 0,
        text: words.map { facts[$0].text }.joined(separator: " "))
    }
  }

  /// How much a phrase counts, where a word of its rarity counts 1.
  private static let phraseWeight = 1.5

  /// For each group the indexes of its matchers.
  var groups: [[Int]] { plan.groups.indices.map { group in facts.indices.filter { facts[$0].group == group } } }

  /// The documents that match no exclusion, by view; nil where there is none.
  var notExcluded: [DocumentSet]? {
    exclusions.isEmpty ? nil : views.indices.map { notExcluded(from: DocumentSet(full: views[$0]), in: $0) }
  }

  private func notExcluded(from set: DocumentSet, in view: Int) -> DocumentSet {
    var result = set
    for sources in exclusions {
      var excluded = DocumentSet(capacity: result.capacity)
      sources[view].insert(into: &excluded)
      result.subtract(excluded)
    }
    return result
  }

  /// The number of documents that match, where that is what one matcher alone says.
  var soleCount: Int? { facts.count == 1 && exclusions.isEmpty ? facts[0].documents : nil }

  /// The words that no document has.
  var unknownWords: [String] {
    groups.enumerated().filter { $0.element.allSatisfy { facts[$0].documents == 0 } }.map {
      plan.groups[$0.offset].text
    }
  }

  /// For each group the documents that match it, deleted ones included, by view.
  func groupSets() -> [[DocumentSet]] {
    plan.groups.indices.map { group in views.indices.map { set(ofGroup: group, in: $0) } }
  }

  private func set(ofGroup group: Int, in view: Int) -> DocumentSet {
    var set = DocumentSet(capacity: views[view].segment.documentCount)
    for (matcher, fact) in zip(matchers, facts) where fact.group == group { matcher.sources[view].insert(into: &set) }
    return set
  }

  /// The documents that match all of the groups given, and no exclusion, and are not deleted, by view.
  func sets(_ groups: [Int]) -> [DocumentSet] {
    views.indices.map { view in
      var set: DocumentSet?
      for group in groups {
        if var before = set {
          set = nil
          intersect(&before, withGroup: group, in: view)
          set = before
        } else {
          set = self.set(ofGroup: group, in: view)
        }
      }
      var result = notExcluded(from: set ?? DocumentSet(full: views[view]), in: view)
      if let deleted = views[view].deleted { result.subtract(deleted) }
      return result
    }
  }

  /// The documents that match at least so many groups, and no exclusion, and are not deleted, by view.
  func sets(atLeast least: Int) -> [DocumentSet] {
    if least >= plan.groups.count { return sets(Array(plan.groups.indices)) }
    return zip(sets([]), views.indices).map { allowed, view in
      var counter = GroupCounter(capacity: allowed.capacity)
      for group in plan.groups.indices { counter.add(set(ofGroup: group, in: view)) }
      var result = counter.documents(atLeast: least)
      result.formIntersection(allowed)
      return result
    }
  }

  private func intersect(_ set: inout DocumentSet, withGroup group: Int, in view: Int) {
    let members = facts.indices.filter { facts[$0].group == group }
    if members.count == 1, case .term(let list) = matchers[members[0]].sources[view], let bitmap = list.bitmap {
      set.formIntersection(bitmap)
    } else {
      set.formIntersection(self.set(ofGroup: group, in: view))
    }
  }

  /// The groups that a hit must match: all, or where no document does, as many as some document does; the least selective
  /// go first.
  func requiredGroups(_ filter: [DocumentSet]?) -> [Int] {
    var required = Array(plan.groups.indices)
    guard required.count > 1, !isMatched(required, filter) else { return required }
    let counts = plan.groups.indices.map { group in
      views.indices.reduce(0) { sum, view in
        var set = set(ofGroup: group, in: view)
        if let deleted = views[view].deleted { set.subtract(deleted) }
        return sum + set.count
      }
    }
    // A word that no document has tells nothing about the others: those go before the least selective ones.
    let order = required.sorted { left, right in
      if (counts[left] == 0) != (counts[right] == 0) { return counts[left] == 0 }
      return counts[left] != counts[right] ? counts[left] > counts[right] : left > right
    }
    for group in order.dropLast() {
      required.removeAll { $0 == group }
      if isMatched(required, filter) { return required }
    }
    return required
  }

  private func isMatched(_ groups: [Int], _ filter: [DocumentSet]?) -> Bool {
    zip(sets(groups), views.indices).contains { set, view in
      guard let filter else { return !set.isEmpty }
      var both = set
      both.formIntersection(filter[view])
      return !both.isEmpty
    }
  }

  /// How a document's score came about.
  ///
  /// - Parameter pairShare: how much neighbouring words count.
  func explanation(of place: Searcher.Place, pairShare: Double) -> [SearchResponse.ScorePart] {
    let view = views[place.view]
    let scorer = PostingScorer(segment: view.segment, norms: snapshot.statistics.norms)
    let pairs = pairs(share: pairShare).compactMap { pair -> SearchResponse.ScorePart? in
      let scores = PairScores([pair], view: view, scorer: scorer)
      let contribution = scores.score(of: place.document)
      guard contribution > 0 else { return nil }
      return SearchResponse.ScorePart(
        term: "\"\(pair.text)\"", documents: pair.mostDocuments, inverseDocumentFrequency: pair.weight,
        frequency: scorer.saturation.frequency(for: contribution / pair.weight), contribution: contribution)
    }
    return zip(matchers, facts).compactMap { matcher, fact in
      guard let frequency = matcher.sources[place.view].frequency(of: place.document, scorer: scorer) else {
        return nil
      }
      return SearchResponse.ScorePart(
        term: fact.text, documents: fact.documents, inverseDocumentFrequency: matcher.weight, frequency: frequency,
        contribution: matcher.weight * scorer.saturation.of(frequency))
    } + pairs
  }
}

extension DocumentSet {
  /// Every document of a segment, deleted ones included.
  fileprivate init(full view: SegmentView) { self.init(capacity: view.segment.documentCount, full: true) }
}
