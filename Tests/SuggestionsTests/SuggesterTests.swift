import Suggestions
import Testing

@Suite("Suggestions while one types")
struct SuggesterTests {
  static func phrase(_ text: String, _ weight: UInt32) -> Suggester.Phrase {
    Suggester.Phrase(key: text.lowercased(), text: text, weight: weight)
  }

  let suggester = Suggester([
    Self.phrase("Wireless Mouse", 50), Self.phrase("Wireless Keyboard", 70), Self.phrase("Gaming Mouse", 40),
    Self.phrase("Mouse Pad", 90),
    Self.phrase("Wired Headset", 10), Self.phrase("سماعة لاسلكية", 30), Self.phrase("Mouse Mouse", 5),
    Self.phrase("House", 60),
  ])

  func texts(_ prefix: String, limit: Int = 10) -> [String] {
    suggester.suggestions(for: prefix, limit: limit).map(\.phrase.text)
  }

  @Test("a prefix of any word finds the phrase once, the weightiest first")
  func prefixes() {
    #expect(texts("mou") == ["Mouse Pad", "Wireless Mouse", "Gaming Mouse", "Mouse Mouse"])
    #expect(texts("mou", limit: 2) == ["Mouse Pad", "Wireless Mouse"])
    #expect(texts("mouse pa") == ["Mouse Pad"])
    #expect(texts("لاس") == ["سماعة لاسلكية"])
    #expect(texts("", limit: 1) == ["Mouse Pad"])
    #expect(texts("mou", limit: 0).isEmpty)
  }

  @Test("typing errors are forgiven by the prefix's length, and come behind what fits")
  func errors() {
    #expect(texts("mpu").isEmpty)
    #expect(texts("mpus") == ["Mouse Pad", "Wireless Mouse", "Gaming Mouse", "Mouse Mouse"])
    #expect(texts("nouse").isEmpty)
    #expect(texts("wire") == ["Wireless Keyboard", "Wireless Mouse", "Wired Headset"])
    #expect(texts("wierlss m") == ["Wireless Mouse"])
    #expect(texts("سمعة") == ["سماعة لاسلكية"])
    // Seven letters are forgiven one: `Mouse Mouse` starts with `mouse m`.
    #expect(suggester.suggestions(for: "mouse p").map(\.edits) == [0, 1])
    #expect(texts("mouse p") == ["Mouse Pad", "Mouse Mouse"])
    #expect(texts("mouse p", limit: 1) == ["Mouse Pad"])
    #expect(texts("wired") == ["Wired Headset", "Wireless Keyboard", "Wireless Mouse"])
  }

  @Test("hostile prefixes and phrases are met")
  func hostile() {
    #expect(texts(String(repeating: "m", count: 1 << 20)).isEmpty)
    #expect(texts(String(repeating: "m", count: 100)).isEmpty)
    for bytes: [UInt8] in [[0xFF], [0x6D, 0x6F, 0xC3, 0x73], [0xE2, 0x82]] {
      for suggestion in bytes.asSpan({ suggester.suggestions(for: $0) }) { #expect(suggestion.edits > 0) }
    }
    let odd = Suggester([
      Self.phrase("", 1), Self.phrase(String(repeating: "x", count: Suggester.longestPhrase + 1), 1),
      Self.phrase("  two  spaces ", 1),
      Self.phrase("none", 0),
    ])
    #expect(odd.suggestions(for: "").map(\.phrase.text) == ["  two  spaces "])
    #expect(odd.suggestions(for: "spaces").count == 1)
    #expect(odd.suggestions(for: "none").isEmpty)
    #expect(Suggester().suggestions(for: "a").isEmpty)
  }
}

@Suite("Suggestions against a scan of all phrases")
struct SuggesterPropertyTests {
  /// Phrases in a dictionary, all of them looked at for each prefix.
  private struct NaiveSuggester {
    var phrases: [String: Suggester.Phrase] = [:]

    func suggestions(for prefix: String, limit: Int) -> [String] {
      let letters = prefix.unicodeScalars.count
      let allowed = Suggester.allowedEdits(letters: letters)
      var needed: [(edits: Int, phrase: Suggester.Phrase)] = []
      for phrase in phrases.values where phrase.weight > 0 {
        let edits = Self.beginnings(of: phrase.key).map { Self.edits(prefix, $0) }.min() ?? 3
        if edits <= allowed { needed.append((edits, phrase)) }
      }
      // Two edits only where nothing is nearer.
      if needed.contains(where: { $0.edits < 2 }) { needed.removeAll { $0.edits == 2 } }
      return needed.sorted {
        if $0.edits != $1.edits { return $0.edits < $1.edits }
        if $0.phrase.weight != $1.phrase.weight { return $0.phrase.weight > $1.phrase.weight }
        return $0.phrase.key.utf8.lexicographicallyPrecedes($1.phrase.key.utf8)
      }.prefix(limit).map { "\($0.edits) \($0.phrase.key) \($0.phrase.weight)" }
    }

    private static func beginnings(of key: String) -> [Substring] {
      let scalars = key.unicodeScalars
      return scalars.indices.filter { index in
        scalars[index] != " " && (index == scalars.startIndex || scalars[scalars.index(before: index)] == " ")
      }.map { Substring(scalars[$0...]) }
    }

    private static func edits(_ prefix: String, _ text: Substring) -> Int {
      if text.unicodeScalars.starts(with: prefix.unicodeScalars) { return 0 }
      guard let first = prefix.unicodeScalars.first, text.unicodeScalars.first == first else { return 3 }
      return NaiveDistance.toBeginning(
        String(prefix.unicodeScalars.dropFirst()), of: String(text.unicodeScalars.dropFirst()))
    }
  }

  @Test(
    "the suggestions are those of the scan, however phrases came and went", arguments: Alphabet.allCases, UInt64(1)...3)
  func oracle(alphabet: Alphabet, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    print("suggestions in \(alphabet), seed \(seed)")
    var naive = NaiveSuggester()
    var suggester = Suggester()
    for round in 0..<5 {
      var changes: [Suggester.Phrase] = []
      for _ in 0..<(round == 0 ? 400 : random.number(1...150)) {
        let keys = naive.phrases.keys.sorted()
        let key =
          keys.isEmpty || random.number(0...1) == 0
          ? (0..<random.number(1...3)).map { _ in random.word(alphabet, 1...8) }.joined(separator: " ")
          : keys[random.number(0...keys.count - 1)]
        // Few weights, so that many are equal.
        let phrase = Suggester.Phrase(key: key, text: key, weight: UInt32(random.number(0...20)))
        naive.phrases[key] = phrase
        changes.append(phrase)
      }
      suggester.update(changes)
      let whole = Suggester(naive.phrases.values)
      for _ in 0..<12 {
        let keys = naive.phrases.keys.sorted()
        let start = keys[random.number(0...keys.count - 1)].unicodeScalars.prefix(random.number(0...12))
        let prefix = random.edited(String(start), random.number(0...2), alphabet)
        let limit = random.number(1...15)
        let expected = naive.suggestions(for: prefix, limit: limit)
        for asked in [suggester, whole] {
          let found = asked.suggestions(for: prefix, limit: limit).map {
            "\($0.edits) \($0.phrase.key) \($0.phrase.weight)"
          }
          #expect(found == expected, "\(prefix), seed \(seed)")
        }
      }
    }
  }
}
