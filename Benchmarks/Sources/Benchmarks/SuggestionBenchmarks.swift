import Suggestions

/// Spelling, completion and near terms, over made-up words and phrases.
struct SuggestionBenchmarks {
  let stopwatch: Stopwatch
  let seed: UInt64

  private static let wordCount = 160_000
  private static let phraseCount = 100_000

  func run() {
    guard stopwatch.wants("spell") || stopwatch.wants("suggest") else { return }
    var random = Generator(state: seed)
    var words: Set<String> = []
    while words.count < Self.wordCount { words.insert(Self.word(&random)) }
    let known = words.sorted()
    if stopwatch.wants("spell") { spelling(known, &random) }
    if stopwatch.wants("suggest") { suggestions(known, &random) }
  }

  private func spelling(_ known: [String], _ random: inout Generator) {
    var vocabulary = Vocabulary()
    // Few words make up most of a text.
    let counted = known.enumerated().map { (word: $1, count: Int64(1_000_000 / ($0 % 10_000 + 1) + 1)) }
    stopwatch.measureOnce("spell build, a word", count: known.count) { vocabulary = Vocabulary(counted) }
    let index = TermIndex(TermArray(known), finds: .beginnings)
    print(
      "vocabulary of \(vocabulary.count) words, \(vocabulary.byteCount) bytes; index of terms \(index.byteCount) bytes")
    let speller = Speller(vocabulary)
    let terms = TermArray(known)
    for edits in 1...2 {
      let typed = (0..<1000).map { _ in Self.mistyped(known[random.below(known.count)], edits, &random) }
      var next = 0
      stopwatch.measure("spell \(edits) typing errors, best") {
        _ = speller.corrections(of: typed[next], limit: 1)
        next = (next + 1) % typed.count
      }
      stopwatch.measure("spell \(edits) typing errors, top 10") {
        _ = speller.corrections(of: typed[next], limit: 10)
        next = (next + 1) % typed.count
      }
      for (name, part) in [("terms", TermTrie.Part.whole), ("beginnings", .beginning)] {
        var found = 0
        stopwatch.measure("spell \(name) within \(edits) edits") {
          index.forEachTerm(near: typed[next].utf8.span, edits: edits, part: part, in: terms) { range, _ in
            found += range.count
          }
          next = (next + 1) % typed.count
        }
      }
    }
  }

  private func suggestions(_ known: [String], _ random: inout Generator) {
    let phrases = (0..<Self.phraseCount).map { _ in
      let text = (0..<1 + random.below(3)).map { _ in known[random.below(known.count) % 20_000] }.joined(separator: " ")
      return Suggester.Phrase(
        key: text, text: text, weight: UInt32(1 + random.below(1_000_000) / (1 + random.below(1000))))
    }
    var suggester = Suggester()
    stopwatch.measureOnce("suggest build, a phrase", count: phrases.count) { suggester = Suggester(phrases) }
    print("suggester of \(suggester.count) phrases, \(suggester.byteCount) bytes")
    for (name, lengths, edits) in [
      ("suggest 1-3 letters", 1...3, 0), ("suggest 4-7 letters", 4...7, 0), ("suggest 8-14 letters", 8...14, 0),
      ("suggest 4-7 letters, mistyped", 4...7, 1), ("suggest 8-14, mistyped", 8...14, 1),
      ("suggest 8-14, mistyped twice", 8...14, 2),
    ] {
      let typed = (0..<1000).map { _ in
        let length = lengths.lowerBound + random.below(lengths.count)
        return Self.mistyped(String(phrases[random.below(phrases.count)].key.prefix(length)), edits, &random)
      }
      var next = 0
      stopwatch.measure(name) {
        _ = suggester.suggestions(for: typed[next])
        next = (next + 1) % typed.count
      }
    }
    var changing = suggester
    var next = 0
    stopwatch.measure("suggest change of one phrase") {
      let phrase = phrases[next]
      changing.update([Suggester.Phrase(key: phrase.key, text: phrase.text, weight: UInt32(next + 1))])
      next = (next + 1) % phrases.count
    }
  }

  private struct Generator {
    var state: UInt64

    mutating func below(_ end: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % end
    }
  }

  private static let starts = [
    "b", "br", "c", "ch", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "w",
  ]
  private static let vowels = ["a", "e", "i", "o", "u", "ea", "oo", "ai"]
  private static let ends = ["", "", "n", "r", "s", "t", "l", "ng", "ck"]

  private static func word(_ random: inout Generator) -> String {
    (0..<2 + random.below(3)).map { _ in
      starts[random.below(starts.count)] + vowels[random.below(vowels.count)] + ends[random.below(ends.count)]
    }.joined()
  }

  /// A text with typing errors behind its first letter.
  private static func mistyped(_ text: String, _ edits: Int, _ random: inout Generator) -> String {
    var letters = Array(text.utf8)
    for _ in 0..<edits where letters.count > 3 {
      let place = 1 + random.below(letters.count - 2)
      switch random.below(4) {
      case 0: letters.remove(at: place)
      case 1: letters.insert(UInt8(ascii: "e"), at: place)
      case 2: letters[place] = UInt8(ascii: "s")
      default: letters.swapAt(place, place + 1)
      }
    }
    return String(decoding: letters, as: UTF8.self)
  }
}
