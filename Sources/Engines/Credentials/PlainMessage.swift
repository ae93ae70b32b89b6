/// The only message of PLAIN (RFC 4616): a name and its password.
public struct PlainMessage: Sendable, Equatable {
  /// Who the client is.
  public let name: String
  /// What proves it.
  public let password: String

  /// Reads `[authorization id] NUL name NUL password`; an authorization id must be the name.
  public init(_ message: [UInt8]) throws(CredentialError) {
    let parts = message.split(separator: 0, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .malformed("there are \(parts.count) fields, not 3") }
    guard let identity = String(validating: parts[0], as: UTF8.self),
      let name = String(validating: parts[1], as: UTF8.self),
      let password = String(validating: parts[2], as: UTF8.self)
    else { throw .malformed("a field is not UTF-8") }
    guard let name = PreparedText.prepare(name), let password = PreparedText.prepare(password) else {
      throw .malformed("the name or the password is empty, too long, or has characters that are not allowed")
    }
    guard identity.isEmpty || PreparedText.prepare(identity) == name else {
      throw .unsupported("nobody may act as somebody else")
    }
    self.name = name
    self.password = password
  }
}
