internal import GRDB
internal import JSONBytes

/// The registry's SQLite database; `docs/formats/schema-registry.md` describes its tables.
struct RegistryStore: Sendable {
  static let formatVersion = 1

  let database: DatabaseQueue

  init(path: String) throws(RegistryError) {
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        // A schema that was registered outlives a power loss: records hold its id.
        try database.execute(sql: "PRAGMA synchronous = FULL")
      }
      database = try DatabaseQueue(path: path, configuration: configuration)
      try database.write { database in
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= Self.formatVersion else {
          throw RegistryError.storage("\(path) is of version \(version), which only a later program reads")
        }
        try database.execute(
          sql: """
            CREATE TABLE IF NOT EXISTS schemas (
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              type TEXT NOT NULL,
              text TEXT NOT NULL,
              refs TEXT NOT NULL
            );
            CREATE TABLE IF NOT EXISTS versions (
              subject TEXT NOT NULL,
              version INTEGER NOT NULL,
              schema_id INTEGER NOT NULL REFERENCES schemas (id),
              deleted INTEGER NOT NULL,
              PRIMARY KEY (subject, version)
            ) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS versions_by_schema ON versions (schema_id);
            CREATE TABLE IF NOT EXISTS settings (
              subject TEXT PRIMARY KEY NOT NULL,
              level TEXT,
              mode TEXT
            ) WITHOUT ROWID;
            PRAGMA user_version = \(Self.formatVersion);
            """)
      }
    } catch {
      throw Self.failure(error)
    }
  }

  /// The registry's error for one of the database's.
  static func failure(_ error: any Error) -> RegistryError {
    error as? RegistryError ?? .storage("\(error)")
  }

  func load() throws(RegistryError) -> RegistryState {
    do {
      return try database.read { database in
        var state = RegistryState()
        for row in try Row.fetchAll(database, sql: "SELECT id, type, text, refs FROM schemas") {
          let id = row["id"] as Int
          guard let type = SchemaType(rawValue: row["type"]) else {
            throw RegistryError.storage("schema \(id) is of an unknown type")
          }
          state.add(
            id: id,
            SchemaText(type: type, text: row["text"], references: try Self.references(row["refs"] as String)))
        }
        for row in try Row.fetchAll(database, sql: "SELECT subject, version, schema_id, deleted FROM versions") {
          state.add(
            RegistryState.Version(number: row["version"], id: row["schema_id"], isDeleted: row["deleted"]),
            of: row["subject"])
        }
        for row in try Row.fetchAll(database, sql: "SELECT subject, level, mode FROM settings") {
          state.settings[row["subject"] as String] = RegistryState.Settings(
            level: (row["level"] as String?).flatMap(CompatibilityLevel.init(rawValue:)),
            mode: (row["mode"] as String?).flatMap(RegistryMode.init(rawValue:)))
        }
        return state
      }
    } catch {
      throw Self.failure(error)
    }
  }

  // MARK: References as text

  static func text(_ references: [SchemaReference]) -> String {
    var writer = JSONWriter()
    writer.references(references)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func references(_ text: String) throws -> [SchemaReference] {
    guard case .array(let elements) = try JSONValue.parse(Array(text.utf8)) else { return [] }
    return try elements.map { element in
      guard let reference = SchemaReference(element) else {
        throw RegistryError.storage("the references of a schema are not what the registry writes")
      }
      return reference
    }
  }
}

extension SchemaReference {
  /// A reference from JSON; nil where it is none.
  init?(_ value: JSONValue) {
    guard case .object(let object) = value, case .string(let name)? = object["name"],
      case .string(let subject)? = object["subject"], let version = object["version"]?.integerValue,
      let number = Int32(exactly: version), !name.isEmpty, !subject.isEmpty
    else { return nil }
    self.init(name: name, subject: subject, version: Int(number))
  }
}

extension JSONWriter {
  /// Writes a list of references.
  mutating func references(_ references: [SchemaReference]) {
    beginArray()
    for reference in references {
      beginObject()
      key("name")
      string(reference.name)
      key("subject")
      string(reference.subject)
      key("version")
      integer(Int64(reference.version))
      endObject()
    }
    endArray()
  }
}
