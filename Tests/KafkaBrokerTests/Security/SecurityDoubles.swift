import AccessControl
import Credentials
import Synchronization

@testable import KafkaBroker

/// A right to one operation on one resource, of which none implies another.
struct Right: Hashable, CustomStringConvertible {
  let operation: Operation
  let resource: Resource

  init(_ operation: Operation, _ resource: Resource) {
    self.operation = operation
    self.resource = resource
  }

  var description: String { "\(operation.rawValue) on \(resource.kind.rawValue) \(resource.name)" }
}

/// Allows what it is told to.
final class ListedRights: Authorizing {
  private let rights = Mutex<Set<Right>?>(nil)

  /// Nil allows everything.
  func set(_ rights: Set<Right>?) { self.rights.withLock { $0 = rights } }

  func allows(_ principal: Principal, _ operation: Operation, on resource: Resource) -> Bool {
    rights.withLock { $0?.contains(Right(operation, resource)) ?? true }
  }

  func allowsSomewhere(_ principal: Principal, _ operation: Operation, _ kind: Resource.Kind) -> Bool {
    rights.withLock { $0?.contains { $0.operation == operation && $0.resource.kind == kind } ?? true }
  }
}

/// Two mechanisms: WORD takes `name:word` where the word is `open`, and SCRAM-SHA-256 is the real one, for a user that
/// nobody knows the password of.
struct WordAuthenticator: Authenticating {
  func mechanisms(on connection: ConnectionOrigin) -> [String] { ["WORD", "SCRAM-SHA-256"] }

  func begin(mechanism: String, on connection: ConnectionOrigin) -> (any SASLExchange)? {
    switch mechanism {
    case "WORD": Word()
    case "SCRAM-SHA-256": Scram()
    default: nil
    }
  }

  private struct Word: SASLExchange {
    mutating func respond(to message: [UInt8]) throws(SASLFailure) -> (message: [UInt8], principal: Principal?) {
      let parts = message.split(separator: UInt8(ascii: ":"))
      // An empty message asks for a second one, as exchanges of two steps do.
      if message.isEmpty { return ([1], nil) }
      guard parts.count == 2, parts[1].elementsEqual("open".utf8) else { throw SASLFailure(reason: "wrong word") }
      return ([], Principal(name: String(decoding: parts[0], as: UTF8.self), roles: []))
    }
  }

  private struct Scram: SASLExchange {
    var exchange = ScramExchange(serverNonce: "nonce") { name in
      let decoy = PasswordCredential(decoyFor: name, secret: [1], iterations: 4096)
      return ScramExchange.Found(credential: decoy, isReal: false)
    }

    mutating func respond(to message: [UInt8]) throws(SASLFailure) -> (message: [UInt8], principal: Principal?) {
      do throws(CredentialError) {
        switch try exchange.respond(to: message) {
        case .next(let answer): return (answer, nil)
        case .done(let answer, let name): return (answer, Principal(name: name, roles: []))
        }
      } catch {
        throw SASLFailure(reason: error.description)
      }
    }
  }
}
