internal import KafkaWire
internal import NIOCore

// SaslHandshake (key 17), versions 0 and 1, and SaslAuthenticate (key 36), versions 0 to 2. After version 0 of the
// handshake, tokens come without Kafka's headers; no client of today sends it, and it is answered but not followed up.
extension Broker {
  func saslHandshake(_ request: SaslHandshakeRequest, _ context: RequestContext) -> SaslHandshakeResponse {
    var response = SaslHandshakeResponse()
    response.mechanisms = authenticator?.mechanisms ?? []
    let exchange = authenticator?.begin(
      mechanism: request.mechanism, isEncrypted: context.connection.isEncrypted)
    context.connection.exchange = exchange
    if exchange == nil { response.errorCode = ErrorCode.unsupportedSaslMechanism.rawValue }
    return response
  }

  func saslAuthenticate(
    _ request: SaslAuthenticateRequest, _ context: RequestContext
  ) -> SaslAuthenticateResponse {
    var response = SaslAuthenticateResponse()
    guard var exchange = context.connection.exchange else {
      response.errorCode = ErrorCode.illegalSaslState.rawValue
      response.errorMessage = "send SaslHandshake first"
      return response
    }
    do throws(SASLFailure) {
      let (message, principal) = try exchange.respond(to: Array(request.authBytes.readableBytesView))
      context.connection.exchange = principal == nil ? exchange : nil
      response.authBytes = ByteBuffer(bytes: message)
      if let principal {
        context.connection.principal = principal
        context.connection.isAuthenticated = true
        metrics.countAuthentication(isSuccess: true)
      }
    } catch {
      context.connection.exchange = nil
      metrics.countAuthentication(isSuccess: false)
      response.errorCode = ErrorCode.saslAuthenticationFailed.rawValue
      response.errorMessage = error.reason
    }
    return response
  }
}
