import Testing

@testable import TextAnalysis

@Suite("Words that are added to a text's own")
struct AddedWordsTests {
  /// The added words, each with the part of the text that it stands for.
  private func added(to text: String) -> [String] {
    var buffer = TermBuffer()
    Analyzer.words.analyze(text, into: &buffer)
    buffer.addWords(of: text)
    let bytes = Array(text.utf8)
    return buffer.added.map { "\(buffer.text($0.token)) \(String(decoding: bytes[$0.token.source], as: UTF8.self))" }
  }

  @Test(
    "numbers and their units, in one way",
    arguments: [
      ("17 inch", ["17in 17 inch"]), ("17\"", ["17in 17\""]), ("17in", ["17 17in"]),
      ("17inches", ["17in 17inches", "17 17inches"]),
      ("a 17-inch one", ["17in 17-inch"]), ("17″ 15” 13''", ["17in 17″", "15in 15”", "13in 13''"]),
      ("500ML", ["500 500ML"]),
      ("500 ML", ["500ml 500 ML"]), ("٥٠٠ مل", ["500ml ٥٠٠ مل"]), ("٥٠٠مل", ["500ml ٥٠٠مل", "500 ٥٠٠مل"]),
      ("1.5 l", ["1.5l 1.5 l"]), ("1,50l", ["1.5l 1,50l", "50 50l"]), ("2.0 l", ["2l 2.0 l"]),
      ("1,000 ml", ["1000 1,000", "1000ml 1,000 ml"]),
      ("1,000,000 kg", ["1000000 1,000,000", "1000000kg 1,000,000 kg"]), ("1,000.5 kg", ["1000.5kg 1,000.5 kg"]),
      ("100%", ["100percent 100%"]),
      ("10,5,3 cm", ["3cm 3 cm"]), ("1.2.3 l", ["3l 3 l"]), ("3 in 1", []), ("3-in-1", ["3in1 3-in-1"]), ("in 3", []),
      ("inch", []), ("5 apples", []),
      ("17  inch", ["17in 17  inch"]), ("17\ninch", []), ("17. inch", []), ("17\u{a0}inch", ["17in 17\u{a0}inch"]),
      ("1,5", []), ("2.0", []),
      ("1234567890123 ml", []), ("12 بوصة", ["12in 12 بوصة"]), ("٢٫٥ كجم", ["2.5kg ٢٫٥ كجم"]), ("½ l", []), ("", []),
      ("-", []), ("5-", []),
    ] as [(String, [String])])
  func quantities(text: String, words: [String]) {
    #expect(added(to: text) == words)
  }

  @Test(
    "what hyphens join, and with digits other signs too; parts of words with digits",
    arguments: [
      ("wi-fi", ["wifi wi-fi"]), ("T-Shirt", ["tshirt T-Shirt"]),
      ("stainless-steel-look", ["stainlesssteellook stainless-steel-look"]),
      ("a-b-c-d", []), ("black/white", []), ("a_b", []), ("dv7-1211ea", ["dv71211ea dv7-1211ea", "1211 1211ea"]),
      ("dv7_1211/ea", ["dv71211ea dv7_1211/ea"]),
      ("VB-PEN-002", ["vbpen002 VB-PEN-002"]), ("10-15", []), ("100-100000910", ["100100000910 100-100000910"]),
      ("a - b", []), ("wi‑fi", ["wifi wi‑fi"]),
      ("iPhone12", ["iphone iPhone12"]), ("rtx4090ti", ["rtx rtx4090ti", "4090 rtx4090ti"]), ("a1b2c3d4", []),
      ("ab1", []), ("abc123abc", ["abc abc123abc", "123 abc123abc"]),
      ("كتاب2024", ["كتاب كتاب2024", "2024 كتاب2024"]), ("dog's-bowl", []), ("1-2-3-4-5-6-a7", []),
    ] as [(String, [String])])
  func joined(text: String, words: [String]) {
    #expect(added(to: text) == words)
  }

  @Test("no unit has two meanings, and each stands for itself")
  func units() {
    for text in ["in", "inch", "ml", "l", "kg", "gb", "percent", "core"] {
      #expect(Unit.named(Array(text.utf8)[...]) != nil, "\(text)")
    }
    for text in ["", "x", "laptop", "inc", "millilitress", String(repeating: "m", count: 100)] {
      #expect(Unit.named(Array(text.utf8)[...]) == nil)
    }
    #expect(Unit.repeatedNames.isEmpty)
    for unit in Unit.all { #expect(Unit.named(unit.canonical[...])?.canonical == unit.canonical, "\(unit)") }
  }

  @Test("added words are in order, of the text, and no word of it is lost", arguments: [false, true])
  func property(isASCII: Bool) {
    let pieces =
      [
        "17", "\"", "inch", " ", " ", "-", "-", "1", ".", ",", "5", "l", "ml", "dv7", "1211ea", "_", "/", "wi", "fi",
        "000", "in", "x", "%", "''", "\n",
      ] + (isASCII ? [] : ["مل", "٥٠٠", "٫", "″", "é", "\u{2011}", "日本", "\u{a0}"])
    for seed in 0..<5000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in generator.pick(pieces) }.joined()
      var buffer = TermBuffer()
      Analyzer.words.analyze(text, into: &buffer, position: 7)
      let before = buffer.tokens
      let terms = before.map(buffer.text)
      buffer.addWords(of: text)
      #expect(buffer.tokens == before && buffer.tokens.map(buffer.text) == terms, "seed \(seed)")
      var last = 0
      for added in buffer.added {
        #expect(
          added.words.lowerBound >= last && !added.words.isEmpty && added.words.upperBound <= before.count,
          "seed \(seed)")
        last = added.words.lowerBound
        #expect(added.token.position == before[added.words.lowerBound].position, "seed \(seed)")
        #expect(added.token.source.lowerBound == before[added.words.lowerBound].source.lowerBound, "seed \(seed)")
        #expect(added.token.source.upperBound >= before[added.words.upperBound - 1].source.upperBound, "seed \(seed)")
        #expect(
          added.token.source.upperBound <= text.utf8.count && (1...60).contains(added.token.count), "seed \(seed)")
        #expect(String(validating: buffer.term(added.token), as: UTF8.self) != nil, "seed \(seed)")
        if added.words.count == 1 { #expect(buffer.text(added.token) != terms[added.words.lowerBound], "seed \(seed)") }
      }
      #expect(
        Set(buffer.added.map { "\($0.words) \(buffer.text($0.token))" }).count == buffer.added.count,
        "seed \(seed): \(text)")
      // The path for all scripts gives the same.
      var other = TermBuffer()
      let utf8 = Array(text.utf8)
      UnicodeSegmentation(stems: false).analyze(utf8.span, into: &other, position: 7)
      other.addWords(of: utf8.span)
      #expect(other.added == buffer.added && other.bytes == buffer.bytes, "seed \(seed)")
    }
  }
}
