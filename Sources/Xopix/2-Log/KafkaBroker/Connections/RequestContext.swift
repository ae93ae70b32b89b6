internal import KafkaWire
internal import NIOCore

/// What a handler knows of a request beside its content.
struct RequestContext: Sendable {
  let apiVersion: Int16
  let clientID: String
  let principal: Principal
  /// Where the client is.
  let clientHost: String
  /// The address that the client has connected to, and that it is told to use.
  let host: String
  let port: Int32
  let eventLoop: any EventLoop
  let allocator: ByteBufferAllocator
  /// The connection's state, for use on its event loop.
  let boundConnection: NIOLoopBound<ConnectionState>

  var connection: ConnectionState { boundConnection.value }
}

/// What lasts longer than a request. It is used on the connection's event loop only.
final class ConnectionState {
  var principal: Principal
  var isEncrypted: Bool
  /// The SASL exchange under way.
  var exchange: (any SASLExchange)?
  var isAuthenticated: Bool
  /// Ends when the last request that appends has appended, so that the next one comes after it.
  var lastAppend: EventLoopFuture<Void>?
  var isOpen = true
  /// Software that the client has named (ApiVersions 3).
  var software = ""

  init(principal: Principal, isEncrypted: Bool, isAuthenticated: Bool) {
    self.principal = principal
    self.isEncrypted = isEncrypted
    self.isAuthenticated = isAuthenticated
  }
}
