internal import HTTPAPI
internal import Synchronization

/// The rebuilds since the process started; one at a time.
final class RebuildList: Sendable {
  private struct State {
    var statuses: [String: RebuildStatus] = [:]
    var count = 0
    var running: String?
  }

  private let state = Mutex(State())

  /// Registers a rebuild, unless one is running.
  func begin() throws(RebuildError) -> RebuildStatus {
    let running = state.withLock { $0.running }
    if let running { throw .alreadyRunning(id: running) }
    return try state.withLock { state throws(RebuildError) in
      if let running = state.running { throw .alreadyRunning(id: running) }
      state.count += 1
      let status = RebuildStatus(id: "r-\(state.count)", state: .running)
      state.statuses[status.id] = status
      state.running = status.id
      return status
    }
  }

  /// The status of a rebuild; nil for an unknown one.
  func status(of id: String) -> RebuildStatus? { state.withLock { $0.statuses[id] } }

  /// Changes a status; one that is not running any more makes room for the next.
  func update(_ id: String, _ change: @Sendable (inout RebuildStatus) -> Void) {
    state.withLock { state in
      guard var status = state.statuses[id] else { return }
      change(&status)
      state.statuses[id] = status
      if status.state != .running, state.running == id { state.running = nil }
    }
  }
}
