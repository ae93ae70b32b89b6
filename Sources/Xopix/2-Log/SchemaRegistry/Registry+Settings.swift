internal import GRDB
internal import Synchronization

extension Registry {
  /// The compatibility level of a subject that has one of its own; nil: of all subjects that have none.
  public func level(of subject: String?) throws(RegistryError) -> CompatibilityLevel {
    guard let subject else { return state.withLock { $0.globalLevel } }
    guard let level = state.withLock({ $0.settings[subject]?.level }) else { throw .levelNotConfigured(subject) }
    return level
  }

  /// The level that counts for a subject.
  public func effectiveLevel(of subject: String) -> CompatibilityLevel { state.withLock { $0.level(of: subject) } }

  /// Sets the level of a subject, or of all that have none of their own; nil takes it away.
  public func setLevel(_ level: CompatibilityLevel?, of subject: String?) async throws(RegistryError) {
    if let subject { try Self.checkSubject(subject) }
    try await set(subject) { state, settings throws(RegistryError) in
      let mode = subject.map(state.mode(of:)) ?? state.globalMode
      if mode.isReadOnly {
        throw .notPermitted("\(subject.map { "Subject \($0)" } ?? "The registry") is in read-only mode")
      }
      settings.level = level
    }
  }

  /// The mode of a subject that has one of its own; nil: of all subjects that have none.
  public func mode(of subject: String?) throws(RegistryError) -> RegistryMode {
    guard let subject else { return state.withLock { $0.globalMode } }
    guard let mode = state.withLock({ $0.settings[subject]?.mode }) else { throw .modeNotConfigured(subject) }
    return mode
  }

  /// The mode that counts for a subject.
  public func effectiveMode(of subject: String) -> RegistryMode { state.withLock { $0.mode(of: subject) } }

  /// Sets the mode of a subject, or of all that have none of their own; nil takes it away.
  ///
  /// Into mode IMPORT only what is empty goes, unless it is forced: ids from elsewhere could be taken.
  public func setMode(
    _ mode: RegistryMode?, of subject: String?, force: Bool = false
  ) async throws(RegistryError) {
    if let subject {
      try Self.checkSubject(subject)
      guard mode != .readOnlyOverride else { throw .invalidMode("READONLY_OVERRIDE, which is for all subjects only") }
    }
    try await set(subject) { state, settings throws(RegistryError) in
      if mode == .import, !force, settings.mode != .import {
        let isEmpty = subject.map { state.versions(of: $0, deleted: false).isEmpty } ?? state.subjects.isEmpty
        guard isEmpty else {
          throw .notPermitted("Cannot import since found existing subjects; force=true does it all the same")
        }
      }
      settings.mode = mode
    }
  }

  private func set(
    _ subject: String?,
    _ change: @escaping @Sendable (RegistryState, inout RegistryState.Settings) throws(RegistryError) -> Void
  ) async throws(RegistryError) {
    let name = subject ?? RegistryState.global
    try await self.change { state, database in
      var settings = state.settings[name] ?? RegistryState.Settings()
      try change(state, &settings)
      if settings.level == nil, settings.mode == nil {
        try database.execute(sql: "DELETE FROM settings WHERE subject = ?", arguments: [name])
      } else {
        try database.execute(
          sql: "INSERT OR REPLACE INTO settings (subject, level, mode) VALUES (?, ?, ?)",
          arguments: [name, settings.level?.rawValue, settings.mode?.rawValue])
      }
      let changed = settings
      return ((), { $0.settings[name] = changed })
    }
  }
}
