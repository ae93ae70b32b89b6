internal import AnalyticsModel
internal import ByteCoding
internal import CatalogueModel
internal import EventLog
internal import EventSources
internal import FraudModel
internal import HTTPAPI
internal import Logging
internal import Projections
internal import RecordBatches
internal import ShopEvents
internal import Synchronization

/// The read side of one process over its log, which is its own or the mirror of a cluster.
final class LiveReadSide: ReadSide {
  /// The generation that is served, with the thread that follows the log.
  struct Live: Sendable {
    let name: String
    let readers: ModelReaders
    let runner: ProjectionRunner
  }

  let log: EventLog
  let factory: ProjectionFactory
  let store: GenerationStore
  let gate = PositionGate()
  let logger: Logger
  let checkpointInterval: Duration
  /// The cluster that the log mirrors; nil where it is Xopix's own.
  let cluster: FollowedCluster?
  private let appender: EventAppender
  private let live: Mutex<Live>
  private let rebuilds = RebuildList()
  /// The end of the log when the server started: before it is visible, answers are older than what was promised.
  private let readyFrom: UInt64

  /// Opens the live generation, which is made where there is none.
  init(
    log: EventLog, cluster: FollowedCluster?, factory: ProjectionFactory, store: GenerationStore,
    checkpointInterval: Duration, logger: Logger
  ) async throws {
    self.log = log
    self.cluster = cluster
    self.factory = factory
    self.store = store
    self.logger = logger
    self.checkpointInterval = checkpointInterval
    appender = EventAppender(log: log)
    readyFrom = log.endOrdinal
    let name: String
    if let known = try store.live() {
      name = known
    } else {
      name = try store.create()
      try store.activate(name)
    }
    let runner = ProjectionRunner(
      source: factory.source, gate: gate, checkpointInterval: checkpointInterval, log: logger)
    let directory = store.path(of: name)
    let readers = try await runner.start { try factory.open(directory: directory, writes: true) }
    live = Mutex(Live(name: name, readers: readers, runner: runner))
  }

  /// The generation that is served.
  var current: Live { live.withLock { $0 } }

  /// Serves another generation from now on.
  func replaceLive(by next: Live) { live.withLock { $0 = next } }

  /// Ends the projection's thread with a checkpoint.
  func stop() { current.runner.stop() }

  // MARK: Reading

  var generation: String { current.name }
  var catalogue: CatalogueSnapshot { current.readers.catalogue.current }
  var analytics: AnalyticsSnapshot { current.readers.analytics.current }
  var fraud: FraudModel { current.readers.fraud }
  var position: Position { gate.position }

  func wait(for position: Position, timeout: Duration) async -> Bool {
    await gate.wait(for: position, timeout: timeout)
  }

  // MARK: Publishing

  func publish(_ events: [PublishableEvent]) async throws(PublishError) -> Position {
    let now = factory.wallClock().milliseconds
    let entries = events.map { event in
      EventAppender.Entry(
        topic: event.topic,
        record: Record(key: Array(event.key.utf8), value: event.value, headers: [], timestampMilliseconds: now))
    }
    do {
      return if let cluster { try await cluster.append(entries) } else { try await appender.append(entries) }
    } catch {
      throw .unavailable(reason: "\(error)")
    }
  }

  // MARK: Operation

  func lag() -> LagReport {
    let statistics = current.runner.progress.statistics
    let deadLetters = statistics.rejected.mapValues { Int64(clamping: $0) }
    func models(at position: Position) -> [LagReport.Model] {
      ["search", "analytics", "fraud"].map { LagReport.Model(name: $0, position: position) }
    }
    if let cluster {
      let report = cluster.report(position: position)
      return LagReport(
        models: models(at: report.position), ends: report.ends, deadLetters: deadLetters, cluster: report.cluster)
    }
    let ends = log.endPositions().filter { EventTypes.byTopic[$0.key.topic] != nil }
    return LagReport(models: models(at: position), ends: ends, deadLetters: deadLetters)
  }

  func readiness() -> Readiness {
    let progress = current.runner.progress
    if let failure = progress.failure { return .notReady(reasons: ["the read models stand still: \(failure)"]) }
    if progress.ordinal < readyFrom {
      return .notReady(reasons: ["\(readyFrom - progress.ordinal) batches of the log are not visible yet"])
    }
    let reasons = cluster?.reasonsAgainst(ordinal: progress.ordinal) ?? []
    return reasons.isEmpty ? .ready : .notReady(reasons: reasons)
  }

  func startRebuild(_ request: RebuildRequest) throws(RebuildError) -> RebuildStatus {
    let status = try rebuilds.begin()
    LiveRebuild(id: status.id, request: request, readSide: self, list: rebuilds).start()
    return status
  }

  func rebuild(id: String) -> RebuildStatus? { rebuilds.status(of: id) }

  func generations() -> [GenerationDescription] {
    let live = generation
    return ((try? store.all()) ?? []).map { GenerationDescription(id: $0, isLive: $0 == live) }
  }
}
