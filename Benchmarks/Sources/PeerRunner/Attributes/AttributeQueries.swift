import ArgumentParser
import QueryLanguage
import SearchEngine

/// Queries about attributes, each with what must be found, counted from the products without the index.
struct AttributeQueries {
  struct Query {
    var request = SearchRequest()
    /// The right number of hits.
    let total: Int
    /// The right counts of the facet, the highest first; nil where none is asked for.
    var counts: [Int]?

    /// Refuses an answer that is not the right one.
    func check(_ response: SearchResponse, as kind: String) throws {
      guard response.total == total else {
        throw ValidationError("\(kind): \(response.total) hits instead of \(total) for \(request.filter)")
      }
      guard let counts else { return }
      let found = response.facets.first.map { $0.values.map(\.count) } ?? []
      guard found == Array(counts.prefix(Self.facetSize)) else {
        throw ValidationError("\(kind): the facet counts \(found), not \(counts.prefix(Self.facetSize))")
      }
    }

    static let facetSize = 10
  }

  /// What is asked about: a pair that a product has, and a word.
  private struct Subject {
    let name: Int
    let value: Int
    let word: Int
  }

  /// How many distinct pairs the products have.
  private(set) var pairs = 0
  private let catalogue: AttributeCatalogue
  private var subjects: [Subject] = []

  init(of catalogue: AttributeCatalogue, count: Int) {
    self.catalogue = catalogue
    var random = SeededGenerator(seed: ~catalogue.seed)
    let asked = Set((0..<count).map { _ in Int.random(in: 0..<catalogue.products, using: &random) })
    var subjects: [Subject] = []
    var seen: Set<Int> = []
    catalogue.forEachProduct { product in
      for (name, value) in product.attributes { seen.insert(name * catalogue.values + value) }
      guard asked.contains(product.number) else { return }
      let pair = product.attributes[product.number % product.attributes.count]
      subjects.append(Subject(name: pair.name, value: pair.value, word: product.words[0]))
    }
    pairs = seen.count
    self.subjects = subjects
  }

  /// The queries by kind.
  func kinds() throws -> [(kind: String, queries: [Query])] {
    let counted = Counts(of: catalogue, words: Set(subjects.map(\.word)), names: Set(subjects.map(\.name)))
    func field(_ subject: Subject) -> String { "attributes." + AttributeCatalogue.name(subject.name) }
    func facet(_ field: String) -> [FacetRequest] { [FacetRequest(field: field, size: Query.facetSize)] }
    var value: [Query] = []
    var range: [Query] = []
    var filterNames: [Query] = []
    for subject in subjects {
      let isNumeric = AttributeCatalogue.isNumeric(subject.name)
      let text = isNumeric ? String(subject.value) : "\"\(AttributeCatalogue.text(subject.value))\""
      var query = Query(total: counted.ofValue(subject.name, subject.value))
      query.request.filter = try FilterParser.parse("\(field(subject)) = \(text)")
      value.append(query)
      query.request.facets = facet("attributes")
      filterNames.append(query)
      if isNumeric {
        let end = subject.value + catalogue.values / 10
        var query = Query(total: counted.ofRange(subject.name, subject.value...end))
        query.request.filter = try FilterParser.parse("\(field(subject)) \(subject.value) TO \(end)")
        range.append(query)
      }
    }
    let one = subjects.map { subject in
      var query = Query(total: catalogue.products, counts: counted.values(of: subject.name))
      query.request.facets = facet(field(subject))
      return query
    }
    let words = Set(subjects.map(\.word)).sorted()
    let oneOfHits = subjects.map { subject in
      var query = Query(total: counted.ofWord(subject.word))
      query.request.query = QueryParser.parse(AttributeCatalogue.words[subject.word])
      query.request.facets = facet(field(subject))
      return query
    }
    let namesOfHits = words.map { word in
      var query = Query(total: counted.ofWord(word))
      query.request.query = QueryParser.parse(AttributeCatalogue.words[word])
      query.request.facets = facet("attributes")
      return query
    }
    var names = Query(total: catalogue.products, counts: counted.names)
    names.request.facets = facet("attributes")
    return [
      ("one", one), ("one_of_hits", oneOfHits), ("value", value), ("range", range), ("names", [names]),
      ("names_of_hits", namesOfHits), ("value_names", filterNames),
    ]
  }

  /// How many products there are of what is asked for.
  private struct Counts {
    private var byWord: [Int: Int] = [:]
    private var byValue: [Int: [Int: Int]] = [:]
    private var byRange: [Int: [Set<Int>]] = [:]
    /// The counts of all names, the highest first.
    private(set) var names: [Int] = []

    init(of catalogue: AttributeCatalogue, words: Set<Int>, names: Set<Int>) {
      var byName = Array(repeating: 0, count: catalogue.names)
      var byWord: [Int: Int] = [:]
      var byValue: [Int: [Int: Int]] = [:]
      var byRange: [Int: [Set<Int>]] = [:]
      catalogue.forEachProduct { product in
        for word in Set(product.words) where words.contains(word) { byWord[word, default: 0] += 1 }
        for name in Set(product.attributes.map(\.name)) {
          byName[name] += 1
          guard names.contains(name) else { continue }
          let values = product.attributes.filter { $0.name == name }.map(\.value)
          for value in values { byValue[name, default: [:]][value, default: 0] += 1 }
          if AttributeCatalogue.isNumeric(name) { byRange[name, default: []].append(Set(values)) }
        }
      }
      self.byWord = byWord
      self.byValue = byValue
      self.byRange = byRange
      self.names = byName.filter { $0 > 0 }.sorted(by: >)
    }

    func ofWord(_ word: Int) -> Int { byWord[word] ?? 0 }
    func ofValue(_ name: Int, _ value: Int) -> Int { byValue[name]?[value] ?? 0 }
    func values(of name: Int) -> [Int] { (byValue[name] ?? [:]).values.sorted(by: >) }

    func ofRange(_ name: Int, _ range: ClosedRange<Int>) -> Int {
      (byRange[name] ?? []).count { $0.contains(where: range.contains) }
    }
  }
}
