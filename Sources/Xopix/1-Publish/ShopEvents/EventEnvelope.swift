internal import ByteCoding
internal import JSONBytes
internal import Projections
internal import RecordBatches

/// The context attributes of a CloudEvent (CloudEvents 1.0.2, section 3) and its data.
struct EventEnvelope {
  let id: String
  let source: String
  let type: String
  /// nil where the event has none.
  let time: Timestamp?
  let data: JSONObject

  /// The longest id or source, in UTF-8 bytes.
  static let longestAttribute = 1024

  /// The envelope of an event in structured mode: one JSON object.
  init(structured event: JSONValue) throws(Rejection) {
    guard case .object(let object) = event else {
      throw Rejection(code: "invalid-event", message: "an event must be a JSON object", pointer: "")
    }
    try Self.checkNames(object)
    let reader = FieldReader(object: object, pointer: "")
    if object["data_base64"] != nil {
      throw reader.failure("data_base64", "is not read; send the event's data as JSON in `data`")
    }
    try self.init(
      version: try reader.string("specversion"), id: try reader.string("id"), source: try reader.string("source"),
      type: try reader.string("type"), time: try reader.time("time"), data: object["data"])
  }

  /// The envelope of an event in binary mode: attributes in `ce_*` headers, data in the value.
  init(headers: [RecordHeader], data: JSONValue) throws(Rejection) {
    func header(_ name: String) throws(Rejection) -> String? {
      guard let value = headers.first(where: { $0.key == "ce_" + name })?.value else { return nil }
      guard let text = String(validating: value, as: UTF8.self) else {
        throw Rejection(code: "invalid-event", message: "header ce_\(name) is not UTF-8")
      }
      return text
    }
    var time: Timestamp?
    if let text = try header("time") {
      guard let parsed = Timestamp(rfc3339: text) else {
        throw Rejection(code: "schema-violation", message: "header ce_time must be a time as RFC 3339 writes it")
      }
      time = parsed
    }
    try self.init(
      version: try header("specversion"), id: try header("id"), source: try header("source"),
      type: try header("type"), time: time, data: data)
  }

  private init(
    version: String?, id: String?, source: String?, type: String?, time: Timestamp?, data: JSONValue?
  ) throws(Rejection) {
    guard version == "1.0" else {
      throw Self.failure("specversion", version == nil ? "is required" : "must be \"1.0\"")
    }
    self.id = try Self.required(id, "id")
    self.source = try Self.required(source, "source")
    self.type = try Self.required(type, "type")
    self.time = time
    guard case .object(let object)? = data else {
      throw Self.failure("data", data == nil ? "is required" : "must be an object")
    }
    self.data = object
  }

  private static func required(_ value: String?, _ name: String) throws(Rejection) -> String {
    guard let value, !value.isEmpty else { throw failure(name, "is required") }
    guard value.utf8.count <= longestAttribute else { throw failure(name, "must be at most \(longestAttribute) bytes") }
    return value
  }

  /// Attribute names are lower-case letters and digits (section 3.1); anything else is a misspelling, not an extension.
  private static func checkNames(_ object: JSONObject) throws(Rejection) {
    for (name, _) in object.members where name != "data_base64" {
      let isAttribute =
        !name.isEmpty
        && name.utf8.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
      guard isAttribute else {
        throw failure(name, "is not an attribute of an event: names are lower-case letters and digits")
      }
    }
  }

  private static func failure(_ name: String, _ message: String) -> Rejection {
    Rejection(code: "invalid-event", message: "\(name) \(message)", pointer: "/" + name)
  }
}
