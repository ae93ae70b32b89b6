internal import AccessControl
internal import Logging
internal import Synchronization

/// Counts what was denied, and writes a line about each kind of denial once in a while.
final class Denials: Sendable {
  private struct Key: Hashable {
    let principal: String
    let operation: Operation
    let resource: Resource
  }

  private let metrics: BrokerMetrics
  private let logger: Logger
  private let latest = Mutex<[Key: Int64]>([:])

  /// How long the same denial is not told again.
  private static let quietMilliseconds: Int64 = 60_000
  /// Denials that are remembered; more different ones within a minute are counted only.
  private static let mostRemembered = 1000

  init(metrics: BrokerMetrics, logger: Logger) {
    self.metrics = metrics
    self.logger = logger
  }

  func note(_ context: RequestContext, _ operation: Operation, on resource: Resource, now: Int64) {
    metrics.countDenied(operation, resource.kind)
    let key = Key(principal: context.principal.name, operation: operation, resource: resource)
    guard isNews(key, now: now) else { return }
    logger.info(
      "an operation was denied",
      metadata: [
        "principal": "\(context.principal.name)", "operation": "\(operation.rawValue)",
        "resource": "\(resource.kind.rawValue) \(resource.name.prefix(256))", "client": "\(context.clientHost)",
      ])
  }

  private func isNews(_ key: Key, now: Int64) -> Bool {
    latest.withLock { latest in
      if let time = latest[key], now - time < Self.quietMilliseconds { return false }
      if latest.count >= Self.mostRemembered {
        latest = latest.filter { now - $0.value < Self.quietMilliseconds }
        guard latest.count < Self.mostRemembered else { return false }
      }
      latest[key] = now
      return true
    }
  }
}
