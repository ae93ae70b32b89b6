public import AccessControl

/// What is known of a connection before its client says who it is.
public struct ConnectionOrigin: Sendable, Hashable {
  /// Whether nobody on the way can read it.
  public let isEncrypted: Bool
  /// Whether the client is on this machine.
  public let isLocal: Bool

  /// A connection that came so.
  public init(isEncrypted: Bool, isLocal: Bool) {
    self.isEncrypted = isEncrypted
    self.isLocal = isLocal
  }

  init(isEncrypted: Bool, address: String) {
    self.init(
      isEncrypted: isEncrypted,
      isLocal: address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127."))
  }
}

/// Begins exchanges by mechanism.
public protocol Authenticating: Sendable {
  /// The mechanisms that a connection may use, e.g. `PLAIN` and `SCRAM-SHA-256`.
  func mechanisms(on connection: ConnectionOrigin) -> [String]

  /// An exchange by `mechanism`; nil for one that this connection may not use.
  func begin(mechanism: String, on connection: ConnectionOrigin) -> (any SASLExchange)?
}

/// One authentication exchange: Kafka's SASL, of which each mechanism is a type of its own.
///
/// Exchanges take their time on a thread where nothing else waits.
public protocol SASLExchange: Sendable {
  /// Takes the client's next message; returns the server's, and who the client is once that is known.
  mutating func respond(to message: [UInt8]) throws(SASLFailure) -> (message: [UInt8], principal: Principal?)
}

/// Why a client is not who it says.
public struct SASLFailure: Error {
  /// What the client is told; it never says whether the name or the password was wrong.
  public let reason: String

  /// A failure that is told so.
  public init(reason: String) { self.reason = reason }
}

/// What a handler of TLS tells the broker's handler once its handshake is done, as an event of the channel.
public struct ConnectionSecured: Sendable {
  /// Who the client's certificate says it is; nil where it has none, or nobody is known by it.
  public let principal: Principal?

  /// A handshake that ended so.
  public init(principal: Principal?) { self.principal = principal }
}
