internal import COpenSSL

/// SHA-256 (FIPS 180-4) and what is made of it; libcrypto computes.
public enum SHA256 {
  /// Bytes of a digest.
  public static let byteCount = 32

  /// The digest of `bytes`.
  public static func digest(of bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: byteCount)
    // Safety: the arrays live through the call, `bytes` is read for its count, and a digest has 32 bytes.
    let result = unsafe xopix_sha256(bytes, bytes.count, &digest)
    precondition(result == 1, "libcrypto has no SHA-256")
    return digest
  }

  /// The authentication code of `message` under `key` (HMAC, RFC 2104).
  public static func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: byteCount)
    // Safety: as above; a code has 32 bytes.
    let result = unsafe xopix_hmac_sha256(key, Int32(key.count), message, message.count, &code)
    precondition(result == 1, "libcrypto has no HMAC of SHA-256")
    return code
  }

  /// A key of 32 bytes derived from a password (PBKDF2 with HMAC-SHA-256, RFC 8018), which SCRAM names Hi.
  ///
  /// - Complexity: O(`iterations`), about half a microsecond each.
  static func derivedKey(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: byteCount)
    // Safety: as above; the key has the 32 bytes that the shim asks for.
    let result = unsafe xopix_pbkdf2_sha256(
      password.map { CChar(bitPattern: $0) }, Int32(password.count), salt, Int32(salt.count), Int32(iterations), &key)
    precondition(result == 1, "libcrypto has no PBKDF2 of SHA-256")
    return key
  }

  /// Whether two secrets are the same, in a time that does not depend on where they differ.
  public static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    // Safety: both arrays live through the call and have the count that is given.
    return unsafe CRYPTO_memcmp(one, other, one.count) == 0
  }
}
