internal import AccessControl
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
  var principal = Principal.anonymous
  let origin: ConnectionOrigin
  /// The SASL exchange under way, and its mechanism.
  var exchange: (mechanism: String, state: any SASLExchange)?
  var isAuthenticated: Bool
  /// The mechanism of SASL by which the client has authenticated; nil before, and where it did so otherwise.
  var mechanism: String?
  /// When the client has to authenticate again, in milliseconds since 1970; nil for never.
  var sessionEnd: Int64?
  /// Whether TLS has its keys; true where there is no TLS.
  var isSecured: Bool
  let appends = AppendQueue()
  /// Bytes of records that are not appended yet.
  var unappendedBytes = 0
  /// Called when there are fewer ``unappendedBytes``.
  var onAppended: (() -> Void)?
  var isOpen = true
  /// Software that the client has named (ApiVersions 3).
  var software = ""

  init(origin: ConnectionOrigin, isAuthenticated: Bool) {
    self.origin = origin
    self.isAuthenticated = isAuthenticated
    isSecured = !origin.isEncrypted
  }

  /// Whether it is known who asks, so that requests are answered.
  var isReady: Bool { isSecured && isAuthenticated }

  /// Notes that so many bytes of records were appended, or refused.
  func noteAppended(_ bytes: Int) {
    unappendedBytes -= bytes
    onAppended?()
  }
}
