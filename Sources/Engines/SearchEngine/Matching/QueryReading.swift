internal import QueryLanguage

/// The words of a query with their alternatives, those that follow each other read together.
struct QueryReading {
  /// For each clause of each group its alternatives.
  private(set) var alternatives: [[[QueryAlternatives.Alternative]]]
  /// For each clause of each group the quantity that is looked for in its place.
  private(set) var quantities: [[QueryAlternatives.Quantity?]]
  /// For each group at which a quantity of several groups starts all of these.
  private(set) var spans: [Int: Range<Int>] = [:]

  /// - Parameter hasCompounds: whether words of letters are joined and cut too.
  init(_ query: ParsedQuery, definition: IndexDefinition, views: [SegmentView], hasCompounds: Bool = true) {
    alternatives = query.groups.map { $0.map { _ in [] } }
    quantities = query.groups.map { $0.map { _ in nil } }
    var group = 0
    while group < query.groups.count {
      let start = group
      group += 1
      guard let word = Self.soleWord(query.groups[start]) else {
        for (place, clause) in query.groups[start].enumerated() where clause.kind == .word {
          var reader = QueryAlternatives(views: views, languages: definition.languages(ofField: clause.field))
          let reading = reader.read([clause.text], hasCompounds: hasCompounds)
          alternatives[start][place] = reading.alternatives[0]
          quantities[start][place] = reading.quantities.first
        }
        continue
      }
      while group < query.groups.count, let next = Self.soleWord(query.groups[group]), next.field == word.field {
        group += 1
      }
      var reader = QueryAlternatives(views: views, languages: definition.languages(ofField: word.field))
      let reading = reader.read(query.groups[start..<group].map { $0[0].text }, hasCompounds: hasCompounds)
      for (place, found) in reading.alternatives.enumerated() { alternatives[start + place][0] = found }
      for quantity in reading.quantities {
        quantities[start + quantity.words.lowerBound][0] = quantity
        spans[start + quantity.words.lowerBound] = start + quantity.words.lowerBound..<start + quantity.words.upperBound
      }
    }
  }

  /// The word that a group is, where it is nothing else.
  private static func soleWord(_ group: [ParsedQuery.Clause]) -> ParsedQuery.Clause? {
    group.count == 1 && group[0].kind == .word ? group[0] : nil
  }

  /// The groups that an alternative or a quantity matches in a document that is not deleted.
  func groupsThatMatch(in snapshot: IndexSnapshot) -> Set<Int> {
    let finders = snapshot.views.map { SegmentMatcher(view: $0, norms: snapshot.statistics.norms) }
    var groups: Set<Int> = []
    for group in alternatives.indices {
      let all =
        alternatives[group].flatMap { $0 }
        + quantities[group].compactMap { $0.map { .init(terms: [$0.term], weight: 1) } }
      guard !all.isEmpty, finders.contains(where: { $0.best(of: all, in: nil).liveCount(in: $0.view) > 0 }) else {
        continue
      }
      groups.formUnion(spans[group] ?? group..<group + 1)
    }
    return groups
  }
}
