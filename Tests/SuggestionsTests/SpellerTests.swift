import Suggestions
import Testing

@Suite("Corrections")
struct SpellerTests {
  static let words: [(word: String, count: Int64)] = [
    ("wireless", 900), ("mouse", 800), ("house", 1200), ("laptop", 70_000), ("lap", 60), ("top", 900),
    ("keyboard", 500),
    ("phone", 900), ("phase", 40), ("wire", 300), ("less", 400), ("usb3", 50), ("x200", 9), ("x201", 9), ("x20", 9),
    ("مكتبة", 300), ("مكتب", 500), ("سماعة", 400),
  ]
  let speller = Speller(Vocabulary(Self.words))

  @Test(
    "a typing error is put right",
    arguments: [
      ("wireles", "wireless"), ("wierless", "wireless"), ("mosue", "mouse"), ("moise", "mouse"),
      ("keybord", "keyboard"),
      ("fone", "phone"), ("kayboord", "keyboard"), ("مكتبه", "مكتبة"), ("صماعة", "سماعة"),
    ])
  func corrected(typed: String, meant: String) {
    #expect(speller.corrections(of: typed, limit: 1).map(\.word) == [meant])
  }

  @Test("a known word is left as it is")
  func known() { for (word, _) in Self.words { #expect(speller.corrections(of: word).isEmpty) } }

  @Test("a shorter list is the beginning of a longer one")
  func limits() {
    #expect(speller.corrections(of: "hous", limit: 0).isEmpty)
    #expect(speller.corrections(of: "hous", limit: 10).map(\.word) == ["house", "mouse"])
    #expect(speller.corrections(of: "hous", limit: 1).map(\.word) == ["house"])
  }

  @Test("corrections that are refused make room for others, and a word that is refused is corrected itself")
  func accepted() {
    #expect(speller.corrections(of: "hous", limit: 1) { $0 != "house" }.map(\.word) == ["mouse"])
    #expect(speller.corrections(of: "hous") { _ in false }.isEmpty)
    #expect(speller.corrections(of: "mouse", limit: 1) { _ in true }.map(\.edits) == [0])
    #expect(speller.corrections(of: "mouse", limit: 1) { $0 != "mouse" }.map(\.word) == ["house"])
  }

  @Test("words with digits follow their rule")
  func digits() {
    var options = Speller.Options()
    #expect(speller.corrections(of: "x202").isEmpty)
    #expect(speller.corrections(of: "usb4").isEmpty)
    #expect(!speller.corrections(of: "usb").contains { $0.word == "usb3" })
    options.digits = .oneEditOfLetters
    let careful = Speller(Vocabulary(Self.words), options: options)
    #expect(careful.corrections(of: "y200").map(\.word) == ["x200"])
    #expect(careful.corrections(of: "x202").isEmpty)
    #expect(careful.corrections(of: "ubs3").isEmpty)
    options.digits = .free
    let free = Speller(Vocabulary(Self.words), options: options)
    #expect(free.corrections(of: "x202").map(\.word).contains("x200"))
    #expect(free.corrections(of: "ubs3").map(\.word) == ["usb3"])
  }

  @Test("neighbours decide between words, and find a known one to be wrong")
  func context() {
    var pairs = WordPairTable()
    pairs.add("wireless", "mouse", count: 500)
    pairs.add("big", "house", count: 500)
    #expect(pairs.count(of: "wireless", "mouse") == 500 && pairs.count(of: "mouse", "wireless") == 0)
    #expect(speller.corrections(of: "ouse", limit: 1).map(\.word) == ["house"])
    #expect(
      speller.corrections(of: "ouse", after: "wireless", before: nil, pairs: pairs, limit: 1).map(\.word) == ["mouse"])
    let known = speller.corrections(of: "mouse", after: "wireless", before: nil, pairs: pairs, limit: 2)
    #expect(known.first?.word == "mouse" && known.first?.edits == 0)
    #expect(known.last?.word == "house")
  }

  @Test("pairs are counted however many there are")
  func manyPairs() {
    var pairs = WordPairTable()
    for number in 0..<5000 { pairs.add("a\(number)", "b\(number % 7)", count: Int64(number)) }
    #expect(pairs.count == 5000)
    for number in 0..<5000 { #expect(pairs.count(of: "a\(number)", "b\(number % 7)") == Int64(number)) }
    #expect(pairs.count(of: "a1", "b2") == 0)
  }

  @Test("words are cut and joined where that is likelier")
  func spaces() {
    #expect(speller.split("wirelessmouse").map { [$0.first, $0.second] } == ["wireless", "mouse"])
    #expect(speller.split("wireless") == nil)
    #expect(speller.split("qwertyuiop") == nil)
    #expect(speller.join("lap", "top")?.word == "laptop")
    #expect(speller.join("wireless", "mouse") == nil)
    var pairs = WordPairTable()
    pairs.add("lap", "top", count: 600)
    #expect(speller.join("lap", "top", pairs: pairs) == nil)
    let query = ["wirelessmouse", "for", "my", "lap", "top", "keybord"]
    // What `for` and `my` are taken for does not matter here.
    let changes = speller.changes(to: query).filter { !(1..<3).contains($0.words.lowerBound) }
    #expect(changes.map(\.words) == [0..<1, 3..<5, 5..<6])
    #expect(changes.map(\.replacement) == [["wireless", "mouse"], ["laptop"], ["keyboard"]])
  }

  @Test("real misspellings are put right as often as promised", .enabled(if: RealWords.folder != nil))
  func accuracy() throws {
    let english = try RealWords.english()
    let known = Set(english.map(\.word))
    let speller = Speller(Vocabulary(english))
    // The lines of codespell with even numbers were used to find the weights.
    let unused = try RealWords.codespell().enumerated().filter { $0.offset % 32 == 1 }.map(\.element)
    for (name, list, floors) in [
      ("codespell", unused, [0.96, 0.80]),
      ("Wikipedia", try RealWords.wikipedia().enumerated().filter { $0.offset % 3 == 0 }.map(\.element), [0.88, 0.60]),
    ] {
      for edits in 1...2 {
        let pairs = list.filter { known.contains($0.meant) && NaiveDistance.between($0.typed, $0.meant) == edits }
        let right = pairs.count { speller.corrections(of: $0.typed, limit: 1).first?.word == $0.meant }
        let share = Double(right) / Double(max(1, pairs.count))
        print("\(name): \(right) of \(pairs.count) right at \(edits) edits")
        #expect(pairs.count > 100)
        #expect(share >= floors[edits - 1], "\(name), \(edits) edits: \(share)")
      }
    }
  }

  @Test("Arabic letters that are confused are put right", .enabled(if: RealWords.folder != nil))
  func arabicAccuracy() throws {
    let arabic = try RealWords.arabic()
    let known = Set(arabic.map(\.word))
    let speller = Speller(Vocabulary(arabic))
    let groups = ["اأإآ", "هة", "تط", "سص", "دض", "ذزظ"].map { Array($0.unicodeScalars) }
    var random = SeededGenerator(seed: 11)
    print("Arabic misspellings, seed 11")
    var asked = 0
    var right = 0
    for (word, _) in arabic.prefix(20_000).enumerated().filter({ $0.offset % 8 == 0 }).map(\.element) {
      var letters = Array(word.unicodeScalars)
      let places = letters.indices.filter { place in groups.contains { $0.contains(letters[place]) } }
      guard letters.count > 4, !places.isEmpty else { continue }
      let place = places[random.number(0...places.count - 1)]
      let others = groups.first { $0.contains(letters[place]) }?.filter { $0 != letters[place] } ?? []
      letters[place] = others[random.number(0...others.count - 1)]
      let typed = String(String.UnicodeScalarView(letters))
      guard !known.contains(typed) else { continue }
      asked += 1
      if speller.corrections(of: typed, limit: 1).first?.word == word { right += 1 }
    }
    print("Arabic: \(right) of \(asked) right")
    #expect(asked > 1000)
    #expect(Double(right) / Double(asked) > 0.9)
  }
}
