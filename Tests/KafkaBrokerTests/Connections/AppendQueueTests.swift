import Dispatch
import NIOPosix
import Synchronization
import Testing

@testable import KafkaBroker

@Suite("Appends of one connection")
struct AppendQueueTests {
  private final class Log: Sendable {
    let entries = Mutex<[Int]>([])
  }

  @Test("are made in the order in which they were added, one at a time, whatever threads there are")
  func order() async throws {
    let pool = NIOThreadPool(numberOfThreads: 4)
    pool.start()
    let queue = AppendQueue()
    let log = Log()
    let isBusy = Atomic(false)
    let overlaps = Atomic(0)
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      for number in 0..<500 {
        queue.add(to: pool) { isActive in
          if isBusy.exchange(true, ordering: .relaxed) || !isActive { overlaps.add(1, ordering: .relaxed) }
          log.entries.withLock { $0.append(number) }
          isBusy.store(false, ordering: .relaxed)
          return { if number == 499 { continuation.resume() } }
        }
      }
    }
    #expect(log.entries.withLock { $0 } == Array(0..<500))
    #expect(overlaps.load(ordering: .relaxed) == 0)
    try await pool.shutdownGracefully()
  }

  @Test("hold nothing of an append once it goes on, and are idle after the last")
  func release() async throws {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    let queue = AppendQueue()
    #expect(queue.isIdle)
    // The append begins once the caller holds nothing of it any more.
    let gate = DispatchSemaphore(value: 0)
    pool.submit { _ in gate.wait() }
    let isReleased = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
      Self.add(to: queue, pool, continuation)
      gate.signal()
    }
    #expect(isReleased)
    // The only thread is free again, so it has seen that there is nothing more.
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      pool.submit { _ in continuation.resume() }
    }
    #expect(queue.isIdle)
    try await pool.shutdownGracefully()
  }

  private static func add(
    to queue: AppendQueue, _ pool: NIOThreadPool, _ continuation: CheckedContinuation<Bool, Never>
  ) {
    let captured = Log()
    let watcher = Watcher(captured)
    queue.add(to: pool) { _ in
      captured.entries.withLock { $0.append(1) }
      return { continuation.resume(returning: watcher.isGone) }
    }
  }

  private final class Watcher: Sendable {
    weak let log: Log?
    init(_ log: Log) { self.log = log }
    var isGone: Bool { log == nil }
  }

  @Test("are told when there are no more threads")
  func ended() async throws {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    try await pool.shutdownGracefully()
    let queue = AppendQueue()
    let isActive = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
      queue.add(to: pool) { isActive in return { continuation.resume(returning: isActive) } }
    }
    #expect(!isActive)
  }
}
