import Testing

@testable import Credentials

/// The client's side of SCRAM-SHA-256, written by RFC 5802 for the tests; each part may be another one.
struct ScramClient {
  var name = "user"
  var password = "pencil"
  var nonce = "rOprNGfwEbeRWgbNEkqO"
  var header = "n,,"

  var bare: String { "n=\(name),r=\(nonce)" }
  var first: [UInt8] { Array((header + bare).utf8) }

  /// The final message for a server's first, and the server's signature to expect.
  func final(
    for serverFirst: [UInt8], binding: String? = nil, nonce given: String? = nil, extensions: String = ""
  ) throws -> (message: [UInt8], signature: [UInt8]) {
    let text = String(decoding: serverFirst, as: UTF8.self)
    let fields = text.split(separator: ",").map(String.init)
    let salt = try #require(Base64.decode(fields[1].utf8.dropFirst(2)))
    let iterations = try #require(Int(fields[2].dropFirst(2)))
    let salted = SHA256.derivedKey(password: Array(password.utf8), salt: salt, iterations: iterations)
    let clientKey = SHA256.authenticationCode(of: Array("Client Key".utf8), key: salted)
    let without =
      "c=\(Base64.encode(Array((binding ?? header).utf8))),r=\(given ?? String(fields[0].dropFirst(2)))\(extensions)"
    let signed = Array("\(bare),\(text),\(without)".utf8)
    let signature = SHA256.authenticationCode(of: signed, key: SHA256.digest(of: clientKey))
    let proof = zip(clientKey, signature).map { $0 ^ $1 }
    let serverKey = SHA256.authenticationCode(of: Array("Server Key".utf8), key: salted)
    return (
      Array("\(without),p=\(Base64.encode(proof))".utf8),
      Array("v=\(Base64.encode(SHA256.authenticationCode(of: signed, key: serverKey)))".utf8)
    )
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededSource: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
