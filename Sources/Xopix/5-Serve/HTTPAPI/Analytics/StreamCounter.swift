internal import Synchronization

/// How many streams are open: each costs a connection for as long as somebody looks at it.
final class StreamCounter: Sendable {
  private let open = Mutex(0)

  /// Counts one more; false where too many are open.
  func begin() -> Bool {
    open.withLock { open in
      guard open < Limits.mostStreams else { return false }
      open += 1
      return true
    }
  }

  /// Counts one less.
  func end() { open.withLock { $0 -= 1 } }
}
