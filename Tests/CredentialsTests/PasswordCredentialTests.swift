import Testing

@testable import Credentials

@Suite("Credentials of passwords")
struct PasswordCredentialTests {
  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test("hashes are those of FIPS 180-4, RFC 4231 and RFC 7914")
  func vectors() {
    #expect(
      Self.hex(SHA256.digest(of: Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Self.hex(SHA256.digest(of: [])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      Self.hex(
        SHA256.authenticationCode(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      Self.hex(SHA256.derivedKey(password: Array("passwd".utf8), salt: Array("salt".utf8), iterations: 1))
        == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")
  }

  @Test("secrets are equal where all bytes are")
  func equality() {
    #expect(SHA256.areEqual([1, 2, 3], [1, 2, 3]) && SHA256.areEqual([], []))
    #expect(!SHA256.areEqual([1, 2, 3], [1, 2, 4]) && !SHA256.areEqual([1, 2], [1, 2, 3]))
  }

  @Test("a credential's text has no password, reads back, and checks the password")
  func text() throws {
    let credential = PasswordCredential(password: "s3cret words", salt: Array(0..<16), iterations: 4096)
    let text = credential.description
    #expect(text.hasPrefix("SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$") && !text.contains("s3cret"))
    let read = try #require(PasswordCredential(text))
    #expect(read == credential && read.matches(password: "s3cret words"))
    #expect(!read.matches(password: "s3cret word") && !read.matches(password: ""))
  }

  @Test(
    "text that is no credential, or a weak one, is refused",
    arguments: [
      "", "SCRAM-SHA-256", "SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$a:b", "SCRAM-SHA-1$4096:AAECAwQFBgc=$a:b",
    ])
  func wrongText(text: String) {
    #expect(PasswordCredential(text) == nil)
  }

  @Test("iterations and salts are bounded")
  func bounds() {
    let key = Base64.encode([UInt8](repeating: 7, count: 32))
    func text(_ iterations: Int, _ salt: Int) -> String {
      "SCRAM-SHA-256$\(iterations):\(Base64.encode([UInt8](repeating: 1, count: salt)))$\(key):\(key)"
    }
    #expect(PasswordCredential(text(4096, 8)) != nil && PasswordCredential(text(16384, 16)) != nil)
    #expect(PasswordCredential(text(4095, 16)) == nil && PasswordCredential(text(16385, 16)) == nil)
    #expect(PasswordCredential(text(4096, 7)) == nil)
  }

  @Test("a decoy is the same each time, another for each name and secret, and no password matches it")
  func decoys() {
    let secret = [UInt8](repeating: 5, count: 32)
    let decoy = PasswordCredential(decoyFor: "ali", secret: secret, iterations: 4096)
    #expect(decoy == PasswordCredential(decoyFor: "ali", secret: secret, iterations: 4096))
    #expect(decoy.salt == PasswordCredential.salt(for: "ali", secret: secret) && decoy.salt.count == 16)
    #expect(decoy.salt != PasswordCredential.salt(for: "alia", secret: secret))
    #expect(decoy.salt != PasswordCredential.salt(for: "ali", secret: [UInt8](repeating: 6, count: 32)))
    #expect(!decoy.matches(password: "") && !decoy.matches(password: "ali"))
  }

  @Test("base64 is that of RFC 4648, and has one text for some bytes")
  func base64() {
    let vectors = [
      "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy",
    ]
    for (plain, text) in vectors {
      #expect(Base64.encode(Array(plain.utf8)) == text)
      #expect(Base64.decode(text.utf8) == Array(plain.utf8))
    }
    for wrong in ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z g=", "====", "Zm9v=", "Zg==\n", "-_==", "=Zg="] {
      #expect(Base64.decode(wrong.utf8) == nil, "\(wrong)")
    }
  }
}
