import Foundation
import QueryLanguage
import TextAnalysis

/// What a whole query must find and how it must rank, read word by word from the products themselves.
struct NaiveQuery {
  private let fields: [String: [[String]]]
  /// For each field the words that are added to its own.
  private let added: [String: [[String]]]
  private let averages: [Double]
  private static let weights = [3.0, 1.0]
  private static let names = ["title", "body"]

  init(_ index: NaiveIndex) {
    let fields = index.products.mapValues {
      [Analyzer.text.terms(of: $0.title), Analyzer.text.terms(of: $0.body)]
    }
    self.fields = fields
    added = index.products.mapValues { [NaiveIndex.addedTerms(of: $0.title), NaiveIndex.addedTerms(of: $0.body)] }
    averages = Self.names.indices.map { field in
      max(1e-9, fields.values.reduce(0.0) { $0 + Double($1[field].count) } / Double(max(1, fields.count)))
    }
  }

  struct Answer {
    var dropped: [String] = []
    var least: Int?
    /// For each hit how many groups it matches, and its score.
    var hits: [String: (groups: Int, score: Double)] = [:]
  }

  /// - Parameter minimum: how many groups hits must match, where that is asked for.
  func answer(_ query: ParsedQuery, minimum: MinimumMatch? = nil, where isWanted: (String) -> Bool) -> Answer {
    let groups = query.groups.filter { $0.contains { !Analyzer.text.terms(of: $0.text).isEmpty } }
    let matching = groups.map { group in
      Set(fields.keys.filter { id in group.contains { frequency($0, id) > 0 } })
    }
    let allowed = Set(
      fields.keys.filter { id in isWanted(id) && !query.exclusions.contains { frequency($0, id) > 0 } })
    var required = Set(groups.indices)
    // Of six words and more, hits need no more than a quarter where fewer than ten have all.
    var least: Int?
    func hits() -> Set<String> {
      if let least { return allowed.filter { id in matching.count { $0.contains(id) } >= least } }
      guard let minimum, !groups.isEmpty else { return required.reduce(allowed) { $0.intersection(matching[$1]) } }
      return allowed.filter { id in matching.count { $0.contains(id) } >= minimum.required(of: groups.count) }
    }
    let droppable = groups.indices.sorted { left, right in
      let counts = (matching[left].count, matching[right].count)
      if (counts.0 == 0) != (counts.1 == 0) { return counts.0 == 0 }
      return counts.0 != counts.1 ? counts.0 > counts.1 : left > right
    }
    if minimum == nil, groups.count >= 6, hits().count < 10 {
      for count in (1...max(1, groups.count / 4)).reversed() where least == nil {
        least = count
        if hits().isEmpty { least = nil }
      }
    }
    if minimum == nil, least == nil {
      for group in droppable.dropLast() where hits().isEmpty { required.remove(group) }
    }
    var answer = Answer()
    answer.least = least
    answer.dropped = groups.indices.filter { least == nil ? !required.contains($0) : matching[$0].isEmpty }.map {
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
      let isPhrase = ![.prefix, .wildcard].contains(clause.kind) && Analyzer.text.terms(of: clause.text).count > 1
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
      let all = words + (added[id]?[field] ?? [])
      let found: Double
      if clause.kind == .wildcard {
        found = Double(all.count { Self.fits(clause.text, $0) })
      } else if clause.kind == .fuzzy, terms.count == 1 {
        found = all.reduce(0.0) { sum, word in
          let edits = NaiveEdits.between(first, word)
          return sum + (edits <= clause.distance ? [1, 0.6, 0.3][edits] : 0)
        }
      } else if clause.kind == .prefix {
        let beginning = Analyzer.words.terms(of: clause.text).first ?? first
        found = Double(all.count { $0.hasPrefix(beginning) || $0 == first })
      } else if terms.count > 1 {
        found = NaivePhrase(terms, words).count(slop: clause.kind == .phrase ? clause.distance : 0)
      } else {
        let synonyms = clause.kind == .word ? clause.synonyms.compactMap { Analyzer.text.terms(of: $0).first } : []
        let others = Set(synonyms).subtracting(terms)
        found = all.reduce(0.0) { $0 + ($1 == first ? 1 : others.contains($1) ? 0.3 : 0) }
      }
      return sum + Self.weights[field] * found / (0.25 + 0.75 * Double(words.count) / averages[field])
    }
  }

  /// Whether a term is that of a word that fits a pattern, by its letters or without an ending that the pattern names.
  private static func fits(_ pattern: String, _ term: String) -> Bool {
    let endings = [
      "", "s", "es", "e", "ed", "ing", "ly", "er", "ers", "ه", "ها", "ات", "ان", "ون", "ين", "ي", "يه", "ء", "y",
    ]
    return [pattern, pattern.hasPrefix("ال") ? String(pattern.dropFirst(2)) : pattern].contains { pattern in
      endings.contains { ending in
        pattern.hasSuffix(ending)
          && fits(
            Array(pattern.dropLast(ending.count).unicodeScalars) + (ending == "y" ? ["i"] : []),
            Array(term.unicodeScalars))
      }
    }
  }

  private static func fits(_ pattern: [Unicode.Scalar], _ text: [Unicode.Scalar]) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = Array(pattern.dropFirst())
    if first == "*" { return (0...text.count).contains { fits(rest, Array(text[$0...])) } }
    return !text.isEmpty && (first == "?" || first == text[0]) && fits(rest, Array(text.dropFirst()))
  }
}

/// Edits by the whole table of distances: insertions, deletions, substitutions, swaps of neighbours not edited otherwise.
enum NaiveEdits {
  static func between(_ left: String, _ right: String) -> Int {
    let left = Array(left.unicodeScalars)
    let right = Array(right.unicodeScalars)
    var table = (0...left.count).map { row in (0...right.count).map { row == 0 ? $0 : row } }
    for row in 0..<left.count {
      for column in 0..<right.count {
        var least = min(table[row][column + 1], table[row + 1][column]) + 1
        least = min(least, table[row][column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, table[row - 1][column - 1] + 1)
        }
        table[row + 1][column + 1] = least
      }
    }
    return table[left.count][right.count]
  }
}

/// A phrase's places in a field, by trying all.
struct NaivePhrase {
  private let places: [[Int]]

  init(_ terms: [String], _ words: [String]) {
    places = terms.map { term in words.indices.filter { words[$0] == term } }
  }

  /// For each place of the first word 1 / (1 + the least width of a match), where there is one no wider than `slop`.
  func count(slop: Int) -> Double {
    places[0].reduce(0.0) { sum, first in
      let widths = choices([first]).map { choice in
        let starts = choice.enumerated().map { $1 - $0 }
        return (starts.max() ?? 0) - (starts.min() ?? 0)
      }
      return sum + (widths.filter { $0 <= slop }.min().map { 1 / Double(1 + $0) } ?? 0)
    }
  }

  /// All ways to go on with a choice of places, no place twice; the first of equal words comes first.
  private func choices(_ chosen: [Int]) -> [[Int]] {
    guard chosen.count < places.count else { return [chosen] }
    return places[chosen.count].filter { place in
      !chosen.contains(place)
        && !chosen.indices.contains { places[$0] == places[chosen.count] && chosen[$0] > place }
    }.flatMap { choices(chosen + [$0]) }
  }
}
