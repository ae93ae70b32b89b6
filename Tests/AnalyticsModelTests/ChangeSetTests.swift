import AnalyticsModel
import Projections
import RecordBatches
import ShopEvents
import Streams
import Testing

@Suite("What changed from one snapshot to the next")
struct ChangeSetTests {
  @Test(
    "Property: a client that applies changes has the rows of the snapshot, whichever versions it skips",
    arguments: 1...6 as ClosedRange<UInt64>)
  func client(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let definitions = try AnalyticsRestartTests.definitions()
    let model = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: nil)
    var random = RandomEvents(seed: seed)
    var version: UInt64 = 0
    var rows: [String: [ViewState.RowKey: [StreamValue]]] = [:]
    for step in 0..<60 {
      _ = model.apply(random.next(random.generator.number(0...15)))
      model.publish(at: Position([TopicPartition(topic: "t", partition: 0): Offset(rawValue: Int64(step))]))
      guard random.generator.chance(1, in: 3) else { continue }
      let snapshot = model.publisher.current
      #expect(snapshot.position.nextOffsets.values.map(\.rawValue) == (step == 0 ? [] : [Int64(step)]))
      for view in snapshot.views {
        let name = view.definition.name
        for key in try #require(snapshot.changes(of: name, after: version)) {
          rows[name, default: [:]][key] = view.values(of: key)
        }
        var expected: [ViewState.RowKey: [StreamValue]] = [:]
        view.forEachRow { expected[$0] = $1 }
        #expect(rows[name] ?? [:] == expected, "seed \(seed), step \(step), \(name)")
        let changes = try #require(snapshot.changes(of: name, after: version))
        #expect(zip(changes, changes.dropFirst()).allSatisfy { ($0.window, 0) <= ($1.window, 0) && $0 != $1 })
      }
      version = snapshot.version
    }
    #expect(version > 20)
  }

  @Test("publishing nothing new keeps the version; only views that changed are named")
  func versions() throws {
    let folder = try TemporaryFolder()
    let model = try AnalyticsModel(definitions: try BuiltIn.views(), directory: folder.path, manifest: nil)
    model.publish(at: Position())
    #expect(model.publisher.current.version == 0)
    _ = model.apply([event(order(total: .zero), topic: "orders", at: moment(0))])
    #expect(model.publisher.current.version == 0)
    model.publish(at: Position())
    model.publish(at: Position())
    let snapshot = model.publisher.current
    #expect(snapshot.version == 1)
    #expect(
      snapshot.recentChanges.map { $0.rows.keys.sorted() } == [
        ["events_per_minute", "revenue_per_day", "revenue_per_minute"]
      ])
    #expect(snapshot.changes(of: "revenue_per_day", after: 0)?.count == 1)
    #expect(snapshot.changes(of: "revenue_per_day", after: 1) == [])
    #expect(snapshot.changes(of: "failed_payments", after: 0) == [])
    // A version that this model never had tells nothing.
    #expect(snapshot.changes(of: "revenue_per_day", after: 2) == nil)
  }

  @Test("changes are told for 512 versions back, not further; an older snapshot stays as it was")
  func bounds() throws {
    let folder = try TemporaryFolder()
    let definitions = try BuiltIn.views().filter { $0.name == "events_per_minute" }
    let model = try AnalyticsModel(definitions: definitions, directory: folder.path, manifest: nil)
    var first: AnalyticsSnapshot?
    for version in 1...600 as ClosedRange<Int64> {
      _ = model.apply([event(search("x", results: 1), topic: "behaviour", at: moment(version * 60))])
      model.publish(at: Position())
      if version == 1 { first = model.publisher.current }
    }
    let snapshot = model.publisher.current
    #expect(snapshot.version == 600 && snapshot.recentChanges.count == 512)
    #expect(snapshot.changes(of: "events_per_minute", after: 88)?.count == 512)
    #expect(snapshot.changes(of: "events_per_minute", after: 87) == nil)
    #expect(snapshot.changes(of: "events_per_minute", after: 0) == nil)
    #expect(snapshot.changes(of: "events_per_minute", after: 598)?.count == 2)
    #expect(try first?.rows(of: "events_per_minute").count == 1)
    #expect(try snapshot.rows(of: "events_per_minute").count == 600)
  }
}
