/// Cuts a filter's text into tokens.
enum FilterTokens {
  enum Kind: Equatable {
    case word(String)
    case quoted(String)
    case comparison(Filter.Comparison)
    case open
    case close
    case openBracket
    case closeBracket
    case comma
    case end

    /// The token as an error message calls it.
    var name: String {
      switch self {
      case .word(let word): "\"\(word.prefix(40))\""
      case .quoted(let text): "the text \"\(text.prefix(40))\""
      case .comparison(let comparison): comparison.rawValue
      case .open: "("
      case .close: ")"
      case .openBracket: "["
      case .closeBracket: "]"
      case .comma: "a comma"
      case .end: "the end"
      }
    }
  }

  struct Token {
    let kind: Kind
    /// In characters from the start of the text.
    let column: Int
  }

  /// The tokens of `text`; the last one is the end.
  static func read(_ text: String) throws(SyntaxError) -> [Token] {
    let characters = Array(text)
    var tokens: [Token] = []
    var at = 0
    while at < characters.count {
      let character = characters[at]
      let start = at
      at += 1
      let kind: Kind
      switch character {
      case _ where character.isWhitespace: continue
      case "(": kind = .open
      case ")": kind = .close
      case "[": kind = .openBracket
      case "]": kind = .closeBracket
      case ",": kind = .comma
      case "=": kind = .comparison(.equal)
      case "!", "<", ">":
        let hasEqual = at < characters.count && characters[at] == "="
        if hasEqual { at += 1 }
        guard let comparison = Filter.Comparison(rawValue: String(character) + (hasEqual ? "=" : "")) else {
          throw SyntaxError(column: start, message: "a lone ! means nothing; write != or NOT")
        }
        kind = .comparison(comparison)
      case "\"", "'": kind = .quoted(try quoted(characters, from: &at, quote: character, start: start))
      default:
        while at < characters.count, isWordCharacter(characters[at]) { at += 1 }
        kind = .word(String(characters[start..<at]))
      }
      tokens.append(Token(kind: kind, column: start))
    }
    tokens.append(Token(kind: .end, column: characters.count))
    return tokens
  }

  private static func quoted(
    _ characters: [Character], from at: inout Int, quote: Character, start: Int
  ) throws(SyntaxError) -> String {
    var text = ""
    while at < characters.count {
      let character = characters[at]
      at += 1
      if character == quote { return text }
      if character == "\\", at < characters.count {
        text.append(characters[at])
        at += 1
      } else {
        text.append(character)
      }
    }
    throw SyntaxError(column: start, message: "the quote that opens here is never closed")
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    !character.isWhitespace && !"()[],=!<>\"".contains(character)
  }
}
