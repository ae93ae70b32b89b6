import Foundation
import Testing

@testable import Credentials

@Suite("SCRAM-SHA-256")
struct ScramExchangeTests {
  static let salt = Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==".utf8) ?? []
  static let credential = PasswordCredential(password: "pencil", salt: salt, iterations: 4096)
  static let serverNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"

  static func exchange(of real: String = "user") -> ScramExchange {
    ScramExchange(serverNonce: serverNonce) { ScramExchange.Found(credential: credential, isReal: $0 == real) }
  }

  /// What the server answers to a first message.
  static func answer(_ exchange: inout ScramExchange, _ client: ScramClient) throws -> [UInt8] {
    guard case .next(let answer) = try exchange.respond(to: client.first) else {
      Issue.record("one message is not enough")
      return []
    }
    return answer
  }

  @Test("the exchange of RFC 7677, section 3, goes byte for byte")
  func testVector() throws {
    var exchange = Self.exchange()
    let first = try exchange.respond(to: Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
    let expected = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    #expect(first == .next(Array(expected.utf8)))
    let final =
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    let answer = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    #expect(try exchange.respond(to: Array(final.utf8)) == .done(Array(answer.utf8), name: "user"))
    #expect(throws: CredentialError.self) { try exchange.respond(to: Array(final.utf8)) }
  }

  @Test("flags, authorization ids, extensions and escaped names that the RFC has are taken")
  func accepted() throws {
    for (header, name, extensions, real) in [
      ("n,,", "user", "", "user"), ("y,,", "user", "", "user"), ("n,a=user,", "user", "", "user"),
      ("n,,", "a=2Cb=3Dc", "", "a,b=c"), ("n,a=a=2Cb,", "a=2Cb", "", "a,b"), ("n,,", "user", ",x=1,Y=2=3", "user"),
      ("n,,", "bj\u{f8}rn", "", "bj\u{f8}rn"),
    ] {
      var exchange = Self.exchange(of: real)
      let client = ScramClient(name: name, header: header)
      let answer = try Self.answer(&exchange, client)
      let (message, signature) = try client.final(for: answer, extensions: extensions)
      #expect(try exchange.respond(to: message) == .done(signature, name: real), "\(header)\(name)")
    }
  }

  @Test(
    "a first message that breaks the grammar is refused",
    arguments: [
      "", "n", "n,,", "n,,n=user", "n,,r=abc,n=user", "p=tls-unique,,n=user,r=abc", "x,,n=user,r=abc", ",,n=user,r=abc",
      "n,user,n=user,r=abc", "n,a=other,n=user,r=abc", "n,,n=,r=abc", "n,,n=a=b,r=abc", "n,,n=a=2,r=abc",
      "n,,n=a=2c,r=abc", "n,,n=user,r=", "n,,n=user,r=a b", "n,,n=user,r=é", "n,,m=must,n=user,r=abc",
      "n,,n=user,r=abc,m=must", "n,,n=user,r=abc,tokenauth=true", "n,,n=user,r=abc,1=2", "n,,n=user,r=abc,",
      "n,,n=us\u{7}er,r=abc", "n,,n=us\u{0}er,r=abc", "n,,n=\u{627}1,r=abc",
    ])
  func malformedFirst(text: String) {
    var exchange = Self.exchange()
    #expect(throws: CredentialError.self) { try exchange.respond(to: Array(text.utf8)) }
    // What has failed is over.
    #expect(throws: CredentialError.self) { try exchange.respond(to: ScramClient().first) }
  }

  @Test("bytes that are not UTF-8, and messages without end, are refused")
  func notText() {
    for bytes in [Array("n,,n=".utf8) + [0xff, 0xfe] + Array(",r=abc".utf8), [UInt8](repeating: 0x6e, count: 8193)] {
      var exchange = Self.exchange()
      #expect(throws: CredentialError.self) { try exchange.respond(to: bytes) }
    }
  }

  @Test("a wrong password and a name that nobody has fail alike")
  func denied() throws {
    for client in [ScramClient(password: "pencils"), ScramClient(name: "nobody"), ScramClient(name: "USER")] {
      var exchange = Self.exchange()
      let (message, _) = try client.final(for: try Self.answer(&exchange, client))
      #expect(throws: CredentialError.denied) { try exchange.respond(to: message) }
    }
  }

  @Test("another nonce, another channel binding and a proof without its place are refused")
  func tampered() throws {
    typealias Change = (ScramClient, [UInt8]) throws -> [UInt8]
    let changes: [(String, Change)] = [
      ("the client's nonce alone", { try $0.final(for: $1, nonce: $0.nonce).message }),
      ("the nonce twice", { try $0.final(for: $1, nonce: $0.nonce + Self.serverNonce + Self.serverNonce).message }),
      ("another nonce", { try $0.final(for: $1, nonce: $0.nonce + "other").message }),
      ("another header", { try $0.final(for: $1, binding: "y,,").message }),
      ("bound to a channel", { try $0.final(for: $1, binding: "p=tls-unique,,abc").message }),
      ("an extension that must be understood", { try $0.final(for: $1, extensions: ",m=1").message }),
      ("without proof", { Array(try $0.final(for: $1).message.prefix { $0 != UInt8(ascii: "p") }) }),
      ("a short proof", { Array(try $0.final(for: $1).message.dropLast(4)) }),
      ("something after the proof", { try $0.final(for: $1).message + Array(",x=1".utf8) }),
      ("nothing", { _, _ in [] }),
      ("the first message again", { client, _ in client.first }),
    ]
    for (what, change) in changes {
      var exchange = Self.exchange()
      let client = ScramClient()
      let message = try change(client, try Self.answer(&exchange, client))
      #expect(throws: CredentialError.self, "\(what)") { try exchange.respond(to: message) }
    }
  }

  @Test("a client that repeats its nonce, as librdkafka did, is let in where it knows the password")
  func repeatedNonce() throws {
    for password in ["pencil", "pencils"] {
      var exchange = Self.exchange()
      let client = ScramClient(password: password)
      let answer = try Self.answer(&exchange, client)
      let (message, signature) = try client.final(for: answer, nonce: client.nonce + client.nonce + Self.serverNonce)
      if password == "pencil" {
        #expect(try exchange.respond(to: message) == .done(signature, name: "user"))
      } else {
        #expect(throws: CredentialError.denied) { try exchange.respond(to: message) }
      }
    }
  }

  @Test("what proved a client once proves nothing in another exchange")
  func replay() throws {
    let client = ScramClient()
    var recorded = Self.exchange()
    let (message, _) = try client.final(for: try Self.answer(&recorded, client))
    _ = try recorded.respond(to: message)
    var later = ScramExchange(serverNonce: "another") { _ in
      ScramExchange.Found(credential: Self.credential, isReal: true)
    }
    _ = try Self.answer(&later, client)
    #expect(throws: CredentialError.self) { try later.respond(to: message) }
  }

  @Test("mutated messages crash nothing, and let nobody in")
  func mutations() throws {
    let seed = ProcessInfo.processInfo.environment["XOPIX_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1_000_000)
    print("XOPIX_SEED=\(seed)")
    var source = SeededSource(state: seed)
    let client = ScramClient()
    var reference = Self.exchange()
    let (final, signature) = try client.final(for: try Self.answer(&reference, client))
    for _ in 0..<20_000 {
      var exchange = Self.exchange()
      let first = Self.mutated(client.first, &source)
      guard (try? exchange.respond(to: first)) != nil else { continue }
      let message = Self.mutated(final, &source)
      // Only the very messages prove the client.
      if case .done(let answer, let name) = try? exchange.respond(to: message) {
        #expect(first == client.first && message == final && answer == signature && name == "user")
      }
    }
  }

  private static func mutated(_ bytes: [UInt8], _ source: inout SeededSource) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 0...3, using: &source) {
      guard !bytes.isEmpty else { break }
      let place = Int.random(in: 0..<bytes.count, using: &source)
      switch Int.random(in: 0...4, using: &source) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &source)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(Array("=,;nrpcsm\0a".utf8).randomElement(using: &source) ?? 0, at: place)
      case 3: bytes.removeSubrange(place...)
      default: bytes.append(contentsOf: bytes[place...])
      }
    }
    return bytes
  }
}
