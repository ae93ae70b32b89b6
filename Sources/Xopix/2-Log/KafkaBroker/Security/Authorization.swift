/// Who a connection speaks for.
public struct Principal: Hashable, Sendable {
  /// The name that was authenticated; `anonymous` where nothing asks for a name.
  public let name: String
  /// The roles that say what it may do.
  public let roles: Set<String>

  /// A principal with roles.
  public init(name: String, roles: Set<String>) {
    self.name = name
    self.roles = roles
  }

  /// Whoever connects where no authentication is configured.
  public static let anonymous = Principal(name: "anonymous", roles: [])
}

/// What a request wants to do, as Kafka's access control names it.
public enum Operation: Sendable, Hashable {
  case read
  case write
  case create
  case delete
  case alter
  case describe
  case alterConfigs
  case describeConfigs
  case clusterAction
  case idempotentWrite
}

/// What a request wants to do it to.
public enum Resource: Sendable, Hashable {
  case topic(String)
  case group(String)
  case transaction(String)
  case cluster
}

/// Says who may do what.
public protocol Authorizing: Sendable {
  /// Whether `principal` may do `operation` to `resource`.
  func allows(_ principal: Principal, _ operation: Operation, on resource: Resource) -> Bool
}

/// Lets everybody do everything: for a broker that only its own machine can reach.
public struct EverythingAllowed: Authorizing {
  /// The only value.
  public init() {}

  /// Always.
  public func allows(_ principal: Principal, _ operation: Operation, on resource: Resource) -> Bool { true }
}

/// One authentication exchange: Kafka's SASL, of which each mechanism is a type of its own.
public protocol SASLExchange {
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

/// Begins exchanges by mechanism.
public protocol Authenticating: Sendable {
  /// The mechanisms, e.g. `PLAIN` and `SCRAM-SHA-256`.
  var mechanisms: [String] { get }

  /// An exchange by `mechanism`; nil for one that is not supported, or not on a connection without TLS.
  func begin(mechanism: String, isEncrypted: Bool) -> (any SASLExchange)?
}
