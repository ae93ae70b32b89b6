public import JSONBytes

/// A JSON Schema, checked and ready to validate values and to be compared with others.
///
/// Drafts 04, 06, 07, 2019-09 and 2020-12 are understood; without `$schema` it is draft 07. Numbers are compared exactly,
/// whatever their size; patterns take time linear in the text.
public struct JSONSchema: Sendable {
  /// The dialect of the schema.
  public let dialect: Dialect
  let nodes: [SchemaNode]
  /// Whether members that were evaluated have to be kept account of.
  let tracksEvaluation: Bool
  /// The documents' canonical forms; schemas with equal ones are the same.
  private let identity: [[UInt8]]

  /// The number of the whole schema.
  static let root: NodeID = 0

  /// A schema from its text. `references` are other schemas that its `$ref`s name, or that those name in turn.
  public init(
    parsing text: [UInt8], references: [(name: String, text: [UInt8])] = []
  ) throws(JSONSchemaError) {
    try self.init(Self.parse(text, name: nil), references: references)
  }

  /// A schema from its parsed text.
  public init(
    _ value: JSONValue, references: [(name: String, text: [UInt8])] = []
  ) throws(JSONSchemaError) {
    var documents: [(name: String?, value: JSONValue)] = [(nil, value)]
    for reference in references {
      documents.append((reference.name, try Self.parse(reference.text, name: reference.name)))
    }
    var compiler = SchemaCompiler(documents: documents)
    dialect = try compiler.compile()
    nodes = compiler.nodes
    tracksEvaluation = nodes.contains { $0.unevaluatedItems != nil || $0.unevaluatedProperties != nil }
    identity = documents.map { CanonicalKey.of($0.value) }
  }

  private static func parse(_ text: [UInt8], name: String?) throws(JSONSchemaError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue.parse(text)
    } catch {
      throw .notJSON(reference: name, reason: error.description)
    }
  }

  /// Whether both are the same schema, but for white space and the order of members.
  func isSame(as other: JSONSchema) -> Bool { identity == other.identity }
}
