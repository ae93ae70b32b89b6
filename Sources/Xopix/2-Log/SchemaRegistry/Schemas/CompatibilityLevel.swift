/// What a new version of a subject must be able to do.
public enum CompatibilityLevel: String, Sendable, CaseIterable {
  /// Anything goes.
  case none = "NONE"
  /// The new version reads what was written by the latest one.
  case backward = "BACKWARD"
  /// The new version reads what was written by any earlier one.
  case backwardTransitive = "BACKWARD_TRANSITIVE"
  /// The latest version reads what is written by the new one.
  case forward = "FORWARD"
  /// Every earlier version reads what is written by the new one.
  case forwardTransitive = "FORWARD_TRANSITIVE"
  /// Both `backward` and `forward`.
  case full = "FULL"
  /// Both, with every earlier version.
  case fullTransitive = "FULL_TRANSITIVE"

  /// The level where none is set.
  public static let usual = CompatibilityLevel.backward

  var readsEarlier: Bool {
    switch self {
    case .backward, .backwardTransitive, .full, .fullTransitive: true
    case .none, .forward, .forwardTransitive: false
    }
  }

  var isReadByEarlier: Bool {
    switch self {
    case .forward, .forwardTransitive, .full, .fullTransitive: true
    case .none, .backward, .backwardTransitive: false
    }
  }

  var isTransitive: Bool {
    switch self {
    case .backwardTransitive, .forwardTransitive, .fullTransitive: true
    case .none, .backward, .forward, .full: false
    }
  }

  init(request text: String) throws(RegistryError) {
    guard let level = Self(rawValue: text.uppercased()) else { throw .invalidLevel(String(text.prefix(100))) }
    self = level
  }
}

/// What may be done to a subject.
public enum RegistryMode: String, Sendable, CaseIterable {
  case readWrite = "READWRITE"
  case readOnly = "READONLY"
  /// As the mode of all subjects, it overrides theirs.
  case readOnlyOverride = "READONLY_OVERRIDE"
  /// Schemas come with ids of their own, and are not compared.
  case `import` = "IMPORT"

  var isReadOnly: Bool { self == .readOnly || self == .readOnlyOverride }

  init(request text: String) throws(RegistryError) {
    guard let mode = Self(rawValue: text.uppercased()) else { throw .invalidMode(String(text.prefix(100))) }
    self = mode
  }
}
