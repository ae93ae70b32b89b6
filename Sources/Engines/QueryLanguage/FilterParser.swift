/// Text that does not follow a grammar.
public struct SyntaxError: Error, Equatable, CustomStringConvertible {
  /// Where the text stops making sense, in characters from 0.
  public let column: Int
  /// What is wrong there, and what was expected.
  public let message: String

  /// A fault at `column`.
  public init(column: Int, message: String) {
    self.column = column
    self.message = message
  }

  /// One line.
  public var description: String { "at column \(column + 1): \(message)" }
}

/// Parses filters:
///
///     filter     = and ("OR" and)*
///     and        = not ("AND" not)*
///     not        = "NOT" not | "(" filter ")" | "EXISTS" field | condition
///     condition  = field ("=" | "!=" | "<" | "<=" | ">" | ">=") value
///                | field value "TO" value
///                | field ["NOT"] "IN" "[" value ("," value)* "]"
///     value      = "quoted text" | 'quoted text' | word
///
/// Keywords are read in any case.
public struct FilterParser {
  /// The deepest nesting of parentheses and NOT.
  public static let deepestNesting = 20
  /// The most conditions, values of sets included.
  public static let mostClauses = 1024
  /// The longest text, in UTF-8 bytes.
  public static let longestText = 16_384

  /// The filter in `text`; an empty text is the filter that everything passes.
  public static func parse(_ text: String) throws(SyntaxError) -> Filter {
    guard text.utf8.count <= longestText else {
      throw SyntaxError(column: longestText, message: "a filter has at most \(longestText) bytes")
    }
    var parser = FilterParser(tokens: try FilterTokens.read(text))
    if parser.tokens.count == 1 { return .all }
    let filter = try parser.disjunction(depth: 0)
    guard case .end = parser.current.kind else { throw parser.unexpected("AND, OR or the end") }
    return filter
  }

  private let tokens: [FilterTokens.Token]
  private var at = 0
  private var clauses = 0

  private init(tokens: [FilterTokens.Token]) { self.tokens = tokens }

  private var current: FilterTokens.Token { tokens[at] }

  private func unexpected(_ expected: String) -> SyntaxError {
    SyntaxError(column: current.column, message: "expected \(expected), found \(current.kind.name)")
  }

  /// Reads on where the current token is the keyword.
  private mutating func skip(keyword: String) -> Bool {
    guard case .word(let word) = current.kind, word.uppercased() == keyword else { return false }
    at += 1
    return true
  }

  private mutating func skip(_ symbol: FilterTokens.Kind) -> Bool {
    guard current.kind == symbol else { return false }
    at += 1
    return true
  }

  private mutating func disjunction(depth: Int) throws(SyntaxError) -> Filter {
    var parts = [try conjunction(depth: depth)]
    while skip(keyword: "OR") { parts.append(try conjunction(depth: depth)) }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func conjunction(depth: Int) throws(SyntaxError) -> Filter {
    var parts = [try negation(depth: depth)]
    while skip(keyword: "AND") { parts.append(try negation(depth: depth)) }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private mutating func negation(depth: Int) throws(SyntaxError) -> Filter {
    guard depth < Self.deepestNesting else {
      throw SyntaxError(column: current.column, message: "a filter is nested at most \(Self.deepestNesting) deep")
    }
    if skip(keyword: "NOT") { return .not(try negation(depth: depth + 1)) }
    if skip(.open) {
      let inner = try disjunction(depth: depth + 1)
      guard skip(.close) else { throw unexpected("AND, OR or )") }
      return inner
    }
    if skip(keyword: "EXISTS") { return .exists(field: try field()) }
    return try condition()
  }

  private mutating func condition() throws(SyntaxError) -> Filter {
    let name = try field()
    if case .comparison(let comparison) = current.kind {
      at += 1
      return .comparison(name, comparison, try value())
    }
    let isNegated = skip(keyword: "NOT")
    if skip(keyword: "IN") {
      let set = Filter.set(name, try values())
      return isNegated ? .not(set) : set
    }
    if isNegated { throw unexpected("IN") }
    guard case .end = current.kind else {
      let from = try value()
      guard skip(keyword: "TO") else { throw unexpected("TO") }
      return .range(name, from, try value())
    }
    throw unexpected("a comparison (= != < <= > >=), IN, or FROM TO")
  }

  private mutating func values() throws(SyntaxError) -> [Filter.Value] {
    guard skip(.openBracket) else { throw unexpected("[") }
    var values = [try value()]
    while skip(.comma) { values.append(try value()) }
    guard skip(.closeBracket) else { throw unexpected(", or ]") }
    return values
  }

  private mutating func field() throws(SyntaxError) -> String {
    guard case .word(let name) = current.kind, !["AND", "OR", "TO", "IN", "NOT"].contains(name.uppercased()) else {
      throw unexpected("the name of a field")
    }
    at += 1
    return name
  }

  private mutating func value() throws(SyntaxError) -> Filter.Value {
    clauses += 1
    guard clauses <= Self.mostClauses else {
      throw SyntaxError(column: current.column, message: "a filter has at most \(Self.mostClauses) values")
    }
    switch current.kind {
    case .quoted(let text):
      at += 1
      return .string(text)
    case .word(let text):
      at += 1
      switch text.lowercased() {
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      default: break
      }
      // Double reads words such as "nan" and "0x10" too, which nobody means as numbers.
      let looksNumeric = text.utf8.allSatisfy { byte in
        byte &- UInt8(ascii: "0") < 10 || "+-.eE".utf8.contains(byte)
      }
      if looksNumeric, let number = Double(text), number.isFinite { return .number(number, text: text) }
      return .string(text)
    default: throw unexpected("a value")
    }
  }
}
