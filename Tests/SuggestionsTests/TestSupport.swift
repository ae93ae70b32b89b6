import Foundation
import Suggestions

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// A word of an alphabet, whose few letters make near words frequent.
  mutating func word(_ alphabet: Alphabet, _ lengths: ClosedRange<Int>) -> String {
    let letters = alphabet.letters
    return String(
      String.UnicodeScalarView((0..<number(lengths)).map { _ in letters[number(0...letters.count - 1)] }))
  }

  /// A text with so many random edits.
  mutating func edited(_ text: String, _ edits: Int, _ alphabet: Alphabet) -> String {
    var letters = Array(text.unicodeScalars)
    for _ in 0..<edits {
      let letter = alphabet.letters[number(0...alphabet.letters.count - 1)]
      let place = number(0...letters.count)
      switch number(0...3) {
      case 0: letters.insert(letter, at: place)
      case 1 where place < letters.count: letters.remove(at: place)
      case 2 where place < letters.count: letters[place] = letter
      case 3 where place + 1 < letters.count: letters.swapAt(place, place + 1)
      default: break
      }
    }
    return String(String.UnicodeScalarView(letters))
  }
}

/// Letters that random words are made of.
enum Alphabet: String, CaseIterable {
  case latin = "abce"
  case arabic = "ابتةه"
  /// Scalars of one to four bytes, a combining mark and letters whose values share their last byte.
  case mixed = "aéا\u{301}中😀š"

  var letters: [Unicode.Scalar] { Array(rawValue.unicodeScalars) }
}

/// Distances by the textbook's table.
enum NaiveDistance {
  static func rows(_ left: [UInt32], _ right: [UInt32]) -> [[Int]] {
    var table = (0...left.count).map { row in (0...right.count).map { row == 0 ? $0 : $0 == 0 ? row : 0 } }
    for row in 1..<max(1, left.count + 1) {
      for column in 1..<max(1, right.count + 1) {
        var cost = min(
          table[row - 1][column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1), table[row - 1][column] + 1,
          table[row][column - 1] + 1)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          cost = min(cost, table[row - 2][column - 2] + 1)
        }
        table[row][column] = cost
      }
    }
    return table
  }

  static func between(_ left: String, _ right: String) -> Int {
    let rows = rows(scalars(left), scalars(right))
    return rows[rows.count - 1][rows[0].count - 1]
  }

  /// The fewest edits between `word` and some beginning of `text`.
  static func toBeginning(_ word: String, of text: String) -> Int {
    rows(scalars(word), scalars(text)).last?.min() ?? 0
  }

  static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
}

extension Array where Element == UInt8 {
  /// Calls `body` with the bytes as a span.
  func asSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(span) }
}

/// Lists of words that nobody made up, where they are at hand.
enum RealWords {
  /// The folder of spelling lists, by `XOPIX_REAL_DATA` or beside the project.
  static let folder: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data =
      ProcessInfo.processInfo.environment["XOPIX_REAL_DATA"]
      ?? root.deletingLastPathComponent().appendingPathComponent("shared/data").path
    let folder = data + "/spelling"
    guard FileManager.default.fileExists(atPath: folder + "/codespell_dictionary.txt") else {
      print("SKIPPED: no spelling lists in \(folder); XOPIX_REAL_DATA names the folder of real data")
      return nil
    }
    return folder
  }()

  static func lines(_ file: String) throws -> [Substring] {
    try String(contentsOfFile: (folder ?? "") + "/" + file, encoding: .utf8).split(whereSeparator: \.isNewline)
  }

  /// English words and their counts.
  static func english() throws -> [(word: String, count: Int64)] {
    try lines("frequency_dictionary_en_82_765.txt").compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, let count = Int64(parts[1]) else { return nil }
      return (String(String.UnicodeScalarView(parts[0].unicodeScalars.filter { $0.value != 0xFEFF })), count)
    }
  }

  /// Arabic words and their counts.
  static func arabic() throws -> [(word: String, count: Int64)] {
    try lines("ar_50k.txt").compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, let count = Int64(parts[1]),
        parts[0].unicodeScalars.allSatisfy({ (0x600...0x6FF).contains($0.value) && $0.properties.isAlphabetic })
      else { return nil }
      return (String(parts[0]), count)
    }
  }

  typealias Misspelling = (typed: String, meant: String)

  /// Misspellings with one correction each.
  static func codespell() throws -> [Misspelling] {
    try lines("codespell_dictionary.txt").compactMap { line in
      let parts = line.components(separatedBy: "->")
      guard parts.count == 2, !parts[1].contains(",") else { return nil }
      return (parts[0].lowercased(), parts[1].lowercased())
    }.filter(isPlain)
  }

  static func wikipedia() throws -> [Misspelling] {
    try lines("wikipedia_misspellings.txt").flatMap { line -> [Misspelling] in
      let parts = line.components(separatedBy: ": ")
      guard parts.count == 2 else { return [] }
      return parts[1].split(separator: " ").map { ($0.lowercased(), parts[0].lowercased()) }
    }.filter(isPlain)
  }

  private static func isPlain(_ pair: Misspelling) -> Bool {
    !pair.typed.isEmpty && (pair.typed + pair.meant).utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
  }
}
