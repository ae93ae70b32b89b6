internal import Synchronization

/// Kafka's group coordinator for all groups of this broker: membership, offsets, their transactions and retention.
///
/// Any thread may call it. One lock guards everything in memory; nothing waits under it, since the store only queues
/// there. Callbacks run without the lock, on the caller's thread, the clock's or the store's, each exactly once.
final class GroupCoordinator: Sendable {
  let settings: GroupSettings
  private let store: any OffsetStore
  private let clock: any GroupClock
  private let storeFailed: @Sendable (OffsetStoreError) -> Void
  private let refusedForSize: @Sendable () -> Void
  private let state: Mutex<GroupCoordinatorState>

  /// Loads what `store` holds. `storeFailed` is told of every failure to write, and `refusedForSize` of every request
  /// that all groups together had no room for: for the log and for metrics.
  init(
    store: any OffsetStore, clock: any GroupClock, settings: GroupSettings = GroupSettings(),
    storeFailed: @escaping @Sendable (OffsetStoreError) -> Void = { _ in },
    refusedForSize: @escaping @Sendable () -> Void = {}
  ) throws(OffsetStoreError) {
    self.store = store
    self.clock = clock
    self.settings = settings
    self.storeFailed = storeFailed
    self.refusedForSize = refusedForSize
    state = Mutex(GroupCoordinatorState(try store.load(), settings: settings))
    locked { state, now in
      state.timers.schedule(.retention, at: now + settings.retentionCheckIntervalMilliseconds)
    }
  }

  /// Answers all parked requests and later ones with NOT_COORDINATOR, and closes the store after its last write.
  /// Waits for that: call it neither from a callback nor on an event loop.
  func shutDown() {
    locked { state, _ in
      guard !state.isShutDown else { return }
      state.isShutDown = true
      for id in state.entries.keys.sorted() {
        state.change(id) { $0.abandon(.notCoordinator) }
      }
      // Nothing is awaited any more, and what is still to be saved was saved before.
      state.timers = GroupTimerQueue()
      state.saves = []
    }
    store.close()
  }

  /// Works on the state under the lock, then does what came of it: writes are queued under the lock, so that they
  /// keep their order; answers and wakes come after it.
  func locked<Result: Sendable>(_ body: (inout GroupCoordinatorState, Int64) -> Result) -> Result {
    let now = clock.now()
    let (result, ready, wake) = state.withLock { state in
      let result = body(&state, now)
      if !state.saves.isEmpty {
        store.submit(state.saves.map(OffsetChange.saveGroup), durability: .process) { [storeFailed] error in
          if let error { storeFailed(error) }
        }
        state.saves = []
      }
      return (result, state.takeReady(), state.nextWake())
    }
    for action in ready { action() }
    if let wake { clock.schedule(at: wake) { [weak self] in self?.wake(at: wake) } }
    return result
  }

  /// Queues changes; call it under the lock. `applied` runs under the lock again, when they are made or failed.
  func submit(
    _ changes: [OffsetChange], durability: OffsetDurability,
    applied: @escaping @Sendable (inout GroupCoordinatorState, OffsetStoreError?) -> Void
  ) {
    store.submit(changes, durability: durability) { [self] error in
      if let error { storeFailed(error) }
      locked { state, _ in applied(&state, error) }
    }
  }

  /// Whether all groups together may hold so much more; what may not is counted when the lock is released.
  func hasRoom(for bytes: Int, in state: inout GroupCoordinatorState) -> Bool {
    if state.hasRoom(for: bytes) { return true }
    state.later(refusedForSize)
    return false
  }

  private func wake(at time: Int64) {
    locked { state, now in
      state.wakes.removeAll { $0 == time }
      while let timer = state.timers.popDue(now: now) {
        switch timer {
        case .group(let id, let timer): state.change(id) { $0.fire(timer, now: now) }
        case .retention:
          expireOffsets(in: &state, now: now)
          state.timers.schedule(.retention, at: now + settings.retentionCheckIntervalMilliseconds)
        }
      }
    }
  }
}
