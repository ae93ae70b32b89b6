import Foundation
import HTTPTypes
import Hummingbird
import JSONBytes
import Logging
import NIOCore
import NIOEmbedded
import SchemaRegistry
import Synchronization
import Testing

/// A registry on a database of its own, asked as a client asks.
final class TestRegistry: Sendable {
  let path: String
  let registry: Registry
  private let responder: any HTTPResponder<BasicRequestContext>
  private let logger = Logger(label: "test")

  init(path: String? = nil) throws {
    self.path = path ?? FileManager.default.temporaryDirectory.path + "/xopix-registry-\(UUID().uuidString).sqlite"
    registry = try Registry(path: self.path)
    responder = makeRegistryRouter(registry: registry, logger: logger).buildResponder()
  }

  /// The same database, opened anew as after a restart.
  func reopened() throws -> TestRegistry { try TestRegistry(path: path) }

  deinit {
    // What was reopened goes away with the first one's files; nobody reads them afterwards.
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }

  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  // MARK: Requests

  struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The member of an object.
    subscript(name: String) -> JSONValue? {
      guard case .object(let object)? = try? JSONValue.parse(bytes) else { return nil }
      return object[name]
    }

    var id: Int? { self["id"]?.integerValue.map(Int.init) }
    var code: Int? { self["error_code"]?.integerValue.map(Int.init) }
  }

  func send(
    _ method: HTTPRequest.Method, _ uri: String, _ body: [UInt8] = [],
    type: String = "application/vnd.schemaregistry.v1+json"
  ) async throws -> Answer {
    let channel = NIOAsyncTestingChannel()
    let request = Request(
      head: HTTPRequest(
        method: method, scheme: "http", authority: "localhost", path: uri, headerFields: [.contentType: type]),
      body: RequestBody(buffer: ByteBuffer(bytes: body)))
    let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
    let response = try await responder.respond(to: request, context: context)
    let collector = BodyCollector()
    try await response.body.write(collector)
    #expect(response.headers[.contentType] == "application/vnd.schemaregistry.v1+json")
    return Answer(status: response.status.code, headers: response.headers, bytes: collector.bytes)
  }

  func get(_ uri: String) async throws -> Answer { try await send(.get, uri) }
  func delete(_ uri: String) async throws -> Answer { try await send(.delete, uri) }
  func put(_ uri: String, _ body: String) async throws -> Answer { try await send(.put, uri, Array(body.utf8)) }
  func post(_ uri: String, _ body: String) async throws -> Answer { try await send(.post, uri, Array(body.utf8)) }

  /// A request's body with a schema.
  static func body(_ schema: String, type: String? = "JSON", members: String = "") -> String {
    var writer = JSONWriter()
    writer.string(schema)
    let text = String(decoding: writer.bytes, as: UTF8.self)
    return "{\"schema\":\(text)" + (type.map { ",\"schemaType\":\"\($0)\"" } ?? "") + members + "}"
  }

  func register(_ subject: String, _ schema: String, type: String? = "JSON", members: String = "") async throws
    -> Answer
  {
    try await post("/subjects/\(subject)/versions", Self.body(schema, type: type, members: members))
  }
}

/// Keeps what a response writes.
private final class BodyCollector: ResponseBodyWriter {
  private let collected = Mutex<[UInt8]>([])

  var bytes: [UInt8] { collected.withLock { $0 } }

  func write(_ buffer: ByteBuffer) async throws {
    collected.withLock { $0 += Array(buffer: buffer) }
  }

  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// The answer is an error with this code, and the status that goes with it.
func expectError(_ answer: TestRegistry.Answer, _ code: Int, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(answer.code == code, "\(answer.text.prefix(500))", sourceLocation: sourceLocation)
  #expect(answer.status == (code < 1000 ? code : code / 100), sourceLocation: sourceLocation)
  guard case .string(let message)? = answer["message"] else {
    Issue.record("there is no message", sourceLocation: sourceLocation)
    return
  }
  #expect(!message.isEmpty, sourceLocation: sourceLocation)
}
