internal import HTTPTypes

/// An endpoint: everything that requests are checked by and the OpenAPI document is written from.
struct Route: Sendable {
  let operation: Operation
  let method: HTTPRequest.Method
  /// The path, with parameters in braces.
  let path: String
  let tag: String
  let summary: String
  /// Parameters in the path, each called as in the braces.
  var pathParameters: [Parameter] = []
  /// Parameters in the query.
  var query: [Parameter] = []
  var body: BodyDefinition?
  /// Whether the answer comes from the read models: it says its position, and may be waited for.
  var isRead = false
  /// Whether `Idempotency-Key` is honoured.
  var isIdempotent = false
  /// Whether any query is taken: pages keep their own state in it.
  var takesAnyQuery = false
  let answer: AnswerDefinition
  /// The kinds of problem that only this endpoint meets.
  var problems: [ProblemKind] = []

  /// The header fields that every read takes.
  static let readHeaders = [
    Parameter("Xopix-Min-Position", .position, "Wait until the answer reflects at least this position."),
    Parameter(
      "Xopix-Wait", .duration(most: Limits.longestWait), "How long to wait for it, e.g. 500ms or 2s.", usual: "1s"),
  ]

  /// The header field of requests that may be sent again.
  static let idempotencyKey = Parameter(
    "Idempotency-Key", .text(most: Limits.longestIdentifier),
    "The same key and the same request get the same answer for 24 hours.")
}

/// A request's body.
struct BodyDefinition: Sendable {
  /// What the body is, as part of a sentence.
  let summary: String
  var mediaTypes = ["application/json"]
  var mostBytes = Limits.largestBody
  /// The members of the body, where it is one object of parameters.
  var parameters: [Parameter]?
  let schema: Schema
}

/// What a successful request is answered with.
struct AnswerDefinition: Sendable {
  var status = 200
  let summary: String
  var mediaTypes = ["application/json"]
  var schema: Schema?
}

/// What the endpoints do.
enum Operation: String, CaseIterable, Sendable {
  case search
  case searchByBody
  case multiSearch
  case autocomplete
  case spell
  case searchFacet
  case product
  case similarProducts
  case publishEvents
  case views
  case view
  case viewStream
  case scorePayment
  case fraudDecisions
  case lag
  case startRebuild
  case rebuild
  case generations
  case metrics
  case health
  case readiness
  case version
  case openAPI
  case storefront
  case dashboards
  case dashboard
  case asset
}
