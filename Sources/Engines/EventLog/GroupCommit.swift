internal import Dispatch
internal import Synchronization

/// Lets everyone who waits for durability share one round of syncs: while a round runs, those who come wait together for
/// the next one.
final class GroupCommit: Sendable {
  /// What a round came to.
  struct Round: Sendable {
    /// Batches before this ordinal are durable, but for those of partitions that failed.
    var end: UInt64
    /// The partitions, by number, whose files could not be synced.
    var failures: [Int: EventLogError] = [:]
    /// Why nothing is durable; nil where something is.
    var failure: EventLogError?
  }

  private struct Waiter {
    let ordinal: UInt64
    /// The partition that is waited for; nil for all.
    let partition: Int?
    let body: @Sendable (Result<Void, EventLogError>) -> Void
  }

  private struct State {
    /// Batches before this ordinal are durable.
    var durable: UInt64
    /// The partitions, by number, that have had appends which no later sync makes durable.
    var failures: [Int: EventLogError] = [:]
    var waiters: [Waiter] = []
    var isRoundScheduled = false
  }

  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "log-sync")

  init(durable: UInt64) {
    state = Mutex(State(durable: durable))
  }

  /// Batches before this ordinal are durable.
  var durable: UInt64 { state.withLock { $0.durable } }

  /// Notes that batches before `end` are durable, but for those of partitions whose files could not be synced.
  func advance(to end: UInt64, failures: [Int: EventLogError] = [:]) {
    state.withLock { state in
      state.durable = max(state.durable, end)
      // Whoever asks later, when rounds no longer touch these partitions, is told too.
      state.failures.merge(failures) { first, _ in first }
    }
  }

  /// Calls `body` once the batch at `ordinal` is durable, or can't be made so; `round` syncs.
  ///
  /// - Parameter partition: the number of the batch's partition, whose failure alone counts; nil to count any.
  func whenDurable(
    _ ordinal: UInt64, partition: Int?, round: @escaping @Sendable () -> Round,
    _ body: @escaping @Sendable (Result<Void, EventLogError>) -> Void
  ) {
    let (known, schedules) = state.withLock { state -> (Result<Void, EventLogError>?, Bool) in
      if state.durable > ordinal {
        let failure = partition.flatMap { state.failures[$0] }
        return (failure.map { .failure($0) } ?? .success(()), false)
      }
      state.waiters.append(Waiter(ordinal: ordinal, partition: partition, body: body))
      defer { state.isRoundScheduled = true }
      return (nil, !state.isRoundScheduled)
    }
    if let known { body(known) }
    if schedules { queue.async { [self] in run(round) } }
  }

  /// Runs a round some time from now.
  func scheduleRound(afterMilliseconds delay: Int, round: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .milliseconds(delay), execute: round)
  }

  private func run(_ round: @escaping @Sendable () -> Round) {
    let result = round()
    let (done, isMore, failures) = state.withLock { state -> ([Waiter], Bool, [Int: EventLogError]) in
      let isOver = { (waiter: Waiter) in result.failure != nil || waiter.ordinal < result.end }
      let done = state.waiters.filter(isOver)
      state.waiters.removeAll(where: isOver)
      state.isRoundScheduled = !state.waiters.isEmpty
      return (done, state.isRoundScheduled, state.failures)
    }
    // The next round is asked for before the waiters are told: they may take their time.
    if isMore { queue.async { [self] in run(round) } }
    for waiter in done { waiter.body(Self.outcome(of: waiter, result, failures)) }
  }

  private static func outcome(
    of waiter: Waiter, _ round: Round, _ earlier: [Int: EventLogError]
  ) -> Result<Void, EventLogError> {
    if let failure = round.failure { return .failure(failure) }
    // A round that nobody waited for, as one of a checkpoint, may have been the one that failed.
    let failure = waiter.partition.map { round.failures[$0] ?? earlier[$0] } ?? round.failures.values.first
    return failure.map { .failure($0) } ?? .success(())
  }
}
