import QueryLanguage
import Testing

@Suite("Orders")
struct SortParsingTests {
  private func failure(_ text: String) -> SyntaxError? {
    do throws(SyntaxError) {
      _ = try SortParser.parse(text)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "fields have directions, and where they have none, fields ascend and the score descends",
    arguments: [
      ("", []), ("  ", []), ("price", [("price", false)]), ("price:asc", [("price", false)]),
      ("price:desc", [("price", true)]), ("_score", [("_score", true)]), ("_score:asc", [("_score", false)]),
      ("price:DESC,_score", [("price", true), ("_score", true)]),
      (" price : Asc , name:desc ", [("price", false), ("name", true)]), ("سعر:desc", [("سعر", true)]),
    ] as [(String, [(String, Bool)])])
  func orders(text: String, keys: [(String, Bool)]) throws {
    #expect(try SortParser.parse(text) == keys.map { SortKey(field: $0.0, isDescending: $0.1) })
  }

  @Test(
    "an error says the column of the key, or of the direction",
    arguments: [
      (",", 0, "expected FIELD:asc or FIELD:desc"), ("a,", 2, "expected FIELD:asc or FIELD:desc"),
      ("a:asc,,b", 6, "expected FIELD:asc or FIELD:desc"), (":asc", 0, "expected FIELD:asc or FIELD:desc"),
      ("a,b:asc:x", 2, "expected FIELD:asc or FIELD:desc"), ("a:", 2, "expected asc or desc, found \"\""),
      ("a:up", 2, "expected asc or desc, found \"up\""), ("a:asc,bc:up", 9, "expected asc or desc, found \"up\""),
      ("  a  :up", 6, "expected asc or desc, found \"up\""), ("سعر:x", 4, "expected asc or desc, found \"x\""),
    ])
  func errors(text: String, column: Int, message: String) {
    #expect(failure(text) == SyntaxError(column: column, message: message))
  }

  @Test("keys are read up to the limit, and not one more")
  func limit() throws {
    func text(_ count: Int) -> String { (0..<count).map { "f\($0)" }.joined(separator: ",") }
    #expect(try SortParser.parse(text(SortParser.mostKeys)).count == SortParser.mostKeys)
    #expect(
      failure(text(SortParser.mostKeys + 1))
        == SyntaxError(column: 24, message: "an order has at most \(SortParser.mostKeys) keys"))
  }

  @Test("what is put together from pieces of orders is read key by key, or refused at a column")
  func piecesProperty() throws {
    for seed in 0..<10_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var text = generator.text(of: ["a", "b", ":", ",", " ", "asc", "desc", "_score", "\t", "é", "👩‍👧"], count: 0...9)
      let isWild = seed.isMultiple(of: 4)
      if isWild { text += generator.scalars(count: 0...10) }
      do throws(SyntaxError) {
        let keys = try SortParser.parse(text)
        // A wild name may grow together with the colon after it.
        if isWild { continue }
        let written = keys.map { "\($0.field):\($0.isDescending ? "desc" : "asc")" }.joined(separator: ",")
        #expect(try SortParser.parse(written) == keys, "seed \(seed): \(text.debugDescription)")
      } catch {
        #expect((0...text.count).contains(error.column), "seed \(seed): \(text.debugDescription)")
      }
    }
  }
}
