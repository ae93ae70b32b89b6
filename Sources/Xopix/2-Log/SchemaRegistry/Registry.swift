internal import GRDB
internal import Synchronization

/// Subjects, their versions, and what new versions must be compatible with: the part of a Kafka platform that says what
/// records mean.
///
///     let registry = try Registry(path: "data/registry.sqlite")
///     let registered = try await registry.register(SchemaText(text: #"{"type": "object"}"#), in: "orders-value")
///
/// Everything is held in memory and read from there; a change is on disk before it is seen. Safe from any thread.
public final class Registry: Sendable {
  let store: RegistryStore
  let state: Mutex<RegistryState>
  private let parsed = Mutex<[Int: ParsedSchema]>([:])

  /// The registry in the database at `path`, which is made where it does not exist.
  public init(path: String) throws(RegistryError) {
    store = try RegistryStore(path: path)
    state = Mutex(try store.load())
  }

  /// Does a change: `plan` says what, by the state as it is; the database keeps it, then the state takes it over. One
  /// change is done at a time.
  func change<Answer: Sendable>(
    _ plan:
      @escaping @Sendable (RegistryState, Database) throws -> (answer: Answer, apply: (inout RegistryState) -> Void)
  ) async throws(RegistryError) -> Answer {
    do {
      return try await store.database.writeWithoutTransaction { database in
        let now = self.state.withLock { $0 }
        var done: (answer: Answer, apply: (inout RegistryState) -> Void)?
        try database.inTransaction {
          done = try plan(now, database)
          return .commit
        }
        guard let done else { preconditionFailure("a committed change has an answer") }
        self.state.withLock { done.apply(&$0) }
        return done.answer
      }
    } catch {
      throw RegistryStore.failure(error)
    }
  }

  /// The schema of an id, read and checked; kept, since each record of a topic asks for it.
  func parsedSchema(id: Int) throws(RegistryError) -> ParsedSchema {
    if let known = parsed.withLock({ $0[id] }) { return known }
    let now = state.withLock { $0 }
    let schema = try Self.parse(id: id, in: now)
    parsed.withLock { parsed in
      if parsed.count >= Limits.compiled { parsed.removeAll() }
      parsed[id] = schema
    }
    return schema
  }

  private static func parse(id: Int, in state: RegistryState) throws(RegistryError) -> ParsedSchema {
    guard let schema = state.schemas[id] else { throw .schemaNotFound(id: id) }
    return try ParsedSchema(schema, references: try state.resolve(schema.references))
  }

  /// Forgets compiled schemas that are no more.
  func forget(ids: Set<Int>) {
    guard !ids.isEmpty else { return }
    parsed.withLock { parsed in
      for id in ids { parsed[id] = nil }
    }
  }

  // MARK: Reading

  /// The names of the subjects, sorted.
  public func subjects(prefix: String = "", deleted: Bool = false, deletedOnly: Bool = false) -> [String] {
    state.withLock { state in
      state.subjects.filter { name, versions in
        guard name.hasPrefix(prefix) else { return false }
        let isAlive = versions.contains { !$0.isDeleted }
        return deletedOnly ? !isAlive : deleted || isAlive
      }
      .keys.sorted()
    }
  }

  /// The numbers of a subject's versions, ascending.
  public func versions(of subject: String, deleted: Bool = false, deletedOnly: Bool = false) throws(RegistryError)
    -> [Int]
  {
    let versions = state.withLock { $0.versions(of: subject, deleted: deleted || deletedOnly) }
    guard !versions.isEmpty else { throw .subjectNotFound(subject) }
    return versions.filter { !deletedOnly || $0.isDeleted }.map(\.number)
  }

  /// A version of a subject.
  public func version(
    _ name: VersionName, of subject: String, deleted: Bool = false
  ) throws(RegistryError) -> RegisteredSchema {
    let now = state.withLock { $0 }
    return try now.version(name, of: subject, deleted: deleted)
  }

  /// The schema of an id.
  public func schema(id: Int) throws(RegistryError) -> SchemaText {
    guard let schema = state.withLock({ $0.schemas[id] }) else { throw .schemaNotFound(id: id) }
    return schema
  }

  /// The greatest id in use; 0 where there is none.
  public var greatestID: Int { state.withLock { $0.schemas.keys.max() ?? 0 } }

  /// The versions that have the schema of an id.
  public func versions(ofID id: Int, deleted: Bool = false) throws(RegistryError) -> [RegisteredSchema] {
    let now = state.withLock { $0 }
    guard now.schemas[id] != nil else { throw .schemaNotFound(id: id) }
    var found: [RegisteredSchema] = []
    for subject in (now.subjectsByID[id] ?? []).sorted() {
      for version in now.versions(of: subject, deleted: deleted) where version.id == id {
        found.append(try now.registered(version, of: subject))
      }
    }
    return found
  }

  /// All versions of all subjects whose names begin with `prefix`.
  public func schemas(
    prefix: String = "", deleted: Bool = false, latestOnly: Bool = false
  ) throws(RegistryError) -> [RegisteredSchema] {
    let now = state.withLock { $0 }
    var found: [RegisteredSchema] = []
    for subject in now.subjects.keys.sorted() where subject.hasPrefix(prefix) {
      let versions = now.versions(of: subject, deleted: deleted)
      for version in latestOnly ? versions.suffix(1) : versions[...] {
        found.append(try now.registered(version, of: subject))
      }
    }
    return found
  }

  /// The ids of the schemas that refer to a version of a subject.
  public func referrers(of subject: String, version: VersionName, deleted: Bool = false) throws(RegistryError) -> [Int]
  {
    let now = state.withLock { $0 }
    let registered = try now.version(version, of: subject, deleted: true)
    return now.referrers(of: subject, version: registered.version, deleted: deleted)
  }
}
