import JSONBytes
import ShopEvents
import Testing

@testable import WriteSide

@Suite("Importing files")
struct ImporterTests {
  @Test("rows that can't be mapped are refused with their place, field and reason; the others become events")
  func refusedRows() throws {
    let mapping = try productMapping(fields: "price: {from: price, type: number}\ncurrency: {from: currency}")
    let (events, summary) = try imported(
      """
      id,title,price,currency
      1,one,1.50,EUR
      ,two,1,EUR
      3,three,much,EUR
      4,four
      5,five,5,euro
      6,4111 1111 1111 1111,6,EUR
      7,seven,-7,EUR
      8,eight,8,EUR
      """, as: "products.csv", by: mapping)
    #expect(events.map(\.key) == ["1", "8"])
    #expect(events.first?.money("price") == Money("1.5"))
    #expect(summary.rows == 8 && summary.mapped == 2 && summary.refusedCount == 6 && summary.events == 2)
    #expect(summary.refused.map(\.row) == [2, 3, 4, 5, 6, 7])
    #expect(summary.refused.map(\.field) == ["product_id", "price", nil, nil, nil, nil])
    #expect(
      summary.refused.map(\.reason) == [
        "product_id: is required, and id has no value", "price: “much” is not a decimal number",
        "has 2 fields, and the header has 4",
        "the event would be refused: currency must be a code of three capital letters (ISO 4217)",
        "the event would be refused: /data/title holds a card number; send an opaque token instead",
        "the event would be refused: price must not be negative",
      ])
  }

  @Test("of refused rows a hundred are kept, and all are counted")
  func manyRefused() throws {
    let rows = (1...150).map { "{\"id\":\($0)}" }.joined(separator: "\n")
    let (events, summary) = try imported(rows, as: "r.ndjson", by: try productMapping())
    // A product's id must be text.
    #expect(events.isEmpty && summary.refusedCount == 150 && summary.refused.count == ImportSummary.mostRefusedKept)
    #expect(summary.refused.map(\.row) == Array(1...100))
  }

  @Test("in strict mode the first row that can't be mapped ends the import")
  func strict() throws {
    let mapping = try productMapping()
    #expect(
      throws: WriteSideError.self,
      performing: { try imported("{\"id\":\"1\"}\n{}", as: "r.ndjson", by: mapping, strict: true) })
    let (events, _) = try imported("{\"id\":\"1\"}\n{\"id\":\"2\"}", as: "r.ndjson", by: mapping, strict: true)
    #expect(events.count == 2)
  }

  @Test("events come in batches of at most a thousand, in the rows' order, the same each time")
  func batches() throws {
    let folder = try TemporaryFolder()
    let rows = "[" + (1...2500).map { "{\"id\":\"P\($0)\"}" }.joined(separator: ",") + "]"
    let file = try folder.write(rows, as: "products.json")
    let importer = Importer(mapping: try productMapping())
    var sizes: [Int] = []
    var events: [OutgoingEvent] = []
    let summary = try importer.run(file: file) {
      sizes.append($0.count)
      events += $0
    }
    #expect(sizes == [1000, 1000, 500] && summary.events == 2500)
    #expect(events.map(\.key) == (1...2500).map { "P\($0)" })
    var again: [OutgoingEvent] = []
    _ = try importer.run(file: file) { again += $0 }
    #expect(again == events)
  }

  @Test("what the receiver throws ends the import and is thrown on")
  func receiver() throws {
    struct Enough: Error {}
    let folder = try TemporaryFolder()
    let file = try folder.write("{\"id\":\"1\"}", as: "r.ndjson")
    #expect(throws: Enough.self) { try Importer(mapping: try productMapping()).run(file: file) { _ in throw Enough() } }
  }

  @Test("the format is the mapping's, else the name's, else the beginning's; a byte order mark counts for nothing")
  func formats() throws {
    let mapping = try productMapping()
    for (name, text) in [
      ("r.csv", "id,title\n1,a"), ("r.CSV", "\u{feff}id,title\n1,a"), ("r.json", "[{\"id\":\"1\"}]"),
      ("r.json", "\n  \n[{\"id\":\"1\"}]"),
      ("r.json", "{\"id\":\"1\"}"), ("r.jsonl", "\u{feff}{\"id\":\"1\"}"), ("r.ndjson", "{\"id\":\"1\"}"),
      ("rows", "[{\"id\":\"1\"}]"), ("rows.txt", "{\"id\":\"1\"}\n"),
    ] {
      #expect(try imported(text, as: name, by: mapping).events.map(\.key) == ["1"], "\(name)")
    }
    #expect(throws: WriteSideError.self) { try imported("id,title\n1,a", as: "rows.txt", by: mapping) }
    let told = try productMapping(more: "format: csv\nseparator: ';'")
    #expect(try imported("id;title\n1;a,b", as: "rows.json", by: told).events.map { $0.string("title") } == ["a,b"])
  }

  @Test(
    "a compressed file is imported like the plain one", arguments: [("gzip", ".gz"), ("xz", ".xz"), ("zstd", ".zst")])
  func compressed(tool: String, ending: String) throws {
    let folder = try TemporaryFolder()
    let rows = "id,title\n" + (1...1000).map { "\($0),\"title, \($0)\"\n" }.joined()
    let file = try folder.write(rows, as: "products.csv")
    let packed = try #require(try folder.compress(file, with: tool, ending: ending))
    let importer = Importer(mapping: try productMapping())
    var plain: [OutgoingEvent] = []
    var unpacked: [OutgoingEvent] = []
    let summary = try importer.run(file: file) { plain += $0 }
    #expect(try importer.run(file: packed) { unpacked += $0 } == summary)
    #expect(unpacked == plain && plain.count == 1000)
  }

  static let grouped = """
    format: csv
    group_by: order
    event: {type: OrderCreated, source: /t, id: "o-{order}-{row}", time: "2026-01-01"}
    fields: {order_id: {from: order}, currency: {value: EUR}}
    items: {fields: {product_id: {from: product, required: true}, quantity: {from: n, type: integer}, unit_price: {from: price, type: number}}}
    total: {product: [quantity, unit_price]}
    """

  @Test("rows that follow each other with one key make one event, whose total is exact")
  func groups() throws {
    let (events, summary) = try imported(
      "order,product,n,price\nA,p1,3,0.1\nA,p2,1,0.0002\nB,p1,2,10\nA,p3,1,1\n", as: "o.csv",
      by: try ImportMapping(yaml: Self.grouped, file: "g.yaml"))
    #expect(events.map(\.id) == ["o-A-1", "o-B-3", "o-A-4"])
    #expect(events.map { $0.money("total") } == [Money("0.3002"), Money("20"), Money("1")])
    #expect(events.map(\.items.count) == [2, 1, 1])
    #expect(events[0].items.map(\.product) == ["p1", "p2"] && events[0].items.map(\.quantity) == [3, 1])
    #expect(summary.mapped == 4 && summary.events == 3 && summary.refusedCount == 0)
  }

  @Test("a group with a row that can't be mapped is refused whole, each row at its own place")
  func refusedGroups() throws {
    let (events, summary) = try imported(
      "order,product,n,price\nA,p1,1,1\nA,,1,1\nA,p3,1,1\nB,p1,x,1\nB,p2,1,1\nC,p1,1,1\n,p1,1,1\nD,p1,0,1\nD,p2,1,\n",
      as: "o.csv", by: try ImportMapping(yaml: Self.grouped, file: "g.yaml"))
    #expect(events.map(\.key) == ["C"])
    #expect(summary.rows == 9 && summary.mapped == 1 && summary.refusedCount == 8)
    #expect(
      Dictionary(uniqueKeysWithValues: summary.refused.map { ($0.row, $0.reason) }) == [
        1: "another row of A can't be mapped", 2: "product_id: is required, and product has no value",
        3: "another row of A can't be mapped", 4: "quantity: “x” is not a decimal number",
        5: "another row of B can't be mapped", 7: "order: has no value to group by",
        8: "another row of D can't be mapped", 9: "unit_price: has no value, and is needed for the total",
      ])
  }

  @Test("an event for each rule that fits a row, or none; one that can't be made refuses the row whole")
  func events() throws {
    let mapping = try ImportMapping(
      yaml: """
        event: {source: /t, time: "2026-01-01", key: "{id}"}
        fields: {product_id: {from: id}}
        events:
          - {when: {field: title, present: true}, event: {type: ProductCreated, id: "c-{id}"}, fields: {title: {from: title}}}
          - {when: {field: n, present: true}, event: {type: InventoryUpdated, id: "s-{id}"}, fields: {available: {from: n, type: integer}}}
        """, file: "e.yaml")
    let (events, summary) = try imported(
      "id,title,n\n1,a,5\n2,b,\n3,,\n4,d,x\n5,,7\n", as: "p.csv", by: mapping)
    #expect(events.map(\.id) == ["c-1", "s-1", "c-2", "s-5"])
    #expect(events.map(\.topic) == ["products", "inventory", "products", "inventory"])
    #expect(summary.mapped == 3 && summary.skipped == 1 && summary.refused.map(\.row) == [4] && summary.events == 4)
  }
}
