/// What a request may ask for at most. Each limit is stated in the OpenAPI document and in the problem that exceeding it
/// answers.
enum Limits {
  /// The longest request target, in bytes.
  static let longestTarget = 60_000
  /// All header fields of a request, names and values, in bytes.
  static let largestHeaders = 32_768
  /// The longest query text, in bytes of UTF-8.
  static let longestQuery = 1024
  /// The longest other text, in bytes of UTF-8.
  static let longestText = 1024
  /// The longest id of a product, payment or the like, in bytes of UTF-8.
  static let longestID = 256
  /// The longest cursor, in bytes.
  static let longestCursor = 8192
  /// The hits of one page.
  static let largestPage = 1000
  /// The facets of one search.
  static let mostFacets = 100
  /// The fields of one search that are highlighted.
  static let mostHighlights = 32
  /// The searches of one request.
  static let mostSearches = 50
  /// The body of a request that publishes nothing, in bytes.
  static let largestBody = 1 << 20
  /// The body of a request that publishes events, in bytes.
  static let largestEventsBody = 32 << 20
  /// The events of one request.
  static let mostEvents = 10_000
  /// The longest `X-Request-Id` and `Idempotency-Key`, in bytes.
  static let longestIdentifier = 128
  /// The longest wait for a position.
  static let longestWait: Duration = .seconds(30)
  /// The wait for a position where the request names none.
  static let usualWait: Duration = .seconds(1)
  /// The rows of one answer of a view.
  static let mostRows = 100_000
  /// The views of one stream.
  static let mostStreamedViews = 32
  /// The streams that are open at once.
  static let mostStreams = 256
}
