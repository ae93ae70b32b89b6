internal import ByteCoding
internal import Dispatch
internal import EventLog
internal import Logging
internal import ServiceLifecycle

/// Removes and compacts old segments of the log, now and then.
struct CleaningService: Service {
  let log: EventLog
  let logger: Logger

  private static let interval: Duration = .seconds(30)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while true {
        try await Task.sleep(for: Self.interval)
        await clean()
      }
    }
  }

  /// Cleans on a thread that may wait for the disk.
  private func clean() async {
    let report = await withCheckedContinuation { continuation in
      DispatchQueue.global(qos: .utility).async {
        continuation.resume(returning: log.clean(now: Clock.now().milliseconds))
      }
    }
    if report.removedSegments + report.compactedSegments > 0 {
      logger.info(
        "the log was cleaned",
        metadata: [
          "removed": "\(report.removedSegments)", "compacted": "\(report.compactedSegments)",
          "bytes": "\(report.freedBytes)",
        ])
    }
    for (partition, reason) in report.failures.sorted(by: { $0.key < $1.key }) {
      logger.error("a partition could not be cleaned", metadata: ["partition": "\(partition)", "error": "\(reason)"])
    }
  }
}
