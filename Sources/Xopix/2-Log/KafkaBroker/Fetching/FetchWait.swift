internal import EventLog
internal import KafkaWire
internal import NIOCore
internal import RecordBatches
internal import Synchronization

/// A fetch that waits for records: it watches its partitions and costs nothing until one of them grows.
///
/// It is used on its connection's event loop, but for the watches, which only ask that loop to look again.
final class FetchWait {
  private static let tokens = Atomic<UInt64>(0)
  /// The longest that a client may ask to wait.
  private static let longestWait: Int64 = 60_000

  private let broker: Broker
  private let request: FetchRequest
  private let context: RequestContext
  private let token: UInt64
  private let promise: EventLoopPromise<Broker.FetchAttempt>
  private var latest: Broker.FetchAttempt
  private var deadline: Scheduled<Void>?
  private var isDone = false

  init(broker: Broker, request: FetchRequest, context: RequestContext, first: Broker.FetchAttempt) {
    self.broker = broker
    self.request = request
    self.context = context
    latest = first
    token = Self.tokens.add(1, ordering: .relaxed).newValue
    promise = context.eventLoop.makePromise()
  }

  func start() -> EventLoopFuture<Broker.FetchAttempt> {
    let delay = TimeAmount.milliseconds(min(Int64(request.maxWaitMs), Self.longestWait))
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.finish() }
    watch()
    return promise.futureResult
  }

  /// Asks to be told of the next append; where there has been one since the last look, looks again.
  private func watch() {
    let loop = NIOLoopBound(self, eventLoop: context.eventLoop)
    let eventLoop = context.eventLoop
    for (partition, end) in latest.ends {
      let isWatching = broker.log.watch(partition, from: end, token: token) {
        eventLoop.execute { loop.value.look() }
      }
      guard isWatching else { return context.eventLoop.execute { loop.value.look() } }
    }
  }

  private func look() {
    guard !isDone else { return }
    guard context.connection.isOpen else { return finish() }
    latest = broker.attempt(request, context)
    if latest.isUrgent || latest.byteCount >= Int(request.minBytes) { finish() } else { watch() }
  }

  private func finish() {
    guard !isDone else { return }
    isDone = true
    deadline?.cancel()
    for (partition, _) in latest.ends { broker.log.unwatch(partition, token: token) }
    promise.succeed(latest)
  }
}
