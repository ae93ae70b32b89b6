public import Credentials
public import DefinitionFiles

/// Where a user's password is written.
public enum PasswordSource: Sendable, Equatable {
  /// In the first line of a file.
  case file(String)
  /// In a variable of the environment.
  case variable(String)
  /// In the definition itself.
  case inline(String)
}

/// A user as an operator writes it.
public struct UserDefinition: Sendable, Equatable {
  /// What a user's password is known by.
  public enum Secret: Sendable, Equatable {
    /// Its salted hash.
    case credential(PasswordCredential)
    /// The password itself, written elsewhere or here.
    case password(PasswordSource)
  }

  /// The name.
  public let name: String
  /// The roles' names.
  public let roles: Set<String>
  /// What the password is known by; nil for a user who comes with a certificate.
  public let secret: Secret?

  /// A user.
  public init(name: String, roles: Set<String>, secret: Secret?) {
    self.name = name
    self.roles = roles
    self.secret = secret
  }

  static let members = ["name", "roles", "scram_sha_256", "password", "password_file", "password_env"]

  // The names are those of the file.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  struct Entry: Decodable {
    let name: String
    let roles: [String]?
    let scram_sha_256: String?
    let password: String?
    let password_file: String?
    let password_env: String?
  }

  init(_ entry: Entry, file: String) throws(DefinitionError) {
    guard PreparedText.isPrepared(entry.name) else {
      throw DefinitionError(
        file: file, reason: "a user's name is empty, too long, or not in the form that SASLprep gives it")
    }
    var secrets: [Secret] = []
    if let text = entry.scram_sha_256 {
      guard let credential = PasswordCredential(text) else {
        throw DefinitionError(
          file: file, reason: "scram_sha_256 of \(entry.name) is not what xopix users add writes")
      }
      secrets.append(.credential(credential))
    }
    if let password = entry.password { secrets.append(.password(.inline(password))) }
    if let path = entry.password_file { secrets.append(.password(.file(path))) }
    if let variable = entry.password_env { secrets.append(.password(.variable(variable))) }
    guard secrets.count <= 1 else {
      throw DefinitionError(
        file: file,
        reason: "\(entry.name) has more than one of scram_sha_256, password, password_file and password_env")
    }
    self.init(name: entry.name, roles: Set(entry.roles ?? []), secret: secrets.first)
  }

  func credential(
    file: String, secret: [UInt8], reveal: (PasswordSource) throws(DefinitionError) -> String
  ) throws(DefinitionError) -> PasswordCredential? {
    switch self.secret {
    case nil: return nil
    case .credential(let credential): return credential
    case .password(let source):
      let password = try reveal(source)
      guard PreparedText.isPrepared(password) else {
        throw DefinitionError(file: file, reason: "the password of \(name) \(PreparedText.passwordRule)")
      }
      // The salt is that of a decoy, so that it stays the same from start to start.
      return PasswordCredential(password: password, salt: PasswordCredential.salt(for: name, secret: secret))
    }
  }
}

extension PreparedText {
  /// What is wrong with a password that is not its own prepared form.
  public static let passwordRule =
    "is empty, too long, or has characters that clients send in different ways; use printable ASCII"
}

/// The file of users that `xopix users` keeps.
public struct UsersFile: Sendable, Equatable {
  /// The users, by name.
  public var users: [UserDefinition]

  /// A file with users.
  public init(users: [UserDefinition]) { self.users = users }

  /// Reads a file: a YAML list of users.
  public init(yaml text: String, file: String) throws(DefinitionError) {
    users = []
    // A file that was only just made.
    guard !text.allSatisfy(\.isWhitespace) else { return }
    let entries: [UserDefinition.Entry] = try DefinitionFiles.decode(
      yaml: text, file: file, members: ["*": UserDefinition.members])
    for entry in entries { users.append(try UserDefinition(entry, file: file)) }
  }

  /// The file's text.
  public var yaml: String {
    var text = "# Users, written by xopix users: salted hashes of passwords, to be kept from others all the same.\n"
    if users.isEmpty { return text + "[]\n" }
    for user in users.sorted(by: { $0.name < $1.name }) { text += Self.entry(user) }
    return text
  }

  /// One user's lines.
  public static func entry(_ user: UserDefinition) -> String {
    var text = "- name: \(quoted(user.name))\n"
    text += "  roles: [\(user.roles.sorted().map(quoted).joined(separator: ", "))]\n"
    switch user.secret {
    case nil: break
    case .credential(let credential): text += "  scram_sha_256: \(quoted(credential.description))\n"
    case .password(.inline(let password)): text += "  password: \(quoted(password))\n"
    case .password(.file(let path)): text += "  password_file: \(quoted(path))\n"
    case .password(.variable(let name)): text += "  password_env: \(quoted(name))\n"
    }
    return text
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
