internal import JSONBytes

/// Text with columns in braces: `icecat-{id}`. `{row}` is the row's number; `{{` and `}}` are the braces themselves.
struct Template: Sendable {
  private enum Part: Sendable {
    case text(String)
    case column(ColumnPath)
    case rowNumber
  }

  private let parts: [Part]

  /// A template from its text; nil where braces don't match.
  init?(_ text: String) {
    var parts: [Part] = []
    var literal = ""
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "{" where rest.first == "{", "}" where rest.first == "}":
        literal.append(character)
        rest.removeFirst()
      case "{":
        guard let end = rest.firstIndex(of: "}"), end != rest.startIndex else { return nil }
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = ""
        let name = String(rest[..<end])
        parts.append(name == "row" ? .rowNumber : .column(ColumnPath(name)))
        rest = rest[rest.index(after: end)...]
      case "}": return nil
      default: literal.append(character)
      }
    }
    if !literal.isEmpty { parts.append(.text(literal)) }
    self.parts = parts
  }

  /// The columns that it names.
  var columns: [ColumnPath] {
    parts.compactMap { if case .column(let path) = $0 { path } else { nil } }
  }

  /// The text for a row; nil where one of its columns has no value.
  func text(_ row: Row) -> String? {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .rowNumber: text += String(row.number)
      case .column(let path):
        guard let value = row.value(path), let piece = value.plainText else { return nil }
        text += piece
      }
    }
    return text
  }
}

extension JSONValue {
  /// A string's characters, a number's digits, or true and false; nil for what has parts.
  var plainText: String? {
    if case .bool(let flag) = self { return flag ? "true" : "false" }
    return decimalText
  }
}
