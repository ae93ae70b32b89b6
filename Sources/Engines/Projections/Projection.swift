public import ByteCoding
internal import DurableFiles
public import RecordBatches

/// The fold: reads batches of a log in order, decodes them once, and applies them to every read model.
///
/// Rejected records become dead letters, events seen before are passed over, and what models derive is written to the
/// sink. State, position and the ends of the written topics are made durable together by ``checkpoint()``; after a
/// crash the log is read again from there, and what had been written already is not written twice.
///
/// Not thread-safe: one thread owns a projection.
public final class Projection<Event: Sendable> {
  /// What happened to the records read so far, by this projection and by those before it from which it was restored.
  public private(set) var statistics = ProjectionStatistics()
  /// The ordinal of the next batch to read.
  public private(set) var nextOrdinal: UInt64 = 0
  /// How far each partition has been read.
  public private(set) var position = Position()
  /// The models, in the order of their factories.
  public let models: [any ReadModel<Event>]

  /// Batches that were passed over from which on a checkpoint is worth it.
  private static var worthCheckpointing: UInt64 { 1000 }

  private let source: any BatchSource
  private let outputTopics: [String]
  private let decoder: any EventDecoding<Event>
  private let directory: String
  private let limit: ProjectionLimit
  private let wallClock: @Sendable () -> Timestamp
  private var outputs: ProjectionOutputs
  private var identities: EventIdentityJournal
  private var checkpointNumber: UInt64 = 0
  private var isDirty = false
  private var pending: PendingCheckpoint?

  /// A checkpoint that models are writing.
  private struct PendingCheckpoint {
    let checkpoint: ProjectionCheckpoint
    let manifests: [(name: String, manifest: PendingManifest)]
  }

  /// Opens the projection whose generation is `directory`, at its last checkpoint, or makes it anew there.
  ///
  /// - Parameters:
  ///   - sink: where outputs go; nil for a projection that is only built or compared, whose outputs are dropped.
  ///   - outputTopics: every topic that models and dead letters may write to.
  ///   - limit: how far to read.
  ///   - wallClock: the time for the headers of dead letters; no model sees it.
  public init(
    directory: String, source: any BatchSource, sink: (any OutputSink)?, outputTopics: [String],
    decoder: any EventDecoding<Event>, factories: [ReadModelFactory<Event>], limit: ProjectionLimit = .none,
    wallClock: @escaping @Sendable () -> Timestamp
  ) throws {
    self.directory = directory
    self.source = source
    self.outputTopics = outputTopics
    self.decoder = decoder
    self.limit = limit
    self.wallClock = wallClock
    try Files.createDirectory(directory)
    let saved = try ProjectionCheckpoint.read(from: directory)
    if let saved, saved.nextOrdinal > source.endOrdinal {
      throw ProjectionError.logEndsEarly(directory: directory, checkpoint: saved.nextOrdinal, log: source.endOrdinal)
    }
    var models: [any ReadModel<Event>] = []
    for factory in factories {
      if let saved, saved.modelManifests[factory.name] == nil {
        // An empty model at this position would lack the whole past.
        throw ProjectionError.damagedFile(
          path: directory + "/" + ProjectionCheckpoint.fileName, reason: "it says nothing of the model \(factory.name)")
      }
      let modelDirectory = directory + "/" + factory.name
      try Files.createDirectory(modelDirectory)
      models.append(try factory.make(modelDirectory, saved?.modelManifests[factory.name]))
    }
    self.models = models
    if let saved {
      statistics = saved.statistics
      nextOrdinal = saved.nextOrdinal
      position = saved.position
      checkpointNumber = saved.number
    }
    identities = try EventIdentityJournal(directory: directory, restoring: saved?.identities)
    outputs = ProjectionOutputs(sink: sink, topics: outputTopics, writtenUpTo: saved?.outputEnds ?? Position())
    for model in models { model.publish(at: position) }
  }

  /// Reads and applies batches of about `maxBytes` in all, none at or after the ordinal `end`; returns how many.
  @discardableResult
  public func step(maxBytes: Int, upTo end: UInt64 = .max) throws -> Int {
    guard nextOrdinal < end else { return 0 }
    let reading = try source.read(from: nextOrdinal, maxBytes: maxBytes)
    let batches = reading.batches.filter { $0.ordinal < end }
    for batch in batches {
      try apply(batch)
      nextOrdinal = batch.ordinal + 1
      isDirty = true
    }
    if !batches.isEmpty { try outputs.flush() }
    let passedOver = max(nextOrdinal, min(reading.nextOrdinal, end))
    // What was passed over needs no reading again, and after a restart only where it was little.
    if passedOver - nextOrdinal > Self.worthCheckpointing { isDirty = true }
    nextOrdinal = passedOver
    return batches.count
  }

  /// Makes everything applied visible to readers.
  public func publish() {
    for model in models { model.publish(at: position) }
  }

  /// Makes everything applied durable, together with the position; nothing where nothing changed.
  public func checkpoint() throws {
    try finishCheckpoint(waits: true)
    guard isDirty else { return }
    let checkpoint = try nextCheckpoint()
    var manifests: [String: [UInt8]] = [:]
    for model in models { manifests[model.name] = try model.writeCheckpoint(number: checkpoint.number) }
    try write(checkpoint, manifests)
    isDirty = false
  }

  /// Begins to make everything applied until now durable, together with the position of now, while the projection goes on;
  /// nothing where nothing changed, or where a checkpoint that was begun before is not finished.
  ///
  /// It counts once ``finishCheckpoint(waits:)`` says so: after a crash before that, the one before it counts.
  public func beginCheckpoint() throws {
    guard isDirty, pending == nil else { return }
    let checkpoint = try nextCheckpoint()
    pending = PendingCheckpoint(
      checkpoint: checkpoint,
      manifests: try models.map { ($0.name, try $0.beginCheckpoint(number: checkpoint.number)) })
    isDirty = false
  }

  /// Makes a checkpoint that was begun count once all models have written theirs; true where none is unfinished.
  ///
  /// - Parameter waits: whether to wait for the models.
  @discardableResult
  public func finishCheckpoint(waits: Bool = false) throws -> Bool {
    guard let pending else { return true }
    guard waits || pending.manifests.allSatisfy({ $0.manifest.isOver() }) else { return false }
    self.pending = nil
    // Where it fails, what it should have made durable is not.
    let hasChanged = isDirty
    isDirty = true
    var manifests: [String: [UInt8]] = [:]
    for (name, manifest) in pending.manifests { manifests[name] = try manifest.manifest() }
    try write(pending.checkpoint, manifests)
    isDirty = hasChanged
    return true
  }

  /// A checkpoint of the state as it is now, still without the models' manifests.
  private func nextCheckpoint() throws -> ProjectionCheckpoint {
    checkpointNumber += 1
    // What a step could not write is still owed; nobody would derive it again after this checkpoint.
    try outputs.flush()
    // The log first: a checkpoint must never know of events that a power failure could still take back.
    let outputEnds = try outputs.sync(at: position)
    return ProjectionCheckpoint(
      number: checkpointNumber, nextOrdinal: nextOrdinal, position: position, outputEnds: outputEnds,
      statistics: statistics, identities: try identities.checkpoint(), modelManifests: [:])
  }

  private func write(_ checkpoint: ProjectionCheckpoint, _ manifests: [String: [UInt8]]) throws {
    var checkpoint = checkpoint
    checkpoint.modelManifests = manifests
    try checkpoint.write(to: directory)
    for model in models { model.discardFiles(notIn: manifests[model.name] ?? []) }
    identities.discardFiles()
  }

  /// Lets models put their state into a better shape while there is nothing to read; shows it where that helps readers.
  public func rest() throws {
    for model in models where try model.rest() {
      model.publish(at: position)
      // The files of before are worth to be replaced.
      isDirty = true
    }
  }

  /// Writes outputs to `sink` from now on: another projection wrote those of everything that this one has read, and
  /// will write no more.
  public func takeOver(_ sink: any OutputSink) {
    outputs = ProjectionOutputs(sink: sink, topics: outputTopics, writtenUpTo: sink.endPosition(of: outputTopics))
    isDirty = true
  }

  /// Each model's name and the checksum of its content.
  public func checksums() -> [(model: String, checksum: LogicalChecksum)] {
    models.map { ($0.name, $0.checksum()) }
  }

  private func apply(_ batch: SourceBatch) throws {
    let partition = batch.topicPartition
    if decoder.reads(topic: partition.topic), limit.reaches(past: position[partition], of: partition) {
      let view = try RecordBatchView(batch.bytes)
      if !view.isControlBatch { try applyRecords(of: view, in: partition) }
    }
    // Only now: a batch that could not be read is read again, whole.
    position.advance(partition, to: limit.clamp(batch.nextOffset, of: partition))
  }

  private func applyRecords(of view: RecordBatchView, in partition: TopicPartition) throws {
    // A compacted batch has gaps, so each record tells its own offset.
    var records: [(record: Record, offset: Offset)] = []
    records.reserveCapacity(view.count)
    try view.forEachRecord { record, offset in records.append((record, offset)) }
    var events: [PositionedEvent<Event>] = []
    events.reserveCapacity(records.count)
    for (record, offset) in records {
      // A batch that was stored twice at other offsets would be caught by the identities; one that is read twice at the
      // same offset, by the position.
      guard offset >= position[partition], limit.includes(record, at: offset, of: partition) else { continue }
      statistics.read += 1
      switch decoder.decode(record, topic: partition.topic) {
      case .event(let event, let identity):
        if identities.insert(identity) {
          events.append(PositionedEvent(topicPartition: partition, offset: offset, event: event))
        } else {
          statistics.duplicates += 1
        }
      case .unknownType(let type):
        statistics.countUnknown(type: type, topic: partition.topic)
      case .rejected(let rejection):
        statistics.countRejected(topic: partition.topic)
        outputs.add(
          DeadLetter.output(for: record, from: SourceRecord(partition, offset), because: rejection, at: wallClock()))
      }
    }
    statistics.applied += UInt64(events.count)
    guard !events.isEmpty else { return }
    for model in models {
      for output in model.apply(events) { outputs.add(output) }
    }
  }
}

/// How far a projection reads its log.
public enum ProjectionLimit: Sendable {
  /// Everything.
  case none
  /// In the partitions named, only records before the offset given; all of the others.
  case offsets([TopicPartition: Offset])
  /// Only records stamped at or before this time.
  case time(Timestamp)

  /// Whether everything is read.
  public var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  func clamp(_ next: Offset, of partition: TopicPartition) -> Offset {
    guard case .offsets(let ends) = self, let end = ends[partition] else { return next }
    return min(next, end)
  }

  func reaches(past offset: Offset, of partition: TopicPartition) -> Bool {
    guard case .offsets(let ends) = self, let end = ends[partition] else { return true }
    return offset < end
  }

  func includes(_ record: Record, at offset: Offset, of partition: TopicPartition) -> Bool {
    switch self {
    case .none: true
    case .offsets(let ends): ends[partition].map { offset < $0 } ?? true
    case .time(let end): record.timestampMilliseconds <= end.milliseconds
    }
  }
}
