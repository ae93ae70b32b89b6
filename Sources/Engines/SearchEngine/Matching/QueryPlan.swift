internal import QueryLanguage
internal import TextAnalysis

/// A query by the index's terms.
struct QueryPlan {
  /// Something that a document has or has not: a term, a phrase, or any of several terms.
  struct Matcher: Hashable {
    /// How the terms are combined.
    enum Kind: Hashable {
      /// One term, or any of the alternatives with the same beginning.
      case anyOf
      /// The first term, or any of the others, which count less.
      case synonyms
      /// The terms one after the other.
      case phrase
    }
    let kind: Kind
    let terms: [[UInt8]]
    /// The number of the text field to look in; nil for all.
    let field: Int?
    /// The words as typed, for messages.
    let text: String
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
  /// The most terms that a beginning stands for.
  static let mostExpansions = 200

  init(_ query: ParsedQuery, definition: IndexDefinition, views: [SegmentView]) {
    let textFields = definition.textFields
    func matchers(_ clauses: [ParsedQuery.Clause]) -> [Matcher] {
      clauses.compactMap { clause in
        let field = clause.field.flatMap { definition.ordinal(of: $0) }.flatMap { textFields.firstIndex(of: $0) }
        return Self.matcher(clause, field: field, views: views)
      }
    }
    for clauses in query.groups.prefix(Self.mostGroups) {
      let matchers = matchers(clauses)
      if !matchers.isEmpty {
        groups.append(Group(matchers: matchers, text: clauses.map(\.text).joined(separator: " OR ")))
      }
    }
    exclusions = matchers(query.exclusions)
  }

  /// nil for a clause without words.
  private static func matcher(_ clause: ParsedQuery.Clause, field: Int?, views: [SegmentView]) -> Matcher? {
    var buffer = TermBuffer()
    Analyzer.text.analyze(clause.text, into: &buffer)
    var terms = buffer.tokens.map { Array(buffer.term($0)) }
    guard let last = terms.last else { return nil }
    switch clause.kind {
    case .prefix where terms.count == 1:
      return Matcher(
        kind: .anyOf, terms: expansions(of: clause.text, stem: last, views: views), field: field, text: clause.text)
    case .prefix: terms.removeLast()
    case .word where terms.count == 1 && !clause.synonyms.isEmpty:
      for synonym in clause.synonyms {
        buffer.removeAll()
        Analyzer.text.analyze(synonym, into: &buffer)
        if buffer.tokens.count == 1, !terms.contains(Array(buffer.term(buffer.tokens[0]))) {
          terms.append(Array(buffer.term(buffer.tokens[0])))
        }
      }
      return Matcher(kind: .synonyms, terms: terms, field: field, text: clause.text)
    case .word, .phrase: break
    }
    return Matcher(kind: terms.count == 1 ? .anyOf : .phrase, terms: terms, field: field, text: clause.text)
  }

  /// The terms that words with a beginning may have, the commonest first after the term of the beginning itself.
  private static func expansions(of text: String, stem: [UInt8], views: [SegmentView]) -> [[UInt8]] {
    let beginning = WordBeginning(text, term: stem)
    var counts: [[UInt8]: Int] = [:]
    for view in views {
      let table = view.segment.terms
      for prefix in beginning.prefixes {
        for term in table.indexes(startingWith: prefix) {
          counts[table.bytes(term), default: 0] += view.segment.documents(ofTerm: term)
        }
      }
      for term in beginning.terms {
        if let index = table.index(of: term) { counts[term, default: 0] += view.segment.documents(ofTerm: index) }
      }
    }
    counts[stem] = nil
    let commonest = counts.sorted {
      $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
    }
    return [stem] + commonest.prefix(mostExpansions - 1).map(\.key)
  }
}
