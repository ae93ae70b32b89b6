import ByteCoding
import Foundation
import JSONBytes
import Projections
import RecordBatches
import ShopEvents
import WriteSide

/// What the benchmarks work on: generated products and traffic, the same for the same seed.
struct Material {
  /// The top of the repository.
  let root: String
  let products: [OutgoingEvent]
  let traffic: [OutgoingEvent]

  init(productCount: Int, seed: UInt64) throws {
    root =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let lines = try String(contentsOfFile: root + "/fixtures/catalogue/products.ndjson", encoding: .utf8)
    let base = try lines.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
    let generator = CatalogueGenerator(seed: seed, count: productCount, base: base)
    products = Array(generator)
    let start = Timestamp(milliseconds: 1_795_000_000_000)
    var shop = TrafficSimulator(seed: seed, products: generator.trafficCatalogue(), start: start)
    traffic = shop.backfill(from: start, to: Timestamp(rawValue: start.rawValue + 6 * 3600 * 1_000_000))
  }

  func text(_ path: String) throws -> String { try String(contentsOfFile: root + "/" + path, encoding: .utf8) }

  /// Records as the log would hold them.
  static func records(_ events: some Sequence<OutgoingEvent>) -> [Record] {
    events.map { Record(key: Array($0.key.utf8), value: $0.value, timestampMilliseconds: 1_800_000_000_000) }
  }

  /// Decoded events, each with a place in its topic.
  static func decoded(_ events: [OutgoingEvent]) -> [PositionedEvent<ShopEvent>] {
    let decoder = ShopEventDecoder()
    var decoded: [PositionedEvent<ShopEvent>] = []
    for (offset, event) in events.enumerated() {
      let record = Record(
        key: Array(event.key.utf8), value: event.value, timestampMilliseconds: 1_800_000_000_000)
      guard case .event(let shopEvent, _) = decoder.decode(record, topic: event.topic) else { continue }
      decoded.append(
        PositionedEvent(
          topicPartition: TopicPartition(topic: event.topic, partition: 0), offset: Offset(rawValue: Int64(offset)),
          event: shopEvent))
    }
    return decoded
  }

  /// A directory for `body`, removed after it.
  static func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/xopix-benchmarks-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }
}
