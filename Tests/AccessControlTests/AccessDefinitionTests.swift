import Credentials
import DefinitionFiles
import Testing

@testable import AccessControl

@Suite("Users and roles as they are written")
struct AccessDefinitionTests {
  static let secret = [UInt8](repeating: 9, count: 32)

  static func table(_ yaml: String, more: [UserDefinition] = []) throws -> AccessTable {
    try AccessDefinition(yaml: yaml, file: "access.yaml").table(with: more, file: "access.yaml", secret: secret) {
      source throws(DefinitionError) in
      switch source {
      case .inline(let password): password
      case .file("secret.txt"), .variable("SECRET"): "from elsewhere"
      case .file(let name), .variable(let name): throw DefinitionError(file: name, reason: "is not there")
      }
    }
  }

  @Test("an operator's role allows what it says, and what that implies")
  func ownRole() throws {
    let table = try Self.table(
      """
      roles:
        - name: order-writer
          topics:
            - {name: orders, allow: [write]}
            - {prefix: "orders.", allow: [read, alter_configs]}
          groups: [{name: $user, allow: [all]}, {prefix: $user., allow: [read]}]
          transactions: [{prefix: orders-, allow: [write]}]
          cluster: [describe]
      users:
        - {name: orders, roles: [order-writer], password: words}
        - {name: idle}
      """)
    let principal = try #require(table.principal(named: "orders"))
    func allows(_ operation: Operation, _ resource: Resource) -> Bool {
      table.allows(principal, operation, on: resource)
    }
    #expect(allows(.write, .topic("orders")) && allows(.describe, .topic("orders")))
    #expect(!allows(.read, .topic("orders")) && !allows(.create, .topic("orders")) && !allows(.write, .topic("order")))
    #expect(allows(.read, .topic("orders.eu")) && allows(.describeConfigs, .topic("orders.eu")))
    #expect(!allows(.write, .topic("orders.eu")) && !allows(.describe, .topic("ordersx")))
    #expect(
      allows(.delete, .group("orders")) && allows(.read, .group("orders.1")) && !allows(.read, .group("orders-1")))
    #expect(allows(.describe, .transaction("orders-1")) && !allows(.write, .transaction("other")))
    #expect(allows(.describe, .cluster) && !allows(.create, .cluster) && !allows(.idempotentWrite, .cluster))
    #expect(table.allowsSomewhere(principal, .write, .topic) && !table.allowsSomewhere(principal, .create, .topic))
    let idle = try #require(table.principal(named: "idle"))
    #expect(!table.allows(idle, .describe, on: .topic("orders")) && !table.allowsSomewhere(idle, .write, .topic))
    #expect(table.principal(named: "nobody") == nil)
  }

  @Test("passwords are checked whatever they are written as, and users without one have none")
  func passwords() throws {
    let stored = PasswordCredential(password: "stored", salt: Array(0..<16), iterations: 4096)
    let table = try Self.table(
      """
      users:
        - {name: a, password: words}
        - {name: b, password_file: secret.txt}
        - {name: c, password_env: SECRET}
        - {name: d, scram_sha_256: "\(stored)"}
        - {name: e}
      """)
    for (name, password) in ["a": "words", "b": "from elsewhere", "c": "from elsewhere", "d": "stored"] {
      let found = table.credential(of: name)
      #expect(found.isReal && found.credential.matches(password: password) && !found.credential.matches(password: "x"))
    }
    #expect(!table.credential(of: "e").isReal)
  }

  @Test("a name that nobody has looks like a user: the same answers each time, and as much work")
  func unknownNames() throws {
    let text = "users: [{name: a, password: words}]"
    let table = try Self.table(text)
    let unknown = table.credential(of: "b")
    let later = try Self.table(text)
    #expect(!unknown.isReal && unknown.credential == later.credential(of: "b").credential)
    #expect(unknown.credential.iterations == table.credential(of: "a").credential.iterations)
    #expect(unknown.credential.salt.count == table.credential(of: "a").credential.salt.count)
    // A user's own salt does not change from start to start either.
    #expect(table.credential(of: "a").credential == later.credential(of: "a").credential)
  }

  @Test(
    "what can't be used is refused with its place",
    arguments: [
      ("users: [{name: a, role: [admin]}]", "role"), ("users: [{name: a, roles: [boss]}]", "boss"),
      ("users: [{name: a}, {name: a}]", "twice"), ("users: [{name: \"\"}]", "name"),
      ("users: [{name: a, password: x, password_env: Y}]", "more than one"),
      ("users: [{name: a, password_file: gone}]", "gone"), ("users: [{name: a, password: \"\\x07\"}]", "password of a"),
      ("users: [{name: a, scram_sha_256: abc}]", "scram_sha_256"), ("roles: [{name: admin}]", "built in"),
      ("roles: [{name: r}, {name: r}]", "twice"), ("roles: [{name: r, topics: [{allow: [read]}]}]", "prefix"),
      ("roles: [{name: r, topics: [{name: a, prefix: b, allow: [read]}]}]", "prefix"),
      ("roles: [{name: r, topics: [{name: a, allow: [reed]}]}]", "reed"),
      ("roles: [{name: r, topics: [{name: a}]}]", "allow"),
      ("roles: [{name: r, groups: [{name: a, allow: [write]}]}]", "write"),
      ("roles: [{name: r, cluster: [read]}]", "read"), ("maximum_session_seconds: 0", "maximum_session_seconds"),
      ("user: []", "user"), ("users: 5", "users"), ("- a", "access.yaml"), ("users: [", "YAML"),
    ])
  func refused(yaml: String, word: String) {
    let error = #expect(throws: DefinitionError.self) { _ = try Self.table(yaml) }
    #expect(error?.description.contains(word) ?? false, "\(error?.description ?? "")")
    #expect(error?.description.contains("\\x07") == false)
  }

  @Test("a file of users is read back as it was written, and holds no password")
  func usersFile() throws {
    let credential = PasswordCredential(password: "hidden", salt: Array(0..<16), iterations: 4096)
    let file = UsersFile(users: [
      UserDefinition(name: "b \"quoted\" \\ ü", roles: ["search", "analyst"], secret: .credential(credential)),
      UserDefinition(name: "a", roles: [], secret: nil),
      UserDefinition(name: "c: [", roles: ["x"], secret: .password(.file("/run/secret: 1"))),
    ])
    let read = try UsersFile(yaml: file.yaml, file: "users.yaml")
    #expect(read.users == file.users.sorted { $0.name < $1.name } && !file.yaml.contains("hidden"))
    #expect(try UsersFile(yaml: UsersFile(users: []).yaml, file: "users.yaml").users.isEmpty)
    #expect(try UsersFile(yaml: "", file: "users.yaml").users.isEmpty)
    let table = try Self.table("roles: [{name: x}]", more: [UserDefinition(name: "z", roles: ["x"], secret: nil)])
    #expect(table.principal(named: "z")?.roles == ["x"])
  }
}

@Suite("Built-in roles")
struct BuiltInRoleTests {
  static let table = AccessTable(
    users: Role.builtIn.map { User(name: "u-" + $0.name, roles: [$0.name], credential: nil) }, roles: Role.builtIn,
    secret: [1])

  static func allows(_ role: String, _ operation: Operation, _ resource: Resource) -> Bool {
    table.principal(named: "u-" + role).map { table.allows($0, operation, on: resource) } ?? false
  }

  @Test("the contract's roles are there")
  func names() {
    #expect(
      Set(Role.builtIn.map(\.name)) == ["search", "analyst", "fraud", "merchandiser", "operator", "admin"])
  }

  @Test("an admin may do everything")
  func admin() {
    for operation in Operation.allCases {
      for resource: Resource in [.topic("payments"), .group("g"), .transaction("t"), .cluster] {
        #expect(Self.allows("admin", operation, resource))
      }
    }
  }

  @Test("an operator changes topics and groups, and reads no records")
  func operatorRole() {
    for operation: Operation in [.describe, .create, .delete, .alter, .alterConfigs, .describeConfigs] {
      #expect(Self.allows("operator", operation, .topic("orders")))
    }
    #expect(!Self.allows("operator", .read, .topic("orders")) && !Self.allows("operator", .write, .topic("orders")))
    #expect(Self.allows("operator", .delete, .group("any")) && Self.allows("operator", .create, .cluster))
    #expect(!Self.allows("operator", .write, .transaction("t")) && !Self.allows("operator", .idempotentWrite, .cluster))
  }

  @Test("others read their topics, write none, and have groups of their own")
  func readers() {
    let topics = [
      "products", "inventory", "orders", "payments", "carts", "users", "behaviour", "admin", "fraud", "views.x",
    ]
    let read = [
      "analyst": ["products", "inventory", "orders", "payments", "carts", "users", "behaviour", "views.x"],
      "fraud": ["payments", "orders", "users", "fraud", "views.x"],
      "merchandiser": ["products", "inventory", "carts", "behaviour", "views.x"], "search": ["products", "inventory"],
    ]
    for (role, allowed) in read {
      for topic in topics {
        #expect(Self.allows(role, .read, .topic(topic)) == allowed.contains(topic), "\(role) \(topic)")
        #expect(!Self.allows(role, .write, .topic(topic)) && !Self.allows(role, .delete, .topic(topic)))
      }
      #expect(!Self.allows(role, .read, .topic("payments.dlq")) && !Self.allows(role, .describe, .cluster))
      for group in ["\(role)-1", "u-\(role)", "u-\(role)-1"] { #expect(Self.allows(role, .read, .group(group))) }
      for group in ["other", role, "u", "u-\(role)x"] { #expect(!Self.allows(role, .read, .group(group))) }
      #expect(!Self.allows(role, .write, .transaction("\(role)-1")) && !Self.allows(role, .delete, .group("\(role)-1")))
    }
  }
}
