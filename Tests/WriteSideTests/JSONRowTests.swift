import JSONBytes
import Testing

@testable import WriteSide

@Suite("Rows of JSON")
struct JSONRowTests {
  static func rows(_ text: String, _ form: JSONRowReader.Form) throws -> [String] {
    try outcomes(JSONRowReader(form: form, file: "f.json"), Array(text.utf8)).map(\.text)
  }

  /// A random object as text, with spaces where JSON allows them.
  static func object(_ generator: inout SeededGenerator) -> String {
    let strings = [#""a""#, #""\"}]""#, #""{[,""#, #""\\""#, #""é\u0041""#]
    let members = (0..<generator.number(0...3)).map { index in
      let value: String
      switch generator.number(0...4) {
      case 0: value = "\(generator.number(0...99))"
      case 1: value = #"[1, {"x": "]"}, []]"#
      case 2: value = #"{"y": {"z": [{}]}}"#
      case 3: value = "null"
      default: value = strings[generator.number(0...strings.count - 1)]
      }
      return "\"m\(index)\" : \(value)"
    }
    return "{" + members.joined(separator: ", ") + "}"
  }

  @Test(
    "Property: lines and elements of an array are the same rows, however the bytes come",
    arguments: 1...10 as ClosedRange<UInt64>)
  func forms(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let objects = (0..<generator.number(1...40)).map { _ in Self.object(&generator) }
    let expected = try objects.enumerated().map { index, text in
      var writer = JSONWriter()
      writer.value(try JSONValue.parse(Array(text.utf8)))
      return "\(index + 1): " + String(decoding: writer.bytes, as: UTF8.self)
    }
    let lines = objects.joined(separator: generator.chance(1, in: 2) ? "\n" : " \r\n\n")
    let array = "\n[ " + objects.joined(separator: "\n , ") + "\t]\n "
    for (text, form) in [(lines, .lines), (array, .array)] as [(String, JSONRowReader.Form)] {
      let reader = JSONRowReader(form: form, file: "f")
      #expect(try outcomes(reader, Array(text.utf8)).map(\.text) == expected, "seed \(seed)")
      let longest = generator.number(1...40)
      let inPieces = try outcomes(reader, Array(text.utf8)) { generator.number(1...longest) }
      #expect(inPieces.map(\.text) == expected, "seed \(seed)")
    }
  }

  @Test("a line or an element that is no object is broken by itself")
  func brokenRows() throws {
    let lines = try Self.rows("{\"a\":1}\n[1]\n{\"a\":\n5\n{}", .lines)
    #expect(lines.first == "1: {\"a\":1}" && lines[1] == "2 broken: is not a JSON object" && lines.count == 5)
    #expect(lines[2].hasPrefix("3 broken: ") && lines[3].hasPrefix("4 broken: ") && lines[4] == "5: {}")
    let elements = try Self.rows("[{\"a\":1}, 5, \"x\", [], {\"a\" 1}, {}]", .array)
    #expect(elements.first == "1: {\"a\":1}" && elements.last == "6: {}")
    #expect(elements.dropFirst().dropLast().allSatisfy { $0.contains("broken: ") } && elements.count == 6)
  }

  @Test("an empty array, and an empty file of lines, have no rows")
  func empty() throws {
    #expect(try Self.rows(" [ ] ", .array).isEmpty)
    #expect(try Self.rows("", .lines).isEmpty)
    #expect(try Self.rows(" \n\r\n", .lines).isEmpty)
  }

  @Test(
    "an array that is not one ends the import at the row that could not be told apart",
    arguments: [
      ("[{}, ", 2), ("[{}", 2), ("[{\"a\":\"", 1), ("", 1), ("[{}]{}", 2), ("[{},]", 2), ("[,{}]", 1), ("[{} {}]", 2),
      ("{}", 1), ("[{}}", 2), ("[{}] x", 2),
    ])
  func brokenArrays(text: String, row: Int) throws {
    do throws(WriteSideError) {
      let found = try outcomes(JSONRowReader(form: .array, file: "f.json"), Array(text.utf8)).map(\.text)
      Issue.record("\(found)")
    } catch {
      guard case .malformed("f.json", row, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test("a row longer than the longest is refused instead of kept in memory without end")
  func longRows() {
    let long = [UInt8](repeating: UInt8(ascii: " "), count: PendingBytes.longestRow + 2)
    var reader = JSONRowReader(form: .lines, file: "f")
    reader.append(long)
    #expect(throws: WriteSideError.malformed(file: "f", row: 1, reason: "is longer than 16777216 bytes")) {
      _ = try reader.next(isLast: false)
    }
  }
}
