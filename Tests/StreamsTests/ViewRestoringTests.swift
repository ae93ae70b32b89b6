import ByteCoding
import Streams
import Testing

@Suite("Views put back")
struct ViewRestoringTests {
  private func encoded(_ values: [StreamValue]) -> [UInt8] {
    var writer = ByteWriter()
    for value in values { value.write(to: &writer) }
    return writer.bytes
  }

  private func decoded(_ bytes: [UInt8]) throws -> [StreamValue] {
    var reader = ByteReader(bytes.rawBytes)
    var values: [StreamValue] = []
    while reader.remaining > 0 { values.append(try StreamValue(from: &reader)) }
    return values
  }

  @Test("a view put back from its changes and its header goes on as the view itself does")
  func restoringProperty() throws {
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let definition = try generator.definition(windowSeconds: 60, maxRows: generator.chance(2) ? 30 : 10_000)
      var view = ViewState(definition: definition, schema: sales)
      // What is on disk: a row by key, as bytes.
      var stored: [[UInt8]: [UInt8]] = [:]
      for step in 0..<120 {
        view.apply(generator.row(start: Int64(step) * 15, seconds: 900), partition: generator.pick(["a", "b"]))
        guard generator.chance(15) || step == 119 else { continue }
        for key in view.takeChanges() {
          stored[encoded([.time(key.window)] + key.keys)] = view.values(of: key).map(encoded)
        }
        #expect(view.takeChanges().isEmpty)
        var restored = ViewState(definition: definition, schema: sales)
        for (key, values) in stored {
          let key = try decoded(key)
          guard case .time(let window)? = key.first else {
            Issue.record("no window")
            continue
          }
          restored.restore(.init(window: window, keys: Array(key.dropFirst())), values: try decoded(values))
        }
        try restored.restoreHeader(view.header)
        #expect(restored.header == view.header, "seed \(seed), step \(step)")
        #expect(restored.rowCount == view.rowCount, "seed \(seed), step \(step)")
        var query = ViewQuery()
        query.top = .max
        #expect(try restored.answer(query).rows == view.answer(query).rows, "seed \(seed), step \(step)")
        view = restored
      }
    }
  }

  @Test("changes are told once, in order, and with what was dropped")
  func changes() throws {
    let definition = try ViewDefinition(
      """
      {"name":"v","source":"sales","window_seconds":10,"keys":["country"],"max_rows":2,
       "aggregates":[{"name":"n","function":"count"}]}
      """)
    var view = ViewState(definition: definition, schema: sales)
    func apply(_ time: Int64, _ country: String) {
      let values: [StreamValue] = [.text(country), .null, .null, .null, .null]
      view.apply(StreamRow(time: seconds(time), values: values), partition: "p")
    }
    func key(_ window: Int64, _ country: String) -> ViewState.RowKey {
      .init(window: seconds(window), keys: [.text(country)])
    }
    apply(15, "SA")
    apply(3, "SA")
    apply(4, "SA")
    #expect(view.takeChanges() == [key(0, "SA"), key(10, "SA")])
    #expect(view.values(of: key(0, "SA")) == [.integer(2)])
    #expect(view.row(key(0, "SA")) == [.time(seconds(0)), .text("SA"), .integer(2)])
    apply(25, "AE")
    #expect(view.takeChanges() == [key(0, "SA"), key(20, "AE")])
    #expect(view.values(of: key(0, "SA")) == nil && view.row(key(0, "SA")) == nil)
    #expect(view.keptFrom == seconds(10))
    apply(5, "SA")
    #expect(view.takeChanges().isEmpty)
    #expect(view.droppedCount == 1)
    view.restoreRemoval(of: key(10, "SA"))
    view.restoreRemoval(of: key(10, "SA"))
    #expect(view.rowCount == 1)
    var rows: [ViewState.RowKey: [StreamValue]] = [:]
    view.forEachRow { rows[$0] = $1 }
    #expect(rows == [key(20, "AE"): [.integer(1)]])
  }

  @Test("a header is bytes that equal states share")
  func header() throws {
    let definition = try ViewDefinition(
      #"{"name":"v","source":"sales","window_seconds":10,"aggregates":[{"name":"n","function":"count"}]}"#)
    var view = ViewState(definition: definition, schema: sales)
    #expect(view.header == [0, 0, 0, 0])
    let values: [StreamValue] = [.null, .null, .null, .null, .null]
    view.apply(StreamRow(time: Timestamp(rawValue: 100), values: values), partition: "b")
    view.apply(StreamRow(time: Timestamp(rawValue: -1), values: values), partition: "a")
    #expect(view.header == [0, 0, 0, 2, 1, 0x61, 1, 1, 0x62, 0xc8, 0x01])
  }

  @Test("a header that is cut anywhere is refused, and one that is changed is refused or read")
  func damagedHeader() throws {
    var generator = SeededGenerator(seed: 3)
    let definition = try generator.definition(windowSeconds: 60, maxRows: 10)
    var view = ViewState(definition: definition, schema: sales)
    for step in 0..<100 {
      view.apply(generator.row(start: Int64(step) * 30, seconds: 300), partition: generator.pick(["a", "b"]))
    }
    let header = view.header
    #expect(view.keptFrom != nil && header.count > 12)
    for index in header.indices {
      var other = ViewState(definition: definition, schema: sales)
      #expect(throws: ByteReaderError.self) { try other.restoreHeader(Array(header[..<index])) }
      for _ in 0..<50 {
        var changed = header
        changed[index] = UInt8.random(in: 0...255, using: &generator)
        var other = ViewState(definition: definition, schema: sales)
        do throws(ByteReaderError) {
          try other.restoreHeader(changed)
          #expect(other.rowCount == 0 && other.header.count <= changed.count + 20)
        } catch {
          #expect(changed != header)
        }
      }
    }
  }
}
