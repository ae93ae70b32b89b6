internal import ByteCoding
internal import JSONBytes
internal import Projections
internal import QueryLanguage

extension Parameter {
  /// The value in a text: of the query, the path or a header field.
  func parse(text: String) throws(ParameterFault) -> ArgumentValue {
    switch kind {
    case .integer(let range):
      guard let integer = Self.integer(text) else { throw ParameterFault(detail: "must be \(Self.describe(range))") }
      return try check(integer, in: range)
    case .flag:
      switch text {
      case "true": return .flag(true)
      case "false": return .flag(false)
      default: throw ParameterFault(detail: "must be true or false", allowed: ["true", "false"])
      }
    case .list(let most):
      let elements = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
      return try check(list: elements, most: most)
    default: return try check(text: text)
    }
  }

  /// The value in a member of a JSON body.
  func parse(json: JSONValue) throws(ParameterFault) -> ArgumentValue {
    switch (kind, json) {
    case (.integer(let range), _):
      guard let integer = Self.integer(json) else { throw ParameterFault(detail: "must be \(Self.describe(range))") }
      return try check(integer, in: range)
    case (.flag, .bool(let flag)): return .flag(flag)
    case (.flag, _): throw ParameterFault(detail: "must be true or false")
    case (.list(let most), .array(let elements)):
      var texts: [String] = []
      for element in elements {
        guard case .string(let text) = element else { throw ParameterFault(detail: "must be a list of strings") }
        texts.append(text)
      }
      return try check(list: texts, most: most)
    case (.list, .string(let text)): return try parse(text: text)
    case (.list, _): throw ParameterFault(detail: "must be a list of strings")
    case (_, .string(let text)): return try check(text: text)
    default: throw ParameterFault(detail: "must be a string")
    }
  }

  private func check(_ integer: Int, in range: ClosedRange<Int>) throws(ParameterFault) -> ArgumentValue {
    guard range.contains(integer) else { throw ParameterFault(detail: "must be \(Self.describe(range))") }
    return .integer(integer)
  }

  private func check(list: [String], most: Int) throws(ParameterFault) -> ArgumentValue {
    guard list.count <= most else { throw ParameterFault(detail: "must be at most \(most) names, not \(list.count)") }
    for element in list {
      guard !element.isEmpty else { throw ParameterFault(detail: "must not hold an empty name") }
      guard element.utf8.count <= Limits.longestText else {
        throw ParameterFault(detail: "must hold names of at most \(Limits.longestText) bytes")
      }
    }
    return .list(list)
  }

  private func check(text: String) throws(ParameterFault) -> ArgumentValue {
    switch kind {
    case .text(let most):
      guard text.utf8.count <= most else {
        throw ParameterFault(detail: "must be at most \(most) bytes of UTF-8, not \(text.utf8.count)")
      }
      return .text(text)
    case .choice(let words):
      guard words.contains(text) else {
        throw ParameterFault(
          detail: "must be \(Self.alternatives(words)), not \"\(text.prefix(40))\""
            + Suggestion.text(for: text, among: words), allowed: words)
      }
      return .text(text)
    case .time:
      // A date alone is its first moment: "2026-11-23T00:00:00Z".
      guard let time = Timestamp(rfc3339: text.utf8.count == 10 ? text + "T00:00:00Z" : text) else {
        throw ParameterFault(detail: "must be a time as RFC 3339 writes it, e.g. 2026-11-23T02:41:00Z, or a date")
      }
      return .time(time)
    case .step where text == "all": return .wholeRange
    case .duration(let most), .step(let most):
      guard let duration = Self.duration(text) else {
        throw ParameterFault(detail: "must be a whole number and a unit (ms, s, m, h or d), e.g. 500ms or 2s")
      }
      guard duration <= most else { throw ParameterFault(detail: "must be at most \(Self.text(of: most))") }
      return .duration(duration)
    case .position:
      guard let position = Position(token: text) else {
        throw ParameterFault(kind: .invalidPosition, detail: "must be a token from Xopix-Position, unchanged")
      }
      return .position(position)
    case .filter:
      do {
        return .filter(try FilterParser.parse(text))
      } catch {
        throw ParameterFault(kind: .invalidFilter, detail: error.description, column: error.column + 1)
      }
    case .sort:
      do {
        return .sort(try SortParser.parse(text))
      } catch {
        throw ParameterFault(kind: .invalidSort, detail: error.description, column: error.column + 1)
      }
    case .boost:
      do {
        return .boosts(try BoostParser.parse(text))
      } catch {
        throw ParameterFault(detail: error.description, column: error.column + 1)
      }
    case .minimumMatch:
      guard let minimum = MinimumMatch(text) else {
        throw ParameterFault(detail: "must be a number of words (2; all but one: -1) or a share of them (75%, -25%)")
      }
      return .minimumMatch(minimum)
    case .cursor:
      guard text.utf8.count <= Limits.longestCursor else {
        throw ParameterFault(kind: .invalidCursor, detail: "must be a next_cursor of an earlier answer, unchanged")
      }
      return .text(text)
    case .integer, .flag, .list: throw ParameterFault(detail: "must not be a string")
    }
  }

  // MARK: Texts

  /// Digits with a minus at most: Int itself also takes a plus.
  private static func integer(_ text: String) -> Int? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
    return Int(text) ?? (text.hasPrefix("-") ? Int.min : Int.max)
  }

  private static func integer(_ json: JSONValue) -> Int? {
    switch json {
    case .integer(let integer): Int(integer)
    case .number(let number): Int(exactly: number.double)
    default: nil
    }
  }

  /// The duration in `2s`; nil for anything else.
  static func duration(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.utf8.count <= 9, let count = Int64(digits) else { return nil }
    switch text[digits.endIndex...] {
    case "ms": return .milliseconds(count)
    case "s": return .seconds(count)
    case "m": return .seconds(count * 60)
    case "h": return .seconds(count * 3600)
    case "d": return .seconds(count * 86_400)
    default: return nil
    }
  }

  static func text(of duration: Duration) -> String {
    let seconds = duration.components.seconds
    if seconds >= 86_400, seconds % 86_400 == 0 { return "\(seconds / 86_400)d" }
    return "\(seconds)s"
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "a whole number from \(range.lowerBound) on"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
