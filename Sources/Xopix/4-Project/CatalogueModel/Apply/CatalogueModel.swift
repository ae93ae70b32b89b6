public import ByteCoding
internal import JSONBytes
public import Projections
internal import SearchEngine
public import ShopEvents
internal import Suggestions
internal import TextAnalysis

/// The catalogue as shoppers search it: products with their stock and signals, and what shoppers search for.
///
/// Product documents are folded by JSON Merge Patch; stock, sales and clicks go into live columns, without indexing text
/// again, and are kept for products that are not known yet.
public final class CatalogueModel: ReadModel {
  /// The model's name in metrics, manifests and messages.
  public let name = "search"
  /// Where readers take the latest snapshot.
  public let publisher: SnapshotPublisher<CatalogueSnapshot>

  private let definition: CatalogueDefinition
  private let indexing: ProductIndexing
  private let writer: IndexWriter
  private var signals: CheckpointedMap<ProductSignals>
  private var queries: CheckpointedMap<QueryCounts>
  /// Past queries that found something, by how often they were searched for.
  private var suggestions = Suggester()
  private var changedQueries: Set<String> = []

  /// The most distinct queries that are counted; later ones are not suggested.
  static let mostQueries = 200_000

  /// Opens the model in a directory, empty or as a checkpoint's manifest describes it.
  public init(definition: CatalogueDefinition, directory: String, manifest: [UInt8]?) throws {
    self.definition = definition
    indexing = ProductIndexing(definition: definition)
    let saved = try manifest.map { try CatalogueManifest(bytes: $0, directory: directory) }
    if let saved, saved.shape != definition.shape {
      throw ProjectionError.otherDefinitions(directory: directory, of: "the index's fields")
    }
    writer =
      if let saved {
        try IndexWriter.restore(directory: directory, definition: definition.index, manifest: saved.index)
      } else {
        try IndexWriter(directory: directory, definition: definition.index)
      }
    signals = try CheckpointedMap(
      directory: directory, name: "signals", manifest: saved?.signals, encode: \.bytes,
      decode: ProductSignals.init(bytes:))
    queries = try CheckpointedMap(
      directory: directory, name: "queries", manifest: saved?.queries, encode: \.bytes, decode: QueryCounts.init(bytes:)
    )
    publisher = SnapshotPublisher(
      CatalogueSnapshot(
        index: try writer.refresh(), definition: definition, suggestions: suggestions, position: Position()))
    changedQueries = Set(queries.values.keys)
  }

  /// Folds product events into the index, and stock, sales, clicks and searches into signals and suggestions.
  public func apply(_ events: [PositionedEvent<ShopEvent>]) -> [OutputRecord] {
    for event in events {
      switch event.event.body {
      case .product(let change): apply(change)
      case .stock(let change):
        update(change.productID) {
          $0.count(warehouse: change.warehouse, available: change.available, reserved: change.reserved)
        }
      case .order(let change): apply(change)
      case .behaviour(let behaviour): apply(behaviour)
      default: break
      }
    }
    return []
  }

  private func apply(_ change: ProductChange) {
    let id = change.productID
    let product: JSONObject
    switch change.kind {
    case .deleted:
      writer.delete(id: id)
      return
    case .created(let data):
      product = Self.object(data)
    case .updated(let patch):
      let old = writer.stored(id: id).flatMap { try? JSONValue.parse($0) } ?? .object(JSONObject())
      product = Self.object(JSONMergePatch.apply(patch: patch, to: old))
    }
    var json = JSONWriter()
    json.value(.object(product))
    writer.put(indexing.document(id: id, product: product, stored: json.bytes))
    setLiveColumns(of: id, to: signals.values[id] ?? ProductSignals())
  }

  private func apply(_ change: OrderChange) {
    let sign: Int64
    switch change.kind {
    case .created: sign = 1
    case .cancelled, .failed: sign = -1
    case .updated, .shipped: return
    }
    for item in change.items { update(item.productID) { $0.sold &+= sign &* item.quantity } }
  }

  private func apply(_ behaviour: Behaviour) {
    switch behaviour.kind {
    case .searchPerformed:
      guard let text = behaviour.query, let query = SearchedText(text) else { return }
      guard queries.values[query.folded] != nil || queries.values.count < Self.mostQueries else { return }
      var counts = queries.values[query.folded] ?? QueryCounts(text: query.shown)
      counts.searches += 1
      if let results = behaviour.results { counts.latestResults = results }
      queries.set(query.folded, to: counts)
      changedQueries.insert(query.folded)
    case .searchResultClicked, .productViewed:
      if let id = behaviour.productID { update(id) { $0.clicks &+= 1 } }
    case .addedToCart: break
    }
  }

  /// Changes a product's signals, and the live columns where the product is known.
  private func update(_ id: String, _ change: (inout ProductSignals) -> Void) {
    var changed = signals.values[id] ?? ProductSignals()
    change(&changed)
    signals.set(id, to: changed)
    setLiveColumns(of: id, to: changed)
  }

  /// Shows a product's signals, where it is known.
  private func setLiveColumns(of id: String, to signals: ProductSignals) {
    var values: [(field: Int, value: Double)] = []
    for (ordinal, source) in definition.sources.enumerated() {
      guard case .signal(let signal) = source else { continue }
      let value: Double =
        switch signal {
        case .stock: Double(signals.available ?? 0)
        case .inStock: (signals.available ?? 1) > 0 ? 1 : 0
        case .sold: Double(signals.sold)
        case .clicks: Double(signals.clicks)
        }
      values.append((ordinal, value))
    }
    writer.setLive(id: id, values: values)
  }

  private static func object(_ value: JSONValue) -> JSONObject {
    // A null says that a member is absent; it is not kept.
    guard case .object(var object) = JSONMergePatch.apply(patch: value, to: .object(JSONObject())) else {
      return JSONObject()
    }
    // Answers show under these names what the log says.
    for name in CatalogueSnapshot.reservedMembers { object[name] = nil }
    return object
  }
}

extension CatalogueModel {
  /// Makes everything applied visible, as of the position.
  public func publish(at position: Position) {
    suggestions.update(
      changedQueries.map { folded in
        let counts = queries.values[folded]
        let searches = counts.map { $0.isSuggested ? $0.searches : 0 } ?? 0
        return Suggester.Phrase(key: folded, text: counts?.text ?? folded, weight: UInt32(clamping: searches))
      })
    changedQueries = []
    do throws(IndexError) {
      let index = try writer.refresh()
      publisher.publish(
        CatalogueSnapshot(index: index, definition: definition, suggestions: suggestions, position: position))
    } catch {
      preconditionFailure("a segment made in memory is read at once and can't be damaged: \(error)")
    }
  }

  /// Writes what changed since the last checkpoint, and returns what the model is restored from.
  public func writeCheckpoint(number: UInt64) throws -> [UInt8] {
    let index = try writer.checkpoint()
    return CatalogueManifest(
      shape: definition.shape, index: index, signals: try signals.checkpoint(), queries: try queries.checkpoint()
    ).bytes
  }

  /// As ``writeCheckpoint(number:)``, with the index's files, which are large, written beside this thread.
  public func beginCheckpoint(number: UInt64) throws -> PendingManifest {
    let index = try writer.beginCheckpoint()
    let shape = definition.shape
    let signalFiles = try signals.checkpoint()
    let queryFiles = try queries.checkpoint()
    return PendingManifest(isOver: { index.isOver }) {
      CatalogueManifest(
        shape: shape, index: try index.manifest(), signals: signalFiles, queries: queryFiles
      ).bytes
    }
  }

  /// Merges segments of the index while nothing changes.
  public func rest() -> Bool { writer.rest() }

  /// Removes files that the checkpoint does not need.
  public func discardFiles(notIn manifest: [UInt8]) {
    guard let manifest = try? CatalogueManifest(bytes: manifest, directory: "") else { return }
    writer.discardFiles(notIn: manifest.index)
    signals.discardOldFiles()
    queries.discardOldFiles()
  }

  /// The checksum of the products, their signals and the query counts.
  public func checksum() -> LogicalChecksum {
    publish(at: publisher.current.position)
    var checksum = publisher.current.index.checksum
    checksum.formUnion(signals.checksum)
    checksum.formUnion(queries.checksum)
    return checksum
  }
}
