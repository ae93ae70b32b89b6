import ByteCoding
import Foundation
import HTTPAPI
import HTTPTypes
import Hummingbird
import JSONBytes
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Telemetry
import Testing

/// The API over a read side of its own, asked as a client asks.
struct TestServer: Sendable {
  let readSide: TestReadSide
  private let responder: any HTTPResponder<APIRequestContext>
  private let logger: Logger

  /// Runs `body` against a server with the products given.
  static func run(products: [String] = [], _ body: @Sendable (TestServer) async throws -> Void) async throws {
    let readSide = try TestReadSide()
    let database = FileManager.default.temporaryDirectory.path + "/xopix-http-\(UUID().uuidString).sqlite"
    defer { try? FileManager.default.removeItem(atPath: database) }
    var configuration = APIConfiguration(
      version: "1.2.3", pagesDirectory: pages, idempotencyDatabase: database, now: { TestReadSide.now },
      randomBits: { 7 })
    configuration.streamInterval = .milliseconds(1)
    let drain = configuration.drain
    let logger = Logger(label: "test")
    let router = try makeRouter(
      readSide: readSide, configuration: configuration, metrics: PrometheusRegistry(), logger: logger)
    let server = TestServer(readSide: readSide, responder: router.buildResponder(), logger: logger)
    for product in products {
      let answer = try await server.post("/v1/events", product)
      #expect(answer.status == 202, "\(answer.text)")
    }
    drain.begin()
    try await body(server)
  }

  private static var pages: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/dashboards"
  }

  /// An answer, as far as tests look at it.
  struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The body as JSON.
    func json() throws -> JSONValue { try JSONValue.parse(bytes) }

    /// The value at a path of member names and indexes.
    func value(_ path: String...) throws -> JSONValue {
      var value = try json()
      for part in path {
        switch value {
        case .object(let object): value = try #require(object[part], "no \(part) in \(text.prefix(500))")
        case .array(let elements):
          let index = try #require(Int(part))
          try #require(elements.indices.contains(index), "no \(part) in \(text.prefix(500))")
          value = elements[index]
        default: Issue.record("nothing is inside \(part)")
        }
      }
      return value
    }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
  }

  func get(_ uri: String, headers: HTTPFields = [:]) async throws -> Answer {
    try await send(.get, uri, headers: headers, body: nil)
  }

  func post(
    _ uri: String, _ body: String, type: String = "application/json", headers: HTTPFields = [:]
  ) async throws -> Answer {
    var headers = headers
    headers[.contentType] = type
    return try await send(.post, uri, headers: headers, body: ByteBuffer(string: body))
  }

  func send(
    _ method: HTTPRequest.Method, _ uri: String, headers: HTTPFields = [:], body: ByteBuffer? = nil
  ) async throws -> Answer {
    let channel = NIOAsyncTestingChannel()
    let request = Request(
      head: HTTPRequest(
        method: method, scheme: "http", authority: "localhost", path: uri, headerFields: headers),
      body: RequestBody(buffer: body ?? ByteBuffer()))
    let context = APIRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
    let response = try await responder.respond(to: request, context: context)
    let collector = BodyCollector()
    try await response.body.write(collector)
    return Answer(status: response.status.code, headers: response.headers, bytes: collector.bytes)
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

/// A ProductCreated event.
func product(_ id: String, _ title: String, _ members: String = "") -> String {
  event(
    "ProductCreated", id: "e-\(id)",
    "\"product_id\":\"\(id)\",\"title\":\"\(title)\"" + (members.isEmpty ? "" : "," + members))
}

/// An event with these members of `data`.
func event(_ type: String, id: String, time: String = "2026-11-23T02:41:00Z", _ data: String) -> String {
  """
  {"specversion":"1.0","id":"\(id)","source":"/test","type":"\(type)","time":"\(time)","data":{\(data)}}
  """
}

/// The problem document in an answer holds together; returns its code.
@discardableResult
func expectProblem(
  _ answer: TestServer.Answer, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
  #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
  #expect(answer.header("Content-Type") == "application/problem+json", sourceLocation: sourceLocation)
  #expect(try answer.value("status") == .integer(Int64(status)), sourceLocation: sourceLocation)
  for member in ["type", "title", "detail", "instance"] {
    guard case .string(let text) = try answer.value(member), !text.isEmpty else {
      Issue.record("\(member) is missing", sourceLocation: sourceLocation)
      continue
    }
  }
  guard case .string(let code) = try answer.value("code") else { return "" }
  return code
}

/// An answer without what a test goes on with.
struct Unexpected: Error {
  let reason: String
}
