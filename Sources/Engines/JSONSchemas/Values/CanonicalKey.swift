internal import JSONBytes

/// Bytes that are equal for two JSON values exactly where JSON Schema takes the values for equal: numbers by value, texts
/// by code points, objects whatever the order of their members.
enum CanonicalKey {
  static func of(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    write(value, into: &writer)
    return writer.bytes
  }

  private static func write(_ value: JSONValue, into writer: inout JSONWriter) {
    switch value {
    case .number(let number): writer.numberText(ExactNumber(text: number.text).text)
    case .array(let elements):
      writer.beginArray()
      for element in elements { write(element, into: &writer) }
      writer.endArray()
    case .object(let object):
      writer.beginObject()
      let members = object.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      for (name, member) in members {
        writer.key(name)
        write(member, into: &writer)
      }
      writer.endObject()
    default: writer.value(value)
    }
  }
}
