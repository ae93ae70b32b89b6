import KafkaWire
import NIOCore
import NIOEmbedded
import Testing

@testable import KafkaBroker

@Suite("Requests that come together")
struct PipeliningTests {
  @Test("tens of thousands of requests in one packet are all answered, in their order")
  func manyAtOnce() throws {
    let bench = try BrokerBench()
    let state = ConnectionState(
      origin: ConnectionOrigin(isEncrypted: false, isLocal: true), isAuthenticated: true)
    let handler = ConnectionHandler(
      broker: bench.server.broker, budget: MemoryBudget(limit: 1 << 20), pool: FramePool(limit: 1 << 20), state: state
    ) {}
    let channel = EmbeddedChannel(handler: handler)
    channel.pipeline.fireChannelActive()
    let count = 30_000
    var packet = ByteBuffer()
    for number in 0..<count {
      var frame = BrokerBench.frame(ApiVersionsRequest(), version: 0)
      // The correlation id comes after the API's key and version.
      frame.setInteger(Int32(number), at: frame.readerIndex + 4)
      packet.writeInteger(Int32(frame.readableBytes))
      packet.writeImmutableBuffer(frame)
    }
    try channel.writeInbound(packet)
    for number in 0..<count {
      let part = try channel.readOutbound(as: IOData.self)
      guard case .byteBuffer(let answer)? = part else {
        Issue.record("\(number) answers, then \(String(describing: part))")
        break
      }
      let id = answer.getInteger(at: answer.readerIndex + 4, as: Int32.self)
      guard id == Int32(number) else {
        Issue.record("answer \(String(describing: id)) in place of \(number)")
        break
      }
    }
    _ = try channel.finish(acceptAlreadyClosed: true)
  }
}
