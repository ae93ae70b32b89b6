import AccessControl
import EventLog
import Foundation
import KafkaWire
import Logging
import NIOCore
import NIOPosix

@testable import KafkaBroker

/// A broker on a temporary directory, asked without a network.
final class BrokerBench {
  let directory: String
  let log: EventLog
  let server: BrokerServer
  let eventLoop: any EventLoop
  private let state: NIOLoopBound<ConnectionState>

  init(
    _ change: (inout BrokerConfiguration) -> Void = { _ in }, maximumPartitions: Int = 1000,
    parts changeParts: (inout BrokerServer.Parts) -> Void = { _ in }
  ) throws {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
    directory = parent + "/KafkaBrokerTests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    var logConfiguration = EventLogConfiguration()
    logConfiguration.maximumPartitions = maximumPartitions
    log = try EventLog.open(directory: directory + "/log", configuration: logConfiguration)
    var configuration = BrokerConfiguration(host: "127.0.0.1", port: 0)
    change(&configuration)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    var parts = BrokerServer.Parts(directory: directory) { Int64(Date().timeIntervalSince1970 * 1000) }
    changeParts(&parts)
    let isAuthenticated = parts.authenticator == nil
    server = try BrokerServer(log: log, configuration: configuration, parts: parts, logger: logger)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    eventLoop = loop
    state = try loop.submit {
      NIOLoopBound(
        ConnectionState(origin: ConnectionOrigin(isEncrypted: false, isLocal: true), isAuthenticated: isAuthenticated),
        eventLoop: loop)
    }.wait()
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// Has a frame answered; the future of the answer, or what was thrown at the frame.
  func answer(_ frame: ByteBuffer) -> Result<EventLoopFuture<Answer?>, any Error> {
    let dispatcher = Dispatcher(broker: server.broker)
    let state = state
    let loop = eventLoop
    let outcome = loop.submit { () -> Result<EventLoopFuture<Answer?>, any Error> in
      Result {
        try dispatcher.answer(frame) { header in
          RequestContext(
            apiVersion: header.requestApiVersion, clientID: header.clientID ?? "", principal: state.value.principal,
            clientHost: "127.0.0.1", host: "127.0.0.1", port: 9092, eventLoop: loop,
            allocator: ByteBufferAllocator(), boundConnection: state)
        }
      }
    }
    do { return try outcome.wait() } catch { return .failure(error) }
  }

  /// The frame of a request, without its length.
  static func frame(_ request: some WireMessage, version: Int16) -> ByteBuffer {
    var writer = WireWriter()
    var header = RequestHeader()
    header.requestApiKey = type(of: request).apiKey
    header.requestApiVersion = version
    header.correlationID = 7
    header.clientID = "test"
    writer.writeRequestHeader(header)
    request.write(to: &writer, version: version)
    return writer.buffer
  }

  /// Asks, and reads the response.
  func ask<Request: WireMessage, Response: WireMessage>(
    _ request: Request, version: Int16, as type: Response.Type = Response.self
  ) throws -> Response {
    let answer = try answer(Self.frame(request, version: version)).get().wait()
    guard let answer else { throw BenchError.noAnswer }
    var bytes = ByteBuffer()
    for part in try answer.parts(sendsRegions: false, allocator: ByteBufferAllocator()) {
      if case .byteBuffer(var buffer) = part { bytes.writeBuffer(&buffer) }
    }
    var reader = WireReader(bytes)
    let length: Int32 = try reader.readInteger(field: "length")
    guard Int(length) == reader.remaining else { throw BenchError.wrongLength }
    _ = try ResponseHeader(
      reading: &reader,
      version: WireWriter.responseHeaderVersion(apiKey: Request.apiKey, version: version))
    let response = try Response(reading: &reader, version: version)
    guard reader.remaining == 0 else { throw BenchError.trailingBytes(reader.remaining) }
    return response
  }
}

enum BenchError: Error {
  case noAnswer
  case wrongLength
  case trailingBytes(Int)
}
