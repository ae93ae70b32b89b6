import AccessControl
import KafkaBroker
import Testing

@testable import BrokerSecurity
@testable import Credentials

@Suite("Authentication by passwords")
struct PasswordAuthenticatorTests {
  static let local = ConnectionOrigin(isEncrypted: false, isLocal: true)
  static let encrypted = ConnectionOrigin(isEncrypted: true, isLocal: false)
  static let open = ConnectionOrigin(isEncrypted: false, isLocal: false)

  static func table(roles: Set<String> = ["analyst"], without: Bool = false) -> AccessTable {
    let credential = PasswordCredential(password: "pencil", salt: Array(0..<16), iterations: 4096)
    let users = without ? [] : [User(name: "ali", roles: roles, credential: credential)]
    return AccessTable(
      users: users + [User(name: "certified", roles: ["admin"], credential: nil)], roles: Role.builtIn, secret: [1])
  }

  static func plain(_ name: String, _ password: String) -> [UInt8] { Array("\0\(name)\0\(password)".utf8) }

  @Test("PLAIN is for connections that nobody overhears, unless the operator says otherwise")
  func mechanisms() {
    let access = LiveAccess(Self.table())
    let strict = PasswordAuthenticator(access: access, allowsPlainInTheClear: false)
    #expect(strict.mechanisms(on: Self.local) == ["SCRAM-SHA-256", "PLAIN"])
    #expect(strict.mechanisms(on: Self.encrypted) == ["SCRAM-SHA-256", "PLAIN"])
    #expect(strict.mechanisms(on: Self.open) == ["SCRAM-SHA-256"])
    #expect(strict.begin(mechanism: "PLAIN", on: Self.open) == nil)
    #expect(strict.begin(mechanism: "SCRAM-SHA-256", on: Self.open) != nil)
    #expect(strict.begin(mechanism: "GSSAPI", on: Self.local) == nil)
    let open = PasswordAuthenticator(access: access, allowsPlainInTheClear: true)
    #expect(open.begin(mechanism: "PLAIN", on: Self.open) != nil)
  }

  @Test("PLAIN takes the right password, and tells a wrong one and a wrong name alike")
  func plain() throws {
    let authenticator = PasswordAuthenticator(access: LiveAccess(Self.table()), allowsPlainInTheClear: false)
    func answer(_ message: [UInt8]) throws(SASLFailure) -> Principal? {
      guard var exchange = authenticator.begin(mechanism: "PLAIN", on: Self.local) else { return nil }
      return try exchange.respond(to: message).principal
    }
    #expect(try answer(Self.plain("ali", "pencil")) == Principal(name: "ali", roles: ["analyst"]))
    var reasons: Set<String> = []
    for (name, password) in [("ali", "pencils"), ("nobody", "pencil"), ("certified", "pencil"), ("Ali", "pencil")] {
      do throws(SASLFailure) {
        _ = try answer(Self.plain(name, password))
        Issue.record("\(name) got in")
      } catch { reasons.insert(error.reason) }
    }
    #expect(reasons == ["invalid credentials"])
  }

  @Test("SCRAM takes the right password, with a nonce of its own each time")
  func scram() throws {
    let authenticator = PasswordAuthenticator(access: LiveAccess(Self.table()), allowsPlainInTheClear: false)
    var answers: Set<[UInt8]> = []
    for _ in 0..<3 {
      var exchange = try #require(authenticator.begin(mechanism: "SCRAM-SHA-256", on: Self.open))
      let (serverFirst, nobody) = try exchange.respond(to: Array("n,,n=ali,r=abc".utf8))
      #expect(nobody == nil)
      answers.insert(serverFirst)
      let (final, signature) = Self.final(password: "pencil", serverFirst)
      let (message, principal) = try exchange.respond(to: final)
      #expect(message == signature && principal?.name == "ali")
    }
    #expect(answers.count == 3)
    for name in ["ali", "nobody", "certified"] {
      var exchange = try #require(authenticator.begin(mechanism: "SCRAM-SHA-256", on: Self.open))
      let (serverFirst, _) = try exchange.respond(to: Array("n,,n=\(name),r=abc".utf8))
      #expect(throws: SASLFailure.self) {
        try exchange.respond(to: Self.final(name: name, password: "wrong", serverFirst).message)
      }
    }
  }

  @Test("a change of users and roles counts for clients that are there already")
  func replaced() throws {
    let access = LiveAccess(Self.table())
    let ali = Principal(name: "ali", roles: ["analyst"])
    #expect(access.allows(ali, .read, on: .topic("orders")) && !access.allows(ali, .delete, on: .topic("orders")))
    access.replace(with: Self.table(roles: ["operator"]))
    #expect(!access.allows(ali, .read, on: .topic("orders")) && access.allows(ali, .delete, on: .topic("orders")))
    #expect(access.allowsSomewhere(ali, .create, .topic) && !access.allowsSomewhere(ali, .write, .topic))
    access.replace(with: Self.table(without: true))
    #expect(!access.allows(ali, .describe, on: .topic("orders")) && !access.allowsSomewhere(ali, .create, .topic))
  }

  /// The client's second message, and the answer to expect.
  private static func final(
    name: String = "ali", password: String, _ serverFirst: [UInt8]
  ) -> (message: [UInt8], signature: [UInt8]) {
    let text = String(decoding: serverFirst, as: UTF8.self)
    let fields = text.split(separator: ",").map { String($0.dropFirst(2)) }
    let salted = SHA256.derivedKey(
      password: Array(password.utf8), salt: Base64.decode(fields[1].utf8) ?? [], iterations: Int(fields[2]) ?? 0)
    let clientKey = SHA256.authenticationCode(of: Array("Client Key".utf8), key: salted)
    let without = "c=biws,r=\(fields[0])"
    let signed = Array("n=\(name),r=abc,\(text),\(without)".utf8)
    let proof = zip(clientKey, SHA256.authenticationCode(of: signed, key: SHA256.digest(of: clientKey))).map { $0 ^ $1 }
    let serverKey = SHA256.authenticationCode(of: Array("Server Key".utf8), key: salted)
    return (
      Array("\(without),p=\(Base64.encode(proof))".utf8),
      Array("v=\(Base64.encode(SHA256.authenticationCode(of: signed, key: serverKey)))".utf8)
    )
  }
}
