public import AccessControl
public import KafkaBroker
internal import Synchronization

/// The users and roles of now, for connections that outlive a change of them.
public final class LiveAccess: Authorizing {
  private let current: Mutex<AccessTable>

  /// A table to begin with.
  public init(_ table: AccessTable) { current = Mutex(table) }

  /// The table of now.
  public var table: AccessTable { current.withLock { $0 } }

  /// Puts another table in the place of the present one, for open connections too.
  public func replace(with table: AccessTable) { current.withLock { $0 = table } }

  /// Whether the roles that the principal's user has now allow an operation; a user who is gone may do nothing.
  public func allows(_ principal: Principal, _ operation: Operation, on resource: Resource) -> Bool {
    let table = table
    guard let user = table.principal(named: principal.name) else { return false }
    return table.allows(user, operation, on: resource)
  }

  /// The same for any resource of a kind.
  public func allowsSomewhere(_ principal: Principal, _ operation: Operation, _ kind: Resource.Kind) -> Bool {
    let table = table
    guard let user = table.principal(named: principal.name) else { return false }
    return table.allowsSomewhere(user, operation, kind)
  }
}
