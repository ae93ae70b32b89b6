internal import Synchronization

/// Where readers wait until a read model has reached a position.
public final class PositionGate: Sendable {
  private struct Waiter {
    let position: Position
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var position: Position
    var nextTicket: UInt64 = 0
    var waiters: [UInt64: Waiter] = [:]
  }

  private let state: Mutex<State>

  /// A gate that stands at `position`.
  public init(at position: Position = Position()) {
    state = Mutex(State(position: position))
  }

  /// The position that every reader sees by now.
  public var position: Position { state.withLock { $0.position } }

  /// Moves the gate to `position` and wakes those who waited for it or less.
  public func open(to position: Position) {
    let woken = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
      state.position = position
      guard !state.waiters.isEmpty else { return [] }
      let reached = state.waiters.filter { position.covers($0.value.position) }
      for ticket in reached.keys { state.waiters[ticket] = nil }
      return reached.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume(returning: true) }
  }

  /// Returns true once the gate covers `position`, false where that has not come after `timeout`.
  public func wait(for position: Position, timeout: Duration) async -> Bool {
    if self.position.covers(position) { return true }
    let ticket = state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReached = state.withLock { state in
          if state.position.covers(position) || Task.isCancelled { return true }
          state.waiters[ticket] = Waiter(position: position, continuation: continuation)
          return false
        }
        if isReached { return continuation.resume(returning: self.position.covers(position)) }
        // Started after the waiter is known, however short the time: else nobody would wake it.
        Task { [self] in
          try? await Task.sleep(for: timeout)
          giveUp(ticket)
        }
      }
    } onCancel: {
      giveUp(ticket)
    }
  }

  private func giveUp(_ ticket: UInt64) {
    let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
    waiter?.continuation.resume(returning: false)
  }
}
