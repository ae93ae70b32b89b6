internal import QueryLanguage

/// A query by the index's terms.
struct QueryPlan {
  /// Something that a document has or has not: a term, a phrase, or any of several terms.
  struct Matcher: Hashable {
    /// How the terms are combined.
    enum Kind: Hashable {
      /// Any of the terms, each with the weight of an occurrence.
      case anyOf(weights: [Double])
      /// The terms one after the other, moved by no more than so many words in all.
      case phrase(slop: Int)
      /// Any of the alternatives, of which the first is what was typed.
      case bestOf([QueryAlternatives.Alternative])
    }
    let kind: Kind
    let terms: [[UInt8]]
    /// The number of the text field to look in; nil for all.
    let field: Int?
    /// The words as typed, for messages.
    let text: String

    /// The word's own term, whatever else it is found by; nil for anything but one word of all fields.
    var soleTerm: [UInt8]? {
      guard field == nil else { return nil }
      switch kind {
      case .anyOf(let weights): return weights.first == 1 ? terms.first : nil
      case .phrase: return nil
      case .bestOf(let alternatives):
        return alternatives.first?.terms.count == 1 ? alternatives.first?.terms.first : nil
      }
    }

    var isPhrase: Bool {
      switch kind {
      case .anyOf: false
      case .phrase: true
      case .bestOf(let alternatives): (alternatives.first?.terms.count ?? 0) > 1
      }
    }
  }

  /// A group: a document matches where one of its matchers does.
  struct Group: Hashable {
    let matchers: [Matcher]
    let text: String
  }

  var groups: [Group] = []
  var exclusions: [Matcher] = []

  /// The most groups: a document's matches are a bit each.
  static let mostGroups = 64
  /// How much a synonym counts, where the word itself counts 1: who types a word would rather see it.
  static let synonymWeight = 0.3

  /// - Parameter hasCompounds: whether words of letters are also looked for as one word, or cut into two.
  init(_ query: ParsedQuery, definition: IndexDefinition, views: [SegmentView], hasCompounds: Bool = true) {
    let textFields = definition.textFields
    func matcher(
      _ clause: ParsedQuery.Clause, _ alternatives: [QueryAlternatives.Alternative], _ quantity: [UInt8]?
    ) -> Matcher? {
      let field = clause.field.flatMap { definition.ordinal(of: $0) }.flatMap { textFields.firstIndex(of: $0) }
      if let quantity {
        return Matcher(kind: .anyOf(weights: [1]), terms: [quantity], field: field, text: clause.text)
      }
      var terms = QueryTerms(definition.languages(ofField: clause.field))
      return Self.matcher(clause, field: field, views: views, &terms)?.with(alternatives)
    }
    let reading = QueryReading(query, definition: definition, views: views, hasCompounds: hasCompounds)
    var index = 0
    while index < query.groups.count, groups.count < Self.mostGroups {
      let span = reading.spans[index] ?? index..<index + 1
      let clauses = query.groups[index]
      let matchers = clauses.indices.compactMap {
        matcher(clauses[$0], reading.alternatives[index][$0], reading.quantities[index][$0]?.term)
      }
      let text = query.groups[span].map { $0.map(\.text).joined(separator: " OR ") }.joined(separator: " ")
      if !matchers.isEmpty { groups.append(Group(matchers: matchers, text: text)) }
      index = span.upperBound
    }
    exclusions = query.exclusions.compactMap { clause in
      guard clause.kind == .word else { return matcher(clause, [], nil) }
      var reader = QueryAlternatives(views: views, languages: definition.languages(ofField: clause.field))
      let reading = reader.read([clause.text], hasCompounds: false)
      return matcher(clause, reading.alternatives[0], reading.quantities.first?.term)
    }
  }

  /// nil for a clause without words.
  private static func matcher(
    _ clause: ParsedQuery.Clause, field: Int?, views: [SegmentView], _ analysis: inout QueryTerms
  ) -> Matcher? {
    func anyOf(_ terms: [TermExpansion.Term]) -> Matcher {
      Matcher(kind: .anyOf(weights: terms.map(\.weight)), terms: terms.map(\.bytes), field: field, text: clause.text)
    }
    let expansion = TermExpansion(views: views)
    if clause.kind == .wildcard { return anyOf(expansion.terms(like: clause.text)) }
    // By the other languages of the fields, the same words have other terms.
    let all = analysis.terms(of: clause.text)
    let others = all.dropFirst().map { QueryAlternatives.Alternative(terms: $0, weight: 1) }
    guard var terms = all.first, let last = terms.last else { return nil }
    switch clause.kind {
    case .prefix where terms.count == 1:
      return anyOf(expansion.terms(startingWith: clause.text, stem: last)).with(others)
    case .fuzzy where terms.count == 1: return anyOf(expansion.terms(near: last, edits: clause.distance))
    case .prefix: terms.removeLast()
    case .word where terms.count == 1 && !clause.synonyms.isEmpty:
      for synonym in clause.synonyms {
        for other in analysis.terms(of: synonym) where other.count == 1 && !terms.contains(other[0]) { terms += other }
      }
      return anyOf(terms.enumerated().map { .init(bytes: $1, weight: $0 == 0 ? 1 : synonymWeight) }).with(others)
    case .word, .phrase, .fuzzy, .wildcard: break
    }
    if terms.count == 1 { return anyOf([.init(bytes: terms[0], weight: 1)]).with(others) }
    let slop = clause.kind == .phrase ? clause.distance : 0
    let phrase = Matcher(kind: .phrase(slop: slop), terms: terms, field: field, text: clause.text)
    // Words that may be moved are those of the first language.
    return slop == 0 && clause.kind != .prefix ? phrase.with(others) : phrase
  }
}

extension QueryPlan.Matcher {
  /// A word's matcher that alternatives match too.
  fileprivate func with(_ others: [QueryAlternatives.Alternative]) -> Self {
    let own: [QueryAlternatives.Alternative] =
      switch kind {
      case .anyOf(let weights):
        zip(terms, weights).enumerated().map {
          QueryAlternatives.Alternative(terms: [$1.0], weight: $1.1, isAdded: $0 > 0)
        }
      case .phrase: [QueryAlternatives.Alternative(terms: terms, weight: 1)]
      case .bestOf(let alternatives): alternatives
      }
    let new = others.filter { other in !own.contains { $0.terms == other.terms } }
    guard !new.isEmpty else { return self }
    let single = new.filter { $0.terms.count == 1 }.flatMap(\.terms)
    return Self(kind: .bestOf(own + new), terms: terms + single, field: field, text: text)
  }
}
