import Testing

@testable import TextAnalysis

@Suite("Arabic stems")
struct ArabicStemmingTests {
  @Test(
    "the article, the conjunction and the endings of number and gender go",
    arguments: [
      ("الكتاب", "كتاب"), ("والكتاب", "كتاب"), ("بالكتاب", "كتاب"), ("كالكتاب", "كتاب"), ("فالكتاب", "كتاب"),
      ("للكتاب", "كتاب"), ("وكتاب", "كتاب"), ("فأرة", "فار"), ("لاسلكية", "لاسل"), ("مهندسون", "مهندس"),
      ("مهندسين", "مهندس"), ("سيارات", "سيار"), ("كتابها", "كتاب"), ("مكتبان", "مكتب"), ("السَّيَّارَات", "سيار"),
      ("وبالجوال", "جوال"), ("فبالكتاب", "كتاب"), ("وللكتاب", "كتاب"), ("الألعاب", "العاب"),
      ("للابتوب", "لابتوب"), ("لترين", "لتر"), ("ساعتين", "ساع"), ("بطاريتها", "بطار"), ("كتابهم", "كتاب"),
      ("هاتفك", "هاتف"),
      ("متجرنا", "متجر"), ("كهربائية", "كهربا"), ("كهرباء", "كهربا"), ("الإلكترونيات", "كترون"), ("إلكتروني", "كترون"),
    ])
  func stems(word: String, stem: String) {
    #expect(Analyzer.text.terms(of: word) == [stem])
  }

  @Test(
    "short words keep what may be their own",
    arguments: [
      "ال", "الف", "وقت", "ورد", "ولد", "ان", "كان", "هه", "و", "له", "شاي", "فستان", "ميزان", "زيتون", "سكين", "بالون",
      "مرهم", "وردي",
      "تمرين", "بالطو", "كرسي",
    ])
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
      #expect(Analyzer.words.terms(of: word) == [folded])
    }
  }

  @Test("a word has one stem with and without the article, what is written on to it, and each ending")
  func affixProperty() {
    // Words that begin or end with a letter of an affix may be longer words with one.
    let firsts = Array("تثجحخدرسشصطعغقنهي")
    let lasts = Array("بجحدرزسشصضطعغفقل")
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let middle = (0..<Int.random(in: 2...4, using: &generator)).map { _ in generator.pick(Array("ابتجدرسعفقكلمنهوي"))
      }
      let word = String([generator.pick(firsts)] + middle + [generator.pick(lasts)])
      let stem = Analyzer.text.terms(of: word)
      for prefix in ["ال", "وال", "بال", "كال", "فال", "لل", "ولل", "وبال", "فبال", "و"] {
        #expect(Analyzer.text.terms(of: prefix + word) == stem, "seed \(seed): \(prefix) \(word)")
      }
      for ending in [
        "ها", "ات", "ين", "ان", "ون", "ة", "ه", "ي", "ية", "يات", "هم", "كم", "نا", "تها", "ته", "تين", "اتها", "ك",
        "ء",
      ] {
        #expect(Analyzer.text.terms(of: word + ending) == stem, "seed \(seed): \(word) \(ending)")
        #expect(Analyzer.text.terms(of: "ال" + word + ending) == stem, "seed \(seed): \(word) \(ending)")
      }
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
