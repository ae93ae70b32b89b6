internal import HTTPTypes
internal import SearchEngine

extension Routes {
  private static let query = Parameter(
    "q", .text(most: Limits.longestQuery),
    "Words, \"phrases\", \"words nearby\"~3, -without, field:word, word*, w?rd, w*d, word~1 and OR; empty for all products.",
    usual: "")

  /// What a search may say, in a query or in a body.
  static let searchParameters = [
    query,
    Parameter("filter", .filter, "Conditions such as `brand = HP AND price 10 TO 50 AND in_stock = true`."),
    Parameter("facets", .list(most: Limits.mostFacets), "Fields whose values are counted, e.g. brand,category,price."),
    Parameter("facet_size", .integer(1...1000), "The most values of each facet.", usual: "10"),
    Parameter(
      "facet_sort", .choice(FacetRequest.Order.allCases.map(\.rawValue)),
      "Which values of facets come first: the commonest, or the least.", usual: "count"),
    Parameter("sort", .sort, "The order, e.g. price:asc,_score:desc; by score where absent."),
    Parameter(
      "match", .minimumMatch,
      "How many of the words hits must have, e.g. 2, -1 or 75%; all, or as many as some product has, where absent."),
    Parameter(
      "boost", .boost,
      "Numbers that change scores: FIELD:WEIGHT:SHAPE:NUMBERS, e.g. popularity:0.5:saturation:100,in_stock:1:at_least:1."
    ),
    Parameter("size", .integer(0...Limits.largestPage), "The most hits; 0 for totals and facets alone.", usual: "10"),
    Parameter("cursor", .cursor, "The next_cursor of the page before."),
    Parameter("lang", .choice(["auto", "en", "ar"]), "The language of the query.", usual: "auto"),
    Parameter(
      "highlight", .list(most: Limits.mostHighlights), "Fields whose matches are marked, e.g. title,description."),
    Parameter("typo", .choice(["auto", "off"]), "Whether misspelt words are corrected.", usual: "auto"),
    Parameter("total", .choice(["exact", "estimate"]), "How the hits are counted.", usual: "exact"),
    Parameter("collapse", .text(most: Limits.longestText), "A field of whose values each is shown by its best hit."),
    Parameter("explain", .flag, "Whether hits say how their scores came about.", usual: "false"),
    Parameter("generation", .text(most: Limits.longestText), "The generation to search; only the live one is served."),
    Parameter("index", .choice(["products"]), "What to search.", usual: "products"),
  ]

  /// The member of the body that holds several searches.
  static let searchesMember = "searches"

  private static let searchProblems: [ProblemKind] = [
    .invalidFilter, .invalidSort, .unknownField, .invalidCursor, .unknownGeneration,
  ]

  static let search = [
    Route(
      operation: .search, method: .get, path: "/v1/search", tag: "Search", summary: "Search the catalogue.",
      query: searchParameters, isRead: true,
      answer: AnswerDefinition(summary: "Hits, facets and totals.", schema: .named("SearchAnswer")),
      problems: searchProblems),
    Route(
      operation: .searchByBody, method: .post, path: "/v1/search", tag: "Search",
      summary: "Search the catalogue, asked in a body.",
      body: BodyDefinition(
        summary: "an object with the parameters of a search", parameters: searchParameters,
        schema: .parameters(searchParameters)),
      isRead: true, answer: AnswerDefinition(summary: "Hits, facets and totals.", schema: .named("SearchAnswer")),
      problems: searchProblems),
    Route(
      operation: .multiSearch, method: .post, path: "/v1/multi-search", tag: "Search",
      summary: "Several searches at once, against one snapshot.",
      body: BodyDefinition(
        summary: "an object with the member searches, a list of up to \(Limits.mostSearches) searches",
        schema: .object([(searchesMember, .bounded(.parameters(searchParameters), most: Limits.mostSearches))])),
      isRead: true,
      answer: AnswerDefinition(
        summary: "The answers, in the order of the searches.",
        schema: .object([("results", .array(.named("SearchAnswer"))), ("took_us", .integer)])),
      problems: searchProblems),
    Route(
      operation: .autocomplete, method: .get, path: "/v1/autocomplete", tag: "Search",
      summary: "What to offer while somebody types.",
      query: [
        Parameter("q", .text(most: Limits.longestQuery), "What was typed so far.", required: true),
        Parameter("size", .integer(1...50), "The most of each kind.", usual: "8"),
      ],
      isRead: true,
      answer: AnswerDefinition(summary: "Queries, products and categories.", schema: .named("AutocompleteAnswer"))),
    Route(
      operation: .spell, method: .get, path: "/v1/spell", tag: "Search", summary: "Correct a query's spelling.",
      query: [Parameter("q", .text(most: Limits.longestQuery), "The query.", required: true)], isRead: true,
      answer: AnswerDefinition(summary: "The corrected query and others.", schema: .named("SpellAnswer"))),
    Route(
      operation: .searchFacet, method: .get, path: "/v1/facets/{field}", tag: "Search",
      summary: "Search among a facet's values.",
      pathParameters: [Parameter("field", .text(most: Limits.longestID), "The field.", required: true)],
      query: [
        query, Parameter("filter", .filter, "Conditions that counted products fulfil."),
        Parameter("prefix", .text(most: Limits.longestText), "The beginning of the values.", usual: ""),
        Parameter("size", .integer(1...Limits.largestPage), "The most values.", usual: "10"),
      ],
      isRead: true, answer: AnswerDefinition(summary: "Values and counts.", schema: .named("FacetAnswer")),
      problems: [.invalidFilter, .unknownField]),
  ]

  private static let productID = Parameter(
    "id", .text(most: Limits.longestID), "The product's id, percent-encoded.", required: true)

  static let products = [
    Route(
      operation: .product, method: .get, path: "/v1/products/{id}", tag: "Products",
      summary: "A product with its live stock and signals.", pathParameters: [productID], isRead: true,
      answer: AnswerDefinition(summary: "The product's document.", schema: .named("Product")),
      problems: [.unknownProduct]),
    Route(
      operation: .similarProducts, method: .get, path: "/v1/products/{id}/similar", tag: "Products",
      summary: "Products like this one.", pathParameters: [productID],
      query: [Parameter("size", .integer(1...100), "The most products.", usual: "10")], isRead: true,
      answer: AnswerDefinition(
        summary: "Products, most similar first.",
        schema: .object([("hits", .array(.named("Hit"))), ("took_us", .integer)])),
      problems: [.unknownProduct]),
  ]
}
