internal import ByteCoding

/// A position as text that a client keeps and sends back: base64url of a version byte, the position and a CRC-32C.
///
/// Its inside is nobody's business but Xopix's; a changed or foreign token is recognised and refused.
extension Position {
  private static let tokenVersion: UInt8 = 1

  /// The longest token that is looked at, in characters.
  public static let longestToken = 16_384

  /// The token of this position: ASCII letters, digits, `-` and `_`.
  public var token: String {
    var writer = ByteWriter()
    writer.write(Self.tokenVersion)
    write(to: &writer)
    writer.write(Checksum.crc32c(writer.bytes))
    return Base64URL.encode(writer.bytes)
  }

  /// The position of a token; nil for what ``token`` did not write.
  public init?(token: String) {
    guard token.utf8.count <= Self.longestToken, let bytes = Base64URL.decode(token), bytes.count > 5 else {
      return nil
    }
    let content = Array(bytes.dropLast(4))
    var reader = ByteReader(content.rawBytes)
    let checksum = Array(bytes.suffix(4))
    var checksumReader = ByteReader(checksum.rawBytes)
    guard let expected = try? checksumReader.read(UInt32.self), Checksum.crc32c(content) == expected,
      let version = try? reader.read(UInt8.self), version == Self.tokenVersion,
      let position = try? Position(from: &reader), reader.remaining == 0
    else { return nil }
    self = position
  }
}

/// Base64 with the URL-safe alphabet and no padding (RFC 4648, section 5).
public enum Base64URL {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The text of `bytes`.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var buffer: UInt32 = 0
    var bits = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[Int(buffer >> UInt32(bits) & 63)])
      }
    }
    if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of `text`; nil where a character is not of the alphabet or leftover bits are set.
  public static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 3 / 4)
    var buffer: UInt32 = 0
    var bits = 0
    for character in text.utf8 {
      guard let value = value(of: character) else { return nil }
      buffer = (buffer << 6 | value) & 0xffff
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
      }
    }
    guard bits < 6, buffer & ((1 << UInt32(bits)) - 1) == 0 else { return nil }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
