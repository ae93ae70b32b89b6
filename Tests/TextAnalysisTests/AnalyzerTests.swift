import Testing

@testable import TextAnalysis

@Suite("Text to terms")
struct AnalyzerTests {
  @Test(
    "words are folded and cut where letters and digits end",
    arguments: [
      ("", []), (" \t\n.,;", []), ("Wireless Mouse", ["wireless", "mouse"]), ("dv7-1211ea", ["dv7", "1211ea"]),
      ("a_b", ["a", "b"]), ("Café CRÈME", ["cafe", "creme"]), ("Straße", ["strasse"]), ("ﬁne Ⅷ", ["fine", "viii"]),
      ("İstanbul ISTANBUL", ["istanbul", "istanbul"]), ("x²", ["x"]), ("۱۲۳ ٤٥٦ １２", ["123", "456", "12"]),
      ("Ελλάδα", ["ελλαδα"]), ("ёлка", ["елка"]), ("🫖", []), ("a🫖b", ["a", "b"]), ("\u{feff}a", ["a"]),
      ("ـ \u{64b}", []),
      ("dog's DOG'S dogs' o'clock 's", ["dog", "dog", "dogs", "o", "clock", "s"]),
      ("café's menu", ["cafe", "menu"]), ("rock'n'roll's", ["rock", "n", "roll"]), ("dog's9", ["dog", "s9"]),
    ] as [(String, [String])])
  func words(text: String, terms: [String]) {
    #expect(Analyzer.words.terms(of: text) == terms)
  }

  @Test(
    "English words are stemmed by Porter2, words with digits are not",
    arguments: [
      ("running", "run"), ("Generously", "generous"), ("skies", "sky"), ("dying", "die"), ("mice", "mous"),
      ("knives", "knife"), ("Women's", "woman"),
      ("happiness", "happi"), ("cafés", "cafe"), ("h264ing", "h264ing"), ("ipads2", "ipads2"), ("a", "a"),
    ])
  func stems(word: String, stem: String) {
    #expect(Analyzer.text.terms(of: word) == [stem])
  }

  @Test("offsets are bytes of the text, without possessives and punctuation")
  func offsets() throws {
    for text in ["The dog's bowl, 2 cm", "Thé dog's böwl, 2 cm"] {
      let bytes = Array(text.utf8)
      let buffer = checkedTokens(of: bytes, .words, "")
      let sources = buffer.tokens.map { String(decoding: bytes[$0.source], as: UTF8.self) }
      #expect(sources == text.split(whereSeparator: { " ,'".contains($0) }).filter { $0 != "s" }.map(String.init))
    }
  }

  @Test("terms are appended to a buffer, whose positions go on")
  func appending() {
    var buffer = TermBuffer()
    let first = Analyzer.text.analyze("red mice", into: &buffer)
    let second = Analyzer.text.analyze("فأرة", into: &buffer, position: first + 100)
    #expect(buffer.tokens.map(buffer.text) == ["red", "mous", "فار"])
    #expect(buffer.tokens.map(\.position) == [0, 1, 102])
    #expect(second == 103)
    buffer.removeAll()
    #expect(buffer.tokens.isEmpty && buffer.bytes.isEmpty)
    Analyzer.text.analyze("x", into: &buffer)
    #expect(buffer.tokens.map(buffer.text) == ["x"])
  }

  @Test("a long word is cut at 64 bytes, between scalars")
  func longWords() {
    for letter in ["a", "é", "م", "한", "𐐀"] {
      var expected = ""
      for scalar in Folding.fold(String(repeating: letter, count: 100)).unicodeScalars {
        guard expected.utf8.count + UTF8.width(scalar) <= 64 else { break }
        expected.unicodeScalars.append(scalar)
      }
      #expect(expected.utf8.count > 60)
      #expect(Analyzer.words.terms(of: String(repeating: letter, count: 100)) == [expected])
    }
    #expect(Analyzer.words.terms(of: String(repeating: "a", count: 64)).first?.count == 64)
  }

  @Test("scripts without spaces are cut into words that are all of the text")
  func dictionaries() {
    for text in ["ภาษาไทยเป็นภาษา", "東京都に住んでいます", "我喜欢北京"] {
      let bytes = Array(text.utf8)
      let buffer = checkedTokens(of: bytes, .words, "\(text)")
      #expect(buffer.tokens.count > 1)
      #expect(buffer.tokens.map { String(decoding: bytes[$0.source], as: UTF8.self) }.joined() == text)
    }
  }

  @Test("the fast path for ASCII gives the terms of the path for all scripts", arguments: [Analyzer.text, .words])
  func fastPathProperty(analyzer: Analyzer) {
    for seed in 0..<5000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.ascii()
      let expected = analyzer.termsByUnicodePath(of: text)
      #expect(analyzer.terms(of: text) == expected, "seed \(seed): \(text.debugDescription)")
      // A letter that is not ASCII sends the whole text the other way.
      #expect(
        analyzer.terms(of: text + " é") == expected + ["e"], "seed \(seed): \(text.debugDescription)")
    }
  }

  @Test("both paths say the same places and positions")
  func fastPathTokensProperty() {
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let bytes = Array(generator.ascii().utf8)
      let fast = checkedTokens(of: bytes, .text, "seed \(seed)")
      var other = TermBuffer()
      UnicodeSegmentation(stems: true).analyze(bytes.span, into: &other, position: 7)
      #expect(fast.tokens == other.tokens, "seed \(seed)")
      #expect(fast.bytes == other.bytes, "seed \(seed)")
    }
  }

  @Test(
    "texts of all scripts give terms that are whole, in order, and of the text", arguments: [Analyzer.text, .words])
  func tokensProperty(analyzer: Analyzer) {
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = Bool.random(using: &generator) ? generator.mixed() : generator.scalars(count: 0...40)
      let buffer = checkedTokens(of: Array(text.utf8), analyzer, "seed \(seed): \(text.debugDescription)")
      #expect(buffer.tokens.map(buffer.text) == analyzer.terms(of: text), "seed \(seed)")
    }
  }

  @Test("bytes that are not UTF-8 part words, and the rest is read")
  func invalidUTF8() {
    let bad: [[UInt8]] = [
      [0x80], [0xc0, 0xaf], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff],
      [0xf0, 0x80, 0x80, 0xaf],
    ]
    for bytes in bad {
      let buffer = checkedTokens(of: Array("red".utf8) + bytes + Array("été".utf8), .words, "\(bytes)")
      #expect(buffer.tokens.map(buffer.text) == ["red", "ete"], "\(bytes)")
    }
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = Array(generator.mixed().utf8)
      for _ in 0..<3 where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = checkedTokens(of: bytes, .text, "seed \(seed)")
    }
  }

  @Test("terms without stemming are found again by their own text")
  func fixedPointProperty() {
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.mixed()
      // A ligature of several words, and an iota that Unicode writes under a space, become terms with spaces.
      for term in Analyzer.words.terms(of: text) where term.utf8.count < 60 && !term.contains(" ") {
        let again = Analyzer.words.terms(of: term)
        #expect(again.joined() == term, "seed \(seed): \(text.debugDescription)")
      }
    }
  }
}

@Suite("Terms of words")
struct WordStemmerTests {
  @Test(
    "a word's term is the one that its text has",
    arguments: [
      "Running shoes' laces and the runner's glasses", "مكتبة الكتب والمكتبات ومدرسة",
      "dv7-1211ea 500ml ﷺ fiancée naïve",
      "Kettles غلاية kettle 17\" سماعات بلوتوث لاسلكية", "ไทยแลนด์ 東京タワー ノートパソコン",
    ])
  func terms(text: String) {
    var words = TermBuffer()
    var terms = TermBuffer()
    Analyzer.words.analyze(text, into: &words)
    Analyzer.text.analyze(text, into: &terms)
    var stemmer = WordStemmer()
    #expect(words.tokens.map { stemmer.term(of: words.term($0)) } == terms.tokens.map { Array(terms.term($0)) })
    #expect(words.tokens.map(\.position) == terms.tokens.map(\.position))
  }
}
