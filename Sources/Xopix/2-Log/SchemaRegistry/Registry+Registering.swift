internal import GRDB
internal import Synchronization

extension Registry {
  /// Registers a schema in a subject, and returns its id and version; what is registered there already stays as it is.
  ///
  /// - Parameters:
  ///   - schema: the schema; its references may name version -1, the latest.
  ///   - normalized: whether the order of members makes no difference.
  ///   - id: the id that the schema must get, in mode IMPORT only; with `version`, its version.
  public func register(
    _ schema: SchemaText, in subject: String, normalized: Bool = false, id: Int? = nil, version: Int? = nil
  ) async throws(RegistryError) -> RegisteredSchema {
    try Self.checkSubject(subject)
    let canonical = try schema.canonical(normalized: normalized)
    return try await change { state, database in
      let schema = try canonical.withNumberedReferences(in: state)
      if let known = state.versions(of: subject, deleted: false).last(where: { state.schemas[$0.id] == schema }),
        id == nil || id == known.id
      {
        return (try state.registered(known, of: subject), { _ in })
      }
      try Self.checkMode(of: subject, givesID: id != nil, in: state)
      let parsed = try ParsedSchema(schema, references: try state.resolve(schema.references))
      if state.mode(of: subject) != .import {
        let messages = try self.incompatibilities(
          of: parsed, with: state.versions(of: subject, deleted: false), subject: subject, in: state)
        guard messages.isEmpty else { throw RegistryError.incompatible(subject: subject, messages: messages) }
      }
      let numbered = try Self.number(schema, id: id, in: state, database)
      let number = version ?? (state.subjects[subject]?.last?.number ?? 0) + 1
      guard number <= Limits.greatestNumber else { throw RegistryError.invalidVersion(String(number)) }
      if let other = state.subjects[subject]?.first(where: { $0.number == number }), other.id != numbered.id {
        throw RegistryError.notPermitted("version \(number) of subject \(subject) is another schema")
      }
      let added = RegistryState.Version(number: number, id: numbered.id, isDeleted: false)
      try database.execute(
        sql: "INSERT OR REPLACE INTO versions (subject, version, schema_id, deleted) VALUES (?, ?, ?, 0)",
        arguments: [subject, number, numbered.id])
      let answer = RegisteredSchema(
        subject: subject, version: number, id: numbered.id, schema: schema, isDeleted: false)
      return (
        answer,
        { state in
          if numbered.isNew { state.add(id: numbered.id, schema) }
          state.subjects[subject]?.removeAll { $0.number == number }
          state.add(added, of: subject)
        }
      )
    }
  }

  /// The version of a subject that has a schema.
  public func lookUp(
    _ schema: SchemaText, in subject: String, normalized: Bool = false, deleted: Bool = false
  ) throws(RegistryError) -> RegisteredSchema {
    let now = state.withLock { $0 }
    let versions = now.versions(of: subject, deleted: deleted)
    guard !versions.isEmpty else { throw .subjectNotFound(subject) }
    let wanted = try schema.canonical(normalized: normalized).withNumberedReferences(in: now)
    // What is no schema at all is said to be so, rather than not to be found.
    _ = try ParsedSchema(wanted, references: try now.resolve(wanted.references))
    guard let found = versions.last(where: { now.schemas[$0.id] == wanted }) else { throw .schemaNotFound(id: nil) }
    return try now.registered(found, of: subject)
  }

  /// The schema's id: the one that it has in any subject, or a new one, which is kept.
  private static func number(
    _ schema: SchemaText, id: Int?, in state: RegistryState, _ database: Database
  ) throws -> (id: Int, isNew: Bool) {
    if let known = state.ids[schema] {
      guard id == nil || id == known else { throw RegistryError.idDoesNotMatch(id: known) }
      return (known, false)
    }
    if let id {
      guard state.schemas[id] == nil else { throw RegistryError.idDoesNotMatch(id: id) }
      guard (1...Limits.greatestNumber).contains(id) else {
        throw RegistryError.invalidRequest(status: 422, "an id must be from 1 to \(Limits.greatestNumber)")
      }
    }
    try database.execute(
      sql: "INSERT INTO schemas (id, type, text, refs) VALUES (?, ?, ?, ?)",
      arguments: [id, schema.type.rawValue, schema.text, RegistryStore.text(schema.references)])
    let new = Int(database.lastInsertedRowID)
    guard new <= Limits.greatestNumber else { throw RegistryError.storage("no ids are left") }
    return (new, true)
  }

  static func checkSubject(_ subject: String) throws(RegistryError) {
    guard !subject.isEmpty, subject.utf8.count <= Limits.subject else {
      throw .invalidSubject("it must be of 1 to \(Limits.subject) bytes")
    }
    guard subject.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw .invalidSubject("it must not hold control characters")
    }
    guard subject != "__GLOBAL", subject != "__EMPTY" else { throw .invalidSubject("\(subject) is reserved") }
    guard !subject.hasPrefix(":.") else { throw .invalidSubject("there are no contexts but the default one") }
  }

  private static func checkMode(of subject: String, givesID: Bool, in state: RegistryState) throws(RegistryError) {
    let mode = state.mode(of: subject)
    if mode.isReadOnly { throw .notPermitted("Subject \(subject) is in read-only mode") }
    if givesID, mode != .import { throw .notPermitted("Subject \(subject) is not in import mode") }
    if !givesID, mode == .import {
      throw .notPermitted("Subject \(subject) is in import mode, in which a schema comes with its id")
    }
  }

  // MARK: Compatibility

  /// Why a schema does not go with a subject, or with one version of it; empty where it does.
  public func incompatibilities(
    of schema: SchemaText, with subject: String, version: VersionName? = nil, normalized: Bool = false
  ) throws(RegistryError) -> [String] {
    let now = state.withLock { $0 }
    var versions = now.versions(of: subject, deleted: false)
    switch version {
    case .latest: versions = versions.suffix(1)
    case .number(let number):
      versions = versions.filter { $0.number == number }
      guard !versions.isEmpty else { throw .versionNotFound(String(number)) }
    case nil: break
    }
    let canonical = try schema.canonical(normalized: normalized).withNumberedReferences(in: now)
    let parsed = try ParsedSchema(canonical, references: try now.resolve(canonical.references))
    return try incompatibilities(of: parsed, with: versions, subject: subject, in: now)
  }

  /// Why a schema does not go with versions, by their subject's level.
  private func incompatibilities(
    of schema: ParsedSchema, with versions: [RegistryState.Version], subject: String, in state: RegistryState
  ) throws(RegistryError) -> [String] {
    let level = state.level(of: subject)
    var messages: [String] = []
    for version in (level.isTransitive ? versions[...] : versions.suffix(1)).reversed() where level != .none {
      let other = try parsedSchema(id: version.id)
      var found: [CompatibilityMessage] = []
      if level.readsEarlier { found += schema.incompatibilities(withWriter: other) }
      if level.isReadByEarlier { found += other.incompatibilities(withWriter: schema) }
      guard !found.isEmpty else { continue }
      messages += found.map(\.description)
      messages.append("{oldSchemaVersion: \(version.number)}")
    }
    if !messages.isEmpty { messages.append("{compatibility: '\(level.rawValue)'}") }
    return messages
  }
}

extension SchemaText {
  /// The schema with the numbers of the versions that its references call the latest.
  func withNumberedReferences(in state: RegistryState) throws(RegistryError) -> SchemaText {
    guard references.contains(where: { $0.version == -1 }) else { return self }
    var numbered: [SchemaReference] = []
    for reference in references {
      var version = reference.version
      if version == -1 { version = state.versions(of: reference.subject, deleted: false).last?.number ?? -1 }
      numbered.append(SchemaReference(name: reference.name, subject: reference.subject, version: version))
    }
    return SchemaText(type: type, text: text, references: numbered)
  }
}
