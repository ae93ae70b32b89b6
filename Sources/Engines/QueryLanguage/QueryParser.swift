/// Takes apart what a person typed. It never fails: what is not syntax is a word.
public enum QueryParser {
  /// The most clauses that are read; what follows is left out.
  public static let mostClauses = 64

  /// The furthest that the words of a phrase may be moved.
  public static let furthestMove = 50
  /// The most letters of a fuzzy word that may be wrong.
  public static let mostEdits = 2

  /// Parses words, `"phrases"`, `"moved phrases"~3`, `-without`, `field:word`, `word*`, `w?rd`, `w*d`, `word~1` and `OR`.
  ///
  /// A star is a wildcard beside a letter only, and a question mark between letters only, so that `30*40` and `new?` are
  /// words. Without a number, `word~` allows one wrong letter, and two in a word of more than five.
  ///
  /// - Parameter fields: the names before a colon that are fields; any other colon is part of a word.
  public static func parse(_ text: String, fields: Set<String> = []) -> ParsedQuery {
    var scanner = Scanner(bytes: Array(text.utf8), fields: fields)
    var query = ParsedQuery(text: text, groups: [], exclusions: [])
    var joinsPrevious = false
    var count = 0
    while let token = scanner.next(), count < mostClauses {
      switch token {
      case .or: joinsPrevious = !query.groups.isEmpty
      case .clause(let clause, let isExcluded):
        count += 1
        if isExcluded {
          query.exclusions.append(clause)
        } else if joinsPrevious {
          query.groups[query.groups.count - 1].append(clause)
        } else {
          query.groups.append([clause])
        }
        joinsPrevious = false
      }
    }
    return query
  }

  private enum Token {
    case or
    case clause(ParsedQuery.Clause, isExcluded: Bool)
  }

  private struct Scanner {
    let bytes: [UInt8]
    let fields: Set<String>
    var at = 0

    init(bytes: [UInt8], fields: Set<String>) {
      self.bytes = bytes
      self.fields = fields
    }

    mutating func next() -> Token? {
      while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 }
      guard at < bytes.count else { return nil }
      // A minus excludes only before something, so that a lone dash is nothing.
      let isExcluded = bytes[at] == UInt8(ascii: "-") && at + 1 < bytes.count && Self.startsClause(bytes[at + 1])
      if isExcluded { at += 1 }
      let field = fieldName()
      if at < bytes.count, bytes[at] == UInt8(ascii: "\""), let phrase = phrase(field: field) {
        return .clause(phrase, isExcluded: isExcluded)
      }
      let start = at
      while at < bytes.count, !Self.isSpace(bytes[at]) { at += 1 }
      var end = at
      let word = bytes[start..<end]
      if !isExcluded, field == nil, word.elementsEqual("OR".utf8) { return .or }
      var kind = ParsedQuery.Clause.Kind.word
      var distance = 0
      if word.count > 1, word.last == UInt8(ascii: "*"), !WordSyntax.isPattern(word.dropLast()) {
        kind = .prefix
        end -= 1
      } else if WordSyntax.isPattern(word) {
        kind = .wildcard
      } else if let fuzzy = WordSyntax.fuzzy(word) {
        kind = .fuzzy
        distance = fuzzy.edits
        end = fuzzy.end
      }
      return .clause(clause(kind, start..<end, field, distance), isExcluded: isExcluded)
    }

    /// Reads `name:` where the name is a field's and something follows.
    private mutating func fieldName() -> String? {
      var end = at
      while end < bytes.count, !Self.isSpace(bytes[end]), bytes[end] != UInt8(ascii: ":") { end += 1 }
      guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: ":"), !Self.isSpace(bytes[end + 1]) else { return nil }
      let name = String(decoding: bytes[at..<end], as: UTF8.self)
      guard fields.contains(name) else { return nil }
      at = end + 1
      return name
    }

    /// Reads a phrase to its closing quote; nil, and nothing read, where there is none: the quote is an inch sign then.
    private mutating func phrase(field: String?) -> ParsedQuery.Clause? {
      guard let end = bytes[(at + 1)...].firstIndex(of: UInt8(ascii: "\"")), end > at + 1 else { return nil }
      let text = at + 1..<end
      at = end + 1
      return clause(.phrase, text, field, moves())
    }

    /// Reads `~N` after a phrase; 0, and nothing read, where it is not there.
    private mutating func moves() -> Int {
      guard at < bytes.count, bytes[at] == UInt8(ascii: "~") else { return 0 }
      var end = at + 1
      var number = 0
      while end < bytes.count, WordSyntax.isDigit(bytes[end]) {
        number = min(QueryParser.furthestMove, number * 10 + Int(bytes[end] - UInt8(ascii: "0")))
        end += 1
      }
      guard end > at + 1, end == bytes.count || Self.isSpace(bytes[end]) else { return 0 }
      at = end
      return number
    }

    private func clause(
      _ kind: ParsedQuery.Clause.Kind, _ range: Range<Int>, _ field: String?, _ distance: Int
    ) -> ParsedQuery.Clause {
      var clause = ParsedQuery.Clause(
        kind: kind, text: String(decoding: bytes[range], as: UTF8.self), field: field, range: range)
      clause.distance = distance
      return clause
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }

    private static func startsClause(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "\"") || WordSyntax.isLetter(byte) || WordSyntax.isDigit(byte)
    }
  }
}
