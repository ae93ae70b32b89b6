internal import Dispatch
internal import Synchronization

/// Lets everyone who waits for durability share one round of syncs: while a round runs, those who come wait together for
/// the next one.
final class GroupCommit: Sendable {
  private struct Waiter {
    let ordinal: UInt64
    let continuation: CheckedContinuation<Result<Void, EventLogError>, Never>
  }

  private struct State {
    /// Batches before this ordinal are durable.
    var durable: UInt64
    var waiters: [Waiter] = []
    var isRoundScheduled = false
  }

  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "log-sync")

  init(durable: UInt64) {
    state = Mutex(State(durable: durable))
  }

  /// Notes that batches before `end` are durable.
  func advance(to end: UInt64) {
    state.withLock { $0.durable = max($0.durable, end) }
  }

  /// Returns once the batch at `ordinal` is durable; `round` syncs, and returns the end of what is durable.
  func wait(
    for ordinal: UInt64, round: @escaping @Sendable () -> Result<UInt64, EventLogError>
  ) async throws(EventLogError) {
    let result = await withCheckedContinuation { continuation in
      let (isDurable, schedules) = state.withLock { state in
        if state.durable > ordinal { return (true, false) }
        state.waiters.append(Waiter(ordinal: ordinal, continuation: continuation))
        defer { state.isRoundScheduled = true }
        return (false, !state.isRoundScheduled)
      }
      if isDurable { continuation.resume(returning: .success(())) }
      if schedules { queue.async { [self] in run(round) } }
    }
    try result.get()
  }

  private func run(_ round: @escaping @Sendable () -> Result<UInt64, EventLogError>) {
    let result = round()
    let (done, isMore) = state.withLock { state -> ([Waiter], Bool) in
      let done: [Waiter]
      switch result {
      case .success(let end):
        done = state.waiters.filter { $0.ordinal < end }
        state.waiters.removeAll { $0.ordinal < end }
      case .failure:
        done = state.waiters
        state.waiters = []
      }
      state.isRoundScheduled = !state.waiters.isEmpty
      return (done, state.isRoundScheduled)
    }
    for waiter in done { waiter.continuation.resume(returning: result.map { _ in }) }
    if isMore { queue.async { [self] in run(round) } }
  }
}
