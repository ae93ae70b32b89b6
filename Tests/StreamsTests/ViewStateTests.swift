import ByteCoding
import Streams
import Testing

@Suite("Views")
struct ViewStateTests {
  @Test("answers are those computed from all rows, whatever is asked")
  func naiveProperty() throws {
    for seed in 0..<150 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let window = generator.pick([1, 60, 600] as [Int64])
      let definition = try generator.definition(windowSeconds: window)
      try definition.validate(against: [sales])
      var view = ViewState(definition: definition, schema: sales)
      var naive = NaiveView(definition)
      // Before 1970 too.
      let start = generator.pick([-window * 3, 0, 1_700_000_000])
      for _ in 0..<Int.random(in: 0...80, using: &generator) {
        let row = generator.row(start: start, seconds: window * 8)
        let partition = generator.pick(["sales:0", "sales:1"])
        view.apply(row, partition: partition)
        naive.apply(row, partition: partition)
      }
      for _ in 0..<8 {
        var query = ViewQuery()
        // Within windows, and where they start.
        let moments = (0..<2).map { _ in generator.row(start: start, seconds: window * 8).time }
        let bounds = moments.map { generator.chance(2) ? $0 : Timestamp(rawValue: naive.start(of: $0, window)) }
        if generator.chance(2) { query.from = bounds[0] }
        if generator.chance(2) { query.to = bounds[1] }
        if generator.chance(2) { query.stepSeconds = window * Int64.random(in: 1...4, using: &generator) }
        query.joinsAllWindows = generator.chance(4)
        if generator.chance(2) { query.keys = generator.subset(definition.keys + ["window_start"]) }
        if generator.chance(3) { query.top = Int.random(in: 0...3, using: &generator) }
        let answer = try view.answer(query)
        #expect(answer.rows == naive.answer(query), "seed \(seed): \(query)")
        #expect(answer.rows.allSatisfy { $0.count == answer.columns.count })
        #expect(answer.watermark?.rawValue == naive.watermark, "seed \(seed)")
        #expect(
          answer.finalBefore?.rawValue == naive.watermark.map { naive.start(of: Timestamp(rawValue: $0), window) })
      }
      #expect(view.lateCount == naive.lateCount, "seed \(seed)")
      #expect(view.droppedCount == 0 && view.keptFrom == nil)
      var query = ViewQuery()
      query.top = .max
      #expect(try view.rowCount == view.answer(query).rows.count, "seed \(seed)")
    }
  }

  @Test("with too many rows the oldest windows go, and what is kept is still exact")
  func droppingProperty() throws {
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let maxRows = Int.random(in: 20...40, using: &generator)
      let definition = try generator.definition(windowSeconds: 60, maxRows: maxRows)
      var view = ViewState(definition: definition, schema: sales)
      var naive = NaiveView(definition)
      var dropped: UInt64 = 0
      for step in 0..<200 {
        let row = generator.row(start: Int64(step) * 20, seconds: 1200)
        let before = naive.rows.count
        naive.apply(row, partition: "sales:0")
        let passes = naive.rows.count > before
        if passes, let keptFrom = view.keptFrom, naive.start(of: row.time, 60) < keptFrom.rawValue { dropped += 1 }
        view.apply(row, partition: "sales:0")
        #expect(view.rowCount <= maxRows, "seed \(seed)")
      }
      var query = ViewQuery()
      query.top = .max
      let kept = naive.answer(query, from: view.keptFrom?.rawValue ?? .min)
      #expect(try view.answer(query).rows == kept, "seed \(seed)")
      #expect(view.rowCount == kept.count, "seed \(seed)")
      #expect(view.droppedCount == dropped, "seed \(seed)")
      #expect(view.lateCount == naive.lateCount, "seed \(seed)")
    }
  }

  @Test("late events count in their window, and are counted")
  func lateRows() throws {
    let definition = try ViewDefinition(
      #"{"name":"v","source":"sales","window_seconds":10,"aggregates":[{"name":"n","function":"count"}]}"#)
    var view = ViewState(definition: definition, schema: sales)
    func apply(_ time: Int64, _ partition: String = "p") {
      let values: [StreamValue] = [.null, .text("web"), .null, .null, .null]
      view.apply(StreamRow(time: seconds(time), values: values), partition: partition)
    }
    #expect(view.watermark == nil && view.finalBefore == nil)
    apply(3)
    #expect(view.watermark == seconds(-2) && view.finalBefore == seconds(-10))
    apply(14)
    // The first window has ended and is not passed: the watermark is 9.
    apply(9)
    #expect(view.lateCount == 0)
    apply(15)
    #expect(view.watermark == seconds(10) && view.finalBefore == seconds(10))
    apply(9)
    #expect(view.lateCount == 1)
    apply(10)
    #expect(view.lateCount == 1)
    #expect(
      try view.answer(ViewQuery()).rows == [[.time(seconds(0)), .integer(3)], [.time(seconds(10)), .integer(3)]])
    // A partition behind the others holds the watermark back, until it is more than a minute behind.
    apply(75, "q")
    #expect(view.watermark == seconds(10))
    apply(76, "q")
    #expect(view.watermark == seconds(71))
    apply(70)
    #expect(view.watermark == seconds(65))
  }

  @Test("a copy is a snapshot that later rows do not change")
  func snapshots() throws {
    var generator = SeededGenerator(seed: 1)
    var view = ViewState(definition: try generator.definition(windowSeconds: 60), schema: sales)
    for _ in 0..<50 { view.apply(generator.row(seconds: 300), partition: "p") }
    let copy = view
    let before = try copy.answer(ViewQuery()).rows
    for _ in 0..<50 { view.apply(generator.row(seconds: 900), partition: "q") }
    #expect(try copy.answer(ViewQuery()).rows == before)
    #expect(try view.answer(ViewQuery()).rows != before)
  }

  @Test("decimals are summed exactly where doubles would not be")
  func exactSums() throws {
    let definition = try ViewDefinition(
      #"{"name":"v","source":"sales","window_seconds":10,"aggregates":[{"name":"s","function":"sum","column":"total"}]}"#
    )
    var view = ViewState(definition: definition, schema: sales)
    let large = Int128(Int64.max)
    for value in [large, large, 1, large, -large, 3] {
      view.apply(
        StreamRow(time: seconds(0), values: [.null, .null, .null, .decimal(value), .null]), partition: "p")
    }
    #expect(try view.answer(ViewQuery()).rows == [[.time(seconds(0)), .decimal(large * 2 + 4)]])
  }

  @Test("the newest windows are read whole, as far back and as many as asked")
  func latestRowsProperty() throws {
    for seed in 0..<100 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var definition = try generator.definition(windowSeconds: 60)
      definition.limit = nil
      var view = ViewState(definition: definition, schema: sales)
      for _ in 0..<60 { view.apply(generator.row(seconds: 600), partition: "p") }
      let all = try view.answer(ViewQuery()).rows
      let newest = all.last?.first
      let reach = Int64.random(in: 0...700, using: &generator) * 1_000_000
      let most = Int.random(in: 1...40, using: &generator)
      let rows = view.latestRows(within: reach, most: most)
      guard case .time(let last)? = newest else {
        #expect(rows.isEmpty)
        continue
      }
      var expected: [[StreamValue]] = []
      for start in Set(all.map { $0[0] }).sorted(by: >) where .time(Timestamp(rawValue: last.rawValue - reach)) <= start
      {
        let window = all.filter { $0[0] == start }
        if expected.isEmpty {
          expected = Array(window.prefix(most))
        } else if expected.count + window.count <= most {
          expected = window + expected
        } else {
          break
        }
      }
      #expect(rows == expected, "seed \(seed)")
    }
  }
}
