public import CoreMetrics
public import EventLog
internal import KafkaWire
public import Logging
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// The broker: Kafka's protocol on an event log.
///
/// Any Kafka client may connect. It is one broker of one cluster, leader of every partition and coordinator of every group
/// and transaction.
public final class BrokerServer: Sendable {
  /// What a broker is made of beside its log.
  public struct Parts: Sendable {
    /// The directory for the coordinators' database.
    public var directory: String
    /// Says who may do what.
    public var authorizer: any Authorizing = EverythingAllowed()
    /// Says who clients are; nil to take everybody for ``Principal/anonymous``.
    public var authenticator: (any Authenticating)?
    /// Makes the handler that decrypts a connection; nil to serve in the clear.
    public var makeTLSHandler: (@Sendable () throws -> any ChannelHandler)?
    /// Where the broker counts; nil where it does not.
    public var metrics: (any MetricsFactory)?
    /// Checks records against schemas; nil to check none.
    public var schemas: (any RecordChecking)?
    /// The time in milliseconds since 1970.
    public var now: @Sendable () -> Int64

    /// Parts with the defaults for what is not given.
    public init(directory: String, now: @escaping @Sendable () -> Int64) {
      self.directory = directory
      self.now = now
    }
  }

  let broker: Broker
  private let parts: Parts
  private let budget: MemoryBudget
  private let framePool = FramePool(limit: 16 << 20)
  private let addresses: ConnectionCounter
  private let listener = Mutex<(any Channel)?>(nil)
  private let group: MultiThreadedEventLoopGroup

  /// Opens the coordinators' database; nothing listens yet.
  public init(log: EventLog, configuration: BrokerConfiguration, parts: Parts, logger: Logger) throws {
    self.parts = parts
    group = MultiThreadedEventLoopGroup.singleton
    let clock = EventLoopClock(group: group, now: parts.now)
    let store = try SQLiteOffsetStore(path: parts.directory + "/groups.sqlite")
    let metrics = BrokerMetrics(parts.metrics ?? NOOPMetricsHandler.instance)
    let groups = try GroupCoordinator(
      store: store, clock: clock,
      storeFailed: { logger.error("the groups' database failed", metadata: ["error": "\($0)"]) },
      refusedForSize: { metrics.countGroupOverflow() })
    let pool = NIOThreadPool(numberOfThreads: 4)
    pool.start()
    let authenticationPool = NIOThreadPool(numberOfThreads: 2)
    authenticationPool.start()
    broker = Broker(
      configuration: configuration, log: log, groups: groups,
      transactions: try TransactionCoordinator(
        path: parts.directory + "/transactions.sqlite", log: log, groups: groups, clock: clock, logger: logger),
      authorizer: parts.authorizer, authenticator: parts.authenticator,
      denials: Denials(metrics: metrics, logger: logger),
      failureDelay: FailureDelay(milliseconds: configuration.failedAuthenticationMilliseconds), schemas: parts.schemas,
      clock: clock, pool: pool, authenticationPool: authenticationPool,
      producerQuota: ByteQuota(bytesPerSecond: configuration.producerBytesPerSecond),
      consumerQuota: ByteQuota(bytesPerSecond: configuration.consumerBytesPerSecond),
      metrics: metrics, logger: logger)
    budget = MemoryBudget(limit: configuration.maximumQueuedBytes)
    addresses = ConnectionCounter(
      limit: configuration.maximumConnections, limitPerAddress: configuration.maximumConnectionsPerAddress)
  }

  /// Listens; returns the port.
  public func start() async throws -> Int {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(
        .writeBufferWaterMark, value: ChannelOptions.Types.WriteBufferWaterMark(low: 1 << 20, high: 4 << 20)
      )
      .childChannelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 65_536, maximum: 256 << 10)
      )
      .childChannelInitializer { [self] channel in channel.eventLoop.makeCompletedFuture { try configure(channel) } }
      .bind(host: broker.configuration.host, port: broker.configuration.port).get()
    listener.withLock { $0 = channel }
    return channel.localAddress?.port ?? broker.configuration.port
  }

  private func configure(_ channel: any Channel) throws {
    let address = channel.remoteAddress?.ipAddress ?? ""
    guard addresses.open(address) else {
      broker.metrics.countConnection(isRefused: true)
      broker.logger.warning("a connection too many was refused", metadata: ["client": "\(address)"])
      throw ChannelError.eof
    }
    broker.metrics.countConnection(isRefused: false)
    let state = ConnectionState(
      origin: ConnectionOrigin(isEncrypted: parts.makeTLSHandler != nil, address: address),
      isAuthenticated: broker.authenticator == nil)
    let handler = ConnectionHandler(broker: broker, budget: budget, pool: framePool, state: state) { [addresses] in
      addresses.close(address)
    }
    if let tls = try parts.makeTLSHandler?() { try channel.pipeline.syncOperations.addHandler(tls) }
    try channel.pipeline.syncOperations.addHandler(handler)
  }

  /// Stops listening, answers those who wait, and closes the coordinators' databases.
  public func stop() async {
    let channel = listener.withLock { listener in
      defer { listener = nil }
      return listener
    }
    try? await channel?.close()
    broker.transactions.shutDown()
    broker.groups.shutDown()
    try? await broker.pool.shutdownGracefully()
    try? await broker.authenticationPool.shutdownGracefully()
  }
}

/// Time and wakes for the coordinators, on the event loops.
struct EventLoopClock: GroupClock {
  let group: MultiThreadedEventLoopGroup
  let read: @Sendable () -> Int64
  private let latest: LatestTime

  init(group: MultiThreadedEventLoopGroup, now: @escaping @Sendable () -> Int64) {
    self.group = group
    read = now
    latest = LatestTime()
  }

  func now() -> Int64 { latest.advance(to: read()) }

  func schedule(at time: Int64, _ wake: @escaping @Sendable () -> Void) {
    group.any().scheduleTask(in: .milliseconds(max(0, time - now()))) { wake() }
  }
}

/// A time that never goes back, whatever the system's clock does.
private final class LatestTime: Sendable {
  private let value = Atomic<Int64>(.min)

  func advance(to time: Int64) -> Int64 {
    value.max(time, ordering: .relaxed).newValue
  }
}

/// Counts open connections, in all and by address.
final class ConnectionCounter: Sendable {
  private let limit: Int
  private let limitPerAddress: Int
  private let counts = Mutex<[String: Int]>([:])

  init(limit: Int, limitPerAddress: Int) {
    self.limit = limit
    self.limitPerAddress = limitPerAddress
  }

  /// Counts a connection; false where it would be one too many.
  func open(_ address: String) -> Bool {
    counts.withLock { counts in
      guard counts.values.reduce(0, +) < limit, counts[address, default: 0] < limitPerAddress else { return false }
      counts[address, default: 0] += 1
      return true
    }
  }

  /// Takes a connection out of the count.
  func close(_ address: String) {
    counts.withLock { counts in
      let left = (counts[address] ?? 0) - 1
      counts[address] = left > 0 ? left : nil
    }
  }
}
