/// A language that schemas are written in.
public enum SchemaType: String, Sendable, CaseIterable {
  case json = "JSON"
  case avro = "AVRO"
}

/// A schema that another one refers to by a name.
public struct SchemaReference: Hashable, Sendable {
  /// The name, as the other schema's `$ref`, or a type of Avro, has it.
  public let name: String
  /// Where the schema is registered.
  public let subject: String
  /// Its version there; -1 asks for the latest one.
  public let version: Int

  /// A reference to a version of a subject.
  public init(name: String, subject: String, version: Int) {
    self.name = name
    self.subject = subject
    self.version = version
  }
}

/// A schema as it comes to the registry, or leaves it.
public struct SchemaText: Hashable, Sendable {
  /// The language.
  public let type: SchemaType
  /// The schema itself, JSON in either language.
  public let text: String
  /// What it refers to.
  public let references: [SchemaReference]

  /// A schema; JSON Schema unless said otherwise.
  public init(type: SchemaType = .json, text: String, references: [SchemaReference] = []) {
    self.type = type
    self.text = text
    self.references = references
  }
}

/// A version of a subject.
public struct RegisteredSchema: Hashable, Sendable {
  /// The subject.
  public let subject: String
  /// Its version, from 1 on.
  public let version: Int
  /// The schema's id, the same in every subject.
  public let id: Int
  /// The schema.
  public let schema: SchemaText
  /// Whether the version is deleted, though not permanently.
  public let isDeleted: Bool
}

/// How a version is asked for.
public enum VersionName: Hashable, Sendable {
  case number(Int)
  /// The highest one that is not deleted.
  case latest

  /// A version from a request: a number from 1 on, `latest` or `-1`.
  public init(_ text: String) throws(RegistryError) {
    if text == "latest" || text == "-1" {
      self = .latest
    } else if let number = Int32(text), number > 0 {
      self = .number(Int(number))
    } else {
      throw .invalidVersion(String(text.prefix(100)))
    }
  }
}
