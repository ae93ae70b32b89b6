import AccessControl
import KafkaWire
import NIOCore
import Testing

@testable import KafkaBroker

@Suite("Saying who one is")
struct AuthenticationTests {
  static func bench(_ change: (inout BrokerConfiguration) -> Void = { _ in }) throws -> BrokerBench {
    try BrokerBench(
      {
        $0.failedAuthenticationMilliseconds = 0
        change(&$0)
      }, parts: { $0.authenticator = WordAuthenticator() })
  }

  static func handshake(_ bench: BrokerBench, _ mechanism: String = "WORD") throws -> SaslHandshakeResponse {
    var request = SaslHandshakeRequest()
    request.mechanism = mechanism
    return try bench.ask(request, version: 1, as: SaslHandshakeResponse.self)
  }

  static func authenticate(
    _ bench: BrokerBench, _ text: String, version: Int16 = 2
  ) throws -> SaslAuthenticateResponse {
    var request = SaslAuthenticateRequest()
    request.authBytes = ByteBuffer(string: text)
    return try bench.ask(request, version: version, as: SaslAuthenticateResponse.self)
  }

  static func metadata(_ bench: BrokerBench) throws -> MetadataResponse {
    try bench.ask(MetadataRequest(), version: 9, as: MetadataResponse.self)
  }

  @Test("nothing but the way in is served to who has not said who it is")
  func before() throws {
    let bench = try Self.bench()
    #expect(try bench.ask(ApiVersionsRequest(), version: 3, as: ApiVersionsResponse.self).errorCode == 0)
    for key in APIKey.allCases where Broker.isServed(key) {
      guard ![.apiVersions, .saslHandshake, .saslAuthenticate].contains(key) else { continue }
      var header = RequestHeader()
      header.requestApiKey = key.rawValue
      header.requestApiVersion = key.decodableVersions.upperBound
      var writer = WireWriter()
      writer.writeRequestHeader(header)
      // It is refused before it is read.
      guard case .failure(let error) = bench.answer(writer.buffer),
        case Dispatcher.Failure.notAuthenticated(let refused) = error
      else {
        Issue.record("\(key) was answered")
        continue
      }
      #expect(refused == key)
    }
  }

  @Test("the right word lets a client in, also in two steps, and its name is known from then on")
  func accepted() throws {
    let bench = try Self.bench()
    #expect(try Self.handshake(bench).mechanisms == ["WORD", "SCRAM-SHA-256"])
    #expect(try Self.authenticate(bench, "").authBytes == ByteBuffer(bytes: [1]))
    #expect(throws: (any Error).self) { try Self.metadata(bench) }
    #expect(try Self.authenticate(bench, "ali:open").errorCode == 0)
    #expect(try Self.metadata(bench).brokers.count == 1)
  }

  @Test("a wrong word, no handshake and an unknown mechanism keep a client out", arguments: [Int16(0), 1, 2])
  func refused(version: Int16) throws {
    let bench = try Self.bench()
    let early = try Self.authenticate(bench, "ali:open", version: version)
    #expect(early.errorCode == ErrorCode.illegalSaslState.rawValue)
    #expect(try Self.handshake(bench, "PLAIN").errorCode == ErrorCode.unsupportedSaslMechanism.rawValue)
    #expect(try Self.authenticate(bench, "ali:open").errorCode == ErrorCode.illegalSaslState.rawValue)
    #expect(try Self.handshake(bench).errorCode == 0)
    let wrong = try Self.authenticate(bench, "ali:closed", version: version)
    #expect(wrong.errorCode == ErrorCode.saslAuthenticationFailed.rawValue && wrong.authBytes.readableBytes == 0)
    #expect(wrong.errorMessage == "Authentication failed: wrong word")
    // The exchange is over.
    #expect(try Self.authenticate(bench, "ali:open").errorCode == ErrorCode.illegalSaslState.rawValue)
    #expect(throws: (any Error).self) { try Self.metadata(bench) }
  }

  @Test("a refused client's connection is closed after its answer")
  func closes() throws {
    let bench = try Self.bench()
    _ = try Self.handshake(bench)
    var request = SaslAuthenticateRequest()
    request.authBytes = ByteBuffer(string: "ali:closed")
    let answer = try bench.answer(BrokerBench.frame(request, version: 1)).get().wait()
    #expect(answer?.closesConnection == true)
  }

  @Test("a client may authenticate again, as itself and by the same mechanism")
  func again() throws {
    let bench = try Self.bench { $0.maximumSessionMilliseconds = 60_000 }
    _ = try Self.handshake(bench)
    #expect(try Self.authenticate(bench, "ali:open").sessionLifetimeMs == 60_000)
    #expect(try Self.handshake(bench).errorCode == 0)
    // What is asked meanwhile is answered.
    #expect(try Self.metadata(bench).brokers.count == 1)
    #expect(try Self.authenticate(bench, "ali:open").errorCode == 0)
    #expect(try Self.handshake(bench, "SCRAM-SHA-256").errorCode == ErrorCode.unsupportedSaslMechanism.rawValue)
    _ = try Self.handshake(bench)
    #expect(try Self.authenticate(bench, "bea:open").errorCode == ErrorCode.saslAuthenticationFailed.rawValue)
  }

  @Test("a session that is over is good for nothing but authenticating again")
  func over() throws {
    let bench = try Self.bench { $0.maximumSessionMilliseconds = -1 }
    _ = try Self.handshake(bench)
    _ = try Self.authenticate(bench, "ali:open")
    let answer = bench.answer(BrokerBench.frame(MetadataRequest(), version: 9))
    guard case .failure(let error) = answer, case Dispatcher.Failure.sessionIsOver(.metadata) = error else {
      Issue.record("the session goes on")
      return
    }
    #expect(try Self.handshake(bench).errorCode == 0)
    #expect(try Self.authenticate(bench, "ali:open").errorCode == 0)
  }

  @Test("failures of an address wait longer and longer, up to a bound, and are forgotten")
  func delays() {
    let delay = FailureDelay(milliseconds: 100)
    let waits = (0..<14).map { _ in delay.afterFailure(from: "a", now: 0) }
    #expect(waits == [100, 100, 100, 100, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000])
    #expect(delay.afterFailure(from: "b", now: 0) == 100)
    #expect(delay.afterFailure(from: "a", now: 59_999) == 5000)
    #expect(delay.afterFailure(from: "a", now: 119_999) == 100)
    #expect(FailureDelay(milliseconds: 0).afterFailure(from: "a", now: 0) == 0)
  }

  @Test("whether a connection is local is told by its address")
  func origins() {
    for address in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
      #expect(ConnectionOrigin(isEncrypted: false, address: address).isLocal)
    }
    for address in ["10.0.0.1", "12.7.0.1", "::2", "", "::ffff:10.0.0.1"] {
      #expect(!ConnectionOrigin(isEncrypted: true, address: address).isLocal)
    }
  }
}
