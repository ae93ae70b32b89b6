internal import Credentials
public import DefinitionFiles

/// What an operator writes of users and roles.
public struct AccessDefinition: Sendable {
  /// Users, those of a file of users not among them.
  public var users: [UserDefinition]
  /// The operator's own roles.
  public var roles: [Role]
  /// A file with more users, as `xopix users` writes it; nil where there is none.
  public var usersFile: String?
  /// Whether PLAIN is taken on connections that are neither encrypted nor from this machine.
  public var allowsPlainInTheClear: Bool
  /// How long a client may go on before it has to prove itself again, in seconds; nil for ever.
  public var maximumSessionSeconds: Int?

  /// Reads a definition from YAML.
  ///
  /// - Parameter file: the file's name, for messages.
  public init(yaml text: String, file: String) throws(DefinitionError) {
    let grant = ["name", "prefix", "allow"]
    let content: Content = try DefinitionFiles.decode(
      yaml: text, file: file,
      members: [
        "": ["users", "roles", "users_file", "plain_without_tls", "maximum_session_seconds"],
        "users/*": UserDefinition.members,
        "roles/*": ["name", "topics", "groups", "transactions", "cluster"],
        "roles/*/topics/*": grant, "roles/*/groups/*": grant, "roles/*/transactions/*": grant,
      ])
    users = []
    for entry in content.users ?? [] { users.append(try UserDefinition(entry, file: file)) }
    roles = []
    for entry in content.roles ?? [] {
      let role = try entry.role(file: file)
      guard !(Role.builtIn + roles).contains(where: { $0.name == role.name }) else {
        throw DefinitionError(file: file, reason: "the role \(role.name) is built in, or there twice")
      }
      roles.append(role)
    }
    usersFile = content.users_file
    allowsPlainInTheClear = content.plain_without_tls ?? false
    maximumSessionSeconds = content.maximum_session_seconds
    if let seconds = maximumSessionSeconds, !(1...31_536_000).contains(seconds) {
      throw DefinitionError(file: file, reason: "maximum_session_seconds must be from 1 to 31536000")
    }
  }

  /// The table of all users and roles.
  ///
  /// - Parameters:
  ///   - more: the users of the file of users.
  ///   - file: the definition's file, for messages.
  ///   - secret: see ``AccessTable/init(users:roles:secret:)``.
  ///   - reveal: reads the password of a source.
  public func table(
    with more: [UserDefinition] = [], file: String, secret: [UInt8],
    reveal: (PasswordSource) throws(DefinitionError) -> String
  ) throws(DefinitionError) -> AccessTable {
    let allRoles = Role.builtIn + roles
    let known = Set(allRoles.map(\.name))
    var found: [User] = []
    var names: Set<String> = []
    for user in users + more {
      guard names.insert(user.name).inserted else {
        throw DefinitionError(file: file, reason: "the user \(user.name) is there twice")
      }
      if let unknown = user.roles.sorted().first(where: { !known.contains($0) }) {
        throw DefinitionError(
          file: file,
          reason: "the user \(user.name) has the role \(unknown), which is not defined; there are "
            + known.sorted().joined(separator: ", "))
      }
      found.append(
        User(
          name: user.name, roles: user.roles,
          credential: try user.credential(file: file, secret: secret, reveal: reveal)))
    }
    return AccessTable(users: found, roles: allRoles, secret: secret)
  }

  // The names are those of the file.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  private struct Content: Decodable {
    let users: [UserDefinition.Entry]?
    let roles: [RoleEntry]?
    let users_file: String?
    let plain_without_tls: Bool?
    let maximum_session_seconds: Int?
  }
}

/// A role as it is written.
struct RoleEntry: Decodable {
  struct GrantEntry: Decodable {
    let name: String?
    let prefix: String?
    let allow: [String]?
  }

  let name: String
  let topics: [GrantEntry]?
  let groups: [GrantEntry]?
  let transactions: [GrantEntry]?
  let cluster: [String]?

  /// What can be allowed on each kind, as Kafka has it.
  private static func operations(on kind: Resource.Kind) -> [Operation] {
    switch kind {
    case .topic: [.read, .write, .create, .delete, .alter, .describe, .alterConfigs, .describeConfigs]
    case .group: [.read, .describe, .delete]
    case .transaction: [.write, .describe]
    case .cluster: [.create, .alter, .describe, .alterConfigs, .describeConfigs, .clusterAction, .idempotentWrite]
    }
  }

  func role(file: String) throws(DefinitionError) -> Role {
    guard !name.isEmpty else { throw DefinitionError(file: file, reason: "a role's name is empty") }
    var grants: [Grant] = []
    for (kind, entries) in [(Resource.Kind.topic, topics), (.group, groups), (.transaction, transactions)] {
      for entry in entries ?? [] {
        let pattern: NamePattern
        switch (entry.name, entry.prefix) {
        case ("*", nil): pattern = .any
        case (let exact?, nil) where !exact.isEmpty: pattern = .exact(exact)
        case (nil, let prefix?) where !prefix.isEmpty: pattern = .prefix(prefix)
        default:
          throw DefinitionError(
            file: file,
            reason: "the role \(name) must say either name (\"*\" for all) or prefix of each \(kind.rawValue)")
        }
        grants.append(Grant(kind, pattern, try operations(entry.allow, on: kind, file: file)))
      }
    }
    if let cluster { grants.append(Grant(.cluster, .any, try operations(cluster, on: .cluster, file: file))) }
    return Role(name: name, grants: grants)
  }

  private func operations(
    _ words: [String]?, on kind: Resource.Kind, file: String
  ) throws(DefinitionError) -> Set<Operation> {
    let possible = Self.operations(on: kind)
    guard let words, !words.isEmpty else {
      throw DefinitionError(file: file, reason: "the role \(name) must say what it may do to a \(kind.rawValue): allow")
    }
    if words == ["all"] { return Set(possible) }
    var found: Set<Operation> = []
    for word in words {
      guard let operation = Operation(rawValue: word), possible.contains(operation) else {
        throw DefinitionError(
          file: file,
          reason: "the role \(name) allows \"\(word)\" on a \(kind.rawValue); there are "
            + (possible.map(\.rawValue) + ["all"]).joined(separator: ", "))
      }
      found.insert(operation)
    }
    return found
  }
}
