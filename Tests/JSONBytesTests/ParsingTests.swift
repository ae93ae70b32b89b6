import JSONBytes
import Testing

@Suite("Parsing JSON")
struct ParsingTests {
  @Test(
    "values of every kind are read",
    arguments: [
      ("null", .null), (" true ", .bool(true)), ("\tfalse\r\n", .bool(false)), ("0", .integer(0)), ("-7", .integer(-7)),
      (#""""#, .string("")), ("[]", .array([])), ("{}", .object(JSONObject())), ("[ ]", .array([])),
      ("[1,2 , 3]", .array([.integer(1), .integer(2), .integer(3)])),
      (#"{"a":{"b":[null]}}"#, object(("a", object(("b", .array([.null])))))),
      (#"["\"\\\/\b\f\n\r\t\u0041\u00e9\ud83e\udED6"]"#, .array([.string("\"\\/\u{8}\u{c}\n\r\tAé🫖")])),
      ("\"\u{7f}é€🫖\"", .string("\u{7f}é€🫖")), (#""\u0000""#, .string("\0")),
    ] as [(String, JSONValue)])
  func values(text: String, value: JSONValue) throws {
    #expect(try parsed(text) == value)
    #expect(NaiveParser.parse(Array(text.utf8)) == value)
  }

  @Test(
    "numbers keep their text, and integers of 64 bits are integers",
    arguments: [
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", number("9223372036854775808")), ("18446744073709551615", number("18446744073709551615")),
      ("18446744073709551616", number("18446744073709551616")),
      ("-9223372036854775809", number("-9223372036854775809")), ("19.90", number("19.90")), ("0.10", number("0.10")),
      ("-0", .integer(0)), ("-0.0", number("-0.0")), ("1e5", number("1e5")), ("1E+05", number("1E+05")),
      ("2.50e-3", number("2.50e-3")), ("1e400", number("1e400")), ("-1e400", number("-1e400")),
      ("1e-400", number("1e-400")),
      (
        "0.1000000000000000055511151231257827021181583404541015625",
        number("0.1000000000000000055511151231257827021181583404541015625")
      ),
      ("123456789012345678901234567890.5", number("123456789012345678901234567890.5")),
    ] as [(String, JSONValue)])
  func numbers(text: String, value: JSONValue) throws {
    #expect(try parsed(text) == value)
    #expect(try parsed(" [ \(text) , \(text)]") == .array([value, value]))
    #expect(try parsed(#"{"a":\#(text),"b" : \#(text) }"#) == object(("a", value), ("b", value)))
    #expect(try parsed(text + "\n") == value)
  }

  @Test(
    "what is not JSON is refused, alone, in an array and in an object",
    arguments: [
      "", " ", "nul", "nulll", "True", "tru", "+1", "01", "-01", "1.", ".5", "-", "--1", "1e", "1e+", "1.e1", "0x10",
      "1 2", "1,", "NaN", "Infinity", "-Infinity", "00", "1_000", "\"", "\"a", "'a'", "\"\n\"", "\"\t\"", "\"\0\"",
      #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, #""\ud83e\ud83e""#, #""\"#,
      "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{", "}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
      #"{,"a":1}"#, #"{"a" 1}"#, "{a:1}", "{1:1}", #"{"a":1 "b":2}"#, "[}", "{]", "[1}", #"{"a":1]"#, "[]]", "{}}",
      "[] []", "{} x", "// c", "/**/ 1", "1 // c", "\u{feff}x", "1\u{0}", "[1]\u{0}", "\u{a0}1", "1\u{b}", "é",
      "12345678901234567890x", "-123456789012345678901234-", "99999999999999999999.", "9999999999999999999999e",
      "012345678901234567890123", "1e400x", "1e99999999999999999999999999999999x",
    ])
  func malformed(text: String) {
    for text in [text, "[\(text) ,1]", "{\"a\":\(text) ,\"b\":1}"] where NaiveParser.parse(Array(text.utf8)) == nil {
      do throws(JSONError) {
        Issue.record("\(text.debugDescription) was read as \(try parsed(text))")
      } catch {
        guard case .malformed = error else {
          Issue.record("\(text): \(error)")
          continue
        }
      }
    }
  }

  @Test(
    "bytes that are not UTF-8 are refused wherever they stand",
    arguments: [
      [0x80], [0xc0, 0xaf], [0xc3], [0xe0, 0x80, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let texts = [
      [quote] + bytes + [quote], Array(#"{""#.utf8) + bytes + Array(#"":1}"#.utf8), Array("[1] ".utf8) + bytes,
      bytes + Array("1".utf8), Array(#"["\n"#.utf8) + bytes + Array(#""]"#.utf8),
    ]
    for text in texts { #expect(throws: JSONError.self) { try JSONValue.parse(text) } }
  }

  @Test("nesting is read down to the limit, and refused one level deeper")
  func nesting() throws {
    func nested(_ levels: Int, _ open: String, _ inner: String, _ close: String) -> String {
      String(repeating: open, count: levels) + inner + String(repeating: close, count: levels)
    }
    let limit = JSONValue.deepestNesting
    for inner in ["", "1", "\"a\"", "null"] {
      #expect(throws: Never.self) { try parsed(nested(limit, "[", inner, "]")) }
      #expect(throws: JSONError.malformed(reason: "it is nested too deeply")) {
        try parsed(nested(limit + 1, "[", inner, "]"))
      }
    }
    #expect(throws: Never.self) { try parsed(nested(limit, #"{"a":"#, "1", "}")) }
    #expect(throws: JSONError.malformed(reason: "it is nested too deeply")) {
      try parsed(nested(limit + 1, #"{"a":"#, "1", "}"))
    }
    #expect(throws: Never.self) { try JSONValue.parse(Array("[[1]]".utf8), deepest: 2) }
    #expect(throws: JSONError.self) { try JSONValue.parse(Array("[[1]]".utf8), deepest: 1) }
    #expect(try JSONValue.parse(Array("1".utf8), deepest: 0) == .integer(1))
    // Far deeper than any stack.
    #expect(throws: JSONError.self) { try parsed(nested(1_000_000, "[", "", "]")) }
    #expect(throws: JSONError.self) { try parsed(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: JSONError.self) { try parsed(String(repeating: #"{"a":"#, count: 200_000)) }
  }

  @Test("a limit of bytes holds at the limit and refuses one byte past it")
  func size() throws {
    let text = Array("[1,2]".utf8)
    #expect(throws: Never.self) { try JSONValue.parse(text, mostBytes: 5) }
    #expect(throws: JSONError.tooLarge(limit: 4)) { try JSONValue.parse(text, mostBytes: 4) }
  }

  @Test("of members of the same name the last one counts, at the place of the first")
  func repeatedNames() throws {
    guard case .object(let object) = try parsed(#"{"a":1,"b":2,"a":3,"c":4,"b":{"a":5}}"#) else {
      Issue.record("no object")
      return
    }
    #expect(object.members.map(\.name) == ["a", "b", "c"])
    #expect(object["a"] == .integer(3))
    #expect(try object["b"] == parsed(#"{"a":5}"#))
    #expect(object["d"] == nil)
  }

  @Test("a parse leaves nothing behind for the next one")
  func workspace() throws {
    let long = "[" + String(repeating: #""xxxxxxxx",1.5,"#, count: 1000) + "1]"
    #expect(throws: Never.self) { try parsed(long) }
    #expect(throws: JSONError.self) { try parsed("") }
    #expect(throws: JSONError.self) { try parsed(String(long.dropLast())) }
    #expect(throws: JSONError.self) { try parsed("[1") }
    #expect(try parsed("[1.5]") == .array([number("1.5")]))
  }

  @Test("mutated and cut JSON is read as a naive parser reads it, or refused as that does")
  func mutationProperty() throws {
    let pieces = Array("{}[]:,\"\\ue0123456789-+.Ee \n\t\0nulltruefalsed8\u{e9}".utf8)
    var accepted = 0
    for seed in 0..<6000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = written(generator.value())
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        let piece = pieces[Int.random(in: 0..<pieces.count, using: &generator)]
        switch Int.random(in: 0...4, using: &generator) {
        case 0: bytes.insert(piece, at: place)
        case 1: if place < bytes.count { bytes[place] = piece }
        case 2: if place < bytes.count { bytes.remove(at: place) }
        case 3: bytes.removeSubrange(place...)
        default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator) }
        }
      }
      let expected = NaiveParser.parse(bytes)
      let found = try? JSONValue.parse(bytes)
      if expected != nil { accepted += 1 }
      #expect(found == expected, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
    // Both answers are tried.
    #expect((500...5500).contains(accepted))
  }

  @Test("short texts of JSON's own characters are read as a naive parser reads them")
  func grammarProperty() throws {
    let pieces = ["{", "}", "[", "]", ":", ",", "\"\"", "\"a\"", "1", "-", "0", ".", "e", "true", "null", " ", "12"]
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }.joined()
      let found = try? parsed(text)
      #expect(found == NaiveParser.parse(Array(text.utf8)), "seed \(seed): \(text)")
    }
  }

  @Test("random bytes are refused or read, and never trap")
  func randomBytes() {
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      #expect((try? JSONValue.parse(bytes)) == NaiveParser.parse(bytes), "seed \(seed)")
    }
  }
}
