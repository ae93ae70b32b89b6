import ByteCoding
import CatalogueModel
import Foundation
import JSONBytes
import QueryLanguage
import Projections
import RecordBatches
import SearchEngine
import ShopEvents
import Testing

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

/// A catalogue in a folder of its own, fed with events as services write them.
final class Shop {
  private let path: String
  private(set) var model: CatalogueModel
  private var offset: Int64 = 0

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/CatalogueModelTests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    model = try CatalogueModel(definition: Self.definition(), directory: path, manifest: nil)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  static func definition() throws -> CatalogueDefinition {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    return try CatalogueDefinition(
      yaml: String(contentsOfFile: root + "/fixtures/indexes/products.yaml", encoding: .utf8), file: "products.yaml")
  }

  /// Applies an event of this type whose data is this JSON.
  func apply(_ type: String, _ data: String) throws {
    let topic = try #require(EventTypes.topic(ofType: type))
    let json = """
      {"specversion":"1.0","id":"e-\(offset)","source":"/test","type":"\(type)","time":"2026-11-01T10:00:00Z","data":\(data)}
      """
    let record = Record(key: nil, value: Array(json.utf8), timestampMilliseconds: 1_795_428_000_000)
    guard case .event(let event, _) = ShopEventDecoder().decode(record, topic: topic) else {
      throw Refused(json: json)
    }
    _ = model.apply([
      PositionedEvent(
        topicPartition: TopicPartition(topic: topic, partition: 0), offset: Offset(rawValue: offset), event: event)
    ])
    offset += 1
  }

  /// What readers see now.
  func snapshot() -> CatalogueSnapshot {
    model.publish(at: Position())
    return model.publisher.current
  }

  /// Checkpoints, and goes on with what is read back.
  func restart(number: UInt64) throws {
    let manifest = try model.writeCheckpoint(number: number)
    model.discardFiles(notIn: manifest)
    model = try CatalogueModel(definition: Self.definition(), directory: path, manifest: manifest)
  }
}

/// An event that the decoder refused.
struct Refused: Error {
  let json: String
}

extension CatalogueSnapshot {
  /// The ids of the products that a query finds.
  func ids(_ text: String, filter: String = "") throws -> [String] {
    var request = SearchRequest()
    request.query = query(text)
    if !filter.isEmpty { request.filter = try FilterParser.parse(filter) }
    return try search(request).hits.map(\.id)
  }

  /// A product as JSON.
  func object(_ id: String) throws -> JSONObject {
    guard case .object(let object) = try JSONValue.parse(try #require(product(id: id))) else { return JSONObject() }
    return object
  }
}
