internal import Dispatch
internal import Glibc
internal import Synchronization

/// Several threads for one search, where that has much to do and the machine little else.
enum SearchWorkers {
  /// Postings to look at for which another thread is worth its start.
  private static let muchWork = 200_000
  /// Searches that are running now.
  private static let running = Atomic(0)
  /// Set by tests: how many threads a search takes, whatever it has to do.
  @TaskLocal static var forced: Int?

  /// The threads that run at once on this machine.
  static let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Counts a search as running while `body` does.
  static func counted<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    running.wrappingAdd(1, ordering: .relaxed)
    defer { running.wrappingSubtract(1, ordering: .relaxed) }
    return try body()
  }

  /// Views shared out among threads, the largest first: each goes to where least is to do.
  ///
  /// - Parameter order: views, the largest first.
  static func parts(of order: [Int], work: Int) -> [[Int]] {
    let idle = cores - running.load(ordering: .relaxed) + 1
    let count = forced ?? (work < muchWork ? 1 : min(idle, work / muchWork + 1))
    guard count > 1, order.count > 1 else { return [order] }
    var parts = Array(repeating: [Int](), count: min(count, order.count))
    // The first part has the largest; the others take the rest from the other end of each round.
    for (place, view) in order.enumerated() {
      let round = place / parts.count
      let index = place % parts.count
      parts[round.isMultiple(of: 2) ? index : parts.count - 1 - index].append(view)
    }
    return parts
  }

  /// What `body` makes of each part, each on a thread of its own.
  static func run<Part: Sendable, Result: Sendable>(_ parts: [Part], _ body: @Sendable (Part) -> Result) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: parts.count))
    DispatchQueue.concurrentPerform(iterations: parts.count) { index in
      let result = body(parts[index])
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
  }
}
