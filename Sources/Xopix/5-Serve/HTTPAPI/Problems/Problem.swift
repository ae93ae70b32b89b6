internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore

/// A problem document (RFC 9457): why a request was not done, and what to change.
struct Problem: Error, Sendable {
  let kind: ProblemKind
  let detail: String
  var errors: [FieldError] = []
  var headers = HTTPFields()
  /// Further members of the document.
  var members: [(name: String, value: JSONValue)] = []

  init(_ kind: ProblemKind, _ detail: String, errors: [FieldError] = []) {
    self.kind = kind
    self.detail = detail
    self.errors = errors
  }

  /// The problem of some faulty fields; the first one decides on its kind.
  init(_ errors: [FieldError]) {
    precondition(!errors.isEmpty, "a problem of faulty fields needs one")
    let first = errors[0]
    let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
    self.init(first.kind, "\(first.name): \(first.detail)\(more)", errors: errors)
  }

  /// The same problem, to be tried again after some seconds.
  func retryable(afterSeconds seconds: Int) -> Problem {
    var problem = self
    problem.headers[.retryAfter] = String(seconds)
    return problem
  }

  /// The document.
  func document(instance: String, requestID: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", kind.type)
    writer.member("title", kind.title)
    writer.key("status")
    writer.integer(Int64(kind.status))
    writer.member("detail", detail)
    writer.member("instance", instance)
    writer.member("code", kind.rawValue)
    writer.member("request_id", requestID)
    for (name, value) in members {
      writer.key(name)
      writer.value(value)
    }
    if !errors.isEmpty {
      writer.key("errors")
      writer.beginArray()
      for error in errors { error.write(to: &writer) }
      writer.endArray()
    }
    writer.endObject()
    return writer.bytes
  }

  /// The answer.
  func response(instance: String, requestID: String) -> Response {
    var headers = headers
    headers[.contentType] = "application/problem+json"
    headers[.cacheControl] = "no-store"
    return Response(
      status: HTTPResponse.Status(code: kind.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: document(instance: instance, requestID: requestID))))
  }
}

/// A field of a request that is wrong, and why.
struct FieldError: Sendable {
  /// Where a request holds its fields.
  enum Location: String, Sendable {
    case query
    case path
    case header
    case body
  }

  let kind: ProblemKind
  let location: Location
  /// The JSON pointer of the field; of a field outside the body, `/` and its name.
  let pointer: String
  let detail: String
  /// The values that are allowed, where they can be listed.
  var allowed: [String] = []
  /// Where the value stops making sense, in characters from 1, where it is text with a grammar.
  var column: Int?
  /// A finer code than the problem's, where there is one.
  var code: String?
  /// The place in the list of what was sent, where the field is part of one.
  var index: Int?

  /// The pointer without its slash: what a person calls the field.
  var name: String { pointer.isEmpty ? "the body" : String(pointer.dropFirst()) }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("pointer", pointer)
    writer.member("detail", detail)
    writer.member("in", location.rawValue)
    writer.member("code", code ?? kind.rawValue)
    if let index {
      writer.key("index")
      writer.integer(Int64(index))
    }
    if let column {
      writer.key("column")
      writer.integer(Int64(column))
    }
    if !allowed.isEmpty {
      writer.key("allowed")
      writer.beginArray()
      for value in allowed { writer.string(value) }
      writer.endArray()
    }
    writer.endObject()
  }

  /// A JSON pointer's token (RFC 6901).
  static func token(_ name: String) -> String {
    name.replacing("~", with: "~0").replacing("/", with: "~1")
  }
}

extension JSONWriter {
  /// Writes a member that is a string.
  mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  /// Writes a member that is an integer.
  mutating func member(_ name: String, _ value: Int) {
    key(name)
    integer(Int64(value))
  }

  /// Writes a member that is true or false.
  mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  /// Writes a member that is a string or null.
  mutating func member(_ name: String, orNull value: String?) {
    key(name)
    if let value { string(value) } else { null() }
  }
}
