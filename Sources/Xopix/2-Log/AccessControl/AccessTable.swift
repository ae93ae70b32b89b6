public import Credentials

/// A user: somebody who has a name here.
public struct User: Sendable, Equatable {
  /// The name, as SASLprep leaves it.
  public let name: String
  /// The names of its roles.
  public let roles: Set<String>
  /// What its password is checked against; nil for a user who has none, and comes with a certificate.
  public let credential: PasswordCredential?

  /// A user.
  public init(name: String, roles: Set<String>, credential: PasswordCredential?) {
    self.name = name
    self.roles = roles
    self.credential = credential
  }
}

/// Who there is, and what roles allow: one immutable value, replaced as a whole.
///
/// It serves whatever asks for names and roles: the broker finds users by their names, others may bring principals of
/// their own whose roles are these.
public struct AccessTable: Sendable {
  private let users: [String: User]
  private let roles: [String: Role]
  private let secret: [UInt8]
  /// The iterations of users' credentials, for decoys to have.
  private let iterations: [Int]

  /// A table of users and roles, of which names are unique.
  ///
  /// - Parameter secret: 32 random bytes which stay the same from start to start, so that names that nobody has can't be
  ///   told from users.
  public init(users: [User], roles: [Role], secret: [UInt8]) {
    self.users = Dictionary(users.map { ($0.name, $0) }) { first, _ in first }
    self.roles = Dictionary(roles.map { ($0.name, $0) }) { first, _ in first }
    self.secret = secret
    let used = users.compactMap(\.credential?.iterations).sorted()
    iterations = used.isEmpty ? [PasswordCredential.usualIterations] : used
  }

  /// How many users there are.
  public var userCount: Int { users.count }

  /// The user of a name; nil where there is none.
  public func principal(named name: String) -> Principal? {
    users[name].map { Principal(name: $0.name, roles: $0.roles) }
  }

  /// What a user's password is checked against; for names that nobody has, and for users without a password, a
  /// credential that no password matches.
  public func credential(of name: String) -> ScramExchange.Found {
    // Made whether it is needed or not, so that the time does not tell.
    let draw = SHA256.authenticationCode(of: Array("iterations\0\(name)".utf8), key: secret)
    let place = draw.prefix(4).reduce(0) { $0 << 8 | Int($1) } % iterations.count
    let decoy = PasswordCredential(decoyFor: name, secret: secret, iterations: iterations[place])
    guard let credential = users[name]?.credential else {
      return ScramExchange.Found(credential: decoy, isReal: false)
    }
    return ScramExchange.Found(credential: credential, isReal: true)
  }

  /// Whether a principal's roles allow an operation.
  public func allows(_ principal: Principal, _ operation: Operation, on resource: Resource) -> Bool {
    principal.roles.contains { name in
      roles[name]?.grants.contains { grant in
        grant.kind == resource.kind && grant.allows(operation)
          && grant.pattern.matches(resource.name, user: principal.name)
      } ?? false
    }
  }

  /// Whether a principal's roles allow an operation on any resource of a kind at all.
  public func allowsSomewhere(_ principal: Principal, _ operation: Operation, _ kind: Resource.Kind) -> Bool {
    principal.roles.contains { name in
      roles[name]?.grants.contains { $0.kind == kind && $0.allows(operation) } ?? false
    }
  }
}
