/// What a server keeps of a password: enough to check it, not enough to use it (RFC 5802, section 3).
public struct PasswordCredential: Sendable, Equatable, CustomStringConvertible {
  /// Random bytes that make the same password another credential for each user.
  public let salt: [UInt8]
  /// How many times the password is hashed.
  public let iterations: Int
  /// The hash of the key with which a client proves itself.
  let storedKey: [UInt8]
  /// The key with which the server proves itself.
  let serverKey: [UInt8]

  /// The iterations that are allowed: at least those of RFC 7677, at most those that Kafka's clients take.
  public static let allowedIterations = 4096...16384
  /// The iterations where nobody says otherwise.
  public static let usualIterations = 8192
  /// Bytes of salt.
  public static let saltByteCount = 16
  private static let name = "SCRAM-SHA-256"

  /// The credential of a password.
  ///
  /// - Complexity: O(`iterations`).
  public init(password: String, salt: [UInt8], iterations: Int = usualIterations) {
    let keys = Keys(password: password, salt: salt, iterations: iterations)
    self.init(salt: salt, iterations: iterations, storedKey: keys.stored, serverKey: keys.server)
  }

  init(salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]) {
    self.salt = salt
    self.iterations = iterations
    self.storedKey = storedKey
    self.serverKey = serverKey
  }

  /// A credential that no password matches, for names that nobody has. It is a function of `secret` and `name`, so that
  /// asking again does not tell it from a user's.
  public init(decoyFor name: String, secret: [UInt8], iterations: Int) {
    self.init(
      salt: Self.salt(for: name, secret: secret), iterations: iterations,
      storedKey: SHA256.authenticationCode(of: Array("stored key\0\(name)".utf8), key: secret),
      serverKey: SHA256.authenticationCode(of: Array("server key\0\(name)".utf8), key: secret))
  }

  /// A salt that is always the same for a name, and that nobody without the secret foresees.
  public static func salt(for name: String, secret: [UInt8]) -> [UInt8] {
    Array(SHA256.authenticationCode(of: Array("salt\0\(name)".utf8), key: secret).prefix(saltByteCount))
  }

  /// Reads what ``description`` writes; nil for anything else, and for iterations that are not allowed.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual(Self.name.utf8) else { return nil }
    let first = parts[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let second = parts[2].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard first.count == 2, second.count == 2, let iterations = Int(String(decoding: first[0], as: UTF8.self)),
      Self.allowedIterations.contains(iterations), let salt = Base64.decode(first[1]), salt.count >= 8,
      let storedKey = Base64.decode(second[0]), storedKey.count == SHA256.byteCount,
      let serverKey = Base64.decode(second[1]), serverKey.count == SHA256.byteCount
    else { return nil }
    self.init(salt: salt, iterations: iterations, storedKey: storedKey, serverKey: serverKey)
  }

  /// `SCRAM-SHA-256$ITERATIONS:SALT$STORED-KEY:SERVER-KEY`, the last three in base64: the form of RFC 5803.
  public var description: String {
    "\(Self.name)$\(iterations):\(Base64.encode(salt))$\(Base64.encode(storedKey)):\(Base64.encode(serverKey))"
  }

  /// Whether this is the password.
  ///
  /// - Complexity: O(``iterations``), whatever the password.
  public func matches(password: String) -> Bool {
    SHA256.areEqual(Keys(password: password, salt: salt, iterations: iterations).stored, storedKey)
  }

  private struct Keys {
    let stored: [UInt8]
    let server: [UInt8]

    init(password: String, salt: [UInt8], iterations: Int) {
      let salted = SHA256.derivedKey(password: Array(password.utf8), salt: salt, iterations: iterations)
      stored = SHA256.digest(of: SHA256.authenticationCode(of: Array("Client Key".utf8), key: salted))
      server = SHA256.authenticationCode(of: Array("Server Key".utf8), key: salted)
    }
  }
}
