/// The ways to cut words into others that the index has.
///
/// A word of letters is cut in two. One with digits is cut, after it was joined with the words beside it that signs hold to
/// it, where letters and digits meet, where signs stood, and at one other place.
struct WordSplits {
  private let joined: [UInt8]
  /// Where a word with digits may be cut.
  private let cuts: Set<Int>
  private let words: [[UInt8]]
  /// Whether there are digits.
  let hasDigits: Bool
  /// For each part that was looked up its term and the number of its documents; nil within where it is not known.
  private var known: [Range<Int>: (term: [UInt8], documents: Int)?] = [:]
  private var found: [(terms: [[UInt8]], documents: Int)] = []

  /// Words of letters of other lengths are not cut.
  private static let lengths = 4...24
  /// Words with digits of other lengths are not cut.
  private static let lengthsWithDigits = 3...24
  /// The most documents that the rarest part is in: others would take long to look through.
  private static let mostDocuments = 4096
  /// The most parts, and the most splits.
  private static let mostParts = 5
  private static let mostSplits = 4

  init(_ words: [[UInt8]]) {
    self.words = words
    joined = words.flatMap { $0 }
    hasDigits = joined.contains(where: Self.isDigit)
    var cuts: Set<Int> = []
    var end = 0
    for word in words {
      for at in word.indices.dropFirst() where Self.isDigit(word[at]) != Self.isDigit(word[at - 1]) {
        cuts.insert(end + at)
      }
      end += word.count
      cuts.insert(end)
    }
    self.cuts = cuts
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  static func hasLetters(_ word: [UInt8]) -> Bool { !word.allSatisfy(isDigit) }

  /// Whether a word may be part of another: words of Latin letters and their like, not Arabic ones, which are short and
  /// many, nor those of scripts without spaces, which dictionaries cut.
  private static func isOfLetters(_ word: ArraySlice<UInt8>) -> Bool {
    word.allSatisfy { $0 | 0x20 &- 0x61 < 26 || 0xC3...0xD3 ~= $0 || 0x80..<0xC0 ~= $0 }
  }

  /// Single letters that are words.
  private static let words = Set("aiouesy".utf8)

  private static func mayBePart(_ word: ArraySlice<UInt8>) -> Bool {
    isOfLetters(word) && (word.count > 1 || word.first.map { !words.contains($0) } ?? false)
  }

  /// Whether two words may be one.
  static func mayBeJoined(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    mayBePart(first[...]) && mayBePart(second[...]) && second.count > 1 && lengths.contains(first.count + second.count)
  }

  /// The splits whose parts are all known and, one of them, not in too many documents.
  ///
  /// - Parameter term: a part's term and in how many documents it is; nil where it is in none.
  mutating func find(_ term: (ArraySlice<UInt8>) -> (term: [UInt8], documents: Int)?) -> [[[UInt8]]] {
    if hasDigits {
      guard Self.lengthsWithDigits.contains(joined.count), Self.hasLetters(joined) else { return [] }
      var parts: [Range<Int>] = []
      cut(from: 0, &parts, hasFreeCut: false, term)
    } else {
      guard words.count == 1, Self.lengths.contains(joined.count), Self.isOfLetters(joined[...]) else { return [] }
      // A part of two letters is more likely one of a short word.
      let shortest = joined.count > 6 ? 3 : 2
      for at in 1..<joined.count - 1 where joined[at] & 0xC0 != 0x80 {
        guard
          at == 1 ? Self.mayBePart(joined[..<1]) : at >= shortest && joined.count - at >= shortest
        else { continue }
        guard let first = look(up: 0..<at, term), let second = look(up: at..<joined.count, term) else { continue }
        note([first, second])
      }
    }
    found.sort { $0.documents < $1.documents }
    return found.prefix(Self.mostSplits).map(\.terms)
  }

  private mutating func note(_ parts: [(term: [UInt8], documents: Int)]) {
    let rarest = parts.map(\.documents).min() ?? 0
    if rarest <= Self.mostDocuments { found.append((parts.map(\.term), rarest)) }
  }

  private mutating func look(
    up range: Range<Int>, _ term: (ArraySlice<UInt8>) -> (term: [UInt8], documents: Int)?
  ) -> (term: [UInt8], documents: Int)? {
    if let before = known[range] { return before }
    let found = term(joined[range])
    known[range] = .some(found)
    return found
  }

  private mutating func cut(
    from start: Int, _ parts: inout [Range<Int>], hasFreeCut: Bool,
    _ term: (ArraySlice<UInt8>) -> (term: [UInt8], documents: Int)?
  ) {
    guard start < joined.count else {
      // The words as they are need no looking for.
      guard parts.count > 1, !isAsTyped(parts) else { return }
      return note(parts.compactMap { known[$0] ?? nil })
    }
    guard parts.count < Self.mostParts else { return }
    for end in start + 1...joined.count {
      let isFree = !cuts.contains(end)
      // Beside a free cut stand two characters at least.
      if isFree, hasFreeCut || end - start < 2 || joined.count - end < 2 || joined[end] & 0xC0 == 0x80 { continue }
      guard look(up: start..<end, term) != nil else { continue }
      parts.append(start..<end)
      cut(from: end, &parts, hasFreeCut: hasFreeCut || isFree, term)
      parts.removeLast()
    }
  }

  private func isAsTyped(_ parts: [Range<Int>]) -> Bool {
    parts.count == words.count && zip(parts, words).allSatisfy { $0.count == $1.count }
  }
}
