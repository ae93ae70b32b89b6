import Testing
import TextAnalysis

@Suite("Languages")
struct LanguageTests {
  @Test(
    "a text has the language whose letters are the most in it",
    arguments: [
      ("", Language.english), ("123 !?", .english), ("wireless mouse", .english), ("Café", .english),
      ("فأرة لاسلكية", .arabic), ("فأرة لاسلكية HP", .arabic), ("HP laptop فأرة", .english), ("ﻻ", .arabic),
      ("ab اب", .arabic), ("日本語", .other), ("мышь", .other), ("日本 ab", .english), ("日本語 ab", .other),
      ("🫖🫖🫖", .english), ("١٢٣", .arabic),
    ])
  func detection(text: String, language: Language) {
    #expect(Language.detect(text) == language)
  }
}
