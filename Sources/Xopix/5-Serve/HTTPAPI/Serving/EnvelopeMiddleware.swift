internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// What every request and answer has in common: identity, limits, problems instead of errors, header fields, metrics.
struct EnvelopeMiddleware: RouterMiddleware {
  typealias Context = APIRequestContext

  let configuration: APIConfiguration
  let metrics: RequestMetrics
  let clock = ContinuousClock()

  func handle(
    _ request: Request, context: APIRequestContext,
    next: @concurrent (Request, APIRequestContext) async throws -> Response
  ) async throws -> Response {
    let start = clock.now
    var context = context
    let identity = RequestIdentity(headers: request.headers, randomBits: configuration.randomBits)
    context.identity = identity
    context.logger[metadataKey: "request_id"] = "\(identity.id)"
    if let traceID = identity.traceID { context.logger[metadataKey: "trace_id"] = "\(traceID)" }
    var response: Response
    do {
      try check(request)
      response = try await next(request, context)
    } catch {
      response = problem(for: error, request: request, logger: context.logger)
        .response(instance: Self.instance(of: request), requestID: identity.id)
      if request.method == .head { response = response.createHeadResponse() }
    }
    let duration = clock.now - start
    decorate(&response, identity: identity, duration: duration)
    let route = context.coreContext.endpointPath.value ?? "unknown"
    metrics.count(route: route, method: request.method, status: response.status.code, duration: duration)
    log(context.logger, request: request, route: route, status: response.status.code, duration: duration)
    return response
  }

  private func check(_ request: Request) throws(Problem) {
    guard request.head.path?.utf8.count ?? 0 <= Limits.longestTarget else {
      throw Problem(
        .targetTooLong, "a request's address is at most \(Limits.longestTarget) bytes; send long searches by POST")
    }
    let headerBytes = request.headers.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count }
    guard headerBytes <= Limits.largestHeaders else {
      throw Problem(.headersTooLarge, "a request's header fields are at most \(Limits.largestHeaders) bytes together")
    }
  }

  /// The problem that an error is to the client. What is nobody's fault but ours is logged and told without its inside.
  private func problem(for error: any Error, request: Request, logger: Logger) -> Problem {
    if let problem = error as? Problem {
      if problem.kind.status >= 500 {
        logger.warning(
          "a request was not done", metadata: ["code": "\(problem.kind.rawValue)", "why": "\(problem.detail)"])
      }
      return problem
    }
    if let error = error as? HTTPError, error.status == .notFound { return notFound(request) }
    logger.error("a request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path.prefix(200))"])
    return Problem(.internalError, "the request failed for a reason within the server; its log says more under this id")
  }

  private func notFound(_ request: Request) -> Problem {
    let path = request.uri.path
    let methods = Routes.methods(ofPath: path)
    guard !methods.isEmpty else {
      let known = Routes.all.map(\.path)
      return Problem(.notFound, "there is no endpoint \(path.prefix(200))" + Suggestion.text(for: path, among: known))
    }
    let allowed = methods.map(\.rawValue).joined(separator: ", ")
    var problem = Problem(
      .methodNotAllowed, "\(request.method.rawValue.prefix(40)) is not allowed here; use \(allowed)")
    problem.headers[.allow] = allowed
    return problem
  }

  private func decorate(_ response: inout Response, identity: RequestIdentity, duration: Duration) {
    response.headers[.xRequestID] = identity.id
    if let trace = identity.traceResponse { response.headers[.traceResponse] = trace }
    response.headers[.serverTiming] = "total;dur=\(Self.milliseconds(duration))"
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
  }

  private func log(_ logger: Logger, request: Request, route: String, status: Int, duration: Duration) {
    let isSlow = duration > configuration.slowRequest
    logger.log(
      level: isSlow ? .notice : .debug, isSlow ? "slow request" : "request",
      metadata: [
        "method": "\(request.method.rawValue.prefix(40))", "route": "\(route)", "status": "\(status)",
        "dur_ms": "\(Self.milliseconds(duration))",
      ])
  }

  /// Pages load nothing from elsewhere, and are framed by nobody.
  static let contentSecurityPolicy = "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'"

  /// Milliseconds with three digits after the point.
  private static func milliseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }

  /// The request's path, as the problem document names the occurrence.
  private static func instance(of request: Request) -> String { String(request.uri.path.prefix(1024)) }
}
