/// The kinds of problem that a request can meet, each with a stable code.
enum ProblemKind: String, CaseIterable, Sendable {
  case invalidEncoding = "invalid-encoding"
  case invalidParameter = "invalid-parameter"
  case unknownParameter = "unknown-parameter"
  case duplicateParameter = "duplicate-parameter"
  case missingParameter = "missing-parameter"
  case invalidFilter = "invalid-filter"
  case invalidSort = "invalid-sort"
  case unknownField = "unknown-field"
  case invalidCursor = "invalid-cursor"
  case invalidPosition = "invalid-position"
  case invalidJSON = "invalid-json"
  case invalidBody = "invalid-body"
  case invalidEvent = "invalid-event"
  case invalidPayment = "invalid-payment"
  case notFound = "not-found"
  case unknownProduct = "unknown-product"
  case unknownView = "unknown-view"
  case unknownRebuild = "unknown-rebuild"
  case unknownGeneration = "unknown-generation"
  case methodNotAllowed = "method-not-allowed"
  case keyInUse = "idempotency-key-in-use"
  case rebuildRunning = "rebuild-running"
  case bodyTooLarge = "body-too-large"
  case targetTooLong = "target-too-long"
  case unsupportedMediaType = "unsupported-media-type"
  case keyReused = "idempotency-key-reused"
  case headersTooLarge = "headers-too-large"
  case internalError = "internal-error"
  case notYetVisible = "not-yet-visible"
  case notReady = "not-ready"
  case storageUnavailable = "storage-unavailable"
  case tooManyStreams = "too-many-streams"

  /// The HTTP status that goes with it.
  var status: Int {
    switch self {
    case .invalidEncoding, .invalidParameter, .unknownParameter, .duplicateParameter, .missingParameter,
      .invalidFilter, .invalidSort, .unknownField, .invalidCursor, .invalidPosition, .invalidJSON, .invalidBody,
      .invalidEvent, .invalidPayment:
      400
    case .notFound, .unknownProduct, .unknownView, .unknownRebuild, .unknownGeneration: 404
    case .methodNotAllowed: 405
    case .keyInUse, .rebuildRunning: 409
    case .bodyTooLarge: 413
    case .targetTooLong: 414
    case .unsupportedMediaType: 415
    case .keyReused: 422
    case .headersTooLarge: 431
    case .internalError: 500
    case .notYetVisible, .notReady, .storageUnavailable, .tooManyStreams: 503
    }
  }

  /// The kind in a few words, the same for every problem of it.
  var title: String {
    switch self {
    case .invalidEncoding: "The request's text is not encoded as it should be"
    case .invalidParameter: "A parameter has a value that can't be used"
    case .unknownParameter: "There is no such parameter"
    case .duplicateParameter: "A parameter is given more than once"
    case .missingParameter: "A parameter is missing"
    case .invalidFilter: "The filter can't be read"
    case .invalidSort: "The order can't be read"
    case .unknownField: "There is no such field, or it can't be used so"
    case .invalidCursor: "The cursor is not one of this search's"
    case .invalidPosition: "The position token is not one of this server's"
    case .invalidJSON: "The body is not JSON"
    case .invalidBody: "The body does not say what it should"
    case .invalidEvent: "Events were refused; nothing was published"
    case .invalidPayment: "The payment can't be scored"
    case .notFound: "There is nothing here"
    case .unknownProduct: "There is no such product"
    case .unknownView: "There is no such view"
    case .unknownRebuild: "There is no such rebuild"
    case .unknownGeneration: "There is no such generation"
    case .methodNotAllowed: "This method is not allowed here"
    case .keyInUse: "A request with this idempotency key is being worked on"
    case .rebuildRunning: "A rebuild is running already"
    case .bodyTooLarge: "The body is too large"
    case .targetTooLong: "The request's address is too long"
    case .unsupportedMediaType: "The body's media type is not one that is read here"
    case .keyReused: "This idempotency key belongs to another request"
    case .headersTooLarge: "The request's header fields are too large"
    case .internalError: "The server failed"
    case .notYetVisible: "The position is not visible yet"
    case .notReady: "The server is not ready"
    case .storageUnavailable: "The log takes no events"
    case .tooManyStreams: "Too many streams are open"
    }
  }

  /// The problem type's URI, relative to the server.
  var type: String { "/problems/" + rawValue }
}
