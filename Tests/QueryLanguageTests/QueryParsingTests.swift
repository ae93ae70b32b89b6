import QueryLanguage
import Testing

@Suite("Queries as people type them")
struct QueryParsingTests {
  /// A query in short: groups joined by spaces, alternatives by |, kind and field before the text.
  private func outline(_ query: ParsedQuery) -> String {
    func outline(_ clause: ParsedQuery.Clause) -> String {
      var text =
        switch clause.kind {
        case .word, .fuzzy: clause.text
        case .prefix: "\(clause.text)*"
        case .phrase: "\"\(clause.text)\""
        case .wildcard: "{\(clause.text)}"
        }
      if clause.distance > 0 || clause.kind == .fuzzy { text += "~\(clause.distance)" }
      return (clause.field.map { "\($0)/" } ?? "") + text
    }
    let groups = query.groups.map { $0.map(outline).joined(separator: "|") }
    return (groups + query.exclusions.map { "!" + outline($0) }).joined(separator: " ")
  }

  @Test(
    "words, phrases, fields, beginnings, alternatives and exclusions are told apart",
    arguments: [
      ("", ""), (" \t\r\n ", ""), ("a", "a"), ("  a   b ", "a b"), ("a OR b", "a|b"), ("a OR b OR c d", "a|b|c d"),
      ("a or b", "a or b"), ("OR a", "a"), ("a OR", "a"), ("a OR OR b", "a|b"), ("OR", ""), ("a ORb", "a ORb"),
      ("\"a b\"", "\"a b\""), ("\"a b\" c", "\"a b\" c"), ("\"a\"b", "\"a\" b"), ("a\"b\"", "a\"b\""),
      ("27\" screen", "27\" screen"), ("\"27 screen", "\"27 screen"), ("\"\" a", "\"\" a"), ("a*", "a*"), ("*", "*"),
      ("**", "**"), ("-a", "!a"), ("a -b -c", "a !b !c"), ("-\"a b\"", "!\"a b\""), ("a - b", "a - b"),
      ("-", "-"), ("--a", "--a"), ("a-b", "a-b"), ("-5", "!5"), ("-قلم", "!قلم"), ("-a*", "!a*"),
      ("brand:x", "brand/x"), ("brand:\"x y\"", "brand/\"x y\""), ("brand:x*", "brand/x*"), ("-brand:x", "!brand/x"),
      ("brand: x", "brand: x"), ("brand:", "brand:"), ("other:x", "other:x"), ("Brand:x", "Brand:x"),
      ("brand:a:b", "brand/a:b"), ("brand:OR", "brand/OR"), ("a OR -b c", "a c !b"), ("-OR", "!OR"),
      ("usb OR hdmi cable -\"2 m\" brand:acme adap*", "usb|hdmi cable brand/acme adap* !\"2 m\""),
      ("\"فأرة لاسلكية\" OR ماوس*", "\"فأرة لاسلكية\"|ماوس*"),
      ("a*b", "{a*b}"), ("*a", "{*a}"), ("*a*", "{*a*}"), ("a?b", "{a?b}"), ("a?", "a?"), ("?a", "?a"),
      ("a??b", "a??b"),
      ("30*40", "30*40"), ("30*40cm", "30*40cm"), ("dv7*tx", "{dv7*tx}"), ("ق*م", "{ق*م}"),
      ("brand:a*b", "brand/{a*b}"),
      ("-a*b", "!{a*b}"), ("*", "*"), ("30*", "30*"), ("a?b*", "{a?b*}"),
      ("a~", "a~1"), ("keyboard~", "keyboard~2"), ("a~1", "a~1"), ("a~2", "a~2"), ("a~0", "a~0"), ("a~3", "a~3"),
      ("~1", "~1"),
      ("10~1", "10~1"), ("a~~1", "a~~1"), ("لوحة~", "لوحة~1"), ("brand:ab~1", "brand/ab~1"), ("-ab~1", "!ab~1"),
      ("a~1b", "a~1b"),
      ("\"a b\"~2", "\"a b\"~2"), ("\"a b\"~2 c", "\"a b\"~2 c"), ("\"a b\"~999", "\"a b\"~50"),
      ("\"a b\"~", "\"a b\" ~"),
      ("\"a b\"~x", "\"a b\" ~x"), ("\"a b\"~2x", "\"a b\" ~2x"), ("-\"a b\"~1", "!\"a b\"~1"),
    ])
  func queries(text: String, expected: String) {
    #expect(outline(QueryParser.parse(text, fields: ["brand", "colour"])) == expected)
  }

  @Test("what is read ends after 64 clauses")
  func limit() {
    let text = (0..<100).map { "w\($0)" }.joined(separator: " ")
    let query = QueryParser.parse(text)
    #expect(query.groups.count == QueryParser.mostClauses)
    #expect(query.groups.last?.first?.text == "w63")
    let mixed = (0..<100).map { $0.isMultiple(of: 2) ? "w\($0)" : "-w\($0)" }.joined(separator: " ")
    #expect(QueryParser.parse(mixed).groups.count + QueryParser.parse(mixed).exclusions.count == 64)
  }

  @Test("clauses stand in the text where they say, in order and apart, and none is empty")
  func rangesProperty() {
    let pieces = [
      "a", "b", " ", " ", "\"", "-", "*", ":", "brand:", " OR ", "é", "~", "~1", "?", "قلم", "👩‍👧", "\t", "\u{a0}",
      "\u{301}",
      "-brand:\"",
    ]
    for seed in 0..<10_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text =
        generator.text(of: pieces, count: 0...20) + (seed.isMultiple(of: 3) ? generator.scalars(count: 0...20) : "")
      let bytes = Array(text.utf8)
      let query = QueryParser.parse(text, fields: ["brand"])
      #expect(query.text == text)
      var clauses = query.groups.flatMap { $0 } + query.exclusions
      clauses.sort { $0.range.lowerBound < $1.range.lowerBound }
      #expect(clauses.count <= QueryParser.mostClauses)
      #expect(query.groups.allSatisfy { !$0.isEmpty }, "seed \(seed)")
      var end = 0
      for clause in clauses {
        #expect(clause.range.lowerBound >= end && clause.range.upperBound <= bytes.count, "seed \(seed)")
        #expect(!clause.text.isEmpty, "seed \(seed): \(text.debugDescription)")
        #expect(Array(clause.text.utf8) == Array(bytes[clause.range]), "seed \(seed): \(text.debugDescription)")
        #expect(clause.field == nil || clause.field == "brand")
        if clause.kind != .phrase {
          #expect(!clause.text.utf8.contains { $0 <= 0x20 }, "seed \(seed): \(text.debugDescription)")
        }
        end = clause.range.upperBound
      }
      // Whatever is no space is part of something.
      #expect(clauses.isEmpty == (outline(query).isEmpty), "seed \(seed)")
    }
  }
}
