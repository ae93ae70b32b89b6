internal import Synchronization

/// The latest immutable snapshot of a read model: one thread replaces it, any number take it.
///
/// A reader takes the snapshot once and keeps it from start to end; it never waits for a writer for longer than
/// copying one reference takes.
public final class SnapshotPublisher<Snapshot: Sendable>: Sendable {
  private let latest: Mutex<Snapshot>

  /// A publisher that starts with `initial`.
  public init(_ initial: Snapshot) {
    latest = Mutex(initial)
  }

  /// The snapshot published last.
  public var current: Snapshot { latest.withLock { $0 } }

  /// Makes `snapshot` the one that readers get from now on.
  public func publish(_ snapshot: Snapshot) {
    // The old snapshot is released outside the lock: freeing a large one must not hold up readers.
    var old: Snapshot?
    latest.withLock {
      old = $0
      $0 = snapshot
    }
    _ = consume old
  }
}
