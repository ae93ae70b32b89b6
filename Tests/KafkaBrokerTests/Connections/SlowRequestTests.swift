import Foundation
import KafkaWire
import NIOCore
import Testing

@testable import KafkaBroker

/// A connection that sends what it is told to, and waits.
private final class Client {
  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw BenchError.noAnswer }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Announces a request and sends the beginning of it.
  func begin(requestOf length: Int32, sending count: Int) {
    send(withUnsafeBytes(of: length.bigEndian) { Array($0) } + [UInt8](repeating: 0, count: count))
  }

  /// The number of bytes that came; 0 where the broker has closed, negative where nothing came for 20 s.
  func receive() -> Int {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count < 0 && errno == ECONNRESET ? 0 : count
  }

  /// Whether the broker answers.
  func isServed() -> Bool {
    let frame = BrokerBench.frame(ApiVersionsRequest(), version: 0)
    send(withUnsafeBytes(of: Int32(frame.readableBytes).bigEndian) { Array($0) } + Array(frame.readableBytesView))
    return receive() > 0
  }
}

@Suite("Requests that do not come whole")
struct SlowRequestTests {
  @Test("a request that does not come to an end in its time closes its connection, and gives its memory to others")
  func stalled() async throws {
    let bench = try BrokerBench {
      $0.requestMilliseconds = 600
      $0.maximumQueuedBytes = 1000
    }
    let port = try await bench.server.start()
    let stalled = try Client(port: port)
    stalled.begin(requestOf: 1000, sending: 10)
    let steady = try Client(port: port)
    #expect(stalled.receive() == 0)
    #expect(steady.isServed())
    // Who has sent nothing is not late.
    let idle = try Client(port: port)
    try await Task.sleep(for: .milliseconds(1500))
    #expect(idle.isServed())
    await bench.server.stop()
  }

  @Test("long requests that are announced only leave memory to short ones")
  func announced() async throws {
    let bench = try BrokerBench { $0.maximumQueuedBytes = 64_000 }
    let port = try await bench.server.start()
    var greedy: [Client] = []
    for _ in 0..<30 {
      let client = try Client(port: port)
      client.begin(requestOf: 20_000, sending: 1)
      greedy.append(client)
    }
    try await Task.sleep(for: .milliseconds(200))
    #expect(try Client(port: port).isServed())
    withExtendedLifetime(greedy) {}
    await bench.server.stop()
  }
}
