import QueryLanguage
import SearchEngine
import Testing

@Suite("Filters")
struct FilterTests {
  private static let definition = IndexDefinition(fields: [
    FieldDefinition(name: "made", type: .date), FieldDefinition(name: "new", type: .boolean),
    FieldDefinition(name: "attributes", type: .attributes), FieldDefinition(name: "tag", type: .keyword),
    FieldDefinition(name: "live", type: .boolean, isLive: true),
  ])

  private func snapshot(in folder: TemporaryFolder) throws -> IndexSnapshot {
    let writer = try IndexWriter(directory: folder.path, definition: Self.definition)
    for number in 0..<4 {
      var document = IndexDocument(id: "\(number)", stored: [])
      document.addDate(Int64(number) * 86_400_000_000, field: 0)
      if number != 3 { document.addBoolean(number == 1, field: 1) }
      document.addAttribute("size", [1.5, 2, -9_223_372_036_854_775_808, 1e300][number], field: 2)
      document.addAttribute("colour", number < 2 ? "red" : "blue", field: 2)
      if number == 1 { document.addAttribute("colour", "green", field: 2) }
      for tag in ["a", "b", "c"].prefix(number) { document.addKeyword(tag, field: 3) }
      writer.put(document)
      if number == 2 { writer.setLive(id: "2", field: 4, value: 1) }
      // A segment for each pair, so that no dictionary has every value.
      if number == 1 { _ = try writer.refresh() }
    }
    return try writer.refresh()
  }

  @Test(
    "each kind of field compares as its values do",
    arguments: [
      ("made > \"1970-01-02\"", "23"), ("made >= \"1970-01-02T00:00:00Z\"", "123"),
      ("made \"1970-01-02\" TO \"1970-01-03\"", "12"), ("made = \"1970-01-01T03:00:00+03:00\"", "0"),
      ("new = true", "1"), ("new != true", "02"), ("NOT new = true", "023"), ("EXISTS new", "012"),
      ("attributes.size = 2", "1"), ("attributes.size = 2.0", "1"), ("attributes.size < 2", "02"),
      ("attributes.size > 1e299", "3"), ("attributes.size 1 TO 2", "01"),
      ("attributes.size = -9223372036854775808", "2"), ("attributes.colour = red", "01"),
      ("attributes.colour != red", "23"), ("attributes.colour IN [green, blue]", "123"),
      ("EXISTS attributes.size", "0123"), ("EXISTS attributes.none", ""), ("attributes.none = 1", ""),
      ("EXISTS attributes", "0123"), ("tag = b", "23"), ("tag != b", "1"), ("tag > a", "23"), ("tag <= a", "123"),
      ("tag b TO c", "23"), ("live = true", "2"), ("live != false", "2"), ("NOT EXISTS live", "013"),
    ])
  func kinds(filter: String, ids: String) throws {
    let folder = try TemporaryFolder()
    var asked = SearchRequest()
    asked.filter = try FilterParser.parse(filter)
    #expect(try snapshot(in: folder).search(asked).ids.joined() == ids)
  }

  @Test(
    "of several values one has to be in a range by itself",
    arguments: [
      ("attributes.size 25 TO 30", ""), ("attributes.size 15 TO 25", "1"), ("attributes.size 10 TO 50", "1"),
      ("attributes.size 20 TO 20", "1"), ("attributes.size 50 TO 10", ""), ("tag b TO b", ""), ("tag b TO y", ""),
      ("tag a TO b", "1"), ("tag c TO z", "1"), ("tag z TO a", ""), ("attributes.size = 20", "12"),
      ("attributes.size >= 20", "1"), ("attributes.size < 20", ""),
    ])
  func severalValues(filter: String, ids: String) throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: Self.definition)
    var document = IndexDocument(id: "1", stored: [])
    for number in [20.0, 40] { document.addAttribute("size", number, field: 2) }
    for tag in ["a", "z"] { document.addKeyword(tag, field: 3) }
    writer.put(document)
    // A number that was given as a text is equal to it, and no more.
    document = IndexDocument(id: "2", stored: [])
    document.addAttribute("size", "20", field: 2)
    writer.put(document)
    var asked = SearchRequest()
    asked.filter = try FilterParser.parse(filter)
    #expect(try writer.refresh().search(asked).ids.joined() == ids)
  }

  @Test("numbers of attributes are found by their few texts as by looking at each document", arguments: [7, 300])
  func numbersOfAttributes(values: Int) throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: Self.definition)
    func numbers(_ document: Int) -> [Double] { [Double(document % values), Double(document * 3 % values) + 0.5] }
    for number in 0..<400 {
      var document = IndexDocument(id: "\(number)", stored: [])
      for size in numbers(number) { document.addAttribute("size", size, field: 2) }
      document.addAttribute("width", Double(number), field: 2)
      writer.put(document)
    }
    var asked = SearchRequest()
    for (filter, holds) in [
      ("attributes.size 2 TO 4.5", { $0 >= 2 && $0 <= 4.5 }), ("attributes.size > 5", { $0 > 5 }),
      ("attributes.size = 3.5", { $0 == 3.5 }),
    ] as [(String, (Double) -> Bool)] {
      asked.filter = try FilterParser.parse(filter)
      #expect(try writer.refresh().search(asked).total == (0..<400).count { numbers($0).contains(where: holds) })
    }
  }

  @Test(
    "what a field can't be compared with is refused, with documents and without",
    arguments: [
      "made > soon", "new = 3", "new > true", "attributes = red", "attributes.colour > red", "none = 1",
      "attributes.colour red TO tan", "new false TO true",
    ])
  func refused(filter: String) throws {
    let folder = try TemporaryFolder()
    var asked = SearchRequest()
    asked.filter = try FilterParser.parse(filter)
    #expect(throws: SearchError.self) { try snapshot(in: folder).search(asked) }
  }

  @Test(
    "orders by each kind of field, missing values last both ways",
    arguments: [
      ("made:desc", "3210"), ("new:desc", "1023"), ("new:asc", "0213"), ("tag:desc,made:desc", "3210"),
      ("live:asc", "2013"),
    ])
  func orders(sort: String, ids: String) throws {
    let folder = try TemporaryFolder()
    var asked = SearchRequest()
    asked.sort = try SortParser.parse(sort)
    #expect(try snapshot(in: folder).search(asked).ids.joined() == ids)
  }
}
