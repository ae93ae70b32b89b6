internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore

/// A request, taken apart as far as every endpoint needs it.
struct RegistryCall: Sendable {
  let registry: Registry
  let request: Request
  private let path: [String: String]
  private let query: [String: String]

  init(registry: Registry, request: Request, context: BasicRequestContext, names: [String]) throws(RegistryError) {
    self.registry = registry
    self.request = request
    var path: [String: String] = [:]
    for name in names {
      guard let raw = context.parameters.get(name), let text = PercentEncoding.decode(raw.utf8) else {
        throw .invalidRequest(status: 400, "the path is not percent-encoded UTF-8")
      }
      path[name] = text
    }
    self.path = path
    query = try Self.query(request.uri.query)
  }

  private static func query(_ text: String?) throws(RegistryError) -> [String: String] {
    var values: [String: String] = [:]
    for part in (text ?? "").utf8.split(separator: UInt8(ascii: "&")) {
      let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(pieces[0], plusIsSpace: true),
        let value = PercentEncoding.decode(pieces.count > 1 ? pieces[1] : ""[...].utf8, plusIsSpace: true)
      else { throw .invalidRequest(status: 400, "the query is not percent-encoded UTF-8") }
      values[name] = value
    }
    return values
  }

  // MARK: Path and query

  /// The subject in the path. The default context may be named, and changes nothing.
  var subject: String {
    get throws(RegistryError) {
      let name = path["subject"] ?? ""
      guard name.hasPrefix(":.:") else { return name }
      return String(name.dropFirst(3))
    }
  }

  var version: VersionName { get throws(RegistryError) { try VersionName(path["version"] ?? "") } }

  var id: Int {
    get throws(RegistryError) {
      guard let id = Int32(path["id"] ?? "") else { throw .invalidRequest(status: 404, "HTTP 404 Not Found") }
      return Int(id)
    }
  }

  /// Whether a flag of the query is set.
  func flag(_ name: String) -> Bool { query[name]?.lowercased() == "true" }

  func text(_ name: String) -> String? { query[name] }

  /// The part of a list that `offset` and `limit` ask for.
  func page<Element>(of list: [Element]) throws(RegistryError) -> ArraySlice<Element> {
    func number(_ name: String, _ usual: Int) throws(RegistryError) -> Int {
      guard let text = query[name] else { return usual }
      guard let number = Int32(text) else { throw .invalidRequest(status: 404, "HTTP 404 Not Found") }
      return Int(number)
    }
    let offset = max(0, try number("offset", 0))
    let limit = try number("limit", -1)
    let rest = list.dropFirst(offset)
    return limit < 0 ? rest : rest.prefix(limit)
  }

  // MARK: Body

  private static let bodyTypes: Set<String> = [
    "application/vnd.schemaregistry.v1+json", "application/vnd.schemaregistry+json", "application/json",
    "application/octet-stream",
  ]

  /// The members of the body, which must be a JSON object.
  func body() async throws(RegistryError) -> JSONObject {
    if let type = request.headers[.contentType] {
      let name = type.prefix { $0 != ";" }.lowercased()
      guard Self.bodyTypes.contains(String(name.filter { $0 != " " })) else {
        throw .invalidRequest(
          status: 415, "HTTP 415 Unsupported Media Type: send application/vnd.schemaregistry.v1+json")
      }
    }
    let bytes: [UInt8]
    do {
      bytes = Array(buffer: try await request.body.collect(upTo: Limits.body))
    } catch is NIOTooManyBytesError {
      throw .invalidRequest(status: 413, "a request's body is at most \(Limits.body) bytes")
    } catch {
      throw .invalidRequest(status: 400, "the request's body ended early")
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(bytes)
    } catch {
      throw .invalidRequest(status: 400, "the body is \(error)")
    }
    guard case .object(let object) = value else {
      throw .invalidRequest(status: 400, "the body must be a JSON object")
    }
    return object
  }
}

/// Percent-encoding (RFC 3986, section 2.1) of UTF-8.
enum PercentEncoding {
  /// The text; nil where an escape is incomplete or the bytes are not UTF-8.
  static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
  }
}
