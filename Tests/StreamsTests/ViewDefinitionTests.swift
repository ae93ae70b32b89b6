import Foundation
import Streams
import Testing

@Suite("Definitions of views")
struct ViewDefinitionTests {
  static var valid: [String: Any] {
    [
      "name": "sales_by_country", "source": "sales", "window_seconds": 3600, "keys": ["country"], "order_by": "n",
      "where": ["channel": "web"], "limit": 10,
      "aggregates": [
        ["name": "n", "function": "count"],
        ["name": "revenue", "function": "sum", "column": "total", "unit": "SAR", "where": ["country": "SA"]],
      ],
    ]
  }

  private func failure(_ changes: [String: Any]) throws -> StreamError? {
    let definition = try ViewDefinition(Self.valid.merging(changes) { $1 })
    do throws(StreamError) {
      try definition.validate(against: [sales])
      return nil
    } catch {
      return error
    }
  }

  @Test("a definition is read with what it leaves out, and written so that it is read again")
  func coding() throws {
    let definition = try ViewDefinition(Self.valid)
    #expect(definition.description.isEmpty && definition.maxRows == ViewDefinition.defaultMaxRows)
    #expect(definition.filter == ["channel": "web"])
    #expect(definition.aggregates.map(\.filter) == [[:], ["country": "SA"]])
    #expect(definition.aggregates.map(\.unit) == [nil, "SAR"])
    let written = try JSONEncoder().encode(definition)
    #expect(try JSONDecoder().decode(ViewDefinition.self, from: written) == definition)
    for missing in ["name", "source", "window_seconds", "aggregates"] {
      #expect(throws: DecodingError.self) { try ViewDefinition(Self.valid.filter { $0.key != missing }) }
    }
    #expect(throws: DecodingError.self) {
      try ViewDefinition(Self.valid.merging(["aggregates": [["name": "n", "function": "average"]]]) { $1 })
    }
  }

  @Test("a definition that fits its stream is taken, at the limits too")
  func taken() throws {
    #expect(try failure([:]) == nil)
    #expect(try failure(["name": String(repeating: "a", count: 64)]) == nil)
    for limit in [1, 31_536_000] { #expect(try failure(["window_seconds": limit]) == nil) }
    for limit in [1, 50_000_000] { #expect(try failure(["max_rows": limit]) == nil) }
    #expect(try failure(["limit": 1]) == nil)
    #expect(try failure(["keys": [] as [String]]) == nil)
  }

  @Test("one that does not is refused at the place that is wrong")
  func refused() throws {
    func aggregate(_ json: [String: Any]) -> [String: Any] {
      ["aggregates": [["name": "n", "function": "count"], json]]
    }
    let cases: [([String: Any], String)] = [
      (["name": ""], "/name"), (["name": "A"], "/name"), (["name": "a-b"], "/name"), (["name": "é"], "/name"),
      (["name": String(repeating: "a", count: 65)], "/name"), (["source": "clicks"], "/source"),
      (["window_seconds": 0], "/window_seconds"), (["window_seconds": -1], "/window_seconds"),
      (["window_seconds": 31_536_001], "/window_seconds"), (["window_seconds": Int64.max], "/window_seconds"),
      (["max_rows": 0], "/max_rows"), (["max_rows": 50_000_001], "/max_rows"), (["limit": 0], "/limit"),
      (["where": ["none": "x"]], "/where/none"), (["keys": ["country", "none"]], "/keys/1"),
      (["keys": ["country", "channel", "country"]], "/keys/2"), (["aggregates": [] as [String]], "/aggregates"),
      (["order_by": "country"], "/order_by"), (["order_by": "none"], "/order_by"),
      (aggregate(["name": "n", "function": "count"]), "/aggregates/1/name"),
      (aggregate(["name": "country", "function": "count"]), "/aggregates/1/name"),
      (aggregate(["name": "window_start", "function": "count"]), "/aggregates/1/name"),
      (aggregate(["name": "x", "function": "sum"]), "/aggregates/1/column"),
      (aggregate(["name": "x", "function": "min"]), "/aggregates/1/column"),
      (aggregate(["name": "x", "function": "sum", "column": "none"]), "/aggregates/1/column"),
      (aggregate(["name": "x", "function": "sum", "column": "country"]), "/aggregates/1/column"),
      (aggregate(["name": "x", "function": "sum", "column": "paid_at"]), "/aggregates/1/column"),
      (aggregate(["name": "x", "function": "count", "where": ["none": "x"]]), "/aggregates/1/where/none"),
    ]
    for (changes, expected) in cases {
      guard case .invalidDefinition(_, let pointer, _)? = try failure(changes) else {
        Issue.record("\(changes) was taken")
        continue
      }
      #expect(pointer == expected, "\(changes)")
    }
  }

  @Test("an error names the view, the place and what there is")
  func descriptions() throws {
    #expect(
      try failure(["keys": ["city"]])?.description
        == "view sales_by_country: /keys/0 sales has no column city; it has country, channel, quantity, total, paid_at")
  }

  @Test("an answer names its columns with their types and units")
  func columns() throws {
    let view = ViewState(definition: try ViewDefinition(Self.valid), schema: sales)
    #expect(view.columns.map(\.name) == ["window_start", "country", "n", "revenue"])
    #expect(view.columns.map(\.type) == [.time, .text, .integer, .decimal])
    #expect(view.columns.map(\.unit) == [nil, nil, nil, "SAR"])
    #expect(view.columns.map(\.isKey) == [true, true, false, false])
    var query = ViewQuery()
    query.keys = []
    #expect(try view.answer(query).columns.map(\.name) == ["window_start", "n", "revenue"])
  }

  @Test("what a view can't answer is refused by the parameter's name")
  func queries() throws {
    let view = ViewState(definition: try ViewDefinition(Self.valid), schema: sales)
    func parameter(_ change: (inout ViewQuery) -> Void) -> String? {
      var query = ViewQuery()
      change(&query)
      do throws(StreamError) {
        _ = try view.answer(query)
        return nil
      } catch {
        guard case .invalidQuery(let parameter, _) = error else { return "?" }
        return parameter
      }
    }
    #expect(parameter { $0.keys = ["country", "window_start"] } == nil)
    for name in ["channel", "n", ""] { #expect(parameter { $0.keys = [name] } == "by") }
    for step in [3600, 7200, 3600 * 24 * 365 * 10_000] as [Int64] {
      #expect(parameter { $0.stepSeconds = step } == nil)
    }
    for step in [0, -3600, 1, 3601, 5400, Int64.min, Int64.max, Int64.max / 3600 * 3600] {
      #expect(parameter { $0.stepSeconds = step } == "step", "\(step)")
    }
    #expect(parameter { $0.top = -1 } == nil)
  }
}
