import Foundation
import QueryLanguage
import TextAnalysis

/// What a whole query must find and how it must rank, read word by word from the products themselves.
struct NaiveQuery {
  private let fields: [String: [[String]]]
  private let averages: [Double]
  private static let weights = [3.0, 1.0]
  private static let names = ["title", "body"]

  init(_ index: NaiveIndex) {
    let fields = index.products.mapValues {
      [Analyzer.text.terms(of: $0.title), Analyzer.text.terms(of: $0.body)]
    }
    self.fields = fields
    averages = Self.names.indices.map { field in
      max(1e-9, fields.values.reduce(0.0) { $0 + Double($1[field].count) } / Double(max(1, fields.count)))
    }
  }

  struct Answer {
    var dropped: [String] = []
    /// For each hit how many groups it matches, and its score.
    var hits: [String: (groups: Int, score: Double)] = [:]
  }

  func answer(_ query: ParsedQuery, where isWanted: (String) -> Bool) -> Answer {
    let groups = query.groups.filter { $0.contains { !Analyzer.text.terms(of: $0.text).isEmpty } }
    let matching = groups.map { group in
      Set(fields.keys.filter { id in group.contains { frequency($0, id) > 0 } })
    }
    let allowed = Set(
      fields.keys.filter { id in isWanted(id) && !query.exclusions.contains { frequency($0, id) > 0 } })
    var required = Set(groups.indices)
    func hits() -> Set<String> { required.reduce(allowed) { $0.intersection(matching[$1]) } }
    let droppable = groups.indices.sorted { left, right in
      let counts = (matching[left].count, matching[right].count)
      if (counts.0 == 0) != (counts.1 == 0) { return counts.0 == 0 }
      return counts.0 != counts.1 ? counts.0 > counts.1 : left > right
    }
    for group in droppable.dropLast() where hits().isEmpty { required.remove(group) }
    var answer = Answer()
    answer.dropped = groups.indices.filter { !required.contains($0) }.map {
      groups[$0].map(\.text).joined(separator: " OR ")
    }
    for id in hits() {
      answer.hits[id] = (matching.count { $0.contains(id) }, groups.reduce(0) { $0 + score($1, id) })
    }
    return answer
  }

  private func score(_ clauses: [ParsedQuery.Clause], _ id: String) -> Double {
    clauses.reduce(0.0) { sum, clause in
      let documents = Double(fields.keys.count { frequency(clause, $0) > 0 })
      let isPhrase = clause.kind != .prefix && Analyzer.text.terms(of: clause.text).count > 1
      let rarity = log(1 + (Double(fields.count) - documents + 0.5) / (documents + 0.5)) * (isPhrase ? 1.5 : 1)
      let found = frequency(clause, id)
      return sum + rarity * found * 2.2 / (found + 1.2)
    }
  }

  /// How often a clause stands in a product, by the weights and lengths of the fields.
  private func frequency(_ clause: ParsedQuery.Clause, _ id: String) -> Double {
    let terms = Analyzer.text.terms(of: clause.text)
    guard let first = terms.first, let texts = fields[id] else { return 0 }
    return Self.names.indices.reduce(0.0) { sum, field in
      guard clause.field == nil || clause.field == Self.names[field] else { return sum }
      let words = texts[field]
      let found: Double
      if clause.kind == .prefix {
        let beginning = Analyzer.words.terms(of: clause.text).first ?? first
        found = Double(words.count { $0.hasPrefix(beginning) || $0 == first })
      } else if terms.count > 1 {
        found = Double(words.indices.count { words[$0...].starts(with: terms) })
      } else {
        let synonyms = clause.kind == .word ? clause.synonyms.compactMap { Analyzer.text.terms(of: $0).first } : []
        let others = Set(synonyms).subtracting(terms)
        found = words.reduce(0.0) { $0 + ($1 == first ? 1 : others.contains($1) ? 0.6 : 0) }
      }
      return sum + Self.weights[field] * found / (0.25 + 0.75 * Double(words.count) / averages[field])
    }
  }
}
