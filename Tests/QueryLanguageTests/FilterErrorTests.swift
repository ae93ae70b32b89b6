import QueryLanguage
import Testing

@Suite("Errors of filters")
struct FilterErrorTests {
  @Test(
    "an error says the column, what was expected and what was found",
    arguments: [
      ("a", 1, "expected a comparison (= != < <= > >=), IN, or FROM TO, found the end"),
      ("a =", 3, "expected a value, found the end"), ("a = )", 4, "expected a value, found )"),
      ("a = = 1", 4, "expected a value, found ="), ("= 1", 0, "expected the name of a field, found ="),
      ("\"a\" = 1", 0, "expected the name of a field, found the text \"a\""),
      ("AND", 0, "expected the name of a field, found \"AND\""),
      ("a=1 AND", 7, "expected the name of a field, found the end"),
      ("a=1 OR or b=1", 7, "expected the name of a field, found \"or\""),
      ("a=1 b=1", 4, "expected AND, OR or the end, found \"b\""), ("a=1)", 3, "expected AND, OR or the end, found )"),
      ("(a=1", 4, "expected AND, OR or ), found the end"), ("(a=1]", 4, "expected AND, OR or ), found ]"),
      ("()", 1, "expected the name of a field, found )"), ("a IN 1", 5, "expected [, found \"1\""),
      ("a IN []", 6, "expected a value, found ]"), ("a IN [1 2]", 8, "expected , or ], found \"2\""),
      ("a IN [1,]", 8, "expected a value, found ]"), ("a IN [1", 7, "expected , or ], found the end"),
      ("a IN [,1]", 6, "expected a value, found a comma"), ("a NOT 1", 6, "expected IN, found \"1\""),
      ("a 1", 3, "expected TO, found the end"), ("a 1 2", 4, "expected TO, found \"2\""),
      ("a 1 TO", 6, "expected a value, found the end"), ("EXISTS", 6, "expected the name of a field, found the end"),
      ("EXISTS (a)", 7, "expected the name of a field, found ("),
      ("NOT", 3, "expected the name of a field, found the end"),
      ("a ! 1", 2, "a lone ! means nothing; write != or NOT"),
      ("a = 1 !", 6, "a lone ! means nothing; write != or NOT"),
      ("a = \"x", 4, "the quote that opens here is never closed"),
      ("a = 'x\"", 4, "the quote that opens here is never closed"),
      (#"a = "x\"#, 4, "the quote that opens here is never closed"),
      (#"a = "x\""#, 4, "the quote that opens here is never closed"),
      ("👨‍👩‍👧 = ) ", 4, "expected a value, found )"), ("لون أحمر", 8, "expected TO, found the end"),
    ])
  func columns(text: String, column: Int, message: String) {
    #expect(failure(text) == SyntaxError(column: column, message: message))
  }

  @Test("people count columns from 1")
  func description() {
    #expect(failure("a = )")?.description == "at column 5: expected a value, found )")
  }

  @Test("parentheses and NOT nest down to the limit, and not deeper")
  func nesting() throws {
    let limit = FilterParser.deepestNesting
    func nested(_ open: String, _ close: String, _ count: Int) -> String {
      String(repeating: open, count: count) + "a=1" + String(repeating: close, count: count)
    }
    for (open, close) in [("(", ")"), ("NOT ", ""), ("b=1 OR (c=1 AND ", ")")] {
      #expect(throws: Never.self) { try FilterParser.parse(nested(open, close, limit - 1)) }
      let error = failure(nested(open, close, limit))
      #expect(error?.message == "a filter is nested at most \(limit) deep")
      #expect(error?.column.isMultiple(of: open.count) == true || open.hasPrefix("b"))
    }
    #expect(failure(String(repeating: "(", count: 16_000))?.column == limit)
    #expect(failure(String(repeating: "NOT ", count: 4000))?.column == 4 * limit)
  }

  @Test("values are read up to the limit, and not one more")
  func clauses() throws {
    let limit = FilterParser.mostClauses
    func set(_ count: Int) -> String { "a IN [" + Array(repeating: "1", count: count).joined(separator: ",") + "]" }
    guard case .set(_, let values) = try FilterParser.parse(set(limit)) else {
      Issue.record("no set")
      return
    }
    #expect(values.count == limit)
    #expect(failure(set(limit + 1))?.message == "a filter has at most \(limit) values")
    #expect(failure(set(limit + 1))?.column == 6 + 2 * limit)
    #expect(failure(set(limit - 1) + " AND b 1 TO 2")?.message == "a filter has at most \(limit) values")
    #expect(failure(set(limit - 1) + " AND b = 1") == nil)
  }

  @Test("a text is read up to the limit, and not a byte longer")
  func length() {
    let limit = FilterParser.longestText
    func text(_ count: Int) -> String { "a = " + String(repeating: "x", count: count - 4) }
    #expect(failure(text(limit)) == nil)
    #expect(failure(text(limit + 1))?.message == "a filter has at most \(limit) bytes")
  }

  @Test("what is put together from pieces of filters is read to the same as its description, or refused at a column")
  func piecesProperty() throws {
    let pieces = [
      "a", "b ", " ", "=", "!=", "<", ">=", "!", "(", ")", "[", "]", ",", "\"", "'", "\\", " AND ", " OR ", "NOT ",
      " IN ", " TO ", "EXISTS ", "1", "-2.5", "true", "é", "(a=1", "a=1)", "IN [1]", "\r\n", "👩‍👩‍👧", "ق",
    ]
    var read = 0
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.text(of: pieces, count: 1...10)
      do throws(SyntaxError) {
        let filter = try FilterParser.parse(text)
        read += 1
        #expect(try FilterParser.parse(filter.description) == filter, "seed \(seed): \(text.debugDescription)")
      } catch {
        #expect((0...text.count).contains(error.column), "seed \(seed): \(text.debugDescription)")
      }
    }
    #expect(read > 100)
  }

  @Test("random Unicode is refused or read, and never traps")
  func unicodeProperty() {
    for seed in 0..<5000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.pick(["", "a=", "a IN [", "a \"", "NOT a "]) + generator.scalars(count: 0...30)
      if let error = failure(text) { #expect((0...text.count).contains(error.column), "seed \(seed)") }
    }
  }
}
