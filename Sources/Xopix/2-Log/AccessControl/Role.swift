/// What everybody who has it may do.
public struct Role: Sendable, Equatable {
  /// The name, as users and tokens give it.
  public let name: String
  /// What is allowed; nothing else is.
  public let grants: [Grant]

  /// A role.
  public init(name: String, grants: [Grant]) {
    self.name = name
    self.grants = grants
  }
}

/// Some operations on some resources.
public struct Grant: Sendable, Equatable {
  /// The kind of resources.
  public let kind: Resource.Kind
  /// Which of them; for the cluster it says nothing.
  public let pattern: NamePattern
  /// What may be done to them.
  public let operations: Set<Operation>

  /// A grant.
  public init(_ kind: Resource.Kind, _ pattern: NamePattern, _ operations: Set<Operation>) {
    self.kind = kind
    self.pattern = pattern
    self.operations = operations
  }

  func allows(_ operation: Operation) -> Bool {
    operations.contains(operation) || !operations.isDisjoint(with: operation.impliedBy)
  }
}

/// Names that a grant is for.
public enum NamePattern: Sendable, Equatable {
  /// Every name.
  case any
  /// One name. ``user`` in it stands for the user's name.
  case exact(String)
  /// Names that begin so. ``user`` in it stands for the user's name.
  case prefix(String)

  /// What stands for the user's name.
  public static let user = "$user"

  func matches(_ name: String, user: String) -> Bool {
    switch self {
    case .any: true
    // Byte for byte: Swift's own comparison takes different bytes for the same text.
    case .exact(let text): Self.expanded(text, user).elementsEqual(name.utf8)
    case .prefix(let text): name.utf8.starts(with: Self.expanded(text, user))
    }
  }

  private static func expanded(_ text: String, _ user: String) -> [UInt8] {
    guard text.hasPrefix(Self.user) else { return Array(text.utf8) }
    return Array(user.utf8) + Array(text.utf8.dropFirst(Self.user.utf8.count))
  }
}
