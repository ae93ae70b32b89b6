internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Follows the files of users, roles and certificates: looks at them now and then, and at once after SIGHUP.
struct ReloadService: Service {
  let security: ServerSecurity
  let logger: Logger

  private static let interval: Duration = .seconds(5)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in await UnixSignalsSequence(trapping: .sighup) { security.reload(always: true, logger) }
        }
        group.addTask {
          while true {
            try await Task.sleep(for: Self.interval)
            security.reload(always: false, logger)
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
