/// A pattern of texts, in which `*` stands for any letters, also none, and `?` for one.
struct WildcardPattern {
  private enum Piece: Equatable {
    case byte(UInt8)
    case anyLetter
    case anyLetters
  }

  private let pieces: [Piece]
  /// The bytes that every text starts with that fits.
  private let prefix: [UInt8]

  /// What the terms of words that fit a pattern may fit: stemming has cut the article, or an ending that the pattern names.
  ///
  /// - Parameter pattern: a pattern of folded words.
  static func patternsOfTerms(_ pattern: String) -> [WildcardPattern] {
    var starts = [pattern[...]]
    if pattern.hasPrefix(article), !pattern.dropFirst(article.count).isEmpty {
      starts.append(pattern.dropFirst(article.count))
    }
    let patterns = starts.flatMap { start in
      [start] + endings.filter { start.hasSuffix($0.text) }.map { start.dropLast($0.text.count) + $0.stem }
    }
    return patterns.map { WildcardPattern(String($0)) }
  }

  private static let article = "ال"
  private static let endings: [(text: String, stem: String)] =
    ["s", "es", "e", "ed", "ing", "ly", "er", "ers", "ه", "ها", "ات", "ان", "ون", "ين", "ي", "يه", "ء"].map { ($0, "") }
    + [("y", "i")]

  init(_ text: String) {
    var pieces: [Piece] = []
    for byte in text.utf8 {
      switch byte {
      // Of several stars one says all.
      case UInt8(ascii: "*"): if pieces.last != .anyLetters { pieces.append(.anyLetters) }
      case UInt8(ascii: "?"): pieces.append(.anyLetter)
      default: pieces.append(.byte(byte))
      }
    }
    self.pieces = pieces
    var prefix: [UInt8] = []
    for case .byte(let byte) in pieces.prefix(while: { $0 != .anyLetter && $0 != .anyLetters }) { prefix.append(byte) }
    self.prefix = prefix
  }

  /// Gives the index of each text of a table, in order, that fits.
  func forEachMatch(in table: TextTable, _ body: (Int) -> Void) {
    for index in table.indexes(startingWith: prefix) where matches(table.bytes(index)) { body(index) }
  }

  /// Whether a text fits. O(letters of the text × pieces of the pattern).
  func matches(_ text: [UInt8]) -> Bool {
    var piece = 0
    var at = 0
    // Where to go on if what follows the last star does not fit: one letter later.
    var star: (piece: Int, at: Int)?
    while at < text.count {
      switch piece < pieces.count ? pieces[piece] : nil {
      case .anyLetters:
        star = (piece, at)
        piece += 1
        continue
      case .anyLetter:
        piece += 1
        at = Self.afterLetter(text, at)
        continue
      case .byte(let byte) where byte == text[at]:
        piece += 1
        at += 1
        continue
      default: break
      }
      guard let last = star else { return false }
      star = (last.piece, Self.afterLetter(text, last.at))
      piece = last.piece + 1
      at = Self.afterLetter(text, last.at)
    }
    return pieces[piece...].allSatisfy { $0 == .anyLetters }
  }

  /// The place after the letter that starts at one.
  private static func afterLetter(_ text: [UInt8], _ at: Int) -> Int {
    var end = at + 1
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }
}
