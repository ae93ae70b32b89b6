internal import Histogram
internal import KafkaWire
internal import NIOCore
internal import NIOPosix
internal import RecordBatches
internal import Synchronization
internal import XopixServer

/// What one connection asks, again and again. It is used on its connection's event loop.
protocol ConnectionLoad: Sendable {
  /// How many requests are under way at the same time.
  var inFlight: Int { get }
  /// The next request, without its length.
  mutating func next() -> ByteBuffer
  /// Reads an answer, header included; returns its records and bytes, and whether it tells of an error.
  mutating func read(_ answer: ByteBuffer) throws -> (records: Int, bytes: Int, isError: Bool)
}

/// Load on a broker: a number of connections that each keep some requests under way for a time.
struct BrokerLoad {
  let options: BrokerLoadOptions
  /// How many partitions the topic has.
  let partitions: Int32

  /// Asks the broker for the topic.
  init(_ options: BrokerLoadOptions) async throws {
    self.options = options
    var topic = MetadataRequest.MetadataRequestTopic()
    topic.name = options.topic
    var request = MetadataRequest()
    request.topics = [topic]
    var count: Int32 = 0
    // A topic that is being made is there with the second question.
    for _ in 0..<20 where count == 0 {
      let metadata = MetadataLoad(request: request)
      let answer = Mutex<MetadataResponse?>(nil)
      try await Self.connect(options.address, load: metadata, until: .now() + .seconds(10)) { buffer, stop in
        answer.withLock { $0 = try? MetadataLoad.decode(buffer) }
        stop()
      } report: { _ in
      }
      count = Int32(answer.withLock { $0?.topics.first?.partitions.count ?? 0 })
      if count == 0 { try await Task.sleep(for: .milliseconds(100)) }
    }
    guard count > 0 else {
      throw CommandFailure(.failed, "\(options.bootstrap) has no topic \(options.topic), and did not make it")
    }
    partitions = count
  }

  /// Runs the load, and tells what it came to.
  func run(_ make: @escaping @Sendable (Int) -> any ConnectionLoad) async throws -> BenchReport {
    let report = SharedReport()
    let start = NIODeadline.now()
    let end = start + .nanoseconds(Int64(options.duration * 1e9))
    let address = options.address
    let connections = options.concurrency
    try await withThrowingTaskGroup(of: Void.self) { group in
      for connection in 0..<connections {
        group.addTask {
          try await Self.connect(address, load: make(connection), until: end) { _, _ in
          } report: { outcome in
            report.value.withLock { report in
              report.records += outcome.records
              report.bytes += outcome.bytes
              report.errors += outcome.isError ? 1 : 0
              report.latencies.record(UInt64(max(1, outcome.microseconds)))
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
    return report.value.withLock { report in
      report.seconds = seconds
      return report
    }
  }

  /// One answer.
  struct Outcome: Sendable {
    let records: Int
    let bytes: Int
    let isError: Bool
    let microseconds: Int64
  }

  private static func connect(
    _ address: XopixServer.SocketAddress, load: any ConnectionLoad, until end: NIODeadline,
    answer: @escaping @Sendable (ByteBuffer, () -> Void) -> Void, report: @escaping @Sendable (Outcome) -> Void
  ) async throws {
    let done = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
    do {
      _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(
          .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 65_536, maximum: 4 << 20)
        )
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
              LoadHandler(load, until: end, answer: answer, report: report, done: done))
          }
        }
        .connect(host: address.host, port: address.port).get()
    } catch {
      done.fail(error)
    }
    do {
      try await done.futureResult.get()
    } catch {
      throw CommandFailure(.failed, "\(address): \(error)")
    }
  }
}

/// What all connections add to.
private final class SharedReport: Sendable {
  let value = Mutex(BenchReport())
}

/// Keeps a connection's requests under way.
private final class LoadHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var load: any ConnectionLoad
  private let end: NIODeadline
  private let answer: (ByteBuffer, () -> Void) -> Void
  private let report: (BrokerLoad.Outcome) -> Void
  private let done: EventLoopPromise<Void>
  private var frames = FrameSplitter(maximumFrameBytes: 1 << 30)
  private var sentAt: CircularBuffer<NIODeadline> = []
  private var isOver = false

  init(
    _ load: any ConnectionLoad, until end: NIODeadline, answer: @escaping (ByteBuffer, () -> Void) -> Void,
    report: @escaping (BrokerLoad.Outcome) -> Void, done: EventLoopPromise<Void>
  ) {
    self.load = load
    self.end = end
    self.answer = answer
    self.report = report
    self.done = done
  }

  func channelActive(context: ChannelHandlerContext) {
    for _ in 0..<load.inFlight { send(context) }
    context.flush()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    frames.append(unwrapInboundIn(data))
    do {
      while let frame = try frames.next() {
        let now = NIODeadline.now()
        let began = sentAt.popFirst() ?? now
        let outcome = try load.read(frame)
        report(
          BrokerLoad.Outcome(
            records: outcome.records, bytes: outcome.bytes, isError: outcome.isError,
            microseconds: (now - began).nanoseconds / 1000))
        answer(frame) { isOver = true }
        if !isOver, now < end { send(context) }
      }
      context.flush()
      if sentAt.isEmpty { context.close(promise: nil) }
    } catch {
      done.fail(error)
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    guard sentAt.isEmpty else { return done.fail(LoadError.closed) }
    done.succeed(())
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    done.fail(error)
    context.close(promise: nil)
  }

  private func send(_ context: ChannelHandlerContext) {
    let request = load.next()
    var length = context.channel.allocator.buffer(capacity: 4)
    length.writeInteger(Int32(request.readableBytes))
    context.write(wrapOutboundOut(length), promise: nil)
    context.write(wrapOutboundOut(request), promise: nil)
    sentAt.append(.now())
  }
}

/// Why a load ended early.
enum LoadError: Error, CustomStringConvertible {
  case closed

  var description: String { "the broker closed the connection" }
}
