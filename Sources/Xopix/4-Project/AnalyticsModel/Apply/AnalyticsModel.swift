public import ByteCoding
public import Projections
internal import RecordBatches
public import ShopEvents
public import Streams

/// Streaming views over the shop's events.
public final class AnalyticsModel: ReadModel {
  /// The model's name in metrics, manifests and messages.
  public let name = "analytics"
  /// Where readers take the latest snapshot.
  public let publisher: SnapshotPublisher<AnalyticsSnapshot>

  private var views: [ViewState]
  private let viewsByStream: [String: [Int]]
  private var journal: KeyedJournal
  /// Rows changed since the last checkpoint, by view.
  private var unsaved: [Set<ViewState.RowKey>]
  private var version: UInt64 = 0
  private var recentChanges: [ChangeSet] = []

  /// The sets of changes that are kept for streams that were interrupted.
  static let mostChangeSets = 512

  /// Opens the model in a directory, empty or as a checkpoint's manifest describes it.
  public init(definitions: [ViewDefinition], directory: String, manifest: [UInt8]?) throws {
    var views: [ViewState] = []
    var viewsByStream: [String: [Int]] = [:]
    for definition in definitions.sorted(by: { $0.name < $1.name }) {
      try definition.validate(against: ShopStreams.schemas)
      guard let schema = ShopStreams.schemas.first(where: { $0.name == definition.source }) else { continue }
      if views.contains(where: { $0.definition.name == definition.name }) {
        throw StreamError.invalidDefinition(view: definition.name, pointer: "/name", reason: "is used twice")
      }
      viewsByStream[definition.source, default: []].append(views.count)
      views.append(ViewState(definition: definition, schema: schema))
    }
    let saved = try manifest.map { try AnalyticsManifest(bytes: $0, directory: directory) }
    for view in views {
      guard let saved, saved.shapes[view.definition.name] != AnalyticsManifest.shape(of: view.definition) else {
        continue
      }
      // Rows computed in another way can't be gone on with, and a new view would lack the past.
      throw ProjectionError.otherDefinitions(directory: directory, of: "the view \(view.definition.name)")
    }
    var codec = RowCodec(views: views)
    journal = try KeyedJournal(directory: directory, name: "rows", restoring: saved?.journal) { change in
      codec.restore(change)
    }
    if let damage = codec.damage { throw ProjectionError.damagedFile(path: directory + "/rows", reason: "\(damage)") }
    views = codec.views
    for index in views.indices {
      guard let header = saved?.headers[views[index].definition.name] else { continue }
      do throws(ByteReaderError) {
        try views[index].restoreHeader(header)
      } catch {
        throw ProjectionError.damagedFile(path: directory, reason: "its manifest: \(error)")
      }
    }
    self.views = views
    self.viewsByStream = viewsByStream
    unsaved = views.map { _ in [] }
    publisher = SnapshotPublisher(AnalyticsSnapshot(views: views, version: 0, position: Position(), recentChanges: []))
  }

  /// Adds each event's rows to the views that read their streams.
  public func apply(_ events: [PositionedEvent<ShopEvent>]) -> [OutputRecord] {
    for event in events {
      let partition = event.topicPartition.description
      ShopStreams.forEachRow(of: event.event, topic: event.topicPartition.topic) { stream, row in
        for view in viewsByStream[stream] ?? [] { views[view].apply(row, partition: partition) }
      }
    }
    return []
  }

  /// Makes everything applied visible, as of the position.
  public func publish(at position: Position) {
    var changes: [String: [ViewState.RowKey]] = [:]
    for index in views.indices {
      let changed = views[index].takeChanges()
      guard !changed.isEmpty else { continue }
      changes[views[index].definition.name] = changed
      unsaved[index].formUnion(changed)
    }
    if !changes.isEmpty {
      version += 1
      recentChanges.append(ChangeSet(version: version, rows: changes))
      if recentChanges.count > Self.mostChangeSets {
        recentChanges.removeFirst(recentChanges.count - Self.mostChangeSets)
      }
    }
    publisher.publish(
      AnalyticsSnapshot(views: views, version: version, position: position, recentChanges: recentChanges))
  }

  /// Writes what changed since the last checkpoint, and returns what the model is restored from.
  public func writeCheckpoint(number: UInt64) throws -> [UInt8] {
    publish(at: publisher.current.position)
    var changes: [KeyedJournal.Change] = []
    for (index, keys) in unsaved.enumerated() {
      let name = views[index].definition.name
      for key in keys {
        changes.append((RowCodec.key(name, key), views[index].values(of: key).map(RowCodec.value)))
      }
    }
    changes.sort { $0.key.lexicographicallyPrecedes($1.key) }
    let rows = views.reduce(0) { $0 + $1.rowCount }
    let manifest = try journal.checkpoint(changes: changes, count: rows) { allRows() }
    unsaved = views.map { _ in [] }
    return AnalyticsManifest(
      journal: manifest, headers: Dictionary(uniqueKeysWithValues: views.map { ($0.definition.name, $0.header) }),
      shapes: Dictionary(
        uniqueKeysWithValues: views.map { ($0.definition.name, AnalyticsManifest.shape(of: $0.definition)) })
    ).bytes
  }

  /// Removes files that the checkpoint does not need.
  public func discardFiles(notIn manifest: [UInt8]) { journal.discardOldFiles() }

  /// The checksum of every view's rows and state.
  public func checksum() -> LogicalChecksum {
    var checksum = LogicalChecksum()
    for row in allRows() {
      var item = ByteWriter()
      item.writePrefixed(row.key)
      item.writePrefixed(row.value ?? [])
      checksum.insert(item.bytes)
    }
    for view in views {
      var item = ByteWriter()
      item.writePrefixed(view.definition.name)
      item.writeBytes(view.header)
      checksum.insert(item.bytes)
    }
    return checksum
  }

  private func allRows() -> [KeyedJournal.Change] {
    var rows: [KeyedJournal.Change] = []
    for view in views {
      view.forEachRow { key, values in rows.append((RowCodec.key(view.definition.name, key), RowCodec.value(values))) }
    }
    return rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }
}
