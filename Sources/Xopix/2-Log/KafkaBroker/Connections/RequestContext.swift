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
  let appends = AppendQueue()
  /// Bytes of records that are not appended yet.
  var unappendedBytes = 0
  /// Called when there are fewer ``unappendedBytes``.
  var onAppended: (() -> Void)?
  var isOpen = true
  /// Software that the client has named (ApiVersions 3).
  var software = ""

  init(principal: Principal, isEncrypted: Bool, isAuthenticated: Bool) {
    self.principal = principal
    self.isEncrypted = isEncrypted
    self.isAuthenticated = isAuthenticated
  }

  /// Notes that so many bytes of records were appended, or refused.
  func noteAppended(_ bytes: Int) {
    unappendedBytes -= bytes
    onAppended?()
  }
}
