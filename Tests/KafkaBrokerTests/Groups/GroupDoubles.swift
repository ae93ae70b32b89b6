import Synchronization

@testable import KafkaBroker

/// Time that passes when a test says so.
final class GroupVirtualClock: GroupClock {
  private struct State {
    var now: Int64 = 1_000_000
    var wakes: [(at: Int64, wake: @Sendable () -> Void)] = []
  }
  private let state = Mutex(State())

  func now() -> Int64 { state.withLock { $0.now } }
  var wakeCount: Int { state.withLock { $0.wakes.count } }

  func schedule(at time: Int64, _ wake: @escaping @Sendable () -> Void) {
    state.withLock { $0.wakes.append((time, wake)) }
  }

  /// Lets time pass, calling what is due in order: each when it is due, or late, when all the time has passed.
  func advance(by milliseconds: Int64, late: Bool = false) {
    let end = now() + milliseconds
    if late { state.withLock { $0.now = end } }
    while true {
      let due: (@Sendable () -> Void)? = state.withLock { state in
        guard
          let index = state.wakes.indices.filter({ state.wakes[$0].at <= end }).min(by: {
            state.wakes[$0].at < state.wakes[$1].at
          })
        else { return nil }
        let (at, wake) = state.wakes.remove(at: index)
        state.now = max(state.now, at)
        return wake
      }
      guard let due else { break }
      due()
    }
    state.withLock { $0.now = end }
  }
}

/// A store in memory, which applies and completes when told, or fails.
final class MemoryOffsetStore: OffsetStore {
  private struct State {
    var stored: StoredGroups
    var queue: [([OffsetChange], OffsetDurability, @Sendable (OffsetStoreError?) -> Void)] = []
    var applied: [OffsetChange] = []
    var fails = false
  }
  private let state: Mutex<State>

  init(_ stored: StoredGroups = StoredGroups()) {
    state = Mutex(State(stored: stored))
  }

  var applied: [OffsetChange] { state.withLock { $0.applied } }
  var queuedDurabilities: [OffsetDurability] { state.withLock { $0.queue.map(\.1) } }
  func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

  func load() throws(OffsetStoreError) -> StoredGroups { state.withLock { $0.stored } }

  func submit(
    _ changes: [OffsetChange], durability: OffsetDurability,
    completion: @escaping @Sendable (OffsetStoreError?) -> Void
  ) {
    state.withLock { $0.queue.append((changes, durability, completion)) }
  }

  /// Makes the changes that are queued, or the first so many of them.
  func flush(_ count: Int = .max) {
    var left = count
    while left > 0 {
      left -= 1
      let next: (@Sendable () -> Void)? = state.withLock { state in
        guard !state.queue.isEmpty else { return nil }
        let (changes, _, completion) = state.queue.removeFirst()
        if state.fails { return { completion(.database(path: "memory", message: "it is full")) } }
        state.applied += changes
        return { completion(nil) }
      }
      guard let next else { return }
      next()
    }
  }

  func close() { flush() }
}

/// Keeps what callbacks bring.
final class GroupInbox<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  var all: [Value] { values.withLock { $0 } }
  var last: Value? { all.last }
  @Sendable func take(_ value: Value) { values.withLock { $0.append(value) } }
}

/// SplitMix64: a seed gives the same run everywhere.
struct GroupRandom: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension Subscription {
  /// A consumer's subscription as clients write it, with bytes of an assignor's own after it.
  static func bytes(_ topics: [String], version: UInt8 = 1, state: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = [0, version, 0, 0, 0, UInt8(topics.count)]
    for topic in topics { bytes += [0, UInt8(topic.utf8.count)] + Array(topic.utf8) }
    bytes += [0, 0, 0, UInt8(state.count)] + state
    return bytes
  }
}
