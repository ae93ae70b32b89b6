import Foundation
import QueryLanguage
import TextAnalysis

/// What the engine must answer, computed from the products themselves: no postings, no segments, no columns.
struct NaiveIndex {
  private(set) var products: [String: Product] = [:]

  mutating func put(_ product: Product) { products[product.id] = product }
  mutating func delete(_ id: String) { products[id] = nil }
  mutating func setStock(_ id: String, _ stock: Double) { products[id]?.stock = stock }

  private static let weights = [3.0, 1.0]

  private static func terms(_ product: Product) -> [[String]] {
    [Analyzer.text.terms(of: product.title), Analyzer.text.terms(of: product.body)]
  }

  /// The terms of the words that are added to a text's own.
  static func addedTerms(of text: String) -> [String] {
    var buffer = TermBuffer()
    Analyzer.words.analyze(text, into: &buffer)
    buffer.addWords(of: text)
    return buffer.added.flatMap { Analyzer.text.terms(of: buffer.text($0.token)) }
  }

  /// The scores of the products that have every one of the words (BM25F: Robertson and Zaragoza, 2009, section 3.6).
  func scores(of words: [String]) -> [String: Double] {
    let terms = products.mapValues(Self.terms)
    let count = Double(products.count)
    let averages = (0..<2).map { field in
      max(1e-9, terms.values.reduce(0.0) { $0 + Double($1[field].count) } / max(1, count))
    }
    var scores: [String: Double] = [:]
    let wanted = words.compactMap { Analyzer.text.terms(of: $0).first }
    for (id, fields) in terms where wanted.allSatisfy({ fields[0].contains($0) || fields[1].contains($0) }) {
      scores[id] = wanted.reduce(0.0) { sum, word in
        let documents = Double(terms.values.count { $0[0].contains(word) || $0[1].contains(word) })
        let rarity = log(1 + (count - documents + 0.5) / (documents + 0.5))
        let frequency = (0..<2).reduce(0.0) { total, field in
          let found = Double(fields[field].count { $0 == word })
          let norm = 0.25 + 0.75 * Double(fields[field].count) / averages[field]
          return total + Self.weights[field] * found / norm
        }
        return sum + rarity * frequency * 2.2 / (frequency + 1.2)
      }
    }
    return scores
  }

  /// Whether a product fulfils a filter of the kinds that the tests make.
  static func fulfils(_ product: Product, _ filter: Filter) -> Bool {
    switch filter {
    case .all: return true
    case .and(let parts): return parts.allSatisfy { fulfils(product, $0) }
    case .or(let parts): return parts.contains { fulfils(product, $0) }
    case .not(let part): return !fulfils(product, part)
    case .exists(let field): return field == "price" ? product.price != nil : texts(product, field).isEmpty == false
    case .set(let field, let values): return values.contains { texts(product, field).contains($0.text) }
    case .range(let field, let from, let to):
      return fulfils(product, .comparison(field, .greaterOrEqual, from))
        && fulfils(product, .comparison(field, .lessOrEqual, to))
    case .comparison(let field, let comparison, .number(let number, _)):
      guard let value = field == "price" ? product.price : product.stock else { return false }
      switch comparison {
      case .equal: return value == number
      case .notEqual: return value != number
      case .less: return value < number
      case .lessOrEqual: return value <= number
      case .greater: return value > number
      case .greaterOrEqual: return value >= number
      }
    case .comparison(let field, .notEqual, let value):
      return !texts(product, field).isEmpty && !texts(product, field).contains(value.text)
    case .comparison(let field, _, let value): return texts(product, field).contains(value.text)
    }
  }

  /// A product's values of a field; of a category also the levels above it.
  static func texts(_ product: Product, _ field: String) -> [String] {
    switch field {
    case "brand": return product.brand.map { [$0] } ?? []
    case "attributes.colour": return product.colour.map { [$0] } ?? []
    case "category":
      let levels = product.category?.components(separatedBy: " > ") ?? []
      return levels.indices.map { levels[...$0].joined(separator: " > ") }
    default: return []
    }
  }

  /// How many of these products have each value, the most frequent first.
  static func counts(_ products: [Product], _ field: String) -> [(String, Int)] {
    var counts: [String: Int] = [:]
    for product in products { for text in texts(product, field) { counts[text, default: 0] += 1 } }
    return counts.map { ($0.key, $0.value) }.sorted { left, right in
      left.1 != right.1 ? left.1 > right.1 : Array(left.0.utf8).lexicographicallyPrecedes(Array(right.0.utf8))
    }
  }
}
