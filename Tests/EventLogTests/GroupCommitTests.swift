import Dispatch
import DurableFiles
import RecordBatches
import Synchronization
import Testing

@testable import EventLog

/// Counts what is appended and what rounds of syncs have covered.
final class Progress: Sendable {
  private let state = Mutex((appended: UInt64(0), durable: UInt64(0), rounds: 0))

  var durable: UInt64 { state.withLock { $0.durable } }
  var rounds: Int { state.withLock { $0.rounds } }

  func append() -> UInt64 {
    state.withLock { state in
      state.appended += 1
      return state.appended - 1
    }
  }

  func sync() -> UInt64 {
    state.withLock { state in
      state.rounds += 1
      state.durable = state.appended
      return state.durable
    }
  }
}

extension GroupCommit {
  func wait(
    for ordinal: UInt64, round: @escaping @Sendable () -> Result<UInt64, EventLogError>
  ) async throws(EventLogError) {
    let result = await withCheckedContinuation { continuation in
      whenDurable(
        ordinal, partition: nil,
        round: {
          switch round() {
          case .success(let end): Round(end: end)
          case .failure(let error): Round(end: 0, failure: error)
          }
        }
      ) { continuation.resume(returning: $0) }
    }
    try result.get()
  }
}

@Suite("Group commit")
struct GroupCommitTests {
  @Test("everyone who waits is released once a round has covered their batch, and rounds are shared")
  func sharedRounds() async throws {
    let commit = GroupCommit(durable: 0)
    let progress = Progress()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          let ordinal = progress.append()
          try await commit.wait(for: ordinal) {
            let end = progress.sync()
            commit.advance(to: end)
            return .success(end)
          }
          #expect(progress.durable > ordinal)
        }
      }
      try await group.waitForAll()
    }
    #expect((1...200).contains(progress.rounds))
  }

  @Test("what is durable already is not waited for")
  func alreadyDurable() async throws {
    let commit = GroupCommit(durable: 5)
    try await commit.wait(for: 4) { .failure(.readOnly(reason: "no round was needed")) }
    commit.advance(to: 9)
    commit.advance(to: 2)
    try await commit.wait(for: 8) { .failure(.readOnly(reason: "no round was needed")) }
  }

  @Test("a round that does not reach a batch is followed by another")
  func roundsInARow() async throws {
    let commit = GroupCommit(durable: 0)
    let progress = Progress()
    try await commit.wait(for: 3) {
      _ = progress.append()
      return .success(progress.sync())
    }
    #expect(progress.rounds == 4)
  }

  @Test("a failed round is told to everyone who waits for it")
  func failedRound() async {
    let commit = GroupCommit(durable: 0)
    let error = EventLogError.storage(FileError(operation: "fdatasync", path: "x", reason: "broken"))
    let failures = await withTaskGroup(of: Bool.self) { group in
      for ordinal in 0..<20 as Range<UInt64> {
        group.addTask {
          do throws(EventLogError) {
            try await commit.wait(for: ordinal) { .failure(error) }
            return false
          } catch {
            return error == .storage(FileError(operation: "fdatasync", path: "x", reason: "broken"))
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(failures == 20)
  }

  @Test("appends from many tasks are all durable when they were waited for, beside syncs from elsewhere")
  func waitingAppends() async throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments(3000))
    try log.createTopic("a", partitions: 2)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<40 {
        group.addTask {
          let place = try log.append([record("\(task)")], to: partition("a", Int32(task % 2)))
          try await log.waitUntilDurable(place.ordinal)
          if task.isMultiple(of: 10) { try log.syncNow() }
        }
      }
      try await group.waitForAll()
    }
    try log.syncNow()
    // Everything is known to be good, so nothing needs to be checked.
    let opened = try EventLog.open(directory: folder.path)
    #expect(opened.recovery == RecoveryReport())
    #expect(opened.endOrdinal == 40)
  }

  @Test("waiting for an append ends with it, and without one when the time is over")
  func waitForAppend() async throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    #expect(!log.waitForAppend(at: 0, timeoutMilliseconds: 0))
    async let wasThere = withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(returning: log.waitForAppend(at: 1, timeoutMilliseconds: 60_000))
      }
    }
    _ = try log.append([record("x")], to: partition("a"))
    _ = try log.append([record("y")], to: partition("a"))
    #expect(await wasThere)
    #expect(log.waitForAppend(at: 1, timeoutMilliseconds: 0))
    #expect(!log.waitForAppend(at: 2, timeoutMilliseconds: 0))
  }

  @Test("a reader of other topics passes over batches without a sync; what it is shown is durable with all before it")
  func otherTopics() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let log = try EventLog.open(directory: folder.path)
    for topic in ["mine", "others"] { try log.createTopic(topic, partitions: 1) }
    for number in 0..<5 { _ = try log.append([record("\(number)")], to: partition("others")) }
    let before = log.commit.durable
    let passed = try log.readInOrder(from: 0, maxBytes: 1000, topics: ["mine"])
    #expect(passed.batches.isEmpty && passed.nextOrdinal == 5)
    #expect(log.commit.durable == before)
    _ = try log.append([record("5")], to: partition("mine"))
    _ = try log.append([record("6")], to: partition("others"))
    let shown = try log.readInOrder(from: passed.nextOrdinal, maxBytes: 1000, topics: ["mine"])
    #expect(shown.batches.map(\.ordinal) == [5] && shown.nextOrdinal == 7)
    #expect(log.commit.durable == 7)
    let all = try log.readInOrder(from: 0, maxBytes: 10_000)
    #expect(all.batches.map(\.ordinal) == Array(0..<7))
  }
}
