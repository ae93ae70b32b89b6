import Testing

@testable import TextAnalysis

@Suite("Folding")
struct FoldingTests {
  @Test(
    "spellings that mean the same become the same",
    arguments: [
      ("Café", "cafe"), ("CAFE\u{301}", "cafe"), ("Ａｂｃ", "abc"), ("ﬀ", "ff"), ("Straße", "strasse"), ("ÆØ", "æø"),
      ("Žižek", "zizek"), ("e\u{301}\u{302}", "e"), ("Å", "a"), ("K", "k"), ("½", "1⁄2"), ("①", "1"),
      ("a\u{200d}b\u{200c}c", "abc"), ("A, b!", "a, b!"),
    ])
  func latin(text: String, folded: String) {
    #expect(Folding.fold(text) == folded)
  }

  @Test(
    "Arabic spellings that mean the same become the same",
    arguments: [
      ("أحمد", "احمد"), ("إسلام", "اسلام"), ("آمن", "امن"), ("ٱلله", "الله"), ("مؤمن", "مومن"), ("شاطئ", "شاطي"),
      ("مستشفى", "مستشفي"), ("مدرسة", "مدرسه"), ("کتابی", "كتابي"), ("مُحَمَّدٌ", "محمد"), ("كـــتاب", "كتاب"),
      ("رحمٰن", "رحمن"), ("١٢٣٤٥٦٧٨٩٠", "1234567890"), ("۱۲۳۴۵۶۷۸۹۰", "1234567890"), ("ﻻ", "لا"), ("ﺏ", "ب"),
      ("می‌خواهم", "ميخواهم"), ("الإلكترونيات", "الالكترونيات"), ("قُرْآن", "قران"), ("ء", "ء"),
    ])
  func arabic(text: String, folded: String) {
    #expect(Folding.fold(text) == folded)
    #expect(Folding.fold(folded) == folded)
  }

  @Test("ASCII is folded as the way for all scripts folds it")
  func asciiProperty() {
    for byte in 0..<128 as Range<UInt8> {
      var bytes: [UInt8] = []
      Folding.fold([UInt16(byte)], into: &bytes)
      #expect(Folding.fold(String(UnicodeScalar(byte))) == String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test("what is folded stays as it is when it is folded again")
  func idempotenceProperty() {
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = Bool.random(using: &generator) ? generator.mixed() : generator.scalars(count: 0...20)
      let folded = Folding.fold(text)
      let again = Folding.fold(folded)
      #expect(
        Array(again.unicodeScalars) == Array(folded.unicodeScalars), "seed \(seed): \(text.debugDescription)")
    }
  }

  @Test("composed and decomposed forms, and letters of both cases, are folded to the same")
  func equivalenceProperty() {
    for value in 0x80...0x1fff as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = String(scalar)
      let decomposed = String(String.UnicodeScalarView(text.decomposed))
      #expect(Folding.fold(decomposed) == Folding.fold(text), "U+\(String(value, radix: 16))")
      if scalar.properties.changesWhenCaseFolded && text.uppercased().lowercased() == text.lowercased() {
        #expect(Folding.fold(text.uppercased()) == Folding.fold(text), "U+\(String(value, radix: 16))")
      }
    }
  }

  @Test("long texts grow as they need to")
  func growth() {
    // One unit becomes eighteen.
    #expect(Folding.fold(String(repeating: "ﷺ", count: 1000)).utf16.count == 18_000)
    #expect(Folding.fold(String(repeating: "É", count: 100_000)) == String(repeating: "e", count: 100_000))
  }
}

extension String {
  /// The scalars of the canonical decomposition.
  fileprivate var decomposed: [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    var iterator = Normalization.nfkd(Array(utf16)).makeIterator()
    var decoder = UTF16()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { scalars.append(scalar) }
    return scalars
  }
}
