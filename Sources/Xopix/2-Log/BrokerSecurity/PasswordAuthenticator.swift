internal import AccessControl
internal import Credentials
public import KafkaBroker

/// Kafka's SASL by passwords: PLAIN and SCRAM-SHA-256, both against the same credentials.
public struct PasswordAuthenticator: Authenticating {
  private static let plain = "PLAIN"
  private static let scram = "SCRAM-SHA-256"

  private let access: LiveAccess
  private let allowsPlainInTheClear: Bool

  /// Checks passwords against a table's users.
  ///
  /// - Parameter allowsPlainInTheClear: whether PLAIN, which sends the password itself, is taken from other machines
  ///   without TLS.
  public init(access: LiveAccess, allowsPlainInTheClear: Bool) {
    self.access = access
    self.allowsPlainInTheClear = allowsPlainInTheClear
  }

  /// SCRAM-SHA-256, and PLAIN where nobody can overhear it.
  public func mechanisms(on connection: ConnectionOrigin) -> [String] {
    let isSafe = connection.isEncrypted || connection.isLocal || allowsPlainInTheClear
    return isSafe ? [Self.scram, Self.plain] : [Self.scram]
  }

  /// An exchange with a table of this moment.
  public func begin(mechanism: String, on connection: ConnectionOrigin) -> (any SASLExchange)? {
    guard mechanisms(on: connection).contains(mechanism) else { return nil }
    let table = access.table
    return mechanism == Self.plain ? PlainSASL(table: table) : ScramSASL(table: table)
  }
}

/// PLAIN (RFC 4616).
private struct PlainSASL: SASLExchange {
  let table: AccessTable

  mutating func respond(to message: [UInt8]) throws(SASLFailure) -> (message: [UInt8], principal: Principal?) {
    do throws(CredentialError) {
      let given = try PlainMessage(message)
      // The password is hashed for names that nobody has, too, so that the time does not tell.
      let found = table.credential(of: given.name)
      let isRight = found.credential.matches(password: given.password)
      guard isRight, found.isReal, let principal = table.principal(named: given.name) else { throw .denied }
      return ([], principal)
    } catch {
      throw SASLFailure(reason: error.description)
    }
  }
}

/// SCRAM-SHA-256 (RFC 7677).
private struct ScramSASL: SASLExchange {
  let table: AccessTable
  var exchange: ScramExchange

  init(table: AccessTable) {
    self.table = table
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<3).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    exchange = ScramExchange(serverNonce: nonce) { table.credential(of: $0) }
  }

  mutating func respond(to message: [UInt8]) throws(SASLFailure) -> (message: [UInt8], principal: Principal?) {
    do throws(CredentialError) {
      switch try exchange.respond(to: message) {
      case .next(let answer): return (answer, nil)
      case .done(let answer, let name):
        guard let principal = table.principal(named: name) else { throw .denied }
        return (answer, principal)
      }
    } catch {
      throw SASLFailure(reason: error.description)
    }
  }
}
