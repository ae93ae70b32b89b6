import QueryLanguage
import Suggestions
import Testing
import TextAnalysis

@testable import SearchEngine

@Suite("Spelling")
struct SpellingTests {
  private static let alphabets = [
    Array("abcdefghijklmnopqrstuvwxyz"), Array("بتثجحخدذرزسشصضطظعغفقكلمنهوي"), Array("абвгдежзиклмнопрстуфхцчшщыэюя"),
  ]

  /// Words so long and so random that no two are alike.
  private static func words(_ alphabet: [Character], _ generator: inout SeededGenerator) -> [String] {
    (0..<30).map { _ in
      String(
        (0..<Int.random(in: 6...10, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator) ?? "a"
        })
    }
  }

  /// The word with one letter added, left out, changed, or swapped with its neighbour.
  private static func misspelt(
    _ word: String, _ alphabet: [Character], _ generator: inout SeededGenerator
  ) -> String {
    var letters = Array(word)
    let other = alphabet.randomElement(using: &generator) ?? "a"
    let at = Int.random(in: 1..<letters.count - 1, using: &generator)
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: letters.insert(other, at: at)
    case 1: letters.remove(at: at)
    case 2: letters[at] = other
    default: letters.swapAt(at, at + 1)
    }
    return String(letters)
  }

  @Test("one wrong letter is corrected in any script; right words never are", arguments: 0..<6 as Range<UInt64>)
  func oneEdit(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for alphabet in Self.alphabets {
      let words = Self.words(alphabet, &generator)
      let folder = try TemporaryFolder()
      let products = words.enumerated().map { Product(id: "\($0)", title: $1) }
      let snapshot = try index([Array(products[..<11]), Array(products[11...])], in: folder)
      let known = Set(words.flatMap { Analyzer.text.terms(of: $0) })
      for word in words {
        #expect(snapshot.spell(word).corrected == nil, "seed \(seed): \(word)")
        #expect(try snapshot.search(request(word, typos: true)).corrected == nil, "seed \(seed): \(word)")
        let typed = Self.misspelt(word, alphabet, &generator)
        guard Set(Analyzer.text.terms(of: typed)).isDisjoint(with: known) else { continue }
        let result = snapshot.spell(typed)
        #expect(result.corrected == word, "seed \(seed): \(typed)")
        #expect(result.suggestions.first?.distance == 1, "seed \(seed): \(typed)")
        #expect(try snapshot.search(request(typed, typos: true)).ids.contains { products[Int($0) ?? 0].title == word })
      }
    }
  }

  private func snapshot(in folder: TemporaryFolder) throws -> IndexSnapshot {
    try index(
      [
        [
          Product(id: "1", title: "Wireless keyboard", body: "model mx2000"), Product(id: "2", title: "Glass kettle"),
          Product(id: "3", title: "Kettle bell", body: "iron"),
        ]
      ], in: folder)
  }

  @Test(
    "words are corrected where they stand, in whatever clause",
    arguments: [
      ("glas ketle", "glass kettle"), ("title:ketle", "title:kettle"), ("Ketle -iron", "kettle -iron"),
      ("ketle OR zzzzzz", "kettle OR zzzzzz"), ("wireles-keybord", "wireless-keyboard"),
      ("kettel   bell", "kettle   bell"),
    ])
  func places(typed: String, corrected: String) throws {
    let folder = try TemporaryFolder()
    #expect(try snapshot(in: folder).search(request(typed, typos: true)).corrected == corrected)
  }

  @Test(
    "what may be meant so is left alone",
    arguments: [
      "kettle", "Kettles", "glass kettle", "mx2001", "irn", "ketle*", "\"ketle bell\"", "-ketle", "kettle OR ketle",
      "xqzwvy", "", "!!!", "-",
    ])
  func leftAlone(typed: String) throws {
    let folder = try TemporaryFolder()
    #expect(try snapshot(in: folder).search(request(typed, typos: true)).corrected == nil)
  }

  @Test("a letter of another block of its script is one wrong letter too")
  func otherBlock() throws {
    let folder = try TemporaryFolder()
    let snapshot = try index([[Product(id: "1", title: "سجاد"), Product(id: "2", title: "воевода")]], in: folder)
    #expect(snapshot.spell("سجال").corrected == "سجاد")
    #expect(snapshot.spell("воевоpа".replacing("p", with: "р")).corrected == "воевода")
  }

  @Test("corrections are the same when the words of all segments were put together, and when segments come and go")
  func layers() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    let titles = ["kettle", "kettle lamp", "kettles lamp", "kennel", "lamb"]
    for (number, title) in titles.enumerated() {
      writer.put(Product(id: "\(number)", title: title).document)
      if number < 2 { _ = try writer.refresh() }
    }
    func check(_ snapshot: IndexSnapshot, _ kettles: Int) {
      #expect(
        snapshot.spell("ketle").suggestions.first.map { [$0.text, "\($0.frequency)"] } == ["kettle", "\(kettles)"])
      #expect(snapshot.spell("kenel").corrected == "kennel")
      #expect(snapshot.spell("lamx").suggestions.map(\.text) == ["lamp", "lamb"])
    }
    let snapshot = try writer.refresh()
    #expect(snapshot.segmentCount > 1)
    check(snapshot, 2)
    #expect(snapshot.words.version == 1)
    #expect(snapshot.words.vocabulary(of: snapshot.views.map(\.segment)).words.layers.count == 1)
    // Another segment, then all merged into one: the common words are those of segments that are gone.
    writer.put(Product(id: "5", title: "kettle").document)
    check(try writer.refresh(), 3)
    for number in 6..<30 {
      writer.put(Product(id: "\(number)", title: "kettle").document)
      check(try writer.refresh(), number - 2)
    }
    check(snapshot, 2)
  }

  @Test("where many documents were added, the words of before serve until they are made anew")
  func manyAdded() throws {
    let folder = try TemporaryFolder()
    let snapshot = try index(
      [["kettle"], ["lamp", "lamp"], ["kennel", "kennel", "kennel"], ["boat"]].enumerated().map { group, titles in
        titles.enumerated().map { Product(id: "\(group)-\($0)", title: $1) }
      }, in: folder)
    let segments = snapshot.views.map(\.segment)
    try #require(segments.count == 4)
    func words(_ layers: WordLayers, _ segments: [Segment]) -> [Int64] {
      let vocabulary = layers.vocabulary(of: segments).words
      return ["kettle", "lamp", "kennel", "boat"].map { vocabulary.count(of: $0) }
    }
    let layers = WordLayers(alwaysAdded: 3)
    #expect(words(layers, [segments[0]]) == [1, 0, 0, 0])
    #expect(words(layers, [segments[0], segments[1]]) == [1, 2, 0, 0])
    // Few are added at once, and stand for what becomes of them.
    layers.merge([segments[0], segments[1]], into: 90, current: [segments[2]])
    #expect(words(layers, [segments[0]]) == [1, 2, 0, 0])
    #expect(words(layers, [segments[0], segments[2]]) == [1, 2, 3, 0])
    // Many are not.
    layers.merge([segments[2], segments[0]], into: 91, current: [])
    #expect(layers.vocabulary(of: Array(segments[0...2])).isStale)
    #expect(
      words(layers, Array(segments[0...2])) == [1, 2, 0, 0] || words(layers, Array(segments[0...2])) == [1, 2, 3, 0])
    layers.waitUntilMade()
    #expect(!layers.vocabulary(of: segments).isStale)
    #expect(words(layers, segments) == [1, 2, 3, 1])
    #expect(words(layers, Array(segments[0...2])) == [1, 2, 3, 0])
  }

  @Test("a word of deleted products alone is no correction")
  func deleted() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    for (id, title) in [("1", "kettle"), ("2", "kettledrum"), ("3", "lamp")] {
      writer.put(Product(id: id, title: title).document)
    }
    #expect(try writer.refresh().spell("ketle").corrected == "kettle")
    writer.delete(id: "1")
    #expect(try writer.refresh().spell("ketle").corrected == nil)
    #expect(try writer.refresh().spell("kettle").corrected == nil)
  }

  @Test("of words equally near the more frequent one is meant, and fewer edits beat both")
  func order() throws {
    let folder = try TemporaryFolder()
    let titles = ["boots", "boats", "boats", "boats", "books"]
    let snapshot = try index([titles.enumerated().map { Product(id: "\($0)", title: $1) }], in: folder)
    let suggestions = snapshot.spell("boohs").suggestions
    #expect(Set(suggestions.map(\.text)) == ["boots", "books"])
    #expect(snapshot.spell("boits").suggestions.map(\.text).first == "boats")
    #expect(snapshot.spell("boits", limit: 1).suggestions.count == 1)
  }

  @Test("distances agree with the whole table, up to the limit", arguments: 0..<4 as Range<UInt64>)
  func distanceProperty(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1500 {
      let words = (0..<2).map { _ in
        (0..<Int.random(in: 0...8, using: &generator)).map { _ in Int.random(in: 0..<3, using: &generator) }
      }
      let distance = Self.naiveDistance(words[0], words[1])
      for limit in 0...4 {
        #expect(
          EditDistance.between(words[0], words[1], atMost: limit) == (distance <= limit ? distance : nil),
          "seed \(seed): \(words) within \(limit)")
      }
    }
  }

  private static func naiveDistance(_ left: [Int], _ right: [Int]) -> Int {
    var table = Array(repeating: Array(repeating: 0, count: right.count + 1), count: left.count + 1)
    for row in 0...left.count {
      for column in 0...right.count {
        if row == 0 || column == 0 {
          table[row][column] = row + column
          continue
        }
        let isSame = left[row - 1] == right[column - 1]
        var least = min(
          table[row - 1][column] + 1, table[row][column - 1] + 1, table[row - 1][column - 1] + (isSame ? 0 : 1))
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          least = min(least, table[row - 2][column - 2] + 1)
        }
        table[row][column] = least
      }
    }
    return table[left.count][right.count]
  }
}
