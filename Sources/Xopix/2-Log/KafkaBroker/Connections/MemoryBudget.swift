internal import Synchronization

/// Bounds the bytes of requests that all connections hold together.
final class MemoryBudget: Sendable {
  private let used = Atomic<Int>(0)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Bytes that are held.
  var bytesInUse: Int { used.load(ordering: .relaxed) }

  /// Takes bytes where there is room for them, or nothing else is held, so that the largest request passes too.
  ///
  /// Long requests leave an eighth to short ones, so that a few clients which announce much and send little don't keep
  /// everybody else waiting.
  func take(_ bytes: Int) -> Bool {
    let limit = bytes > limit / 64 ? limit / 8 * 7 : limit
    let before = used.add(bytes, ordering: .relaxed).oldValue
    if before + bytes <= limit || before == 0 { return true }
    used.subtract(bytes, ordering: .relaxed)
    return false
  }

  /// Gives bytes back.
  func give(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
