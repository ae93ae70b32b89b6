/// All that the registry knows, in memory; the database holds the same.
struct RegistryState: Sendable {
  struct Version: Sendable {
    let number: Int
    let id: Int
    var isDeleted: Bool
  }

  struct Settings: Sendable {
    var level: CompatibilityLevel?
    var mode: RegistryMode?
  }

  /// By id.
  var schemas: [Int: SchemaText] = [:]
  var ids: [SchemaText: Int] = [:]
  /// The versions of each subject, ascending, with those that were deleted but not permanently.
  var subjects: [String: [Version]] = [:]
  /// By subject; what holds for all is under ``RegistryState/global``.
  var settings: [String: Settings] = [:]
  /// The subjects in which a schema has versions, by id.
  var subjectsByID: [Int: Set<String>] = [:]

  /// No subject is called so.
  static let global = ""

  // MARK: Questions

  var globalLevel: CompatibilityLevel { settings[Self.global]?.level ?? .usual }
  var globalMode: RegistryMode { settings[Self.global]?.mode ?? .readWrite }

  func level(of subject: String) -> CompatibilityLevel { settings[subject]?.level ?? globalLevel }

  func mode(of subject: String) -> RegistryMode {
    globalMode == .readOnlyOverride ? globalMode : settings[subject]?.mode ?? globalMode
  }

  func versions(of subject: String, deleted: Bool) -> [Version] {
    (subjects[subject] ?? []).filter { deleted || !$0.isDeleted }
  }

  func version(_ name: VersionName, of subject: String, deleted: Bool) throws(RegistryError) -> RegisteredSchema {
    let all = versions(of: subject, deleted: deleted)
    guard !all.isEmpty else { throw .subjectNotFound(subject) }
    let found: Version?
    switch name {
    case .latest: found = all.last { !$0.isDeleted } ?? all.last
    case .number(let number): found = all.first { $0.number == number }
    }
    guard let found else {
      if case .number(let number) = name { throw .versionNotFound(String(number)) }
      throw .versionNotFound("latest")
    }
    return try registered(found, of: subject)
  }

  func registered(_ version: Version, of subject: String) throws(RegistryError) -> RegisteredSchema {
    guard let schema = schemas[version.id] else { throw .storage("schema \(version.id) of \(subject) is missing") }
    return RegisteredSchema(
      subject: subject, version: version.number, id: version.id, schema: schema, isDeleted: version.isDeleted)
  }

  /// The schemas that refer to a version, by id: those with versions that are not deleted, or all.
  func referrers(of subject: String, version: Int, deleted: Bool) -> [Int] {
    schemas.filter { id, schema in
      schema.references.contains { $0.subject == subject && $0.version == version }
        && (subjectsByID[id] ?? []).contains { name in
          (subjects[name] ?? []).contains { $0.id == id && (deleted || !$0.isDeleted) }
        }
    }
    .keys.sorted()
  }

  /// The texts that references lead to, those of the referred schemas first, each name once.
  func resolve(_ references: [SchemaReference]) throws(RegistryError) -> [(name: String, text: String)] {
    var found: [(name: String, text: String)] = []
    var known: Set<String> = []
    try resolve(references, into: &found, known: &known)
    return found
  }

  private func resolve(
    _ references: [SchemaReference], into found: inout [(name: String, text: String)], known: inout Set<String>
  ) throws(RegistryError) {
    for reference in references where known.insert(reference.name).inserted {
      guard known.count <= Limits.references else {
        throw .invalidSchema("the schema refers to more than \(Limits.references) others")
      }
      let version = (subjects[reference.subject] ?? []).first { $0.number == reference.version }
      guard let version, let schema = schemas[version.id] else {
        throw .invalidSchema(
          "No schema reference found for subject \"\(reference.subject)\" and version \(reference.version)")
      }
      try resolve(schema.references, into: &found, known: &known)
      found.append((reference.name, schema.text))
    }
  }

  // MARK: Changes

  mutating func add(id: Int, _ schema: SchemaText) {
    schemas[id] = schema
    ids[schema] = id
  }

  mutating func add(_ version: Version, of subject: String) {
    subjects[subject, default: []].append(version)
    subjects[subject]?.sort { $0.number < $1.number }
    subjectsByID[version.id, default: []].insert(subject)
  }

  mutating func markDeleted(_ numbers: Set<Int>, of subject: String) {
    subjects[subject] = subjects[subject]?.map { version in
      var version = version
      if numbers.contains(version.number) { version.isDeleted = true }
      return version
    }
  }

  mutating func remove(_ numbers: Set<Int>, of subject: String, orphans: Set<Int>) {
    let rest = (subjects[subject] ?? []).filter { !numbers.contains($0.number) }
    let removed = (subjects[subject] ?? []).filter { numbers.contains($0.number) }
    subjects[subject] = rest.isEmpty ? nil : rest
    for version in removed where !rest.contains(where: { $0.id == version.id }) {
      subjectsByID[version.id]?.remove(subject)
    }
    for id in orphans {
      subjectsByID[id] = nil
      if let schema = schemas.removeValue(forKey: id) { ids[schema] = nil }
    }
  }
}

/// What the registry takes at most.
enum Limits {
  /// Bytes of a request's body, and of a schema.
  static let body = 1 << 20
  /// Schemas that one refers to, those that they refer to included.
  static let references = 100
  /// Bytes of a subject's name.
  static let subject = 255
  /// Compiled schemas that are kept.
  static let compiled = 1000
  /// Ids and versions are 32-bit integers to clients.
  static let greatestNumber = Int(Int32.max)
}
