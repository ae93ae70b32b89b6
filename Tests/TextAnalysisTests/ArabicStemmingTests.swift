import Testing

@testable import TextAnalysis

@Suite("Arabic stems")
struct ArabicStemmingTests {
  @Test(
    "the article, the conjunction and the endings of number and gender go",
    arguments: [
      ("الكتاب", "كتاب"), ("والكتاب", "كتاب"), ("بالكتاب", "كتاب"), ("كالكتاب", "كتاب"), ("فالكتاب", "كتاب"),
      ("للكتاب", "كتاب"), ("وكتاب", "كتاب"), ("فأرة", "فار"), ("لاسلكية", "لاسلكي"), ("مهندسون", "مهندس"),
      ("مهندسين", "مهندس"), ("سيارات", "سيار"), ("كتابها", "كتاب"), ("مكتبان", "مكتب"), ("السَّيَّارَات", "سيار"),
    ])
  func stems(word: String, stem: String) {
    #expect(Analyzer.text.terms(of: word) == [stem])
  }

  @Test(
    "short words keep what may be their own",
    arguments: ["ال", "الف", "وقت", "ورد", "ولد", "ان", "كان", "هه", "و", "له"])
  func shortWords(word: String) {
    let terms = Analyzer.text.terms(of: word)
    #expect(terms.count == 1)
    // Two letters are left by prefixes, three by endings.
    #expect(terms.first?.count ?? 0 >= min(2, word.count))
    if word != "الف" { #expect(terms == [word]) }
  }

  @Test("words that are not Arabic alone are not stemmed so")
  func mixedWords() {
    #expect(Analyzer.text.terms(of: "الx") == ["الx"])
    #expect(Analyzer.text.terms(of: "الكتاب2") == ["الكتاب2"])
    #expect(Analyzer.text.terms(of: "ال한국") != ["한국"])
  }

  @Test("a stem is a part of its folded word, of two letters at least")
  func partProperty() {
    let letters = Array("ابتثجحدرسعفقكلمنهويةى")
    for seed in 0..<5000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let word = String((0..<Int.random(in: 1...9, using: &generator)).map { _ in generator.pick(letters) })
      let folded = Folding.fold(word)
      let stem = Analyzer.text.terms(of: word).first ?? ""
      #expect(folded.contains(stem), "seed \(seed): \(word)")
      #expect(stem.count >= min(2, word.count), "seed \(seed): \(word)")
      #expect(stem.count >= word.count - 5, "seed \(seed): \(word)")
      #expect(Analyzer.words.terms(of: word) == [folded])
    }
  }

  @Test("the letters of words of Arabic are told from others")
  func arabicLetters() {
    for (word, expected) in [
      ("كتاب", true), ("", false), ("a", false), ("ab", false), ("كa", false), ("éé", false), ("ࢠ", false),
    ] {
      #expect(ArabicStemming.isArabic(Array(word.utf8)[...]) == expected, "\(word)")
    }
  }
}
