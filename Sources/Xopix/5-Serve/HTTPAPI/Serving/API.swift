internal import ByteCoding
internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import Logging
internal import NIOCore
internal import Projections
internal import Telemetry

/// A request that was checked.
struct Call: Sendable {
  let route: Route
  let request: Request
  let context: APIRequestContext
  /// The values of the path, the query and the body's members.
  let arguments: Arguments
  /// The body; null for routes that have none.
  let body: RequestBody.Content
  let start: ContinuousClock.Instant

  /// Whole microseconds since the work on the request began.
  var microseconds: Int {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Int(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}

/// Checks requests by their routes, and has them answered.
struct API: Sendable {
  let readSide: any ReadSide
  let configuration: APIConfiguration
  let metrics: PrometheusRegistry
  let idempotency: IdempotencyStore
  let pages: StaticPages
  let openAPI: OpenAPIDocument
  let searchMetrics: SearchMetrics
  let streams = StreamCounter()
  /// Names this run of the process in the ids of streams' events.
  let run: String

  init(
    readSide: any ReadSide, configuration: APIConfiguration, metrics: PrometheusRegistry,
    idempotency: IdempotencyStore, pages: StaticPages
  ) {
    self.readSide = readSide
    self.configuration = configuration
    self.metrics = metrics
    self.idempotency = idempotency
    self.pages = pages
    openAPI = OpenAPIDocument(version: configuration.version)
    searchMetrics = SearchMetrics(registry: metrics)
    run = String(configuration.randomBits(), radix: 36)
  }

  func serve(_ route: Route, _ request: Request, _ context: APIRequestContext) async throws -> Response {
    let start = ContinuousClock.now
    var arguments = Arguments()
    try readPath(of: request, context, route, into: &arguments)
    if !route.takesAnyQuery {
      arguments.read(query: try QueryString.parse(request.uri.query), parameters: route.query)
    }
    for parameter in headerParameters(of: route) {
      guard let name = HTTPField.Name(parameter.name), let text = request.headers[name] else { continue }
      arguments.read(text: text, of: parameter, in: .header)
    }
    // Faults of the query and the header fields come before the body is read.
    if !arguments.errors.isEmpty { throw Problem(arguments.errors) }
    var body = RequestBody.Content()
    if let definition = route.body {
      body = try await RequestBody.read(request, as: definition)
      if let parameters = definition.parameters {
        guard case .object(let object) = body.value else {
          throw Problem(.invalidBody, "the body must be \(definition.summary)")
        }
        arguments.read(body: object, parameters: parameters)
        if !arguments.errors.isEmpty { throw Problem(arguments.errors) }
      }
    }
    let call = Call(
      route: route, request: request, context: context, arguments: arguments, body: body, start: start)
    if route.isIdempotent { return try await answerOnce(call) }
    guard route.isRead else { return try await answer(call) }
    let token = try await awaitPosition(arguments)
    var response = try await answer(call)
    response.headers[.position] = token
    return response
  }

  private func headerParameters(of route: Route) -> [Parameter] {
    (route.isRead ? Route.readHeaders : []) + (route.isIdempotent ? [Route.idempotencyKey] : [])
  }

  private func readPath(
    of request: Request, _ context: APIRequestContext, _ route: Route, into arguments: inout Arguments
  ) throws(Problem) {
    for parameter in route.pathParameters {
      // Pages look their path up by themselves: it may have several parts.
      guard let raw = context.parameters.get(parameter.name) else { continue }
      guard let text = PercentEncoding.decode(raw.utf8) else {
        throw Problem([
          FieldError(
            kind: .invalidEncoding, location: .path, pointer: "/" + parameter.name,
            detail: "the path is not percent-encoded UTF-8")
        ])
      }
      arguments.read(text: text, of: parameter, in: .path)
    }
  }

  /// Waits for the position that the request asks for, and returns the token of one that the answer reflects at least:
  /// it is taken before the snapshot that answers.
  private func awaitPosition(_ arguments: Arguments) async throws(Problem) -> String {
    if let wanted = arguments.position("Xopix-Min-Position") {
      let wait = arguments.duration("Xopix-Wait") ?? Limits.usualWait
      guard await readSide.wait(for: wanted, timeout: wait) else {
        let lag = readSide.position.lag(behind: wanted)
        var problem = Problem(
          .notYetVisible, "\(lag) records of the position asked for are not visible yet; ask again, or wait longer")
        problem.members = [("lag", .integer(lag))]
        throw problem.retryable(afterSeconds: 1)
      }
    }
    return readSide.position.token
  }

  private func answer(_ call: Call) async throws -> Response {
    switch call.route.operation {
    case .search, .searchByBody: try search(call)
    case .multiSearch: try multiSearch(call)
    case .autocomplete: autocomplete(call)
    case .spell: spell(call)
    case .searchFacet: try searchFacet(call)
    case .product: try product(call)
    case .similarProducts: try similarProducts(call)
    case .publishEvents: try await publishEvents(call).response
    case .views: views(call)
    case .view: try view(call)
    case .viewStream: try viewStream(call)
    case .scorePayment: try scorePayment(call)
    case .fraudDecisions: try fraudDecisions(call)
    case .lag: lag(call)
    case .startRebuild: try startRebuild(call).response
    case .rebuild: try rebuild(call)
    case .generations: generations(call)
    case .metrics: renderMetrics(call)
    case .health: health(call)
    case .readiness: try readiness(call)
    case .version: version(call)
    case .openAPI: openAPI.response(to: call.request)
    case .storefront, .dashboards, .dashboard, .asset: try pages.response(to: call.request)
    }
  }

  /// Answers a request that carries an idempotency key as the first time; the answer is kept where it is a success.
  private func answerOnce(_ call: Call) async throws -> Response {
    guard let key = call.request.headers[.idempotencyKey] else { return try await perform(call).response }
    guard RequestIdentity.isIdentifier(key) else {
      throw Problem([
        FieldError(
          kind: .invalidParameter, location: .header, pointer: "/Idempotency-Key",
          detail: "must be 1 to \(Limits.longestIdentifier) visible ASCII characters")
      ])
    }
    let fingerprint = IdempotencyStore.fingerprint(path: call.route.path, body: call.body.bytes)
    let now = configuration.now()
    switch try await idempotency.begin(key: key, fingerprint: fingerprint, now: now) {
    case .replayed(let status, let body):
      var response = Self.json(body, status: HTTPResponse.Status(code: status))
      response.headers[.idempotencyReplayed] = "true"
      return response
    case .otherRequest:
      throw Problem(.keyReused, "this Idempotency-Key came with another request before; use a new one")
    case .inUse:
      throw Problem(.keyInUse, "the first request with this Idempotency-Key has not been answered yet")
        .retryable(afterSeconds: 1)
    case .started: break
    }
    let prepared: PreparedAnswer
    do {
      prepared = try await perform(call)
    } catch {
      idempotency.abandon(key: key)
      throw error
    }
    do {
      try await idempotency.finish(
        key: key, fingerprint: fingerprint, status: prepared.status.code, body: prepared.body, now: now)
    } catch {
      // What was asked for is done; only its repetition will not be recognised.
      idempotency.abandon(key: key)
      call.context.logger.error("an idempotency key could not be kept", metadata: ["error": "\(error)"])
    }
    return prepared.response
  }

  /// Does what changes something: its answer is small, and kept.
  private func perform(_ call: Call) async throws -> PreparedAnswer {
    switch call.route.operation {
    case .publishEvents: return try await publishEvents(call)
    case .startRebuild: return try startRebuild(call)
    default: preconditionFailure("\(call.route.operation) changes nothing that could be repeated")
    }
  }

  // MARK: Answers

  /// An answer of JSON that was written already.
  static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

/// A small answer of JSON.
struct PreparedAnswer: Sendable {
  let status: HTTPResponse.Status
  let body: [UInt8]

  var response: Response { API.json(body, status: status) }
}
