import Suggestions
import Testing

@Suite("Terms near a word")
struct NearTermPropertyTests {
  @Test("the terms are those that a scan of all finds", arguments: Alphabet.allCases, UInt64(1)...4)
  func oracle(alphabet: Alphabet, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    print("terms near words of \(alphabet), seed \(seed)")
    for size in [0, 1, 7, 60, 1500] {
      let terms = TermArray((0..<size).map { _ in random.word(alphabet, 0...random.number(1...30)) })
      let trie = TermTrie(terms)
      let indexes = [TermIndex(terms, finds: .beginnings), TermIndex(terms, finds: .wholes)]
      #expect(trie.count == terms.count)
      for _ in 0..<(size > 1000 ? 8 : 25) {
        // Half of them near a term.
        let base =
          random.number(0...1) == 0 || terms.count == 0
          ? random.word(alphabet, 0...9)
          : String(decoding: terms.terms[random.number(0...terms.count - 1)], as: UTF8.self)
        let cut = String(base.unicodeScalars.prefix(random.number(0...14)))
        let word = random.edited(cut, random.number(0...2), alphabet)
        let kept = random.number(0...2)
        let start = word.unicodeScalars.prefix(kept)
        for edits in 0...2 {
          for part in [TermTrie.Part.whole, .beginning] {
            var found: [String] = []
            var last = 0
            trie.forEachTerm(near: word.utf8.span, edits: edits, part: part, keeping: kept, in: terms) { range, edits in
              #expect(range.lowerBound >= last && !range.isEmpty)
              last = range.upperBound
              for index in range { found.append("\(index) \(edits)") }
            }
            let expected = terms.terms.enumerated().compactMap { index, bytes -> String? in
              let term = String(decoding: bytes, as: UTF8.self)
              guard term.unicodeScalars.starts(with: start) else { return nil }
              let tail = String(word.unicodeScalars.dropFirst(start.count))
              let rest = String(term.unicodeScalars.dropFirst(start.count))
              let distance =
                part == .whole
                ? NaiveDistance.between(tail, rest) : NaiveDistance.toBeginning(tail, of: rest)
              return distance <= edits ? "\(index) \(distance)" : nil
            }
            #expect(found == expected, "\(word), \(part), \(edits) edits, \(kept) kept, seed \(seed)")
            for index in indexes {
              var found: [String] = []
              index.forEachTerm(near: word.utf8.span, edits: edits, part: part, keeping: kept, in: terms) {
                range, edits in
                for place in range { found.append("\(place) \(edits)") }
              }
              #expect(
                found.sorted() == expected.sorted(),
                "\(word), \(part), \(edits) edits, \(kept) kept, seed \(seed), by index")
            }
          }
        }
      }
    }
  }

  @Test("terms that are not UTF-8, and words of any length, are walked over")
  func hostile() {
    var random = SeededGenerator(seed: 9)
    print("broken terms, seed 9")
    let bytes: [UInt8] = [0x61, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xFF, 0xF0, 0x9F]
    var distinct: Set<[UInt8]> = []
    for _ in 0..<400 {
      var term: [UInt8] = []
      for _ in 0..<random.number(0...6) { term.append(bytes[random.number(0...8)]) }
      distinct.insert(term)
    }
    let terms = BrokenTerms(distinct.sorted { $0.lexicographicallyPrecedes($1) })
    let trie = TermTrie(terms)
    for index in 0..<terms.count {
      var found: [Int] = []
      let term = terms.terms[index]
      trie.forEachTerm(near: term.span, edits: 0, part: .whole, in: terms) { range, _ in
        found.append(contentsOf: range)
      }
      #expect(found == [index])
    }
    for word in ["", "a", String(repeating: "a", count: 62), String(repeating: "a", count: 1 << 20)] {
      trie.forEachTerm(near: word.utf8.span, edits: 7, part: .beginning, keeping: -3, in: terms) { range, edits in
        #expect((0...2).contains(edits) && range.upperBound <= terms.count)
      }
    }
  }

  private struct BrokenTerms: SortedTerms {
    let terms: [[UInt8]]
    init(_ terms: [[UInt8]]) { self.terms = terms }
    var count: Int { terms.count }
    func readTerm(_ index: Int, into buffer: inout [UInt8]) { buffer = terms[index] }
  }
}
