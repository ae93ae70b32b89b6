internal import ByteCoding
internal import Foundation
internal import Logging
internal import Projections
internal import ShopEvents
internal import Synchronization

/// Runs a projection on a thread of its own: reads what is there, makes it visible, checkpoints now and then.
///
/// Others speak to it through commands, which run on that thread between two batches.
final class ProjectionRunner: Sendable {
  /// What has to be published at least: an event is visible this long after it was read, however busy the log is.
  private static let longestUnpublished: Duration = .milliseconds(50)
  /// How much of the log is read in one step.
  private static let stepBytes = 1 << 20
  private static let idleWait = 100

  typealias Command = @Sendable (Projection<ShopEvent>) -> Void

  private struct State {
    var commands: [Command] = []
    var isStopping = false
    var hasStopped = false
    var statistics = ProjectionStatistics()
    var ordinal: UInt64 = 0
    var failure: String?
  }

  /// Where readers wait for a position.
  let gate: PositionGate
  private let state: Mutex<State>
  private let source: any BatchSource
  private let checkpointInterval: Duration
  private let log: Logger

  init(source: any BatchSource, checkpointInterval: Duration, log: Logger) {
    self.source = source
    self.checkpointInterval = checkpointInterval
    self.log = log
    gate = PositionGate()
    state = Mutex(State())
  }

  /// What became of the records, and how far the projection is, as of the last publication.
  var progress: (statistics: ProjectionStatistics, ordinal: UInt64, failure: String?) {
    state.withLock { ($0.statistics, $0.ordinal, $0.failure) }
  }

  /// Starts the thread; `make` opens the projection on it.
  func start(_ make: @escaping @Sendable () throws -> Projection<ShopEvent>) {
    let thread = Thread { [self] in run(make) }
    thread.name = "projection"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Runs `command` on the projection's thread between two batches.
  func submit(_ command: @escaping Command) {
    state.withLock { $0.commands.append(command) }
  }

  /// Asks the thread to checkpoint and end, and waits until it has.
  func stop() {
    state.withLock { $0.isStopping = true }
    while !state.withLock({ $0.hasStopped }) { Thread.sleep(forTimeInterval: 0.01) }
  }

  private func run(_ make: () throws -> Projection<ShopEvent>) {
    defer { state.withLock { $0.hasStopped = true } }
    do {
      let projection = try make()
      report(projection)
      try loop(projection)
      try projection.checkpoint()
    } catch {
      log.critical("the read models stand still", metadata: ["error": "\(error)"])
      state.withLock { $0.failure = "\(error)" }
      // Commands must not wait for ever; and readers go on with the last snapshots.
    }
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
      if isStopping { return }
      let batches = try projection.step(maxBytes: Self.stepBytes)
      if batches > 0 { isPublished = false }
      if !isPublished, batches == 0 || clock.now - lastPublished > Self.longestUnpublished {
        projection.publish()
        report(projection)
        isPublished = true
        lastPublished = clock.now
      }
      if clock.now - lastCheckpoint > checkpointInterval {
        try projection.checkpoint()
        lastCheckpoint = clock.now
      }
      if batches == 0, isPublished { _ = source.waitForBatch(at: projection.nextOrdinal, milliseconds: Self.idleWait) }
    }
  }

  private func report(_ projection: Projection<ShopEvent>) {
    state.withLock {
      $0.statistics = projection.statistics
      $0.ordinal = projection.nextOrdinal
    }
    gate.open(to: projection.position)
  }
}
