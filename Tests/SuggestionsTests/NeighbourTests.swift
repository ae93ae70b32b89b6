import Suggestions
import Testing

@Suite("Words near a word")
struct NeighbourPropertyTests {
  @Test("the neighbours are those that a scan of all words finds", arguments: Alphabet.allCases, UInt64(1)...4)
  func oracle(alphabet: Alphabet, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    print("neighbours of \(alphabet), seed \(seed)")
    var counts: [String: Int64] = [:]
    var layered = LayeredVocabulary()
    for round in 0..<8 {
      var changes: [(word: String, change: Int64)] = []
      for _ in 0..<random.number(1...(round == 0 ? 600 : 120)) {
        let known = counts.keys.sorted()
        let word =
          known.isEmpty || random.number(0...2) > 0
          ? random.word(alphabet, 1...12) : known[random.number(0...known.count - 1)]
        // Now and then a word is used up.
        let change = random.number(0...3) == 0 ? -(counts[word] ?? 0) : Int64(random.number(1...50))
        guard change != 0 else { continue }
        counts[word, default: 0] += change
        changes.append((word, change))
      }
      layered.update(changes)
      let merged = Speller(layered.merged())
      let speller = Speller(layered)
      #expect(layered.total == counts.values.reduce(0, +))
      for _ in 0..<25 {
        let word = random.edited(random.word(alphabet, 1...12), random.number(0...2), alphabet)
        #expect(layered.count(of: word) == max(0, counts[word] ?? 0))
        for edits in 0...2 {
          let expected = counts.filter { $0.value > 0 }.compactMap { other, count -> String? in
            let distance = NaiveDistance.between(word, other)
            return distance <= edits ? "\(distance) \(other) \(count)" : nil
          }.sorted()
          for asked in [speller, merged] {
            let found = asked.neighbours(of: word.utf8.span, edits: edits).map { "\($0.edits) \($0.word) \($0.count)" }
            #expect(found.sorted() == expected, "\(word), \(edits) edits, seed \(seed)")
          }
        }
      }
    }
  }

  @Test("long words have neighbours up to the longest, and none beyond")
  func longest() {
    let longest = String(repeating: "ab", count: Vocabulary.longestWord / 2)
    let vocabulary = Vocabulary([(longest, 3), (longest + "a", 4), ("", 5)].map { (word: $0.0, count: Int64($0.1)) })
    #expect(vocabulary.count == 1)
    let speller = Speller(vocabulary)
    #expect(speller.corrections(of: String(longest.dropLast()) + "x").map(\.word) == [longest])
    #expect(speller.corrections(of: String(longest.dropFirst(2))).map(\.word) == [longest])
    #expect(speller.corrections(of: longest + "a").isEmpty)
  }

  @Test("hostile words are answered: nothing, a megabyte, broken UTF-8, marks alone")
  func hostile() {
    let vocabulary = Vocabulary([(word: "word", count: 1), (word: "e\u{301}\u{302}", count: 2)])
    let speller = Speller(vocabulary)
    #expect(speller.corrections(of: "").isEmpty)
    #expect(speller.corrections(of: String(repeating: "w", count: 1 << 20)).isEmpty)
    #expect(speller.split(String(repeating: "w", count: 1 << 20)) == nil)
    #expect(speller.corrections(of: "e\u{302}\u{301}").map(\.word) == ["e\u{301}\u{302}"])
    let broken: [[UInt8]] = [
      [0xFF, 0xFE], [0x77, 0x6F, 0x72, 0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80],
    ]
    for bytes in broken {
      // A broken byte is a letter that no word has.
      let expected = bytes.starts(with: Array("wor".utf8)) ? ["word"] : []
      #expect(bytes.asSpan { speller.corrections(of: $0).map(\.word) } == expected, "\(bytes)")
      var builder = Vocabulary.Builder()
      let isAdded = bytes.asSpan { builder.add($0, count: 1) }
      #expect(!isAdded)
      #expect(builder.finish().count == 0)
    }
  }

  @Test("counts stay at the ends of what 64 bits hold")
  func extremes() {
    var layered = LayeredVocabulary()
    layered.update([
      (word: "many", change: Int64.max), (word: "many", change: Int64.max), (word: "gone", change: Int64.min),
    ])
    #expect(layered.count(of: "many") == .max)
    #expect(layered.count(of: "gone") == 0)
    #expect(Speller(layered).corrections(of: "mny").map(\.word) == ["many"])
  }
}
