internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore

/// An answer of JSON.
struct RegistryAnswer: Sendable {
  static let contentType = "application/vnd.schemaregistry.v1+json"

  var status = 200
  let bytes: [UInt8]

  init(status: Int = 200, bytes: [UInt8]) {
    self.status = status
    self.bytes = bytes
  }

  init(status: Int = 200, _ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    write(&writer)
    self.init(status: status, bytes: writer.bytes)
  }

  init(_ error: RegistryError) {
    self.init(status: error.status) { writer in
      writer.beginObject()
      writer.key("error_code")
      writer.integer(Int64(error.code))
      writer.key("message")
      writer.string(error.message)
      writer.endObject()
    }
  }

  /// An object with one member.
  init(_ name: String, _ value: String) {
    self.init { writer in
      writer.beginObject()
      writer.key(name)
      writer.string(value)
      writer.endObject()
    }
  }

  static func list(_ numbers: some Sequence<Int>) -> RegistryAnswer {
    RegistryAnswer { writer in
      writer.beginArray()
      for number in numbers { writer.integer(Int64(number)) }
      writer.endArray()
    }
  }

  static func list(_ texts: some Sequence<String>) -> RegistryAnswer {
    RegistryAnswer { writer in
      writer.beginArray()
      for text in texts { writer.string(text) }
      writer.endArray()
    }
  }

  var response: Response {
    Response(
      status: HTTPResponse.Status(code: status), headers: [.contentType: Self.contentType],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension JSONWriter {
  /// Writes the members of a schema; those that say nothing are left out, as clients expect it.
  mutating func schemaMembers(_ schema: SchemaText) {
    if schema.type != .avro {
      key("schemaType")
      string(schema.type.rawValue)
    }
    if !schema.references.isEmpty {
      key("references")
      references(schema.references)
    }
    key("schema")
    string(schema.text)
  }

  /// Writes a version of a subject.
  mutating func registered(_ registered: RegisteredSchema) {
    beginObject()
    key("subject")
    string(registered.subject)
    key("version")
    integer(Int64(registered.version))
    key("id")
    integer(Int64(registered.id))
    schemaMembers(registered.schema)
    if registered.isDeleted {
      key("deleted")
      bool(true)
    }
    endObject()
  }
}
