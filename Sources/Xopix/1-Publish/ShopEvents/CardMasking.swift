internal import JSONBytes

/// Rewrites an event so that no card number is left in it.
enum CardMasking {
  /// The JSON text of `value` with the digits of every card number masked but for the last four.
  static func masked(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(maskedValue(value))
    return writer.bytes
  }

  private static func maskedValue(_ value: JSONValue) -> JSONValue {
    switch value {
    case .null, .bool: return value
    case .string(let text): return .string(maskedText(text))
    case .integer, .number:
      guard let text = value.decimalText, !CardNumbers.ranges(in: Array(text.utf8)).isEmpty else { return value }
      return .string(maskedText(text))
    case .array(let elements): return .array(elements.map(maskedValue))
    case .object(let object):
      var masked = JSONObject()
      for (name, member) in object.members { masked[maskedText(name)] = maskedValue(member) }
      return .object(masked)
    }
  }

  private static func maskedText(_ text: String) -> String {
    String(decoding: CardNumbers.masked(Array(text.utf8)), as: UTF8.self)
  }
}
