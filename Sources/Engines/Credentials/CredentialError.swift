/// Why a client is not taken for who it says.
public enum CredentialError: Error, Equatable, CustomStringConvertible {
  /// A message that the mechanism does not know.
  case malformed(String)
  /// The client wants something that is not served.
  case unsupported(String)
  /// The name is unknown or the password wrong; which of both is not said.
  case denied

  /// One line, which may be shown to the client.
  public var description: String {
    switch self {
    case .malformed(let reason): "the message is malformed: \(reason)"
    case .unsupported(let reason): reason
    case .denied: "invalid credentials"
    }
  }
}
