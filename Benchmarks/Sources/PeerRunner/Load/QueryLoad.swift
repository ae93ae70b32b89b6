import Foundation
import QueryLanguage
import SearchEngine
import Synchronization

/// Threads that search, each query in the newest snapshot.
final class QueryLoad: Sendable {
  /// The kinds of query, in the order of their results.
  let kinds: [String]
  private let requests: [(kind: Int, request: SearchRequest)]
  private let newest: Mutex<IndexSnapshot>
  private let results = Mutex(Results(byKind: []))

  /// The times of a phase, by kind.
  struct Results: Sendable {
    var byKind: [Latencies]
    var failure: String?

    var all: Latencies { byKind.reduce(into: Latencies()) { $0.add($1) } }
  }

  /// The queries with facets of a file of queries, and searches for what is in stock with facets.
  init(queries: String, snapshot: IndexSnapshot, seed: UInt64) throws {
    var kinds: [String] = []
    var requests: [(kind: Int, request: SearchRequest)] = []
    for (kind, queries) in try PeerQuery.read(queries) where queries.contains(where: \.hasFacets) {
      kinds.append(kind)
      let made = try queries.map(XopixEngine.request)
      requests += made.map { (kinds.count - 1, $0) }
      guard kind == "product_facets" else { continue }
      kinds.append("product_facets_in_stock")
      requests += try made.map { request in
        var request = request
        request.filter = try FilterParser.parse("in_stock = true")
        return (kinds.count - 1, request)
      }
    }
    var random = SeededGenerator(seed: seed)
    self.kinds = kinds
    self.requests = requests.shuffled(using: &random)
    newest = Mutex(snapshot)
  }

  var isEmpty: Bool { requests.isEmpty }

  /// Shows readers a snapshot from now on.
  func publish(_ snapshot: IndexSnapshot) {
    let old = newest.withLock { newest in
      defer { newest = snapshot }
      return newest
    }
    // Released outside the lock.
    withExtendedLifetime(old) {}
  }

  /// Runs the readers for so long, and `meanwhile` on the calling thread; returns the times when both are over.
  ///
  /// - Parameter pause: from one query of a reader to its next; nil where the next follows at once. Times count from when
  ///   a query was due, so that one that waits for a slow one before it is slow too.
  func run(
    readers: Int, pause: Duration?, for span: Duration, meanwhile: (_ end: ContinuousClock.Instant) throws -> Void
  ) rethrows -> Results {
    results.withLock { $0 = Results(byKind: Array(repeating: Latencies(), count: kinds.count)) }
    let end = ContinuousClock().now + span
    let group = DispatchGroup()
    for reader in 0..<readers {
      group.enter()
      let thread = Thread { [self] in
        read(from: requests.count * reader / readers, pause: pause, until: end)
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    defer { group.wait() }
    try meanwhile(end)
    group.wait()
    return results.withLock { $0 }
  }

  private func read(from first: Int, pause: Duration?, until end: ContinuousClock.Instant) {
    let clock = ContinuousClock()
    var taken = Array(repeating: Latencies(), count: kinds.count)
    var next = first
    var failure: String?
    var due = clock.now
    while clock.now < end, failure == nil {
      let (kind, request) = requests[next]
      next = (next + 1) % requests.count
      if let pause {
        due += pause
        if due >= end { break }
        let wait = (due - clock.now).seconds
        if wait > 0 { Thread.sleep(forTimeInterval: wait) }
      } else {
        due = clock.now
      }
      let snapshot = newest.withLock { $0 }
      do {
        let response = try snapshot.search(request)
        taken[kind].add((clock.now - due).nanoseconds)
        withExtendedLifetime(response) {}
      } catch {
        failure = "\(error)"
      }
    }
    results.withLock { results in
      for kind in taken.indices { results.byKind[kind].add(taken[kind]) }
      if let failure { results.failure = failure }
    }
  }
}
