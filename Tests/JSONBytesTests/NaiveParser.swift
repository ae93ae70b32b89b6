import JSONBytes

/// RFC 8259's grammar, production by production, one byte at a time.
struct NaiveParser {
  private let bytes: [UInt8]
  private var at = 0

  /// The value that is all of `bytes`; nil where they are not JSON of at most `deepest` levels.
  static func parse(_ bytes: [UInt8], deepest: Int = JSONValue.deepestNesting) -> JSONValue? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var parser = NaiveParser(bytes: bytes)
    parser.skipSpace()
    guard let value = parser.value(levels: deepest) else { return nil }
    parser.skipSpace()
    return parser.at == bytes.count ? value : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func skip(word: String) -> Bool {
    guard bytes[at...].starts(with: word.utf8) else { return false }
    at += word.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, " \t\n\r".utf8.contains(byte) { at += 1 }
  }

  private mutating func value(levels: Int) -> JSONValue? {
    switch next.map({ Unicode.Scalar($0) }) {
    case "n": return skip(word: "null") ? .null : nil
    case "t": return skip(word: "true") ? .bool(true) : nil
    case "f": return skip(word: "false") ? .bool(false) : nil
    case "\"": return string().map { .string($0) }
    case "[": return levels > 0 ? array(levels: levels - 1) : nil
    case "{": return levels > 0 ? object(levels: levels - 1) : nil
    default: return number()
    }
  }

  private mutating func array(levels: Int) -> JSONValue? {
    var elements: [JSONValue] = []
    at += 1
    skipSpace()
    if skip("]") { return .array([]) }
    while true {
      skipSpace()
      guard let element = value(levels: levels) else { return nil }
      elements.append(element)
      skipSpace()
      if skip("]") { return .array(elements) }
      guard skip(",") else { return nil }
    }
  }

  private mutating func object(levels: Int) -> JSONValue? {
    var object = JSONObject()
    at += 1
    skipSpace()
    if skip("}") { return .object(object) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\""), let name = string() else { return nil }
      skipSpace()
      guard skip(":") else { return nil }
      skipSpace()
      guard let member = value(levels: levels) else { return nil }
      object[name] = member
      skipSpace()
      if skip("}") { return .object(object) }
      guard skip(",") else { return nil }
    }
  }

  private mutating func digits() -> Int {
    let start = at
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
    return at - start
  }

  private mutating func number() -> JSONValue? {
    let start = at
    _ = skip("-")
    if !skip("0"), digits() == 0 { return nil }
    var isInteger = true
    if skip(".") {
      isInteger = false
      if digits() == 0 { return nil }
    }
    if skip("e") || skip("E") {
      isInteger = false
      if !skip("+") { _ = skip("-") }
      if digits() == 0 { return nil }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    return .number(JSONNumber(text: text))
  }

  private mutating func string() -> String? {
    var units: [UInt8] = []
    at += 1
    while let byte = next {
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
      case 0..<0x20: return nil
      case UInt8(ascii: "\\"):
        guard let escaped = next else { return nil }
        at += 1
        switch Unicode.Scalar(escaped) {
        case "\"", "\\", "/": units.append(escaped)
        case "b": units.append(8)
        case "f": units.append(12)
        case "n": units.append(10)
        case "r": units.append(13)
        case "t": units.append(9)
        case "u":
          guard let scalar = scalar() else { return nil }
          units += Array(String(Character(scalar)).utf8)
        default: return nil
        }
      default: units.append(byte)
      }
    }
    return nil
  }

  private mutating func unit() -> UInt32? {
    guard at + 4 <= bytes.count else { return nil }
    let digits = bytes[at..<at + 4]
    at += 4
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// What follows `\u`: a scalar, or two surrogates that make one.
  private mutating func scalar() -> Unicode.Scalar? {
    guard let first = unit() else { return nil }
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
    guard skip(word: "\\u"), let second = unit(), (0xDC00..<0xE000).contains(second) else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }
}
