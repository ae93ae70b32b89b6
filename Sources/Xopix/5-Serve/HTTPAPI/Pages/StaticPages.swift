internal import ByteCoding
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The pages and what they load: read into memory once, looked up by path, so that no request reaches the file system.
struct StaticPages: Sendable {
  private struct File: Sendable {
    let bytes: ByteBuffer
    let type: String
    let entityTag: String
  }

  /// The largest file that is served, in bytes.
  static let largestFile = 8 << 20

  /// By the path of the address, which starts with a slash; a page's path without `index.html` and `.html`.
  private let files: [String: File]

  /// The files under `directory`: `index.html`, `dashboards/…` and `assets/…`.
  init(directory: String?) throws {
    guard let directory = directory.map({ URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }) else {
      files = [:]
      return
    }
    var files: [String: File] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: directory).sorted() {
      // Hidden files and those that only developers read are not served, nor is what a link leads to.
      let parts = path.split(separator: "/")
      let isServed = parts.count > 1 ? ["dashboards", "assets"].contains(parts[0]) : path == "index.html"
      guard isServed, !parts.contains(where: { $0.hasPrefix(".") }), let type = Self.type(of: path) else { continue }
      let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/" + path)
      guard attributes[.type] as? FileAttributeType == .typeRegular, attributes[.size] as? Int ?? 0 <= Self.largestFile
      else { continue }
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/" + path)))
      let hash = String(XXHash64.hash(bytes.rawBytes), radix: 16)
      let file = File(bytes: ByteBuffer(bytes: bytes), type: type, entityTag: "\"\(hash)\"")
      for address in Self.addresses(of: "/" + path) { files[address] = file }
    }
    self.files = files
  }

  /// The file at a request's path, or a problem.
  func response(to request: Request) throws(Problem) -> Response {
    guard let path = PercentEncoding.decode(request.uri.path.utf8), let file = files[path] else {
      if files[request.uri.path + "/"] != nil {
        // Links within a page are relative to its directory.
        return Response(status: .permanentRedirect, headers: [.location: request.uri.path + "/"])
      }
      throw Problem(.notFound, "there is no file \(request.uri.path.prefix(200))")
    }
    // Browsers keep files and ask whether they are still right: a new version shows at once.
    var headers: HTTPFields = [.contentType: file.type, .eTag: file.entityTag, .cacheControl: "no-cache"]
    if let known = request.headers[.ifNoneMatch], Self.names(known, file.entityTag) {
      return Response(status: .notModified, headers: headers)
    }
    headers[.contentLength] = String(file.bytes.readableBytes)
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.bytes))
  }

  /// Whether `If-None-Match` names the entity tag (RFC 9110, section 13.1.2).
  static func names(_ field: String, _ entityTag: String) -> Bool {
    field == "*"
      || field.split(separator: ",").contains { tag in
        let tag = tag.filter { $0 != " " && $0 != "\t" }
        return tag == entityTag || tag == "W/" + entityTag
      }
  }

  private static func addresses(of path: String) -> [String] {
    if path.hasSuffix("/index.html") { return [String(path.dropLast(10)), path] }
    if path.hasSuffix(".html") { return [String(path.dropLast(5)), path] }
    return [path]
  }

  /// The media type by the name's ending; nil for what is not served.
  private static func type(of path: String) -> String? {
    switch path.split(separator: ".").last ?? "" {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js", "mjs": "text/javascript; charset=utf-8"
    case "json", "map": "application/json"
    case "webmanifest": "application/manifest+json"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "webp": "image/webp"
    case "ico": "image/x-icon"
    case "woff2": "font/woff2"
    case "txt": "text/plain; charset=utf-8"
    default: nil
    }
  }
}
