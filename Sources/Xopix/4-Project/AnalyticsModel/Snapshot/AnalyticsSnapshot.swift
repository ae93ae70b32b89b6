public import Projections
public import Streams

/// Every view as of one position: immutable, shared by any number of readers.
public struct AnalyticsSnapshot: Sendable {
  /// The views, by name.
  public let views: [ViewState]
  /// Grows with each snapshot that shows a change.
  public let version: UInt64
  /// The position that this snapshot reflects.
  public let position: Position
  /// The latest sets of changes, oldest first.
  public let recentChanges: [ChangeSet]

  /// The view called `name`.
  public func view(_ name: String) -> ViewState? { views.first { $0.definition.name == name } }

  /// The rows of a view that changed after `version`; nil where that is too long ago to tell.
  public func changes(of view: String, after version: UInt64) -> [ViewState.RowKey]? {
    guard version != self.version else { return [] }
    guard let oldest = recentChanges.first?.version, oldest <= version + 1, version <= self.version else { return nil }
    var changed: Set<ViewState.RowKey> = []
    for set in recentChanges where set.version > version { changed.formUnion(set.rows[view] ?? []) }
    return changed.sorted { left, right in
      left.window != right.window ? left.window < right.window : left.keys.lexicographicallyPrecedes(right.keys)
    }
  }
}

/// The rows that changed from one snapshot to the next.
public struct ChangeSet: Sendable {
  /// The version of the snapshot that shows the changes.
  public let version: UInt64
  /// The rows by view.
  public let rows: [String: [ViewState.RowKey]]
}
