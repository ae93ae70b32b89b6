import QueryLanguage
import SearchEngine

/// Queries about attributes that some products have.
struct AttributeQueries {
  /// Which products are asked for.
  enum Wanted {
    case all
    case word(Int)
    case value(name: Int, Int)
    case range(name: Int, ClosedRange<Int>)
  }

  /// What of them is counted.
  enum Facet {
    case names
    case values(name: Int)
  }

  struct Query {
    let wanted: Wanted
    let facet: Facet?
    let request: SearchRequest

    init(_ wanted: Wanted, _ facet: Facet? = nil) throws {
      self.wanted = wanted
      self.facet = facet
      var request = SearchRequest()
      switch wanted {
      case .all: break
      case .word(let word): request.query = QueryParser.parse(AttributeCatalogue.words[word])
      case .value(let name, let value):
        let isNumeric = AttributeCatalogue.isNumeric(name)
        let text = isNumeric ? String(value) : "\"\(AttributeCatalogue.text(value))\""
        request.filter = try FilterParser.parse("\(Self.field(name)) = \(text)")
      case .range(let name, let range):
        request.filter = try FilterParser.parse("\(Self.field(name)) \(range.lowerBound) TO \(range.upperBound)")
      }
      switch facet {
      case .names?: request.facets = [FacetRequest(field: "attributes", size: Self.facetSize)]
      case .values(let name)?: request.facets = [FacetRequest(field: Self.field(name), size: Self.facetSize)]
      case nil: break
      }
      self.request = request
    }

    /// Values of a facet that are asked for.
    static let facetSize = 10

    private static func field(_ name: Int) -> String { "attributes." + AttributeCatalogue.name(name) }
  }

  /// The queries by kind; ranges are asked of names with numbers only.
  let kinds: [(name: String, queries: [Query])]

  /// Up to so many queries of each kind, about products that are drawn.
  init(of catalogue: AttributeCatalogue, count: Int) throws {
    var random = SeededGenerator(seed: ~catalogue.seed)
    let asked = Set((0..<count).map { _ in Int.random(in: 0..<catalogue.products, using: &random) })
    var subjects: [(name: Int, value: Int, word: Int)] = []
    catalogue.forEachProduct { product in
      guard asked.contains(product.number) else { return }
      let (name, value) = product.attributes[product.number % product.attributes.count]
      subjects.append((name, value, product.words[0]))
    }
    let width = catalogue.values / 10
    kinds = [
      ("one", try subjects.map { try Query(.all, .values(name: $0.name)) }),
      ("one_of_hits", try subjects.map { try Query(.word($0.word), .values(name: $0.name)) }),
      ("value", try subjects.map { try Query(.value(name: $0.name, $0.value)) }),
      (
        "range",
        try subjects.filter { AttributeCatalogue.isNumeric($0.name) }
          .map { try Query(.range(name: $0.name, $0.value...$0.value + width)) }
      ),
      ("names", [try Query(.all, .names)]),
      ("names_of_hits", try Set(subjects.map(\.word)).sorted().map { try Query(.word($0), .names) }),
      ("value_names", try subjects.map { try Query(.value(name: $0.name, $0.value), .names) }),
    ]
  }
}
