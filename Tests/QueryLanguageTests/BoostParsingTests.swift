import QueryLanguage
import Testing

@Suite("Boosts, and how many words a hit must have")
struct BoostParsingTests {
  @Test("boosts are a field, a weight and a shape with its numbers")
  func boosts() throws {
    #expect(try BoostParser.parse(" ").isEmpty)
    #expect(
      try BoostParser.parse("popularity:0.5:saturation:100, in_stock:1:at_least:1,price:-0.3:gaussian:50:20") == [
        ScoreBoost(field: "popularity", shape: .saturation(pivot: 100), weight: 0.5),
        ScoreBoost(field: "in_stock", shape: .atLeast(1), weight: 1),
        ScoreBoost(field: "price", shape: .gaussian(origin: 50, scale: 20), weight: -0.3),
      ])
    #expect(
      try BoostParser.parse("a:1:linear:0:1,b:2:exponential:-1:1e3").map(\.shape) == [
        .linear(origin: 0, scale: 1), .exponential(origin: -1, scale: 1000),
      ])
  }

  @Test(
    "what is none is told with its column",
    arguments: [
      ("a", 0), ("a:1", 0), (":1:at_least:1", 0), ("a:x:at_least:1", 0), ("a:1:at_least", 0), ("a:1:steep:1", 0),
      ("a:1:at_least:1:2", 0), ("a:1:gaussian:1", 0), ("a:1:gaussian:1:0", 0), ("a:1:saturation:-1", 0),
      ("a:-1:at_least:1", 0), ("a:nan:at_least:1", 0), ("a:inf:at_least:1", 0), ("a:1:at_least:inf", 0),
      ("a:1:at_least:1,b", 15), ("a:1:at_least:1,", 15),
      (Array(repeating: "a:1:at_least:1", count: 17).joined(separator: ","), 240),
    ])
  func refused(text: String, column: Int) {
    let error = #expect(throws: SyntaxError.self) { try BoostParser.parse(text) }
    #expect(error?.column == column)
  }

  @Test("a least number of words is a number or a share, from all downwards where negative")
  func minimum() {
    func required(_ text: String, of count: Int) -> Int? { MinimumMatch(text)?.required(of: count) }
    #expect(required("2", of: 5) == 2)
    #expect(required("9", of: 5) == 5)
    #expect(required("0", of: 5) == 1)
    #expect(required("-1", of: 5) == 4)
    #expect(required("-9", of: 5) == 1)
    #expect(required("75%", of: 5) == 3)
    #expect(required("100%", of: 5) == 5)
    #expect(required("0%", of: 5) == 1)
    #expect(required("-25%", of: 5) == 4)
    #expect(required("-25%", of: 3) == 3)
    #expect(required("-100%", of: 5) == 1)
    #expect(required("2", of: 0) == 0)
    for text in ["", "%", "x", "1.5", "+1", "101%", "-101%", "12345", "2 ", "٣"] { #expect(MinimumMatch(text) == nil) }
  }
}
