internal import GRDB
internal import Synchronization

extension Registry {
  /// Deletes a subject with all versions, and returns their numbers. A deletion that is not permanent comes first.
  public func deleteSubject(_ subject: String, permanently: Bool = false) async throws(RegistryError) -> [Int] {
    let (numbers, orphans) = try await change { state, database in
      guard let versions = state.subjects[subject] else { throw RegistryError.subjectNotFound(subject) }
      try Self.checkWritable(subject, in: state)
      let isAlive = versions.contains { !$0.isDeleted }
      if permanently, isAlive { throw RegistryError.subjectNotSoftDeleted(subject) }
      if !permanently, !isAlive { throw RegistryError.subjectSoftDeleted(subject) }
      let doomed = versions.filter { permanently || !$0.isDeleted }
      let delete = try Self.delete(doomed, of: subject, permanently: permanently, in: state, database)
      try database.execute(sql: "DELETE FROM settings WHERE subject = ?", arguments: [subject])
      return (
        (doomed.map(\.number), delete.orphans),
        { state in
          delete.apply(&state)
          state.settings[subject] = nil
        }
      )
    }
    forget(ids: orphans)
    return numbers
  }

  /// Deletes a version of a subject, and returns its number. A deletion that is not permanent comes first.
  public func deleteVersion(
    _ name: VersionName, of subject: String, permanently: Bool = false
  ) async throws(RegistryError) -> Int {
    let (number, orphans) = try await change { state, database in
      let found = try state.version(name, of: subject, deleted: true)
      try Self.checkWritable(subject, in: state)
      if permanently, !found.isDeleted {
        throw RegistryError.versionNotSoftDeleted(subject: subject, version: found.version)
      }
      if !permanently, found.isDeleted {
        throw RegistryError.versionSoftDeleted(subject: subject, version: found.version)
      }
      let doomed = [RegistryState.Version(number: found.version, id: found.id, isDeleted: found.isDeleted)]
      let delete = try Self.delete(doomed, of: subject, permanently: permanently, in: state, database)
      return ((found.version, delete.orphans), delete.apply)
    }
    forget(ids: orphans)
    return number
  }

  private static func checkWritable(_ subject: String, in state: RegistryState) throws(RegistryError) {
    guard state.mode(of: subject).isReadOnly else { return }
    throw .notPermitted("Subject \(subject) is in read-only mode")
  }

  /// Deletes versions in the database, and returns how the state follows, and the schemas that are gone with them.
  private static func delete(
    _ versions: [RegistryState.Version], of subject: String, permanently: Bool, in state: RegistryState,
    _ database: Database
  ) throws -> (apply: (inout RegistryState) -> Void, orphans: Set<Int>) {
    for version in versions {
      guard state.referrers(of: subject, version: version.number, deleted: permanently).isEmpty else {
        throw RegistryError.referenceExists(subject: subject, version: version.number)
      }
    }
    let numbers = Set(versions.map(\.number))
    guard permanently else {
      for number in numbers {
        try database.execute(
          sql: "UPDATE versions SET deleted = 1 WHERE subject = ? AND version = ?", arguments: [subject, number])
      }
      return ({ $0.markDeleted(numbers, of: subject) }, [])
    }
    for number in numbers {
      try database.execute(
        sql: "DELETE FROM versions WHERE subject = ? AND version = ?", arguments: [subject, number])
    }
    var orphans: Set<Int> = []
    for id in Set(versions.map(\.id)) {
      let uses = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM versions WHERE schema_id = ?", arguments: [id])
      guard uses == 0 else { continue }
      try database.execute(sql: "DELETE FROM schemas WHERE id = ?", arguments: [id])
      orphans.insert(id)
    }
    return ({ $0.remove(numbers, of: subject, orphans: orphans) }, orphans)
  }
}
