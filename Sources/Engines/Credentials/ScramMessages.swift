// The client's messages of SCRAM (RFC 5802, section 7). Each is refused at the first thing that the grammar does not
// have; extensions that a server may pass over are passed over.

/// `client-first-message`: gs2-header, then name and nonce.
struct ScramFirstMessage: Sendable {
  /// The gs2-header as it came: channel binding flag and authorization id, each with its comma.
  let header: String
  /// What follows the header, as it came.
  let bare: String
  let name: String
  let nonce: String

  init(_ message: [UInt8]) throws(CredentialError) {
    let text = try scramText(message)
    let fields = text.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count >= 4 else { throw .malformed("the first message has \(fields.count) fields, not 4") }
    switch fields[0] {
    // "y": the client could bind channels, and believes that the server can't, which is so.
    case "n", "y": break
    case _ where fields[0].hasPrefix("p="): throw .unsupported("channel binding is not supported")
    default: throw .malformed("the channel binding flag is not n, y or p")
    }
    header = "\(fields[0]),\(fields[1]),"
    bare = fields[2...].joined(separator: ",")
    guard !fields[2].hasPrefix("m=") else { throw .unsupported("an extension that must be understood is not") }
    let name = try Self.name(fields[2], attribute: "n=")
    if !fields[1].isEmpty {
      guard try Self.name(fields[1], attribute: "a=") == name else {
        throw .unsupported("nobody may act as somebody else")
      }
    }
    self.name = name
    nonce = try scramNonce(fields[3])
    try checkExtensions(fields[4...])
  }

  /// A name, of which commas and equals signs are written `=2C` and `=3D`.
  private static func name(_ field: Substring, attribute: String) throws(CredentialError) -> String {
    guard field.hasPrefix(attribute) else { throw .malformed("there is no \(attribute) where it belongs") }
    var name = ""
    var rest = field.dropFirst(2)
    while let character = rest.popFirst() {
      guard character == "=" else {
        name.append(character)
        continue
      }
      switch rest.prefix(2) {
      case "2C": name.append(",")
      case "3D": name.append("=")
      default: throw .malformed("an equals sign in the name is not written =3D")
      }
      rest = rest.dropFirst(2)
    }
    guard let prepared = PreparedText.prepare(name) else {
      throw .malformed("the name is empty, too long, or has characters that are not allowed")
    }
    return prepared
  }
}

/// `client-final-message`: channel binding, nonce, proof.
struct ScramFinalMessage: Sendable {
  let channelBinding: [UInt8]
  let nonce: String
  let proof: [UInt8]
  /// The message before its proof, as it came.
  let withoutProof: String

  init(_ message: [UInt8]) throws(CredentialError) {
    let fields = try scramText(message).split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count >= 3 else { throw .malformed("the final message has \(fields.count) fields, not 3") }
    guard fields[0].hasPrefix("c="), let binding = Base64.decode(fields[0].utf8.dropFirst(2)) else {
      throw .malformed("there is no channel binding in base64")
    }
    channelBinding = binding
    nonce = try scramNonce(fields[1])
    let last = fields[fields.count - 1]
    guard last.hasPrefix("p="), let proof = Base64.decode(last.utf8.dropFirst(2)), proof.count == SHA256.byteCount
    else { throw .malformed("there is no proof of \(SHA256.byteCount) bytes in base64 at the end") }
    self.proof = proof
    try checkExtensions(fields[2..<(fields.count - 1)])
    withoutProof = fields.dropLast().joined(separator: ",")
  }
}

/// Bytes that a message may have: both of its parts are short.
private let longestScramMessage = 8192

private func scramText(_ message: [UInt8]) throws(CredentialError) -> String {
  guard message.count <= longestScramMessage else { throw .malformed("it has \(message.count) bytes") }
  guard !message.contains(0), let text = String(validating: message, as: UTF8.self) else {
    throw .malformed("it is not UTF-8 without NUL")
  }
  return text
}

private func scramNonce(_ field: Substring) throws(CredentialError) -> String {
  let nonce = field.utf8.dropFirst(2)
  guard field.hasPrefix("r="), !nonce.isEmpty, nonce.allSatisfy({ (0x21..<0x7f).contains($0) }) else {
    throw .malformed("there is no nonce of printable ASCII where it belongs")
  }
  return String(decoding: nonce, as: UTF8.self)
}

/// Extensions are a letter, an equals sign and a value; `m` is one that has to be understood.
private func checkExtensions(_ fields: ArraySlice<Substring>) throws(CredentialError) {
  for field in fields {
    let bytes = Array(field.utf8.prefix(3))
    let isLetter = bytes.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) } ?? false
    guard bytes.count == 3, isLetter, bytes[1] == UInt8(ascii: "="), bytes[0] != UInt8(ascii: "m") else {
      throw .unsupported("an extension is not known")
    }
  }
}
