internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The appends of one connection, made one after the other on the pool's threads: a producer counts on their order.
final class AppendQueue: Sendable {
  /// An append, which gives how to go on; it is told where the pool has ended, so that nothing is to be appended.
  typealias Work = @Sendable (_ isActive: Bool) -> @Sendable () -> Void

  private let state = Mutex<(work: CircularBuffer<Work>, isRunning: Bool)>((CircularBuffer(), false))

  /// Appends after which other connections get their turn.
  private static let turn = 16

  /// Whether nothing is to be appended, and nothing is being appended.
  var isIdle: Bool { state.withLock { !$0.isRunning } }

  /// Does `work` after what was added before it, and then, when nothing holds it and what it captured any more, goes on as
  /// it says.
  func add(to pool: NIOThreadPool, _ work: @escaping Work) {
    let starts = state.withLock { state in
      state.work.append(work)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if starts { submit(to: pool) }
  }

  private func submit(to pool: NIOThreadPool) {
    pool.submit { [self] poolState in
      for _ in 0..<Self.turn {
        guard let goOn = doNext(isActive: poolState == .active) else { return }
        goOn()
      }
      submit(to: pool)
    }
  }

  private func doNext(isActive: Bool) -> (@Sendable () -> Void)? {
    let next = state.withLock { state -> Work? in
      state.isRunning = !state.work.isEmpty
      return state.work.popFirst()
    }
    return next.map { $0(isActive) }
  }
}
