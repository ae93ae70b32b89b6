internal import ByteCoding
internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore

/// The OpenAPI 3.1 document, written from the table of routes.
struct OpenAPIDocument: Sendable {
  let bytes: [UInt8]
  private let entityTag: String

  init(version: String) {
    var writer = JSONWriter(capacity: 65_536)
    writer.beginObject()
    writer.member("openapi", "3.1.0")
    writer.key("info")
    writer.beginObject()
    writer.member("title", "Xopix")
    writer.member("summary", "The read side of a shop: search, analytics and fraud scoring from one event log.")
    writer.member("version", version)
    writer.key("license")
    writer.beginObject()
    writer.member("name", "Apache 2.0")
    writer.member("identifier", "Apache-2.0")
    writer.endObject()
    writer.endObject()
    writer.key("servers")
    writer.beginArray()
    writer.beginObject()
    writer.member("url", "/")
    writer.endObject()
    writer.endArray()
    Self.writePaths(to: &writer)
    Self.writeComponents(to: &writer)
    writer.endObject()
    let document = writer.bytes
    bytes = document
    entityTag = "\"\(String(XXHash64.hash(document.rawBytes), radix: 16))\""
  }

  /// The document, or 304 where the client has it.
  func response(to request: Request) -> Response {
    let headers: HTTPFields = [.contentType: "application/json", .eTag: entityTag, .cacheControl: "no-cache"]
    if let known = request.headers[.ifNoneMatch], StaticPages.names(known, entityTag) {
      return Response(status: .notModified, headers: headers)
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  // MARK: Paths

  private static func writePaths(to writer: inout JSONWriter) {
    var paths: [String] = []
    for route in Routes.all where !paths.contains(route.path) { paths.append(route.path) }
    writer.key("paths")
    writer.beginObject()
    for path in paths {
      writer.key(path)
      writer.beginObject()
      for route in Routes.all where route.path == path {
        writer.key(route.method.rawValue.lowercased())
        write(route, to: &writer)
      }
      writer.endObject()
    }
    writer.endObject()
  }

  private static func write(_ route: Route, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("operationId", route.operation.rawValue)
    writer.member("summary", route.summary)
    writer.key("tags")
    writer.beginArray()
    writer.string(route.tag)
    writer.endArray()
    writer.key("parameters")
    writer.beginArray()
    for parameter in route.pathParameters { write(parameter, in: "path", to: &writer) }
    for parameter in route.query { write(parameter, in: "query", to: &writer) }
    if route.isRead {
      for parameter in Route.readHeaders { write(parameter, in: "header", to: &writer) }
    }
    if route.isIdempotent { write(Route.idempotencyKey, in: "header", to: &writer) }
    writer.endArray()
    if let body = route.body { write(body, to: &writer) }
    writer.key("responses")
    writer.beginObject()
    writeAnswer(of: route, to: &writer)
    for (status, kinds) in problems(of: route) {
      writer.key(String(status))
      writer.beginObject()
      writer.member("description", kinds.map(\.title).joined(separator: ". ") + ".")
      writer.key("content")
      writer.beginObject()
      write(mediaType: "application/problem+json", schema: .named("Problem"), to: &writer)
      writer.endObject()
      writer.endObject()
    }
    writer.endObject()
    writer.endObject()
  }

  private static func write(_ parameter: Parameter, in location: String, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", parameter.name)
    writer.member("in", location)
    writer.member("description", parameter.summary)
    writer.member("required", location == "path" || parameter.isRequired)
    if case .list = parameter.kind {
      writer.member("style", "form")
      writer.member("explode", false)
    }
    writer.key("schema")
    writer.beginObject()
    parameter.writeSchema(to: &writer)
    writer.endObject()
    writer.endObject()
  }

  private static func write(_ body: BodyDefinition, to writer: inout JSONWriter) {
    writer.key("requestBody")
    writer.beginObject()
    writer.member("description", "\(body.summary); at most \(body.mostBytes) bytes")
    writer.member("required", true)
    writer.key("content")
    writer.beginObject()
    for type in body.mediaTypes { write(mediaType: type, schema: body.schema, to: &writer) }
    writer.endObject()
    writer.endObject()
  }

  private static func writeAnswer(of route: Route, to writer: inout JSONWriter) {
    writer.key(String(route.answer.status))
    writer.beginObject()
    writer.member("description", route.answer.summary)
    if route.isRead {
      writer.key("headers")
      writer.beginObject()
      writer.key("Xopix-Position")
      writer.beginObject()
      writer.member("description", "A token of the log positions that the answer reflects at least.")
      writer.key("schema")
      Schema.string.write(to: &writer)
      writer.endObject()
      writer.endObject()
    }
    writer.key("content")
    writer.beginObject()
    for type in route.answer.mediaTypes {
      let isJSON = type == "application/json"
      write(mediaType: type, schema: isJSON ? route.answer.schema ?? .any : .string, to: &writer)
    }
    writer.endObject()
    writer.endObject()
  }

  private static func write(mediaType: String, schema: Schema, to writer: inout JSONWriter) {
    writer.key(mediaType)
    writer.beginObject()
    writer.key("schema")
    schema.write(to: &writer)
    writer.endObject()
  }

  /// The problems that an endpoint can meet, by status.
  private static func problems(of route: Route) -> [(status: Int, kinds: [ProblemKind])] {
    var kinds = route.problems + [.internalError, .targetTooLong, .headersTooLarge]
    if !route.takesAnyQuery { kinds += [.invalidEncoding, .unknownParameter] }
    if !route.query.isEmpty || !route.pathParameters.isEmpty || route.body?.parameters != nil {
      kinds += [.invalidParameter]
    }
    if !route.query.isEmpty { kinds += [.duplicateParameter] }
    if route.body != nil { kinds += [.invalidJSON, .invalidBody, .bodyTooLarge, .unsupportedMediaType] }
    if route.isRead { kinds += [.invalidPosition, .notYetVisible] }
    if route.isIdempotent { kinds += [.keyInUse, .keyReused] }
    if route.tag == "Pages" { kinds += [.notFound] }
    var present: Set<ProblemKind> = []
    let unique = ProblemKind.allCases.filter { kinds.contains($0) && present.insert($0).inserted }
    return Dictionary(grouping: unique, by: \.status).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func writeComponents(to writer: inout JSONWriter) {
    writer.key("components")
    writer.beginObject()
    writer.key("schemas")
    writer.beginObject()
    for (name, schema) in Schemas.all {
      writer.key(name)
      schema.write(to: &writer)
    }
    writer.endObject()
    writer.endObject()
  }
}
