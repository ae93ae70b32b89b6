import AnalyticsModel
import ByteCoding
import CatalogueModel
import Foundation
import FraudModel
import HTTPAPI
import JSONBytes
import Projections
import RecordBatches
import ShopEvents
import Synchronization

/// A read side over real models, to which published events are applied at once.
final class TestReadSide: ReadSide {
  private struct State {
    let catalogue: CatalogueModel
    let analytics: AnalyticsModel
    var position = Position()
  }

  let generation = "g-000001"
  let fraud: FraudModel
  private let catalogues: SnapshotPublisher<CatalogueSnapshot>
  private let views: SnapshotPublisher<AnalyticsSnapshot>
  private let state: Mutex<State>
  private let directory: String
  private let failure = Mutex<String?>(nil)

  init() throws {
    let directory = FileManager.default.temporaryDirectory.path + "/xopix-http-\(UUID().uuidString)"
    self.directory = directory
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    func text(_ path: String) throws -> String { try String(contentsOfFile: root + "/" + path, encoding: .utf8) }
    func place(_ name: String) throws -> String {
      try FileManager.default.createDirectory(atPath: directory + "/" + name, withIntermediateDirectories: true)
      return directory + "/" + name
    }
    let catalogue = try CatalogueModel(
      definition: CatalogueDefinition(yaml: text("fixtures/indexes/products.yaml"), file: "products.yaml"),
      directory: place("search"), manifest: nil)
    let analytics = try AnalyticsModel(
      definitions: ViewDefinitions.parse(yaml: text("fixtures/views/built-in.yaml"), file: "built-in.yaml"),
      directory: place("analytics"), manifest: nil)
    fraud = try FraudModel(
      definition: FraudDefinitions.parse(
        features: text("fixtures/fraud/features.yaml"), rules: text("fixtures/fraud/rules.yaml")),
      directory: place("fraud"), manifest: nil)
    catalogues = catalogue.publisher
    views = analytics.publisher
    state = Mutex(State(catalogue: catalogue, analytics: analytics))
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// Makes every later publication fail for this reason.
  func fail(because reason: String) { failure.withLock { $0 = reason } }

  var catalogue: CatalogueSnapshot { catalogues.current }
  var analytics: AnalyticsSnapshot { views.current }
  var position: Position { state.withLock { $0.position } }

  func wait(for position: Position, timeout: Duration) async -> Bool { self.position.covers(position) }

  func publish(_ events: [PublishableEvent]) async throws(PublishError) -> Position {
    if let reason = failure.withLock({ $0 }) { throw .unavailable(reason: reason) }
    return state.withLock { state in
      let decoder = ShopEventDecoder()
      for event in events {
        let partition = TopicPartition(topic: event.topic, partition: 0)
        let offset = state.position[partition]
        let record = Record(
          key: Array(event.key.utf8), value: event.value, headers: [], timestampMilliseconds: Self.now.milliseconds)
        if case .event(let decoded, _) = decoder.decode(record, topic: event.topic) {
          let positioned = [PositionedEvent(topicPartition: partition, offset: offset, event: decoded)]
          _ = state.catalogue.apply(positioned)
          _ = state.analytics.apply(positioned)
          _ = fraud.apply(positioned)
        }
        state.position.advance(partition, to: offset.advanced(by: 1))
      }
      state.catalogue.publish(at: state.position)
      state.analytics.publish(at: state.position)
      fraud.publish(at: state.position)
      return state.position
    }
  }

  func lag() -> LagReport {
    let position = position
    return LagReport(
      models: [LagReport.Model(name: "search", position: Position())], ends: position.nextOffsets,
      deadLetters: ["orders": 2])
  }

  func readiness() -> Readiness {
    failure.withLock { $0.map { .notReady(reasons: [$0]) } ?? .ready }
  }

  func startRebuild(_ request: RebuildRequest) throws(RebuildError) -> RebuildStatus {
    if request.activate { throw .alreadyRunning(id: "r-1") }
    return RebuildStatus(id: "r-1", state: .running)
  }

  func rebuild(id: String) -> RebuildStatus? { id == "r-1" ? RebuildStatus(id: id, state: .done) : nil }

  func generations() -> [GenerationDescription] { [GenerationDescription(id: generation, isLive: true)] }

  /// The time of day that tests see.
  static let now = Timestamp(milliseconds: 1_795_428_000_000)
}
