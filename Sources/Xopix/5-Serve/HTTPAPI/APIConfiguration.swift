public import ByteCoding
internal import Synchronization

/// What the API is told from outside: it reads no clock and no randomness itself.
public struct APIConfiguration: Sendable {
  /// The program's version.
  public var version: String
  /// The directory of the pages; nil to serve none.
  public var pagesDirectory: String?
  /// The SQLite file that keeps answers by idempotency key.
  public var idempotencyDatabase: String
  /// The time of day.
  public var now: @Sendable () -> Timestamp
  /// 64 random bits, for the ids of requests and spans.
  public var randomBits: @Sendable () -> UInt64
  /// How often a stream looks for changes.
  public var streamInterval: Duration
  /// How long a stream is silent before it sends a comment.
  public var heartbeatInterval: Duration
  /// Requests that take longer are logged as slow.
  public var slowRequest: Duration
  /// Says when streams are to end.
  public var drain: DrainSignal

  /// A configuration.
  public init(
    version: String, pagesDirectory: String?, idempotencyDatabase: String, now: @escaping @Sendable () -> Timestamp,
    randomBits: @escaping @Sendable () -> UInt64, drain: DrainSignal = DrainSignal()
  ) {
    self.version = version
    self.pagesDirectory = pagesDirectory
    self.idempotencyDatabase = idempotencyDatabase
    self.now = now
    self.randomBits = randomBits
    streamInterval = .milliseconds(200)
    heartbeatInterval = .seconds(15)
    slowRequest = .seconds(1)
    self.drain = drain
  }
}

/// Tells what goes on for ever, the streams, that the server stops.
public final class DrainSignal: Sendable {
  private let flag = Atomic(false)

  /// A signal that was not given.
  public init() {}

  /// Gives the signal: streams end within ``APIConfiguration/streamInterval``, and `/readyz` answers 503.
  public func begin() { flag.store(true, ordering: .releasing) }

  /// Whether the signal was given.
  public var isDraining: Bool { flag.load(ordering: .acquiring) }
}
