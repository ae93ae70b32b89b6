internal import KafkaWire
internal import Logging
internal import NIOCore

/// One client's connection: frames in, answers out, in the order of the requests.
///
/// Requests are begun as they come, so that those which wait (for the disk, for records) do so together; an answer is
/// sent when all before it have been. Nothing more is read while a client does not take its answers, has too many
/// requests under way or much to append, owes bytes to its quota, or all connections together hold too much memory.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = IOData

  /// A request whose answer is not sent yet.
  private final class Slot {
    var answer: Answer?
    var isDone = false
    let byteCount: Int

    init(byteCount: Int) { self.byteCount = byteCount }
  }

  private let broker: Broker
  private let dispatcher: Dispatcher
  private let budget: MemoryBudget
  private let state: ConnectionState
  private let onClose: @Sendable () -> Void
  private var frames: FrameSplitter
  private var slots: CircularBuffer<Slot> = []
  /// Whether nothing is read until something has changed.
  private var isPaused = false
  private var wantsRead = false
  /// Bytes that were taken from the budget for a frame that is not here whole.
  private var reserved = 0
  /// When the frame that is not here whole has to be, since others may wait for the memory that it holds.
  private var frameDeadline = NIODeadline.distantFuture
  private var isReadingFrames = false
  /// Whether answers wait to be sent until all requests that are here were begun.
  private var needsFlush = false
  private var isMuted = false
  private var isWritable = true
  private var isClosing = false
  private var clientHost = ""
  /// The address that the client has connected to.
  private var localAddress: SocketAddress?
  private var lastActivity = NIODeadline.now()
  private let beginning = NIODeadline.now()

  /// How long a connection that was refused memory waits before it asks again.
  private static let retryDelay = TimeAmount.milliseconds(10)
  /// How often idle connections are looked for at most.
  private static let shortestCheck = TimeAmount.milliseconds(200)
  /// A client that has not said who it is gets memory for what it needs to say so (`sasl.server.max.receive.size`).
  private static let maximumBytesBeforeAuthentication = 512 << 10
  /// With so many bytes to append nothing more is read: they would only wait in memory instead of at the client.
  private static let largestBacklog = 4 << 20

  init(
    broker: Broker, budget: MemoryBudget, pool: FramePool, state: ConnectionState,
    onClose: @escaping @Sendable () -> Void
  ) {
    self.broker = broker
    dispatcher = Dispatcher(broker: broker)
    self.budget = budget
    self.state = state
    self.onClose = onClose
    frames = FrameSplitter(maximumFrameBytes: broker.configuration.maximumRequestBytes, pool: pool)
  }

  // MARK: Life

  func channelActive(context: ChannelHandlerContext) {
    clientHost = context.remoteAddress?.ipAddress ?? "unknown"
    localAddress = context.localAddress
    state.onAppended = { [weak self] in self?.resume(context) }
    checkIdle(context)
    context.fireChannelActive()
    // Nothing is read unasked.
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    state.isOpen = false
    state.onAppended = nil
    budget.give(reserved + slots.reduce(0) { $0 + $1.byteCount })
    reserved = 0
    slots.removeAll()
    onClose()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if state.isSecured {
      broker.logger.debug("a connection failed", metadata: ["client": "\(clientHost)", "error": "\(error)"])
    } else {
      broker.metrics.countHandshake(isSuccess: false)
      broker.logger.info(
        "a connection could not be encrypted", metadata: ["client": "\(clientHost)", "reason": "\(error)"])
    }
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ConnectionSecured {
      state.isSecured = true
      broker.metrics.countHandshake(isSuccess: true)
      if let principal = event.principal {
        state.principal = principal
        state.isAuthenticated = true
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func checkIdle(_ context: ChannelHandlerContext) {
    let limit = TimeAmount.milliseconds(broker.configuration.idleMilliseconds)
    let now = NIODeadline.now()
    if now - lastActivity >= limit, slots.isEmpty {
      broker.logger.debug("an idle connection was closed", metadata: ["client": "\(clientHost)"])
      return context.close(promise: nil)
    }
    let patience = TimeAmount.milliseconds(broker.configuration.authenticationMilliseconds)
    if !state.isReady, now - beginning >= patience {
      broker.logger.debug("a client did not say who it is", metadata: ["client": "\(clientHost)"])
      return context.close(promise: nil)
    }
    if reserved > 0, mayRead, now >= frameDeadline {
      broker.metrics.countMalformed()
      broker.logger.info(
        "a connection was closed: its request did not come to an end", metadata: ["client": "\(clientHost)"])
      return context.close(promise: nil)
    }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    var next = min(limit - (now - lastActivity), .milliseconds(broker.configuration.requestMilliseconds))
    if !state.isReady { next = min(next, patience) }
    context.eventLoop.scheduleTask(in: max(next, Self.shortestCheck)) {
      let (handler, context) = bound.value
      if handler.state.isOpen { handler.checkIdle(context) }
    }
  }

  // MARK: Reading

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastActivity = .now()
    frames.append(unwrapInboundIn(data))
    readFrames(context)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    readNext(context)
    context.fireChannelReadComplete()
  }

  /// Asks for more bytes, where there is reason to.
  private func readNext(_ context: ChannelHandlerContext) {
    if mayRead { context.read() } else { wantsRead = true }
  }

  private var mayRead: Bool {
    !isPaused && !isMuted && isWritable && !isClosing
      && slots.count < broker.configuration.maximumRequestsInFlight && state.unappendedBytes < Self.largestBacklog
  }

  /// Goes on with what was left when reading stopped.
  private func resume(_ context: ChannelHandlerContext) {
    guard state.isOpen, mayRead else { return }
    // It was not for the client to go on.
    if reserved > 0 { frameDeadline = deadline(forBytes: reserved) }
    readFrames(context)
    if wantsRead, mayRead {
      wantsRead = false
      context.read()
    }
  }

  private func readFrames(_ context: ChannelHandlerContext) {
    // An answer that is there at once leads back here: thousands of small requests must not nest as deep.
    guard !isReadingFrames else { return }
    isReadingFrames = true
    defer {
      isReadingFrames = false
      if needsFlush {
        needsFlush = false
        context.flush()
      }
    }
    do {
      while mayRead {
        guard try reserve(context) else { return }
        guard let frame = try frames.next() else { return }
        let byteCount = reserved
        reserved = 0
        begin(frame, byteCount: byteCount, context)
      }
    } catch {
      broker.metrics.countMalformed()
      broker.logger.info(
        "a connection was closed: its bytes are no request of Kafka's protocol",
        metadata: ["client": "\(clientHost)", "reason": "\(error)"])
      isClosing = true
      context.close(promise: nil)
    }
  }

  /// Takes the memory that the next frame needs from the common budget; where there is too little, waits.
  private func reserve(_ context: ChannelHandlerContext) throws(WireError) -> Bool {
    guard reserved == 0, let needed = frames.announcedBytes else { return true }
    guard state.isReady || needed <= Self.maximumBytesBeforeAuthentication else {
      throw .invalidFrame(length: Int64(needed), limit: Self.maximumBytesBeforeAuthentication)
    }
    if budget.take(needed) {
      reserved = needed
      frameDeadline = deadline(forBytes: needed)
      return true
    }
    isPaused = true
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: Self.retryDelay) {
      let (handler, context) = bound.value
      handler.isPaused = false
      handler.resume(context)
    }
    return false
  }

  private func deadline(forBytes bytes: Int) -> NIODeadline {
    let configuration = broker.configuration
    let transfer = Int64(bytes) * 1000 / Int64(configuration.slowestRequestBytesPerSecond)
    return .now() + .milliseconds(configuration.requestMilliseconds + transfer)
  }

  // MARK: Answering

  private func begin(_ frame: ByteBuffer, byteCount: Int, _ context: ChannelHandlerContext) {
    let slot = Slot(byteCount: byteCount)
    slots.append(slot)
    let bound = NIOLoopBound((self, slot, context), eventLoop: context.eventLoop)
    let future: EventLoopFuture<Answer?>
    do {
      future = try dispatcher.answer(frame, makeContext: { makeContext($0, context) })
    } catch {
      broker.metrics.countMalformed()
      broker.logger.info(
        "a connection was closed: a request could not be read",
        metadata: ["client": "\(clientHost)", "software": "\(state.software)", "reason": "\(error)"])
      isClosing = true
      return context.close(promise: nil)
    }
    future.whenComplete { result in
      let (handler, slot, context) = bound.value
      handler.finish(slot, result, context)
    }
  }

  private func makeContext(_ header: RequestHeader, _ context: ChannelHandlerContext) -> RequestContext {
    let configuration = broker.configuration
    return RequestContext(
      apiVersion: header.requestApiVersion, clientID: header.clientID ?? "", principal: state.principal,
      clientHost: clientHost, host: configuration.advertisedHost ?? localAddress?.ipAddress ?? configuration.host,
      port: Int32(configuration.advertisedPort ?? localAddress?.port ?? configuration.port),
      eventLoop: context.eventLoop,
      allocator: context.channel.allocator,
      boundConnection: NIOLoopBound(state, eventLoop: context.eventLoop))
  }

  private func finish(_ slot: Slot, _ result: Result<Answer?, any Error>, _ context: ChannelHandlerContext) {
    guard state.isOpen else { return }
    switch result {
    case .success(let answer):
      slot.answer = answer
      slot.isDone = true
    case .failure(let error):
      broker.logger.error(
        "a request could not be answered", metadata: ["client": "\(clientHost)", "error": "\(error)"])
      isClosing = true
      return context.close(promise: nil)
    }
    var hasWritten = false
    while let first = slots.first, first.isDone {
      slots.removeFirst()
      budget.give(first.byteCount)
      guard let answer = first.answer else { continue }
      if answer.throttleMilliseconds > 0 { mute(for: answer.throttleMilliseconds, context) }
      write(answer, context)
      hasWritten = true
      if answer.closesConnection {
        isClosing = true
        context.flush()
        return context.close(promise: nil)
      }
    }
    if isReadingFrames {
      needsFlush = needsFlush || hasWritten
    } else if hasWritten {
      context.flush()
    }
    resume(context)
  }

  private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
    do {
      for part in try answer.parts(sendsRegions: !state.origin.isEncrypted, allocator: context.channel.allocator) {
        guard case .fileRegion(let region) = part else {
          context.write(wrapOutboundOut(part), promise: nil)
          continue
        }
        let isSent = context.eventLoop.makePromise(of: Void.self)
        let handle = NIOLoopBound(region.fileHandle, eventLoop: context.eventLoop)
        isSent.futureResult.whenComplete { _ in Answer.close(handle.value) }
        context.write(wrapOutboundOut(part), promise: isSent)
      }
    } catch {
      // A part of the answer may be on its way already, so nothing can be put right.
      broker.logger.error("an answer could not be read", metadata: ["error": "\(error)"])
      isClosing = true
      context.close(promise: nil)
    }
  }

  private func mute(for milliseconds: Int32, _ context: ChannelHandlerContext) {
    broker.metrics.countThrottled()
    isMuted = true
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
      let (handler, context) = bound.value
      handler.isMuted = false
      handler.resume(context)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    isWritable = context.channel.isWritable
    if isWritable { resume(context) }
    context.fireChannelWritabilityChanged()
  }

  /// Sends what is under way and closes then: for a server that ends.
  func drain(_ context: ChannelHandlerContext) {
    isClosing = true
    if slots.isEmpty { context.close(promise: nil) }
  }
}
