internal import Synchronization

/// How many streams are open: each costs a connection for as long as somebody looks at it.
final class StreamCounter: Sendable {
  private let open = Mutex(0)

  /// Whether no more streams are to be opened.
  var isFull: Bool { open.withLock { $0 >= Limits.mostStreams } }

  /// Counts one more.
  func begin() { open.withLock { $0 += 1 } }

  /// Counts one less.
  func end() { open.withLock { $0 -= 1 } }
}
