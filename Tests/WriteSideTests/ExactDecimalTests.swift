import Testing

@testable import WriteSide

@Suite("Exact decimals")
struct ExactDecimalTests {
  static func text(_ generator: inout SeededGenerator, most: Int) -> String {
    let whole = (0..<generator.number(1...most)).map { _ in "\(generator.number(0...9))" }.joined()
    let fraction = (0..<generator.number(0...most)).map { _ in "\(generator.number(0...9))" }.joined()
    let sign = ["", "-", "+"][generator.number(0...2)]
    return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  @Test(
    "Property: text, sums, products and order are those computed digit by digit",
    arguments: 1...6 as ClosedRange<UInt64>)
  func naiveOracle(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var exact = 0
    for _ in 0..<600 {
      let most = [3, 9, 15][generator.number(0...2)]
      let (left, right) = (Self.text(&generator, most: most), Self.text(&generator, most: most))
      let (one, other) = (try #require(ExactDecimal(left)), try #require(ExactDecimal(right)))
      let (naive, naiveOther) = (NaiveDecimal(left), NaiveDecimal(right))
      #expect(one.text == naive.text, "\(left)")
      #expect(ExactDecimal(one.text) == one)
      #expect(ExactDecimal.isLess(one, other) == (naive < naiveOther), "seed \(seed): \(left) < \(right)")
      #expect((one == other) == (naive == naiveOther), "seed \(seed): \(left) = \(right)")
      #expect(one.adding(other)?.text == (naive + naiveOther).text, "seed \(seed): \(left) + \(right)")
      if let product = one.multiplied(by: other) {
        exact += 1
        #expect(product.text == (naive * naiveOther).text, "seed \(seed): \(left) × \(right)")
      } else {
        #expect(most == 15, "seed \(seed): \(left) × \(right)")
      }
      #expect(
        one.integer.map(String.init) == (naive.scale == 0 && most < 15 ? naive.text : one.integer.map(String.init)))
      #expect(one.absolute.text == naive.text.drop { $0 == "-" })
    }
    #expect(exact > 350)
  }

  @Test("Property: numbers too large for a common scale are ordered too", arguments: 1...4 as ClosedRange<UInt64>)
  func wideOrder(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var compared = 0
    for _ in 0..<1500 {
      func number() -> String {
        let digits = (0..<generator.number(30...38)).map { _ in "\(generator.number(0...1))" }.joined()
        let point = generator.number(0...digits.count - 1)
        let sign = generator.chance(1, in: 2) ? "-" : ""
        return sign + "0" + digits.dropLast(point) + (point > 0 ? "." + digits.suffix(point) : "")
      }
      let (left, right) = (number(), number())
      guard let one = ExactDecimal(left), let other = ExactDecimal(right) else { continue }
      compared += 1
      #expect(
        ExactDecimal.isLess(one, other) == (NaiveDecimal(left) < NaiveDecimal(right)), "seed \(seed): \(left), \(right)"
      )
    }
    #expect(compared > 700)
    // Both have 170141183 before the point, and no common scale fits 128 bits.
    let wide = try #require(ExactDecimal("170141183.5"))
    let fine = try #require(ExactDecimal("170141183.460469231731687303715884105727"))
    #expect(ExactDecimal.isLess(fine, wide) && !ExactDecimal.isLess(wide, fine))
  }

  @Test(
    "what spells a number is read",
    arguments: [
      ("0", "0"), ("-0.00", "0"), ("007", "7"), (".5", "0.5"), ("5.", "5"), ("1e3", "1000"), ("1.25E+1", "12.5"),
      ("1200e-4", "0.12"), ("-1e-30", "-0.000000000000000000000000000001"),
      ("1e38", "1" + String(repeating: "0", count: 38)),
      ("170141183460469231731687303715884105727", "170141183460469231731687303715884105727"),
      ("123456789012345678901234567890", "123456789012345678901234567890"), ("0e60", "0"),
    ])
  func reading(text: String, expected: String) {
    #expect(ExactDecimal(text)?.text == expected)
  }

  @Test(
    "what does not, or has too many digits, is refused",
    arguments: [
      "", "-", "+", ".", "1.2.3", "1,2", " 1", "1 ", "0x1", "e1", "1e", "1e1.5", "1e61", "--1", "NaN", "١",
      "1e-31", "0.0000000000000000000000000000001", "1e39", "170141183460469231731687303715884105728",
    ])
  func refusing(text: String) {
    #expect(ExactDecimal(text) == nil)
  }

  @Test("results that 128 bits can't hold, or whose absolute value they can't, are refused, never a trap")
  func overflow() throws {
    let most = try #require(ExactDecimal("170141183460469231731687303715884105727"))
    let least = try #require(ExactDecimal("-170141183460469231731687303715884105727"))
    let one = try #require(ExactDecimal("1"))
    #expect(most.adding(one) == nil && most.multiplied(by: most) == nil)
    #expect(least.adding(try #require(ExactDecimal("-1"))) == nil)
    #expect(least.absolute == most)
    let half = try #require(ExactDecimal("-18446744073709551616"))
    #expect(half.multiplied(by: try #require(ExactDecimal("9223372036854775808"))) == nil)
    #expect(most.adding(try #require(ExactDecimal("0.1"))) == nil)
    let small = try #require(ExactDecimal("1e-16"))
    #expect(small.multiplied(by: small) == nil)
    #expect(ExactDecimal("9223372036854775807")?.integer == .max && ExactDecimal("9223372036854775808")?.integer == nil)
    #expect(ExactDecimal("-9223372036854775808")?.integer == .min && ExactDecimal("0.5")?.integer == nil)
  }
}
