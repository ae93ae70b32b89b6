/// What answers are ordered by: a column, or the score.
public struct SortKey: Sendable, Hashable {
  /// The field's name; `_score` for the score.
  public let field: String
  /// Whether the largest comes first.
  public let isDescending: Bool

  /// An order by `field`.
  public init(field: String, isDescending: Bool) {
    self.field = field
    self.isDescending = isDescending
  }

  /// The name that stands for the score.
  public static let score = "_score"
}

/// Parses orders: `price:asc,_score:desc`. Without a direction a field is ascending and the score descending.
public enum SortParser {
  /// The most keys.
  public static let mostKeys = 8

  /// The keys in `text`; none for an empty text.
  public static func parse(_ text: String) throws(SyntaxError) -> [SortKey] {
    guard text.contains(where: { !$0.isWhitespace }) else { return [] }
    var keys: [SortKey] = []
    var column = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: ":", omittingEmptySubsequences: false).map { piece in
        String(piece.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
      }
      guard let name = pieces.first, !name.isEmpty, pieces.count <= 2 else {
        throw SyntaxError(column: column, message: "expected FIELD:asc or FIELD:desc")
      }
      var isDescending = name == SortKey.score
      if pieces.count == 2 {
        switch pieces[1].lowercased() {
        case "asc": isDescending = false
        case "desc": isDescending = true
        default:
          throw SyntaxError(
            column: column + part.prefix { $0 != ":" }.count + 1,
            message: "expected asc or desc, found \"\(pieces[1].prefix(40))\"")
        }
      }
      keys.append(SortKey(field: name, isDescending: isDescending))
      guard keys.count <= mostKeys else {
        throw SyntaxError(column: column, message: "an order has at most \(mostKeys) keys")
      }
      column += part.count + 1
    }
    return keys
  }
}
