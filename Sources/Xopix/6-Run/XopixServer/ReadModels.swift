internal import AnalyticsModel
internal import ByteCoding
internal import CatalogueModel
internal import EventLog
internal import EventSources
internal import FraudModel
internal import Projections
internal import ShopEvents

/// Where readers take the models' latest states; safe from any thread.
struct ModelReaders: Sendable {
  let catalogue: SnapshotPublisher<CatalogueSnapshot>
  let analytics: SnapshotPublisher<AnalyticsSnapshot>
  let fraud: FraudModel

  /// The readers of a projection's models; nil where one is missing.
  init?(of projection: Projection<ShopEvent>) {
    var catalogue: SnapshotPublisher<CatalogueSnapshot>?
    var analytics: SnapshotPublisher<AnalyticsSnapshot>?
    var fraud: FraudModel?
    for model in projection.models {
      switch model {
      case let model as CatalogueModel: catalogue = model.publisher
      case let model as AnalyticsModel: analytics = model.publisher
      case let model as FraudModel: fraud = model
      default: break
      }
    }
    guard let catalogue, let analytics, let fraud else { return nil }
    self.catalogue = catalogue
    self.analytics = analytics
    self.fraud = fraud
  }
}

/// Makes projections of a log.
struct ProjectionFactory: Sendable {
  let log: EventLog
  let definitions: Definitions
  /// Where outputs are written; nil where they are not.
  let sink: (any OutputSink)?
  let wallClock: @Sendable () -> Timestamp

  /// Every topic that projections write to.
  static let outputTopics = ShopEventDecoder.deadLetterTopics + [FraudModel.outputTopic]

  /// The topics that projections read and write, in the log's order.
  var source: EmbeddedSource { EmbeddedSource(log: log, topics: EventTypes.topics + Self.outputTopics) }

  /// The projection of the generation in `directory`.
  ///
  /// - Parameters:
  ///   - writes: whether outputs are written.
  ///   - limit: how far to read.
  func open(
    directory: String, writes: Bool, limit: ProjectionLimit = .none
  ) throws -> Projection<ShopEvent> {
    let definitions = definitions
    return try Projection(
      directory: directory, source: source, sink: writes ? sink : nil,
      outputTopics: Self.outputTopics, decoder: ShopEventDecoder(),
      factories: [
        ReadModelFactory(name: "search") { directory, manifest in
          try CatalogueModel(definition: definitions.catalogue, directory: directory, manifest: manifest)
        },
        ReadModelFactory(name: "analytics") { directory, manifest in
          try AnalyticsModel(definitions: definitions.views, directory: directory, manifest: manifest)
        },
        ReadModelFactory(name: "fraud") { directory, manifest in
          try FraudModel(definition: definitions.scoring, directory: directory, manifest: manifest)
        },
      ], limit: limit, wallClock: wallClock)
  }
}
