internal import JSONBytes

/// A schema of Avro (Apache Avro 1.11 specification), parsed.
struct AvroSchema: Sendable {
  /// A type; named types stand in the schema's table, since they may refer to themselves.
  indirect enum Node: Sendable, Hashable {
    case primitive(Primitive)
    case array(Node)
    case map(Node)
    case union([Node])
    case named(String)
  }

  enum Primitive: String, Sendable, CaseIterable {
    case null, boolean, int, long, float, double, bytes, string
  }

  struct Field: Sendable {
    let name: String
    let aliases: [String]
    let type: Node
    let hasDefault: Bool
  }

  /// A record, an enum or a fixed.
  struct NamedType: Sendable {
    enum Kind: Sendable {
      case record([Field])
      case enumeration(symbols: [String], hasDefault: Bool)
      case fixed(size: Int64)
    }

    /// With its namespace.
    let name: String
    let aliases: [String]
    let kind: Kind

    var shortName: Substring { name.split(separator: ".").last ?? "" }
  }

  let root: Node
  /// By full name.
  let types: [String: NamedType]

  /// A schema from its JSON text; `references` are texts of schemas whose named types it may use.
  init(parsing text: String, references: [String]) throws(AvroError) {
    var parser = AvroParser()
    for reference in references { _ = try parser.schema(try Self.json(reference)) }
    root = try parser.schema(try Self.json(text))
    types = parser.types
  }

  private static func json(_ text: String) throws(AvroError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue.parse(Array(text.utf8))
    } catch {
      throw .notJSON(error.description)
    }
  }

  static func isPrimitive(_ name: String) -> Bool { Primitive(rawValue: name) != nil }
}
