import JSONBytes

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

  mutating func text() -> String {
    let letters = Array("ab\"\\/\n\r\t\u{0}\u{1f}\u{7f} é€غ🫖\u{301}\u{2028}{}[]:,")
    return String(
      String.UnicodeScalarView(
        (0..<Int.random(in: 0...6, using: &self)).flatMap { _ in
          letters[Int.random(in: 0..<letters.count, using: &self)].unicodeScalars
        }))
  }

  /// A value as the parser gives it, of all kinds.
  mutating func value(depth: Int = 4) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &self) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &self))
    case 2: return .integer(Int64(truncatingIfNeeded: next()))
    case 3: return .integer(Int64.random(in: -9...9, using: &self))
    case 4:
      let texts = ["19.90", "0.10", "1e5", "-0.0", "1E+2", "2.5e-3", "9223372036854775808", "-12345678901234567890123"]
      return .number(JSONNumber(text: texts[Int.random(in: 0..<texts.count, using: &self)]))
    case 5, 6: return .string(text())
    case 7: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...4, using: &self) { object[text()] = value(depth: depth - 1) }
      return .object(object)
    }
  }
}

func parsed(_ text: String) throws(JSONError) -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

func written(_ value: JSONValue) -> [UInt8] {
  var writer = JSONWriter()
  writer.value(value)
  return writer.bytes
}

/// An object from pairs.
func object(_ members: (String, JSONValue)...) -> JSONValue {
  var object = JSONObject()
  for (name, value) in members { object[name] = value }
  return .object(object)
}

func number(_ text: String) -> JSONValue { .number(JSONNumber(text: text)) }
