import Testing

@testable import WriteSide

@Suite("CSV rows")
struct CSVTests {
  static func rows(_ text: String, separator: Character = ",") throws -> [String] {
    let reader = CSVRowReader(separator: separator.asciiValue ?? 0, file: "f.csv")
    return try outcomes(reader, Array(text.utf8)).map(\.text)
  }

  @Test(
    "Property: fields of any text, quoted as RFC 4180 says, are read back, however the bytes come",
    arguments: 1...12 as ClosedRange<UInt64>)
  func quoting(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let pieces = ["\"", ",", ";", "\n", "\r\n", "\r", " ", "é", "غ", "a", "\"\"", "\t", "👍🏽", "0"]
    let separator = [",", ";", "\t", "|"][generator.number(0...3)]
    let lineEnd = generator.chance(1, in: 2) ? "\n" : "\r\n"
    let columns = generator.number(1...5)
    func render(_ fields: [String]) -> String {
      fields.enumerated().map { index, field in
        let needsQuotes =
          field.contains { $0 == "\"" || $0.isNewline || String($0) == separator } || columns == 1 && field.isEmpty
        guard needsQuotes || generator.chance(1, in: 4) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
      }.joined(separator: separator)
    }
    var text = render((0..<columns).map { "column \($0)" }) + lineEnd
    var expected: [String] = []
    for row in 1...40 {
      let fields = (0..<columns).map { _ in
        (0..<generator.number(0...6)).map { _ in pieces[generator.number(0...pieces.count - 1)] }.joined()
      }
      text += render(fields)
      // The last line may have no end; empty lines between rows count for nothing.
      if row < 40 || generator.chance(1, in: 2) { text += lineEnd }
      if row < 40, generator.chance(1, in: 8) { text += lineEnd }
      expected.append("\(row): " + fields.joined(separator: "|"))
    }
    let reader = CSVRowReader(separator: Array(separator.utf8)[0], file: "f.csv")
    #expect(try outcomes(reader, Array(text.utf8)).map(\.text) == expected, "seed \(seed)")
    let longest = generator.number(1...30)
    let inPieces = try outcomes(reader, Array(text.utf8)) { generator.number(1...longest) }
    #expect(inPieces.map(\.text) == expected, "seed \(seed)")
  }

  @Test(
    "what is written is what is read",
    arguments: [
      ("a,b\n1,2\n", ["1: 1|2"]), ("a,b\n1,2", ["1: 1|2"]), ("a,b\r\n1,\r\n", ["1: 1|"]),
      ("a\n\n\nx\n\r\ny", ["1: x", "2: y"]),
      ("a,b\n\"x, \"\"y\"\"\",\"\"\n", ["1: x, \"y\"|"]), ("a,b\n\"1\n2\",3\n", ["1: 1\n2|3"]),
      ("a,b\n5\" disk,6\n", ["1: 5\" disk|6"]), ("a\n\"x\"", ["1: x"]), ("a,b\n,\n", ["1: |"]), ("a,b\n1,", ["1: 1|"]),
      ("a,b\n", []), ("", []), ("\n\n", []),
    ])
  func reading(text: String, expected: [String]) throws {
    #expect(try Self.rows(text) == expected)
  }

  @Test("a row that breaks the rules is broken by itself; those after it are read")
  func brokenRows() throws {
    #expect(
      try Self.rows("a,b\n1\n1,2,3\n\"x\"y,2\n1,2\n") == [
        "1 broken: has 1 fields, and the header has 2", "2 broken: has 3 fields, and the header has 2",
        "3 broken: has text after a closing quote", "4: 1|2",
      ])
    #expect(try Self.rows("a,b\n1,\"2\n3,4\n") == ["1 broken: has a quote that is never closed"])
    let bytes = Array("a,b\n1,".utf8) + [0xff, 0x0a] + Array("3,4\n".utf8)
    #expect(
      try outcomes(CSVRowReader(file: "f"), bytes).map(\.text) == ["1 broken: has bytes that are not UTF-8", "2: 3|4"])
  }

  @Test(
    "a header that can't be used ends the import",
    arguments: [
      ("a,b,a\n1,2,3", "the header names a column twice"),
      ("a,\"b\n1,2", "the header has a quote that is never closed"),
      ("x,y\n1,2", "no column id, which the mapping asks for; there are x, y"),
      ("id\n1", "no column name or title, which the mapping asks for; there are id"),
    ])
  func headers(text: String, reason: String) throws {
    let wanted = [[ColumnPath("id")], [ColumnPath("name"), ColumnPath("title")]]
    let reader = CSVRowReader(wanted: reason.hasPrefix("no column") ? wanted : [], file: "f.csv")
    #expect(throws: WriteSideError.malformed(file: "f.csv", row: 0, reason: reason)) {
      try outcomes(reader, Array(text.utf8))
    }
  }
}
