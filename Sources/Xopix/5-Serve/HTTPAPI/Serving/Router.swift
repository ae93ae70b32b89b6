internal import HTTPTypes
public import Hummingbird
public import Logging
public import Telemetry

/// The router of every endpoint, over a read side.
///
///     let router = try makeRouter(readSide: readSide, configuration: configuration, metrics: registry, logger: logger)
///     let app = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 8080)))
///
/// Throws where the idempotency database can't be opened or the pages can't be read.
public func makeRouter(
  readSide: some ReadSide, configuration: APIConfiguration, metrics: PrometheusRegistry, logger: Logger
) throws -> Router<APIRequestContext> {
  let router = Router(context: APIRequestContext.self)
  router.add(middleware: EnvelopeMiddleware(configuration: configuration, metrics: RequestMetrics(registry: metrics)))
  let api = API(
    readSide: readSide, configuration: configuration, metrics: metrics,
    idempotency: try IdempotencyStore(path: configuration.idempotencyDatabase),
    pages: try StaticPages(directory: configuration.pagesDirectory))
  for route in Routes.all {
    let serve: @Sendable (Request, APIRequestContext) async throws -> Response = { request, context in
      // The table's path, not the router's: metrics and logs name endpoints as the document does.
      context.coreContext.endpointPath.value = route.path
      return try await api.serve(route, request, context)
    }
    let path = RouterPath(route.path.replacing("{path}", with: "**"))
    router.on(path, method: route.method, use: serve)
    if route.method == .get {
      router.on(path, method: .head) { request, context in
        try await serve(request, context).createHeadResponse()
      }
    }
  }
  let pages = Routes.all.count
  logger.debug("endpoints are ready", metadata: ["count": "\(pages)"])
  return router
}
