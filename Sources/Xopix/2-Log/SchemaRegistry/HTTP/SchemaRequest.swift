internal import JSONBytes

/// A schema in a request's body.
struct SchemaRequest: Sendable {
  let schema: SchemaText
  /// Those of mode IMPORT.
  let id: Int?
  let version: Int?

  init(_ body: JSONObject) throws(RegistryError) {
    let name: String
    switch body["schemaType"] {
    case nil, .null?: name = SchemaType.avro.rawValue
    case .string(let text)?: name = text
    default: throw .invalidRequest(status: 422, "schemaType must be a string")
    }
    guard let type = SchemaType(rawValue: name.uppercased()) else {
      throw .invalidSchema("schema type \(name.prefix(100)) is not supported; JSON and AVRO are")
    }
    switch body["schema"] {
    case .string(let text)?:
      guard text.utf8.count <= Limits.body else {
        throw .invalidRequest(status: 413, "a schema is at most \(Limits.body) bytes")
      }
      schema = SchemaText(type: type, text: text, references: try Self.references(body["references"]))
    case nil, .null?: throw .invalidSchema("Empty schema")
    default: throw .invalidRequest(status: 422, "schema must be a string that holds the schema's text")
    }
    id = try Self.number("id", of: body)
    version = try Self.number("version", of: body)
    // What is not done is not taken in silence.
    for name in ["metadata", "ruleSet"] where !Self.isEmpty(body[name]) {
      throw .invalidSchema("\(name) is not supported; leave it out")
    }
  }

  private static func references(_ value: JSONValue?) throws(RegistryError) -> [SchemaReference] {
    switch value {
    case nil, .null?: return []
    case .array(let elements)?:
      var references: [SchemaReference] = []
      for element in elements {
        guard let reference = SchemaReference(element) else {
          throw .invalidRequest(status: 422, "a reference has a name, a subject and a version")
        }
        references.append(reference)
      }
      return references
    default: throw .invalidRequest(status: 422, "references must be a list")
    }
  }

  private static func number(_ name: String, of body: JSONObject) throws(RegistryError) -> Int? {
    switch body[name] {
    case nil, .null?, .integer(-1)?, .integer(0)?: return nil
    case .integer(let value)? where value > 0 && value <= Limits.greatestNumber: return Int(value)
    default: throw .invalidRequest(status: 422, "\(name) must be an integer from 1 to \(Limits.greatestNumber)")
    }
  }

  /// Whether a value says nothing: null, or members that say nothing.
  private static func isEmpty(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null?: true
    case .array(let elements)?: elements.isEmpty
    case .object(let object)?: object.members.allSatisfy { isEmpty($0.value) }
    default: false
    }
  }
}
