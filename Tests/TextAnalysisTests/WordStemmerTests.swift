import Testing

@testable import TextAnalysis

@Suite("Languages of words")
struct TextLanguageTests {
  private func term(_ word: String, _ language: TextLanguage) -> String {
    var stemmer = WordStemmer(language)
    return String(decoding: stemmer.term(of: Array(Folding.fold(word).utf8)[...]), as: UTF8.self)
  }

  @Test("Snowball has the rules of every language", arguments: TextLanguage.allCases)
  func algorithms(language: TextLanguage) {
    if let algorithm = language.algorithm { #expect(SnowballStemmer(algorithm).isThere, "\(algorithm)") }
  }

  @Test(
    "forms of a word have one term",
    arguments: [
      (TextLanguage.english, "knives", "knife"), (.english, "women", "Woman"), (.english, "shelves", "shelf"),
      (.english, "children", "child"),
      (.english, "mice", "mouse"), (.english, "feet", "foot"), (.english, "scarves", "scarf"),
      (.german, "Häuser", "Haus"), (.german, "Schuhen", "Schuhe"),
      (.french, "chaussures", "chaussure"), (.spanish, "zapatos", "zapato"), (.italian, "scarpe", "scarpa"),
      (.dutch, "boeken", "boek"),
      (.portuguese, "sapatos", "sapato"), (.swedish, "flickorna", "flickor"), (.danish, "bøgerne", "bøger"),
      (.finnish, "talossa", "talo"),
      (.norwegian, "bilene", "bilen"), (.russian, "красный", "красная"), (.russian, "книги", "книга"),
      (.turkish, "evler", "ev"), (.romanian, "cartile", "carti"),
      (.hungarian, "házak", "ház"), (.greek, "παπούτσια", "παπούτσι"), (.russian, "kettles", "kettle"),
      (.german, "الجوال", "جوال"), (.arabic, "kettles", "kettle"),
      (.arabic, "الجوال", "جوال"),
    ] as [(TextLanguage, String, String)])
  func forms(language: TextLanguage, one: String, other: String) {
    #expect(term(one, language) == term(other, language))
  }

  @Test("words with digits stay in every language, and all words without one", arguments: TextLanguage.allCases)
  func exact(language: TextLanguage) {
    for word in ["ipads2", "h264ing", "500", "5книги", "الكتاب2"] {
      #expect(term(word, language) == Folding.fold(word))
    }
    for word in ["kettles", "الجوال", "книги", "Häuser"] { #expect(term(word, .none) == Folding.fold(word)) }
  }

  @Test("й is a letter of its own however it is written")
  func shortI() {
    #expect(Folding.fold("Чай чаи\u{306} ёлка") == "чай чай елка")
  }
}
