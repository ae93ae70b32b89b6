internal import EventSources
internal import Foundation
internal import Logging
internal import Projections
internal import ShopEvents
internal import Synchronization

/// Runs a projection on a thread of its own: reads what is there, makes it visible, checkpoints now and then.
///
/// Others speak to it through commands, which run on that thread between two batches.
final class ProjectionRunner: Sendable {
  /// What was read is visible at least this long after, however busy the log is.
  private static let longestUnpublished: Duration = .milliseconds(50)
  /// How much of the log is read in one step, in bytes.
  static let stepBytes = 1 << 20
  /// How long a wait for new batches takes at most, in milliseconds: so long a command may have to wait.
  private static let idleWait = 50

  typealias Command = @Sendable (Projection<ShopEvent>) -> Void

  /// How far a projection is.
  struct Progress: Sendable {
    /// What became of the records.
    var statistics = ProjectionStatistics()
    /// The ordinal of the next batch.
    var ordinal: UInt64 = 0
    /// Why the projection stands still; nil while it runs.
    var failure: String?
  }

  private struct State {
    var commands: [Command] = []
    var isStopping = false
    var hasStopped = false
    var progress = Progress()
  }

  /// Where readers wait for a position.
  private let gate: PositionGate
  private let state: Mutex<State>
  private let source: any BatchSource
  private let checkpointInterval: Duration
  private let log: Logger

  init(source: any BatchSource, gate: PositionGate, checkpointInterval: Duration, log: Logger) {
    self.source = source
    self.gate = gate
    self.checkpointInterval = checkpointInterval
    self.log = log
    state = Mutex(State())
  }

  /// How far the projection is, as of its last publication.
  var progress: Progress { state.withLock { $0.progress } }

  /// Starts the thread, on which `make` opens the projection and then hands it over; returns the models' readers.
  func start(_ make: @escaping @Sendable () throws -> Projection<ShopEvent>) async throws -> ModelReaders {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread { [self] in
        defer { state.withLock { $0.hasStopped = true } }
        let projection: Projection<ShopEvent>
        do {
          projection = try make()
          guard let readers = ModelReaders(of: projection) else {
            preconditionFailure("a projection is made with every model")
          }
          continuation.resume(returning: readers)
        } catch {
          return continuation.resume(throwing: error)
        }
        run(projection)
      }
      Self.configure(thread)
      thread.start()
    }
  }

  /// Gives a thread what a projection's needs.
  static func configure(_ thread: Thread) {
    thread.name = "projection"
    // Merging and text analysis recurse little; merge patches may nest.
    thread.stackSize = 8 << 20
  }

  /// Runs a projection on the calling thread until it is stopped.
  func run(_ projection: Projection<ShopEvent>) {
    report(projection)
    do {
      try loop(projection)
      try projection.checkpoint()
    } catch ClusterError.stopped {
      // Since the last checkpoint: it is derived again, and what is there already is recognised.
      log.notice("what could not be written to the cluster is written after the next start")
      state.withLock { $0.progress.failure = "\(ClusterError.stopped)" }
    } catch {
      // Readers go on with the last snapshots; readiness and the log tell.
      log.critical("the read models stand still", metadata: ["error": "\(error)"])
      state.withLock { $0.progress.failure = "\(error)" }
    }
    // Commands that came late must not be waited for in vain.
    for command in state.withLock({ state in
      state.hasStopped = true
      return state.commands
    }) { command(projection) }
  }

  /// Runs `command` on the projection's thread between two batches; false where the thread has ended.
  func submit(_ command: @escaping Command) -> Bool {
    state.withLock { state in
      guard !state.hasStopped else { return false }
      state.commands.append(command)
      return true
    }
  }

  /// Asks the thread to checkpoint and end, and waits until it has.
  func stop() {
    state.withLock { $0.isStopping = true }
    while !state.withLock({ $0.hasStopped }) { Thread.sleep(forTimeInterval: 0.005) }
  }

  private func loop(_ projection: Projection<ShopEvent>) throws {
    let clock = ContinuousClock()
    var lastPublished = clock.now
    var lastCheckpoint = clock.now
    var isPublished = true
    while true {
      let (commands, isStopping) = state.withLock { state in
        defer { state.commands = [] }
        return (state.commands, state.isStopping)
      }
      for command in commands { command(projection) }
      if isStopping {
        projection.publish()
        return report(projection)
      }
      let ordinal = projection.nextOrdinal
      let batches = try projection.step(maxBytes: Self.stepBytes)
      if batches > 0 {
        isPublished = false
      } else if projection.nextOrdinal != ordinal {
        // Batches of topics that no model reads were passed over: there is nothing to show, but it went on.
        report(projection)
      }
      if !isPublished, batches == 0 || clock.now - lastPublished > Self.longestUnpublished {
        projection.publish()
        report(projection)
        isPublished = true
        lastPublished = clock.now
      }
      if try projection.finishCheckpoint(), clock.now - lastCheckpoint > checkpointInterval {
        // Written beside this thread: events are shown meanwhile.
        try projection.beginCheckpoint()
        lastCheckpoint = clock.now
      }
      if batches == 0, isPublished {
        try projection.rest()
        _ = source.waitForBatch(at: projection.nextOrdinal, milliseconds: Self.idleWait)
      }
    }
  }

  private func report(_ projection: Projection<ShopEvent>) {
    state.withLock {
      $0.progress.statistics = projection.statistics
      $0.progress.ordinal = projection.nextOrdinal
    }
    gate.open(to: projection.position)
  }
}
