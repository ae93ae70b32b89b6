internal import NIOCore
internal import KafkaBroker

/// Encrypts a connection: the first handler of its pipeline. Once the handshake is done it fires ``ConnectionSecured``.
final class TLSHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  private enum State {
    case shakingHands
    case secured
    case closed
  }

  private let session: TLSSession
  private let secured: (String?) -> ConnectionSecured
  private var state = State.shakingHands
  /// Whether something was decrypted since the connection was last read from.
  private var hasDelivered = false
  /// Bytes that are encrypted at once, so that OpenSSL holds no more of a large answer.
  private static let partByteCount = 256 << 10

  /// - Parameter secured: what the broker is told, given the name in the client's certificate.
  init(session: TLSSession, secured: @escaping (String?) -> ConnectionSecured) {
    self.session = session
    self.secured = secured
  }

  // MARK: Reading

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard state != .closed else { return }
    do throws(TLSError) { try session.receive(unwrapInboundIn(data)) } catch { return fail(error, context) }
    if state == .shakingHands {
      let progress = session.shakeHands()
      send(context)
      switch progress {
      case .needsMore: return
      case .closed: return close(context)
      case .failed(let error): return fail(error, context)
      case .done:
        state = .secured
        context.fireUserInboundEventTriggered(secured(session.clientName))
      }
    }
    readRecords(context)
  }

  private func readRecords(_ context: ChannelHandlerContext) {
    var bytes = context.channel.allocator.buffer(capacity: 0)
    var end: TLSSession.Progress?
    while end == nil {
      switch session.read(into: &bytes) {
      case .done: continue
      case let progress: end = progress
      }
    }
    // Reading may have to answer, e.g. a change of keys.
    send(context)
    if bytes.readableBytes > 0 {
      hasDelivered = true
      context.fireChannelRead(wrapInboundOut(bytes))
    }
    guard state != .closed else { return }
    switch end {
    case .closed: close(context)
    case .failed(let error): fail(error, context)
    default: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if hasDelivered {
      hasDelivered = false
      context.fireChannelReadComplete()
    } else if state != .closed {
      // Who asked for bytes has got none yet.
      context.read()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    state = .closed
    context.fireChannelInactive()
  }

  // MARK: Writing

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard state == .secured, case .byteBuffer(let bytes) = unwrapOutboundIn(data) else {
      promise?.fail(TLSError("only bytes can be sent, and only once the handshake is done"))
      return
    }
    // A record of 16 KiB grows by 22 bytes in TLS 1.3, by 29 in 1.2.
    var encrypted = context.channel.allocator.buffer(capacity: bytes.readableBytes / 512 + bytes.readableBytes + 64)
    var rest = bytes
    do throws(TLSError) {
      while let part = rest.readSlice(length: min(rest.readableBytes, Self.partByteCount)), part.readableBytes > 0 {
        try session.write(part)
        session.drain(into: &encrypted)
      }
    } catch {
      promise?.fail(error)
      return fail(error, context)
    }
    context.write(wrapOutboundOut(.byteBuffer(encrypted)), promise: promise)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if state == .secured {
      session.shutDown()
      send(context)
    }
    state = .closed
    context.close(mode: mode, promise: promise)
  }

  /// Sends what the session has to say.
  private func send(_ context: ChannelHandlerContext) {
    var bytes = context.channel.allocator.buffer(capacity: 0)
    session.drain(into: &bytes)
    guard bytes.readableBytes > 0 else { return }
    context.writeAndFlush(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
  }

  private func close(_ context: ChannelHandlerContext) { close(context: context, mode: .all, promise: nil) }

  private func fail(_ error: TLSError, _ context: ChannelHandlerContext) {
    // The other side is told why, where TLS has an alert for it.
    send(context)
    state = .closed
    context.fireErrorCaught(error)
    context.close(promise: nil)
  }
}
