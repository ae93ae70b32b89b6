internal import ByteCoding
internal import JSONBytes
public import Projections
public import QueryLanguage
public import SearchEngine
internal import Suggestions
internal import TextAnalysis

/// The catalogue as of one position: immutable, shared by any number of readers.
public struct CatalogueSnapshot: Sendable {
  /// The search index.
  public let index: IndexSnapshot
  /// How documents become entries of the index.
  public let definition: CatalogueDefinition
  /// The position that this snapshot reflects.
  public let position: Position
  let suggestions: Suggester

  init(index: IndexSnapshot, definition: CatalogueDefinition, suggestions: Suggester, position: Position) {
    self.index = index
    self.definition = definition
    self.suggestions = suggestions
    self.position = position
  }

  /// Answers a search among the active products, or among those whose status the filter asks for.
  public func search(_ request: SearchRequest) throws(SearchError) -> SearchResponse {
    var request = request
    request.filter = Self.activeOnly(request.filter)
    request.pairWeight = definition.pairWeight
    if !request.highlight.isEmpty {
      let definition = definition
      request.highlightSource = { stored, field in definition.texts(of: field, in: stored) }
    }
    return try index.search(request)
  }

  /// Takes a query apart; `brand:acme` looks for the word in the field `brand`, whichever field holds its words.
  public func query(_ text: String) -> ParsedQuery {
    let names = definition.searchableNames
    var query = QueryParser.parse(text, fields: Set(names.keys))
    for group in query.groups.indices {
      for clause in query.groups[group].indices {
        query.groups[group][clause].field = query.groups[group][clause].field.flatMap { names[$0] }
        if query.groups[group][clause].kind == .word {
          query.groups[group][clause].synonyms =
            definition.synonyms[Folding.fold(query.groups[group][clause].text)] ?? []
        }
      }
    }
    for clause in query.exclusions.indices {
      query.exclusions[clause].field = query.exclusions[clause].field.flatMap { names[$0] }
    }
    return withoutStopwords(query)
  }

  /// A query without the words that say too little, unless it has no others; what is quoted, or looked for in a field,
  /// stays.
  private func withoutStopwords(_ query: ParsedQuery) -> ParsedQuery {
    let groups = query.groups.filter { group in
      guard group.count == 1, group[0].kind == .word, group[0].field == nil else { return true }
      return !definition.stopwords.contains(Folding.fold(group[0].text))
    }
    guard !groups.isEmpty else { return query }
    var query = query
    query.groups = groups
    return query
  }

  /// Corrects the words of a text by those of the catalogue.
  public func spell(_ text: String) -> SpellResult { index.spell(text) }

  /// The values of a facet that start with a text.
  public func facetValues(
    of field: String, prefix: String, request: SearchRequest, size: Int
  ) throws(SearchError) -> FacetResult {
    var request = request
    request.filter = Self.activeOnly(request.filter)
    return try index.facetValues(of: field, prefix: prefix, request: request, size: size)
  }

  /// Products like this one: those that share words of its title, most of them first; nil for an unknown product.
  public func similar(to id: String, size: Int) -> SearchResponse? {
    guard let document = index.document(id: id) else { return nil }
    let words = definition.texts(of: "title", in: document.stored).joined(separator: " ")
      .split { !$0.isLetter && !$0.isNumber }.prefix(ParsedQuery.mostSimilarWords)
    guard !words.isEmpty else { return SearchResponse() }
    var request = SearchRequest()
    let clauses = words.map { ParsedQuery.Clause(kind: .word, text: String($0), field: nil, range: 0..<0) }
    request.query = ParsedQuery(text: words.joined(separator: " "), groups: [clauses], exclusions: [])
    request.filter = .not(.comparison("id", .equal, .string(id)))
    request.correctsTypos = false
    request.size = size
    return try? search(request)
  }

  /// The product's document with its live stock and signals, as JSON; nil for an unknown one.
  public func product(id: String) -> [UInt8]? {
    guard let document = index.document(id: id) else { return nil }
    return Self.json(stored: document.stored, live: document.live)
  }

  /// A document with what the log says beside it, as JSON:
  /// `{…, "stock": {"available": 3, "in_stock": true}, "signals": {"sold": 5, "clicks": 9}}`.
  public static func json(stored: [UInt8], live: [(field: String, value: Double)]) -> [UInt8] {
    guard stored.last == UInt8(ascii: "}") else { return stored }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("stock")
    writer.beginObject()
    if let stock = live.first(where: { $0.field == "stock" })?.value {
      writer.key("available")
      writer.double(stock)
    }
    writer.key("in_stock")
    writer.bool((live.first { $0.field == "in_stock" }?.value ?? 1) != 0)
    writer.endObject()
    writer.key("signals")
    writer.beginObject()
    for (field, value) in live where field != "stock" && field != "in_stock" {
      writer.key(field)
      writer.double(value)
    }
    writer.endObject()
    writer.endObject()
    // The stored object without its closing brace, then the members of the object just written.
    var json = Array(stored.dropLast())
    if json.count > 1 { json.append(UInt8(ascii: ",")) }
    json.append(contentsOf: writer.bytes.dropFirst())
    return json
  }

  /// Members that ``json(stored:live:)`` adds; a product's own of these names are not kept.
  static let reservedMembers = ["stock", "signals"]

  /// Adds the filter that hides drafts and archived products, unless the filter speaks of the status itself.
  public static func activeOnly(_ filter: Filter) -> Filter {
    if filter.fields.contains("status") { return filter }
    let isActive = Filter.not(.and([.exists(field: "status"), .comparison("status", .notEqual, .string("active"))]))
    return filter == .all ? isActive : .and([filter, isActive])
  }
}

extension ParsedQuery {
  /// The words of a title by which similar products are looked for.
  fileprivate static let mostSimilarWords = 16
}

// MARK: Suggestions

/// What to offer while somebody types.
public struct Autocomplete: Sendable {
  /// A query that others searched for.
  public struct Query: Sendable {
    /// The query.
    public let text: String
    /// How often it was searched for.
    public let score: Double
  }

  /// A product.
  public struct Product: Sendable {
    /// The product's id.
    public let id: String
    /// The product's document as JSON.
    public let document: [UInt8]
  }

  /// A category.
  public struct Category: Sendable {
    /// The category's path, from broad to narrow.
    public let value: String
    /// The products in it.
    public let count: Int
  }

  /// Queries: those of which a word, and what follows, starts so, then those that do but for typing errors; most searched
  /// first.
  public let queries: [Query]
  /// Products, best first.
  public let products: [Product]
  /// Categories, largest first.
  public let categories: [Category]
}

extension CatalogueSnapshot {
  /// What to offer for the beginning of a query: at most `size` of each kind.
  public func autocomplete(_ text: String, size: Int) -> Autocomplete {
    let folded = Folding.fold(text)
    let words = folded.split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return Autocomplete(queries: [], products: [], categories: []) }
    let isWordOpen = !(text.last?.isWhitespace ?? true)
    let prefix = words.joined(separator: " ") + (isWordOpen ? "" : " ")
    let queries = suggestions.suggestions(for: prefix, limit: size)
    return Autocomplete(
      queries: queries.map { Autocomplete.Query(text: $0.phrase.text, score: Double($0.phrase.weight)) },
      products: products(startingWith: text, isWordOpen: isWordOpen, size: size),
      categories: categories(matching: words.map(String.init), size: size))
  }

  private func products(startingWith text: String, isWordOpen: Bool, size: Int) -> [Autocomplete.Product] {
    var request = SearchRequest()
    request.query = QueryParser.parse(isWordOpen ? text + "*" : text)
    request.size = size
    guard var answer = try? search(request) else { return [] }
    if answer.hits.isEmpty || !answer.droppedWords.isEmpty, isWordOpen {
      // Nothing goes on so: the last word may be whole, and misspelt.
      request.query = QueryParser.parse(text)
      if let whole = try? search(request), whole.corrected != nil { answer = whole }
    }
    return answer.hits.map { Autocomplete.Product(id: $0.id, document: $0.stored) }
  }

  private func categories(matching words: [String], size: Int) -> [Autocomplete.Category] {
    var request = SearchRequest()
    request.size = 0
    request.facets = [FacetRequest(field: "category", size: 1000)]
    guard let facet = try? search(request).facets.first else { return [] }
    var matching: [Autocomplete.Category] = []
    for value in facet.values {
      let parts = Folding.fold(value.value).split { !$0.isLetter && !$0.isNumber }
      let matches = words.allSatisfy { word in parts.contains { $0.hasPrefix(word) } }
      if matches { matching.append(Autocomplete.Category(value: value.value, count: value.count)) }
    }
    return Array(matching.sorted { ($1.count, $0.value) < ($0.count, $1.value) }.prefix(size))
  }
}
