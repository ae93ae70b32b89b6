internal import HTTPTypes
public import Hummingbird
public import Logging

/// The router of the registry's HTTP API, which is that of Confluent's Schema Registry.
///
///     let router = makeRegistryRouter(registry: registry, logger: logger)
///     let app = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 8081)))
public func makeRegistryRouter(registry: Registry, logger: Logger) -> Router<BasicRequestContext> {
  let router = Router(context: BasicRequestContext.self)
  router.add(middleware: RegistryErrorMiddleware())
  for endpoint in RegistryEndpoint.all {
    let names = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
      String($0.dropFirst().dropLast())
    }
    router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
      let call = try RegistryCall(registry: registry, request: request, context: context, names: names)
      return try await endpoint.answer(call).response
    }
  }
  logger.debug("registry endpoints are ready", metadata: ["count": "\(RegistryEndpoint.all.count)"])
  return router
}

/// A path with a method, and what is done there.
struct RegistryEndpoint: Sendable {
  let method: HTTPRequest.Method
  let path: String
  let answer: @Sendable (RegistryCall) async throws -> RegistryAnswer

  init(
    _ method: HTTPRequest.Method, _ path: String,
    _ answer: @escaping @Sendable (RegistryCall) async throws -> RegistryAnswer
  ) {
    self.method = method
    self.path = path
    self.answer = answer
  }

  static let all = service + subjects + schemas + compatibility + settings

  /// The methods that a path has.
  static func methods(ofPath path: String) -> [HTTPRequest.Method] {
    let parts = path.split(separator: "/")
    return all.filter { endpoint in
      let own = endpoint.path.split(separator: "/")
      return own.count == parts.count && zip(own, parts).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
    .map(\.method)
  }
}

/// Answers errors with their code and message.
private struct RegistryErrorMiddleware: RouterMiddleware {
  typealias Context = BasicRequestContext

  func handle(
    _ request: Request, context: BasicRequestContext,
    next: @concurrent (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as RegistryError {
      if case .storage(let reason) = error {
        context.logger.error("the schema registry's database failed", metadata: ["error": "\(reason)"])
      }
      return RegistryAnswer(error).response
    } catch let error as HTTPError where error.status == .notFound {
      let methods = RegistryEndpoint.methods(ofPath: request.uri.path)
      guard !methods.isEmpty else {
        return RegistryAnswer(.invalidRequest(status: 404, "HTTP 404 Not Found")).response
      }
      var response = RegistryAnswer(.invalidRequest(status: 405, "HTTP 405 Method Not Allowed")).response
      response.headers[.allow] = methods.map(\.rawValue).joined(separator: ", ")
      return response
    } catch {
      context.logger.error(
        "a request to the schema registry failed",
        metadata: ["error": "\(error)", "path": "\(request.uri.path.prefix(200))"])
      return RegistryAnswer(.invalidRequest(status: 500, "the request failed for a reason within the server")).response
    }
  }
}
