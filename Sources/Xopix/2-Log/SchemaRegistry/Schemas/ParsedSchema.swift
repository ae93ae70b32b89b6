internal import JSONBytes
internal import JSONSchemas

/// A schema that was read and checked.
enum ParsedSchema: Sendable {
  case json(JSONSchema)
  case avro(AvroSchema)

  /// Reads a schema; `references` are all that it needs, those of its references included.
  init(_ schema: SchemaText, references: [(name: String, text: String)]) throws(RegistryError) {
    switch schema.type {
    case .json:
      do throws(JSONSchemaError) {
        self = .json(
          try JSONSchema(
            parsing: Array(schema.text.utf8), references: references.map { ($0.name, Array($0.text.utf8)) }))
      } catch {
        throw .invalidSchema(error.description)
      }
    case .avro:
      do throws(AvroError) {
        self = .avro(try AvroSchema(parsing: schema.text, references: references.map(\.text)))
      } catch {
        throw .invalidSchema(error.description)
      }
    }
  }

  /// Why a reader by this schema does not understand what was written by `writer`.
  func incompatibilities(withWriter writer: ParsedSchema) -> [CompatibilityMessage] {
    switch (self, writer) {
    case (.json(let reader), .json(let writer)):
      JSONSchema.incompatibilities(reader: reader, writer: writer).map {
        CompatibilityMessage(type: $0.type.rawValue, path: "#" + $0.pointer, text: $0.message)
      }
    case (.avro(let reader), .avro(let writer)):
      AvroResolution.incompatibilities(reader: reader, writer: writer)
    default:
      [CompatibilityMessage(type: "TYPE_MISMATCH", path: "/", text: "the schemas are of different languages")]
    }
  }
}

/// A difference between two versions.
struct CompatibilityMessage: Hashable, Sendable {
  let type: String
  let path: String
  let text: String

  var description: String { "{errorType:'\(type)', description:'\(text)', path:'\(path)'}" }
}

extension SchemaText {
  /// The same schema in the form in which it is kept and compared: without white space and, if `normalized`, with members
  /// in the order of their names.
  func canonical(normalized: Bool) throws(RegistryError) -> SchemaText {
    guard text.utf8.contains(where: { $0 > 0x20 }) else { throw .invalidSchema("Empty schema") }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(Array(text.utf8))
    } catch {
      // Avro names its simple types without quotes where nothing else is said.
      guard type == .avro, AvroSchema.isPrimitive(text) else { throw .invalidSchema(error.description) }
      return SchemaText(type: type, text: "\"\(text)\"", references: references)
    }
    var writer = JSONWriter(capacity: text.utf8.count)
    if normalized { Self.write(value, into: &writer) } else { writer.value(value) }
    let references = normalized ? references.sorted { $0.name < $1.name } : references
    return SchemaText(type: type, text: String(decoding: writer.bytes, as: UTF8.self), references: references)
  }

  /// Writes members in the order of their names.
  private static func write(_ value: JSONValue, into writer: inout JSONWriter) {
    switch value {
    case .array(let elements):
      writer.beginArray()
      for element in elements { write(element, into: &writer) }
      writer.endArray()
    case .object(let object):
      writer.beginObject()
      for (name, member) in object.members.sorted(by: { $0.name < $1.name }) {
        writer.key(name)
        write(member, into: &writer)
      }
      writer.endObject()
    default: writer.value(value)
    }
  }
}
