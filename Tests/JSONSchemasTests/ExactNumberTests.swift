import Testing

@testable import JSONSchemas

@Suite("Exact numbers")
struct ExactNumberTests {
  @Test("equal numbers are equal however they are written")
  func equality() {
    for texts in [
      ["1", "1.0", "1e0", "10e-1", "0.1E1"], ["0", "-0", "0.000", "0e99"], ["-1200", "-1.2e3", "-12E+2"],
    ] {
      for text in texts { #expect(ExactNumber(text: text) == ExactNumber(text: texts[0]), "\(text)") }
    }
    #expect(ExactNumber(Int64.min) == ExactNumber(text: "-9223372036854775808"))
    #expect(ExactNumber(Int64.max).integer == Int64.max)
    #expect(ExactNumber(text: "9223372036854775808").integer == nil)
  }

  @Test("numbers are ordered and divided as whole numbers of their smallest digit are")
  func arithmeticProperty() {
    var generator = SeededGenerator.printed("exact numbers")
    func decimal() -> (text: String, scaled: Int) {
      let scaled = generator.chance(50) ? generator.below(2_000_001) - 1_000_000 : generator.below(41) - 20
      let magnitude = String(abs(scaled))
      let padded = String(repeating: "0", count: max(0, 4 - magnitude.count)) + magnitude
      let sign = scaled < 0 ? "-" : ""
      let forms = [
        sign + padded.dropLast(3) + "." + padded.suffix(3), sign + magnitude + "e-3",
        sign + "0." + padded + "E+\(padded.count - 3)",
      ]
      return (generator.pick(forms), scaled)
    }
    for _ in 0..<5000 {
      let (left, right) = (decimal(), decimal())
      let (first, second) = (ExactNumber(text: left.text), ExactNumber(text: right.text))
      #expect((first < second) == (left.scaled < right.scaled), "\(left.text) < \(right.text)")
      #expect((first == second) == (left.scaled == right.scaled), "\(left.text) == \(right.text)")
      #expect(first.isInteger == (left.scaled % 1000 == 0), "\(left.text)")
      #expect(ExactNumber(text: first.text) == first, "\(left.text)")
      if right.scaled > 0 {
        #expect(first.isMultiple(of: second) == (left.scaled % right.scaled == 0), "\(left.text) % \(right.text)")
      }
    }
  }

  @Test("numbers of any size are compared")
  func hugeNumbers() {
    let ascending = [
      "-1e99999999999999999999", "-1e400", "-123456789012345678901234567890", "-1", "-1e-400", "0", "1e-400", "0.5",
      "123456789012345678901234567890", "123456789012345678901234567891", "1e400", "1e99999999999999999999",
    ].map(ExactNumber.init(text:))
    for (index, number) in ascending.enumerated() {
      for (other, greater) in ascending.enumerated() { #expect((number < greater) == (index < other)) }
    }
  }
}
