internal import AccessControl
internal import KafkaWire
internal import Logging
internal import NIOCore
internal import NIOPosix

// SaslHandshake (key 17), versions 0 and 1, and SaslAuthenticate (key 36), versions 0 to 2. After version 0 of the
// handshake, tokens would come without Kafka's headers; no client of today sends it, and it is answered but not followed
// up. A client may authenticate again on the same connection (KIP-368), as the same user by the same mechanism.
extension Broker {
  func saslHandshake(_ request: SaslHandshakeRequest, _ context: RequestContext) -> SaslHandshakeResponse {
    let connection = context.connection
    var response = SaslHandshakeResponse()
    response.mechanisms = authenticator?.mechanisms(on: connection.origin) ?? []
    connection.exchange = nil
    if let first = connection.mechanism, first != request.mechanism {
      response.errorCode = ErrorCode.unsupportedSaslMechanism.rawValue
      return response
    }
    guard let exchange = authenticator?.begin(mechanism: request.mechanism, on: connection.origin) else {
      response.errorCode = ErrorCode.unsupportedSaslMechanism.rawValue
      return response
    }
    connection.exchange = (request.mechanism, exchange)
    return response
  }

  func saslAuthenticate(
    _ request: SaslAuthenticateRequest, _ context: RequestContext
  ) -> EventLoopFuture<SaslAuthenticateResponse> {
    guard let (mechanism, exchange) = context.connection.exchange else {
      var response = SaslAuthenticateResponse()
      response.errorCode = ErrorCode.illegalSaslState.rawValue
      response.errorMessage = "send SaslHandshake first"
      return context.eventLoop.makeSucceededFuture(response)
    }
    // A message that comes before this one is answered finds no exchange.
    context.connection.exchange = nil
    let message = Array(request.authBytes.readableBytesView)
    // Checking a password takes milliseconds on purpose, and nothing else is to wait for it.
    return authenticationPool.runIfActive(eventLoop: context.eventLoop) {
      () -> Result<(exchange: any SASLExchange, message: [UInt8], principal: Principal?), SASLFailure> in
      var exchange = exchange
      do throws(SASLFailure) {
        let (answer, principal) = try exchange.respond(to: message)
        return .success((exchange, answer, principal))
      } catch {
        return .failure(error)
      }
    }.flatMap { outcome in
      switch outcome {
      case .success(let step):
        guard let principal = step.principal else {
          context.connection.exchange = (mechanism, step.exchange)
          var response = SaslAuthenticateResponse()
          response.authBytes = ByteBuffer(bytes: step.message)
          return context.eventLoop.makeSucceededFuture(response)
        }
        if context.connection.mechanism != nil, context.connection.principal.name != principal.name {
          return refuse(SASLFailure(reason: "a connection can't change its user"), mechanism, context)
        }
        return context.eventLoop.makeSucceededFuture(accept(principal, mechanism, step.message, context))
      case .failure(let failure): return refuse(failure, mechanism, context)
      }
    }
  }

  private func accept(
    _ principal: Principal, _ mechanism: String, _ message: [UInt8], _ context: RequestContext
  ) -> SaslAuthenticateResponse {
    let connection = context.connection
    connection.principal = principal
    connection.mechanism = mechanism
    connection.isAuthenticated = true
    var response = SaslAuthenticateResponse()
    response.authBytes = ByteBuffer(bytes: message)
    if let lifetime = configuration.maximumSessionMilliseconds, context.apiVersion >= 1 {
      connection.sessionEnd = clock.now() + lifetime
      response.sessionLifetimeMs = lifetime
    }
    metrics.countAuthentication(mechanism: mechanism, isSuccess: true)
    logger.debug(
      "a client has authenticated",
      metadata: ["principal": "\(principal.name)", "mechanism": "\(mechanism)", "client": "\(context.clientHost)"])
    return response
  }

  private func refuse(
    _ failure: SASLFailure, _ mechanism: String, _ context: RequestContext
  ) -> EventLoopFuture<SaslAuthenticateResponse> {
    metrics.countAuthentication(mechanism: mechanism, isSuccess: false)
    // The name is not told: people type passwords where names belong.
    logger.info(
      "an authentication failed",
      metadata: ["mechanism": "\(mechanism)", "client": "\(context.clientHost)", "reason": "\(failure.reason)"])
    var response = SaslAuthenticateResponse()
    response.errorCode = ErrorCode.saslAuthenticationFailed.rawValue
    response.errorMessage = "Authentication failed: \(failure.reason)"
    let answer = response
    let delay = failureDelay.afterFailure(from: context.clientHost, now: clock.now())
    return context.eventLoop.scheduleTask(in: .milliseconds(delay)) { answer }.futureResult
  }
}
