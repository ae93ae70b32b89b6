/// The time, and being woken. The coordinator keeps its many timers itself and asks for few wakes.
protocol GroupClock: Sendable {
  /// Milliseconds since 1970, never stepping back while the process runs.
  func now() -> Int64
  /// Calls `wake` once at `time` or soon after, on any thread, never before this returns. There is no cancelling:
  /// a wake that is no longer needed does nothing.
  func schedule(at time: Int64, _ wake: @escaping @Sendable () -> Void)
}
