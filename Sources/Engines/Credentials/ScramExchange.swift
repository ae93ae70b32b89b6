/// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677): two messages from the client, two answers.
public struct ScramExchange: Sendable {
  /// What is known of a name.
  public struct Found: Sendable {
    /// The credential; for an unknown name one that no password matches.
    public let credential: PasswordCredential
    /// Whether somebody has the name.
    public let isReal: Bool

    /// What a look-up found.
    public init(credential: PasswordCredential, isReal: Bool) {
      self.credential = credential
      self.isReal = isReal
    }
  }

  /// What comes of a message.
  public enum Step: Sendable, Equatable {
    /// The client is sent this, and has another message to send.
    case next([UInt8])
    /// The client is sent this, and is who it says.
    case done([UInt8], name: String)
  }

  private enum State: Sendable {
    case atFirst
    case atFinal(Challenge)
    case over
  }

  private struct Challenge: Sendable {
    let first: ScramFirstMessage
    let found: Found
    let nonce: String
    let message: String
  }

  private var state = State.atFirst
  private let serverNonce: String
  private let lookUp: @Sendable (String) -> Found

  /// An exchange that no message has come of.
  ///
  /// - Parameters:
  ///   - serverNonce: text of printable ASCII without commas that no other exchange has, and nobody can foresee.
  ///   - lookUp: what is known of a prepared name. It takes the same time for every name.
  public init(serverNonce: String, lookUp: @escaping @Sendable (String) -> Found) {
    self.serverNonce = serverNonce
    self.lookUp = lookUp
  }

  /// Takes the client's next message. After an error, or once it is done, the exchange takes no more.
  public mutating func respond(to message: [UInt8]) throws(CredentialError) -> Step {
    let present = state
    state = .over
    switch present {
    case .atFirst:
      let first = try ScramFirstMessage(message)
      let found = lookUp(first.name)
      let nonce = first.nonce + serverNonce
      let answer = "r=\(nonce),s=\(Base64.encode(found.credential.salt)),i=\(found.credential.iterations)"
      state = .atFinal(Challenge(first: first, found: found, nonce: nonce, message: answer))
      return .next(Array(answer.utf8))
    case .atFinal(let challenge):
      let final = try ScramFinalMessage(message)
      return .done(try Self.verify(final, challenge), name: challenge.first.name)
    case .over: throw .malformed("the exchange is over")
    }
  }

  private static func verify(_ final: ScramFinalMessage, _ challenge: Challenge) throws(CredentialError) -> [UInt8] {
    guard final.channelBinding == Array(challenge.first.header.utf8) else {
      throw .malformed("the channel binding is not that of the first message")
    }
    // A nonce of another exchange is a replay. librdkafka up to 2.6.0 writes its own part once more at the beginning:
    // that is of this exchange, too, and the proof covers it.
    guard [challenge.nonce, challenge.first.nonce + challenge.nonce].contains(final.nonce) else {
      throw .malformed("the nonce is not that of this exchange")
    }
    let signed = Array("\(challenge.first.bare),\(challenge.message),\(final.withoutProof)".utf8)
    let credential = challenge.found.credential
    let signature = SHA256.authenticationCode(of: signed, key: credential.storedKey)
    let clientKey = zip(final.proof, signature).map { $0 ^ $1 }
    let isProven = SHA256.areEqual(SHA256.digest(of: clientKey), credential.storedKey)
    guard isProven, challenge.found.isReal else { throw .denied }
    let answer = SHA256.authenticationCode(of: signed, key: credential.serverKey)
    return Array("v=\(Base64.encode(answer))".utf8)
  }
}
