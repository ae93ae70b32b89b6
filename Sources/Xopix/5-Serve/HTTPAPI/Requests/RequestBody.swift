internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore

/// Reads a request's body: its media type, at most so many bytes, as JSON.
enum RequestBody {
  /// A body as it was sent, and its value.
  struct Content: Sendable {
    var bytes: [UInt8] = []
    var value = JSONValue.null
    /// The media type without parameters, in lower case.
    var mediaType = ""
  }

  static func read(_ request: Request, as definition: BodyDefinition) async throws -> Content {
    var content = Content()
    content.mediaType = try checkMediaType(request.headers, allowed: definition.mediaTypes)
    let tooLarge = Problem(.bodyTooLarge, "a body is at most \(definition.mostBytes) bytes here")
    // Said before the body is read, so that a client that asks first need not send it.
    if let length = request.headers[.contentLength].flatMap(Int.init), length > definition.mostBytes { throw tooLarge }
    do {
      content.bytes = Array(buffer: try await request.body.collect(upTo: definition.mostBytes))
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
    guard !content.bytes.isEmpty else {
      throw Problem(.invalidJSON, "the body is empty; send \(definition.summary)")
    }
    do {
      content.value = try JSONValue.parse(content.bytes)
    } catch {
      throw Problem(.invalidJSON, "the body is \(error)")
    }
    return content
  }

  private static func checkMediaType(_ headers: HTTPFields, allowed: [String]) throws(Problem) -> String {
    let field = headers[.contentType] ?? ""
    let parts = field.split(separator: ";", omittingEmptySubsequences: false).map { part in
      part.filter { $0 != " " && $0 != "\t" }.lowercased()
    }
    let type = parts.first ?? ""
    guard allowed.contains(type) else {
      var problem = Problem(
        .unsupportedMediaType,
        field.isEmpty
          ? "Content-Type is missing; it must be \(allowed.joined(separator: " or "))"
          : "Content-Type must be \(allowed.joined(separator: " or ")), not \(type.prefix(80))")
      problem.headers[.accept] = allowed.joined(separator: ", ")
      throw problem
    }
    if let charset = parts.dropFirst().first(where: { $0.hasPrefix("charset=") })?.dropFirst(8),
      !["utf-8", "\"utf-8\"", "utf8"].contains(charset)
    {
      throw Problem(.unsupportedMediaType, "a body is read as UTF-8, not \(charset.prefix(40))")
    }
    return type
  }
}
