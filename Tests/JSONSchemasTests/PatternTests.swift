import Foundation
import Testing

@testable import JSONSchemas

@Suite("Patterns")
struct PatternTests {
  private func matches(_ pattern: String, _ text: String) throws -> Bool {
    var steps = 10_000_000
    return try Pattern(pattern).matches(text, steps: &steps) == true
  }

  static let examples: [(pattern: String, found: [String], missed: [String])] = [
    ("", ["", "a"], []),
    ("abc", ["abc", "xabcx"], ["ab", "acb"]),
    ("^a.c$", ["abc", "a\u{1F600}c"], ["a\nc", "abcd"]),
    ("a|bc|", ["", "x"], []),
    ("^(?:a|bc)$", ["a", "bc"], ["b", "abc"]),
    ("^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]),
    ("^a{2}b{1,}c{0}$", ["aab", "aabbb"], ["ab", "aabc"]),
    ("^a{,2}$", ["a{,2}"], ["aa"]),
    ("^[a-c\\d_-]+$", ["ab1_-"], ["d", ""]),
    ("^[^a-c]$", ["d", "\u{e9}"], ["a", ""]),
    ("^[]$", [], ["", "a"]),
    ("^\\w+\\s\\S$", ["ab_1 x", "a\u{a0}b"], ["a b c", "\u{e9} x"]),
    ("\\bfoo\\b", ["a foo b", "foo"], ["afoo", "food"]),
    ("\\Boo", ["foo"], ["oo"]),
    ("^\\u0041\\x42\\u{43}\\t$", ["ABC\t"], ["ABC"]),
    ("^\\uD83D\\uDE00$", ["\u{1F600}"], ["a"]),
    ("^\\p{Lu}\\p{L}*\\P{L}$", ["\u{c9}t\u{e9}1"], ["\u{e9}t1"]),
    ("^\\p{Letter}[\\p{Nd}x]$", ["a5", "\u{645}\u{665}", "ax"], ["aa"]),
    ("^(?<year>\\d{4})-(?<month>\\d\\d)$", ["2026-11"], ["26-11"]),
    ("^(?=.*\\d)(?=.*[a-z]).{4,}$", ["abc1"], ["abcd", "1234", "a1"]),
    ("^(?!\\s*$).+", ["a", " a"], ["", "  "]),
    ("^(a*)*$", ["", "aaa"], ["b"]),
    ("a*?b+?c??", ["b", "aab"], ["a"]),
    ("^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$", ["a.b@c.de"], ["a@b"]),
    ("x$|^y", ["ax", "ya"], ["xa", "ay"]),
    ("\\.\\*\\/\\-\\\\", [".*/-\\"], [".*/-"]),
  ]

  @Test("a pattern is found where it should be", arguments: examples.indices)
  func finding(_ index: Int) throws {
    let example = Self.examples[index]
    for text in example.found { #expect(try matches(example.pattern, text), "\(example.pattern) in \(text)") }
    for text in example.missed { #expect(!(try matches(example.pattern, text)), "\(example.pattern) in \(text)") }
  }

  @Test("steps are bounded by size times length, whatever the pattern")
  func linear() throws {
    for pattern in ["^(a|a)*$", "^(a+)+$", "^(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)x"] {
      var steps = 1_000_000_000
      #expect(try Pattern(pattern).matches(String(repeating: "a", count: 20_000) + "b", steps: &steps) == false)
      #expect(1_000_000_000 - steps < 20_000 * 60, "\(pattern) took \(1_000_000_000 - steps)")
    }
    var few = 100
    #expect(try Pattern("a*b").matches(String(repeating: "a", count: 20_000), steps: &few) == nil)
  }

  @Test("random patterns agree with a backtracking engine")
  func agreesWithNaiveProperty() throws {
    var generator = SeededGenerator.printed("random patterns")
    func pattern(_ depth: Int) -> String {
      switch generator.below(depth <= 0 ? 4 : 10) {
      case 0, 1: return generator.pick(["a", "b", "c"])
      case 2: return generator.pick(["[ab]", "[^a]", ".", "\\w", "[a-b]"])
      case 3: return generator.pick(["^", "$", "\\b", ""])
      case 4, 5: return pattern(depth - 1) + pattern(depth - 1)
      case 6: return "(" + pattern(depth - 1) + "|" + pattern(depth - 1) + ")"
      default: return "(?:" + pattern(depth - 1) + ")" + generator.pick(["*", "+", "?", "{2}", "{1,2}", "{0,1}"])
      }
    }
    for _ in 0..<1500 {
      let source = pattern(3)
      // The other engine refuses to repeat what takes no characters.
      guard let naive = try? NSRegularExpression(pattern: source) else { continue }
      for _ in 0..<6 {
        let text = String((0..<generator.below(7)).map { _ in generator.pick(Array("abc -")) })
        let found = naive.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
        #expect(try matches(source, text) == found, "\(source) in \(text)")
      }
    }
  }
}
