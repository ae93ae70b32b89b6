internal import ByteCoding
internal import EventLog
internal import EventSources
internal import Projections
internal import RecordBatches
internal import ShopEvents

/// One model of a rebuild.
public struct RebuildResult: Sendable {
  /// The model's name.
  public let model: String
  /// The checksum of its content.
  public let checksum: String
  /// Whether the live one's is equal; nil where they were not compared.
  public let equalsLive: Bool?

  /// A model that was built.
  public init(model: String, checksum: String, equalsLive: Bool?) {
    self.model = model
    self.checksum = checksum
    self.equalsLive = equalsLive
  }
}

/// Builds the read models anew from the log of a data directory that no server holds.
public struct OfflineRebuild: Sendable {
  private let data: String
  private let assets: String?
  private let offsets: [String]
  private let time: String?

  /// A rebuild.
  ///
  /// - Parameters:
  ///   - assets: the directory of fixtures; nil to look for it.
  ///   - offsets: `TOPIC:PARTITION:OFFSET` of each partition that is not to be read to its end.
  ///   - time: RFC 3339; only records stamped up to then are read.
  public init(data: String, assets: String?, offsets: [String], time: String?) {
    self.data = data
    self.assets = assets
    self.offsets = offsets
    self.time = time
  }

  /// Builds, compares and activates; tells the batches read and the batches of the log.
  public func run(
    verify: Bool, activate: Bool, progress: (UInt64, UInt64) -> Void
  ) throws(StartFailure) -> [RebuildResult] {
    try StartFailure.reported {
      let limit = try limit()
      if activate, !limit.isNone {
        throw StartFailure.configuration(reason: "a generation of a past moment can't be activated")
      }
      let directory = try DataDirectory(path: data)
      let log = try EventLog.open(directory: directory.log)
      // Outputs of a mirror go to its cluster, which only a server writes to.
      let isMirror = directory.mirroredTopic(of: log) != nil
      let sink = isMirror ? nil : EmbeddedSink(log: log)
      let factory = ProjectionFactory(
        log: log, definitions: try Assets(given: assets).definitions(), sink: sink, wallClock: Clock.now)
      let store = try GenerationStore(directory: directory.generations)
      var live: [(model: String, checksum: LogicalChecksum)]?
      // So far a new generation of a mirror is read where it is activated: what comes after it the live one may not have
      // written yet, and the new one would not.
      var end = UInt64.max
      if verify || activate {
        do {
          guard let name = try store.live() else { throw StartFailure.configuration(reason: Self.nothingLive) }
          let projection = try factory.open(directory: store.path(of: name), writes: activate)
          if isMirror, activate { end = projection.nextOrdinal }
          try read(projection, log, upTo: end, progress: { _, _ in })
          if activate { try projection.checkpoint() }
          live = projection.checksums()
        } catch  where !verify && !isMirror {
          // A live generation that is absent, damaged or of other definitions is what a rebuild is for.
        }
      }
      let name = try store.create()
      // Where no live generation wrote the outputs of the past, the new one does; what is there already is recognised.
      let writes = activate && live == nil
      let projection = try factory.open(directory: store.path(of: name), writes: writes, limit: limit)
      try read(projection, log, upTo: end, progress: progress)
      let results = projection.checksums().map { model, checksum in
        RebuildResult(
          model: model, checksum: "\(checksum)",
          equalsLive: verify ? live.map { $0.contains { $0.model == model && $0.checksum == checksum } } : nil)
      }
      if activate, results.allSatisfy({ $0.equalsLive != false }) {
        if !writes, let sink { projection.takeOver(sink) }
        try projection.checkpoint()
        try store.activate(name)
        try store.prune(keeping: LiveRebuild.keptGenerations)
      } else {
        try projection.checkpoint()
        try store.prune(keeping: LiveRebuild.keptGenerations)
      }
      try log.close()
      return results
    }
  }

  private static let nothingLive = "there is no live generation to compare with"

  private func read(
    _ projection: Projection<ShopEvent>, _ log: EventLog, upTo end: UInt64, progress: (UInt64, UInt64) -> Void
  ) throws {
    while try projection.step(maxBytes: ProjectionRunner.stepBytes, upTo: end) > 0 {
      progress(projection.nextOrdinal, log.endOrdinal)
    }
  }

  private func limit() throws(StartFailure) -> ProjectionLimit {
    if let time {
      guard let end = Timestamp(rfc3339: time) else {
        throw .configuration(reason: "--to-time must be as RFC 3339 writes it, e.g. 2026-11-23T02:41:00Z, not \(time)")
      }
      guard offsets.isEmpty else { throw .configuration(reason: "--to-time and --to-offset exclude each other") }
      return .time(end)
    }
    guard !offsets.isEmpty else { return .none }
    var ends: [TopicPartition: Offset] = [:]
    for text in offsets {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, let partition = Int32(parts[1]), let offset = Int64(parts[2]), partition >= 0, offset >= 0
      else { throw .configuration(reason: "--to-offset must be TOPIC:PARTITION:OFFSET, not \(text)") }
      ends[TopicPartition(topic: String(parts[0]), partition: partition)] = Offset(rawValue: offset)
    }
    return .offsets(ends)
  }
}
