import AnalyticsModel
import ByteCoding
import Projections
import RecordBatches
import ShopEvents
import Streams
import Testing

@Suite("Stopping and going on with views")
struct AnalyticsRestartTests {
  /// The built-in views and two that keep few rows, so that old windows are dropped.
  static func definitions() throws -> [ViewDefinition] {
    try BuiltIn.views()
      + ViewDefinitions.parse(
        yaml: """
          views:
            - {name: few_events, source: events, window_seconds: 10, keys: [topic], max_rows: 30,
               aggregates: [{name: n, function: count}]}
            - {name: few_carts, source: carts, window_seconds: 600, keys: [kind], max_rows: 10,
               aggregates: [{name: least, function: min, column: value}, {name: most, function: max, column: value}]}
          """, file: "few.yaml")
  }

  @Test(
    "Property: reopened at any checkpoint, every row, watermark and count is as never having stopped",
    arguments: 1...8 as ClosedRange<UInt64>)
  func restarts(seed: UInt64) throws {
    let definitions = try Self.definitions()
    let folder = try TemporaryFolder()
    try folder.makeFolder("steady")
    try folder.makeFolder("stopped")
    var random = RandomEvents(seed: seed)
    let events = random.next(500)
    let steady = try AnalyticsModel(definitions: definitions, directory: folder.file("steady"), manifest: nil)
    _ = steady.apply(events)
    steady.publish(at: Position())
    var model = try AnalyticsModel(definitions: definitions, directory: folder.file("stopped"), manifest: nil)
    var manifest: [UInt8]?
    var saved = 0
    var applied = 0
    while applied < events.count {
      let end = min(events.count, applied + random.generator.number(1...40))
      _ = model.apply(Array(events[applied..<end]))
      applied = end
      if random.generator.chance(1, in: 2) { model.publish(at: Position()) }
      if random.generator.chance(1, in: 3) {
        let written = try model.writeCheckpoint(number: 1)
        model.discardFiles(notIn: written)
        (manifest, saved) = (written, applied)
      }
      if random.generator.chance(1, in: 4) {
        model = try AnalyticsModel(
          definitions: definitions.shuffled(using: &random.generator), directory: folder.file("stopped"),
          manifest: manifest)
        applied = saved
      }
    }
    model.publish(at: Position())
    #expect(model.checksum() == steady.checksum(), "seed \(seed)")
    for definition in definitions {
      let found = try #require(model.publisher.current.view(definition.name))
      let expected = try #require(steady.publisher.current.view(definition.name))
      #expect(
        try found.answer(ViewQuery()).rows == expected.answer(ViewQuery()).rows, "seed \(seed) \(definition.name)")
      #expect(found.watermark == expected.watermark && found.finalBefore == expected.finalBefore)
      #expect(found.lateCount == expected.lateCount && found.droppedCount == expected.droppedCount)
      #expect(found.keptFrom == expected.keptFrom && found.rowCount == expected.rowCount)
    }
    #expect(steady.publisher.current.view("few_events")?.keptFrom != nil)
    #expect((steady.publisher.current.view("few_events")?.lateCount ?? 0) > 0)
  }

  @Test("a reopened model shows its rows before anything is applied")
  func firstSnapshot() throws {
    let folder = try TemporaryFolder()
    let definitions = try BuiltIn.views()
    let model = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: nil)
    _ = model.apply([event(order(total: Money(rawValue: 5)), topic: "orders", at: moment(0))])
    // A checkpoint also holds what was not published yet.
    let manifest = try model.writeCheckpoint(number: 1)
    let reopened = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: manifest)
    #expect(try reopened.publisher.current.rows(of: "revenue_per_day").count == 1)
    #expect(
      try reopened.publisher.current.rows(of: "revenue_per_day") == model.publisher.current.rows(of: "revenue_per_day"))
  }

  @Test("a checkpoint that could not be written loses nothing: the next one has its rows")
  func failedCheckpoint() throws {
    let folder = try TemporaryFolder()
    let definitions = try BuiltIn.views()
    let model = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: nil)
    var random = RandomEvents(seed: 3)
    _ = model.apply(random.next(60))
    try folder.makeFolder("rows-1")
    #expect(throws: (any Error).self) { try model.writeCheckpoint(number: 1) }
    try folder.remove("rows-1")
    _ = model.apply(random.next(1))
    let manifest = try model.writeCheckpoint(number: 2)
    let reopened = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: manifest)
    #expect(reopened.checksum() == model.checksum())
  }

  @Test("views that compute something else, and new ones, are refused; what only shows otherwise is not")
  func otherDefinitions() throws {
    let folder = try TemporaryFolder()
    func view(_ name: String, _ change: String = "", function: String = "sum, column: total") throws -> [ViewDefinition]
    {
      try ViewDefinitions.parse(
        yaml: """
          views:
            - {name: \(name), source: orders, window_seconds: 60, \(change)
               aggregates: [{name: x, function: \(function)}]}
          """, file: "v.yaml")
    }
    let model = try AnalyticsModel(definitions: try view("a") + view("b"), directory: folder.path, manifest: nil)
    _ = model.apply([event(order(total: Money(rawValue: 5)), topic: "orders", at: moment(0))])
    let manifest = try model.writeCheckpoint(number: 1)
    for other in [
      try view("a", "keys: [currency],"), try view("a", "where: {kind: created},"), try view("a", "max_rows: 5,"),
      try view("a", function: "count"), try view("a", function: "max, column: total"), try view("c"),
    ] {
      #expect(throws: ProjectionError.self) {
        try AnalyticsModel(definitions: other, directory: folder.path, manifest: manifest)
      }
    }
    for same in [try view("a", "description: d, limit: 3, order_by: x,"), try view("b"), []] {
      let reopened = try AnalyticsModel(definitions: same, directory: folder.path, manifest: manifest)
      #expect(reopened.publisher.current.views.map(\.rowCount) == same.map { _ in 1 })
    }
  }

  @Test("a manifest that ends early, and a file that was cut or changed, are damage")
  func damage() throws {
    let folder = try TemporaryFolder()
    let definitions = try BuiltIn.views()
    let model = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: nil)
    var random = RandomEvents(seed: 8)
    _ = model.apply(random.next(30))
    let manifest = try model.writeCheckpoint(number: 1)
    for count in stride(from: 0, to: manifest.count, by: 3) {
      #expect(throws: ProjectionError.self, "\(count) bytes") {
        try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: Array(manifest.prefix(count)))
      }
    }
    let bytes = try folder.read("rows-1")
    for place in stride(from: 0, to: bytes.count, by: 31) {
      var damaged = bytes
      damaged[place] ^= 0x40
      try folder.write(damaged, as: "rows-1")
      #expect(throws: ProjectionError.self, "byte \(place)") {
        try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: manifest)
      }
      try folder.write(Array(bytes.prefix(place)), as: "rows-1")
      #expect(throws: ProjectionError.self, "\(place) bytes") {
        try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: manifest)
      }
    }
  }
}
