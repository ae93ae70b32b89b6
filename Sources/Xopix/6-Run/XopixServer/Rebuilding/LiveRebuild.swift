internal import ByteCoding
internal import EventLog
internal import Foundation
internal import HTTPAPI
internal import Logging
internal import Projections
internal import ShopEvents
internal import Synchronization

/// Builds a generation beside the live one while that goes on, compares the two at the same place of the log, and
/// makes the new one the live one where that is wanted.
struct LiveRebuild: Sendable {
  let id: String
  let request: RebuildRequest
  let readSide: LiveReadSide
  let list: RebuildList

  /// Generations that are kept, the live one included.
  static let keptGenerations = 3
  /// With so few batches left, the live projection is asked where it stands.
  private static let nearlyThere: UInt64 = 8

  /// Starts the work on a thread of its own.
  func start() {
    let thread = Thread { run() }
    ProjectionRunner.configure(thread)
    thread.start()
  }

  private func run() {
    let logger = readSide.logger
    logger.notice("a rebuild begins", metadata: ["rebuild": "\(id)"])
    do {
      let name = try readSide.store.create()
      list.update(id) { $0.generation = name }
      let directory = readSide.store.path(of: name)
      let projection = try readSide.factory.open(directory: directory, writes: false)
      try catchUp(projection)
      let isEqual = try finish(projection)
      try projection.checkpoint()
      guard request.activate, isEqual else {
        try readSide.store.prune(keeping: Self.keptGenerations)
        return end(activated: false, logger)
      }
      try activate(projection, name: name, logger)
    } catch {
      fail(error, logger)
    }
  }

  private func end(activated: Bool, _ logger: Logger) {
    list.update(id) {
      $0.activated = activated
      $0.state = .done
    }
    logger.notice("a rebuild is done", metadata: ["rebuild": "\(id)", "activated": "\(activated)"])
  }

  private func catchUp(_ projection: Projection<ShopEvent>) throws {
    while true {
      let end = readSide.log.endOrdinal
      let applied = Int64(clamping: projection.nextOrdinal)
      list.update(id) {
        $0.applied = applied
        $0.total = Int64(clamping: end)
      }
      if end <= projection.nextOrdinal + Self.nearlyThere { return }
      try projection.step(maxBytes: ProjectionRunner.stepBytes)
    }
  }

  /// Brings the projection to where the live one stands and compares them there; returns whether nothing forbids to
  /// activate it.
  private func finish(_ projection: Projection<ShopEvent>) throws -> Bool {
    guard request.verify else {
      let checksums = projection.checksums()
      let models = checksums.map { RebuildStatus.Model(name: $0.model, checksum: "\($0.checksum)", equal: nil) }
      list.update(id) { $0.models = models }
      return true
    }
    let live = try readSide.current.runner.checksums()
    while projection.nextOrdinal < live.ordinal {
      guard try projection.step(maxBytes: ProjectionRunner.stepBytes, upTo: live.ordinal) > 0 else { break }
    }
    guard projection.nextOrdinal == live.ordinal else {
      throw RebuildFailure("the new generation stands at batch \(projection.nextOrdinal), not \(live.ordinal)")
    }
    let models = projection.checksums().map { model, checksum in
      RebuildStatus.Model(
        name: model, checksum: "\(checksum)", equal: live.checksums.contains { $0 == model && $1 == checksum })
    }
    list.update(id) {
      $0.models = models
      $0.applied = Int64(clamping: live.ordinal)
    }
    return models.allSatisfy { $0.equal == true }
  }

  /// Stops the live projection, goes on exactly where it stopped, and takes its place. Readers see the old snapshots
  /// until the new ones are complete. Where that fails, the old generation goes on.
  private func activate(_ projection: Projection<ShopEvent>, name: String, _ logger: Logger) throws {
    let old = readSide.current
    old.runner.stop()
    do {
      try continueAfter(old, projection)
      try readSide.store.activate(name)
    } catch {
      let revived = try readSide.factory.open(directory: readSide.store.path(of: old.name), writes: true)
      let runner = serve(revived, name: old.name)
      fail(error, logger)
      return runner.run(revived)
    }
    let runner = serve(projection, name: name)
    do {
      try readSide.store.prune(keeping: Self.keptGenerations)
    } catch {
      logger.warning("old generations could not be removed", metadata: ["error": "\(error)"])
    }
    end(activated: true, logger)
    // This thread is the live projection's from now on.
    runner.run(projection)
  }

  /// Reads up to where the stopped projection ended, and takes over its outputs.
  private func continueAfter(_ old: LiveReadSide.Live, _ projection: Projection<ShopEvent>) throws {
    // What it could not write at last is not known here: it must go on from its checkpoint.
    if let failure = old.runner.progress.failure {
      throw RebuildFailure("the live read models stood still, and were started again: \(failure)")
    }
    let end = old.runner.progress.ordinal
    while projection.nextOrdinal < end {
      guard try projection.step(maxBytes: ProjectionRunner.stepBytes, upTo: end) > 0 else { break }
    }
    guard projection.nextOrdinal == end else {
      throw RebuildFailure("the log could not be read up to batch \(end)")
    }
    if let sink = readSide.factory.sink { projection.takeOver(sink) }
    try projection.checkpoint()
    projection.publish()
  }

  private func serve(_ projection: Projection<ShopEvent>, name: String) -> ProjectionRunner {
    guard let readers = ModelReaders(of: projection) else {
      preconditionFailure("a projection is made with every model")
    }
    let runner = ProjectionRunner(
      source: readSide.factory.source, gate: readSide.gate, checkpointInterval: readSide.checkpointInterval,
      log: readSide.logger)
    readSide.replaceLive(by: LiveReadSide.Live(name: name, readers: readers, runner: runner))
    return runner
  }

  private func fail(_ error: any Error, _ logger: Logger) {
    logger.error("a rebuild failed", metadata: ["rebuild": "\(id)", "error": "\(error)"])
    list.update(id) {
      $0.state = .failed
      $0.error = "\(error)"
    }
  }
}

/// Why a rebuild could not go on.
struct RebuildFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension ProjectionRunner {
  /// Where a projection stands, and the checksums of its models there.
  struct Standing: Sendable {
    let ordinal: UInt64
    let checksums: [(String, LogicalChecksum)]
  }

  /// Asks the projection's thread for the checksums of its models, and waits for them.
  func checksums() throws -> Standing {
    let answer = StandingBox()
    let done = DispatchSemaphore(value: 0)
    let isAsked = submit { projection in
      answer.put(Standing(ordinal: projection.nextOrdinal, checksums: projection.checksums().map { ($0, $1) }))
      done.signal()
    }
    guard isAsked else { throw RebuildFailure("the live read models stand still") }
    done.wait()
    guard let standing = answer.standing else { throw RebuildFailure("the live read models gave no checksums") }
    return standing
  }
}

/// Carries a standing from one thread to another.
private final class StandingBox: Sendable {
  private let value = Mutex<ProjectionRunner.Standing?>(nil)

  var standing: ProjectionRunner.Standing? { value.withLock { $0 } }

  func put(_ standing: ProjectionRunner.Standing) { value.withLock { $0 = standing } }
}
