import ArgumentParser
import SearchEngine

/// The right answers, counted from the products without the index.
struct AttributeCounts {
  private let products: [AttributeCatalogue.Product]
  /// The products that have a name, and those that have a word.
  private let byName: [Int: [Int]]
  private let byWord: [Int: [Int]]
  /// The counts of names' values among all products, as far as they were asked for.
  private var ofAll: [Int: [Int]] = [:]
  /// How many distinct pairs of a name and a value there are.
  let pairs: Int

  init(of catalogue: AttributeCatalogue) {
    var products: [AttributeCatalogue.Product] = []
    var byName: [Int: [Int]] = [:]
    var byWord: [Int: [Int]] = [:]
    var seen: Set<Int> = []
    catalogue.forEachProduct { product in
      products.append(product)
      for (name, value) in product.attributes { seen.insert(name * catalogue.values + value) }
      for name in Set(product.attributes.map(\.name)) { byName[name, default: []].append(product.number) }
      for word in Set(product.words) { byWord[word, default: []].append(product.number) }
    }
    self.products = products
    self.byName = byName
    self.byWord = byWord
    pairs = seen.count
  }

  /// Refuses an answer that is not the right one.
  mutating func check(_ response: SearchResponse, to query: AttributeQueries.Query, of kind: String) throws {
    let found = hits(query.wanted)
    guard response.total == found.count else {
      throw ValidationError("\(kind): \(response.total) hits instead of \(found.count) for \(query.wanted)")
    }
    guard let facet = query.facet else { return }
    let all: [Int]
    if case .all = query.wanted, case .values(let name) = facet {
      all = ofAll[name] ?? counts(facet, of: byName[name] ?? [])
      ofAll[name] = all
    } else {
      all = counts(facet, of: found)
    }
    let right = Array(all.prefix(AttributeQueries.Query.facetSize))
    let counts = response.facets.first.map { $0.values.map(\.count) } ?? []
    guard counts == right else {
      throw ValidationError("\(kind): the facet counts \(counts), not \(right), for \(query.wanted)")
    }
  }

  /// The products that a query finds.
  private func hits(_ wanted: AttributeQueries.Wanted) -> [Int] {
    func having(_ name: Int, where holds: (Int) -> Bool) -> [Int] {
      (byName[name] ?? []).filter { products[$0].attributes.contains { $0.name == name && holds($0.value) } }
    }
    return switch wanted {
    case .all: Array(products.indices)
    case .word(let word): byWord[word] ?? []
    case .value(let name, let value): having(name) { $0 == value }
    case .range(let name, let range): having(name, where: range.contains)
    }
  }

  /// How many of the products have each name or value, the highest count first. A facet's own filter does not count for
  /// it; no query here filters by what its facet counts.
  private func counts(_ facet: AttributeQueries.Facet, of hits: [Int]) -> [Int] {
    var counts: [Int: Int] = [:]
    for hit in hits {
      let attributes = products[hit].attributes
      let counted =
        switch facet {
        case .names: Set(attributes.map(\.name))
        case .values(let name): Set(attributes.filter { $0.name == name }.map(\.value))
        }
      for item in counted { counts[item, default: 0] += 1 }
    }
    return counts.values.sorted(by: >)
  }
}
