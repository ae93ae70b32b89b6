/// What people think of documents as answers to queries.
public struct Judgments: Sendable, Equatable {
  /// A query and what is thought of documents for it.
  public struct Query: Sendable, Equatable {
    /// What names the query: its number, or its text where it has none.
    public let id: String
    /// What is searched for.
    public let text: String
    /// Each judged document's rating: 0 is not relevant, and more is better.
    public fileprivate(set) var ratings: [String: Double]

    /// Whether any document is relevant.
    public var hasRelevant: Bool { ratings.values.contains { $0 > 0 } }

    /// A query with its ratings.
    public init(id: String, text: String, ratings: [String: Double]) {
      self.id = id
      self.text = text
      self.ratings = ratings
    }
  }

  /// The queries, in the order in which they were first seen.
  public private(set) var queries: [Query] = []
  private var places: [String: Int] = [:]

  /// The greatest rating: exponential gains double with each step.
  public static let greatestRating = 100.0

  /// No judgments.
  public init() {}

  /// Adds a query without judgments; what is known by its id stays.
  mutating func add(query id: String, text: String) {
    guard places[id] == nil else { return }
    places[id] = queries.count
    queries.append(Query(id: id, text: text, ratings: [:]))
  }

  func contains(query id: String) -> Bool { places[id] != nil }

  /// Adds a rating for a query that was added; one below 0, as some collections have, says that a document is not
  /// relevant.
  mutating func add(rating text: String, document: String, query id: String, place: String) throws(RelevanceError) {
    guard let index = places[id] else { return }
    guard let number = Double(text), number.isFinite, number <= Self.greatestRating else {
      throw RelevanceError(place, "the rating is \"\(text)\"; write a number up to \(Int(Self.greatestRating))")
    }
    let rating = max(0, number)
    if let before = queries[index].ratings.updateValue(rating, forKey: document), before != rating {
      throw RelevanceError(place, "document \(document) was rated otherwise before, for query \"\(id)\"")
    }
  }
}
