import Foundation
import GRDB
import Testing

@testable import KafkaBroker

/// A folder that goes with the test.
final class OffsetsFolder: Sendable {
  let path = NSTemporaryDirectory() + "offsets-" + UUID().uuidString
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func file(_ name: String = "groups.sqlite") -> String { path + "/" + name }
}

extension SQLiteOffsetStore {
  /// Submits and waits.
  func write(_ changes: [OffsetChange], durability: OffsetDurability = .process) async -> OffsetStoreError? {
    await withCheckedContinuation { continuation in
      submit(changes, durability: durability) { continuation.resume(returning: $0) }
    }
  }
}

@Suite("The offsets' store")
struct SQLiteOffsetStoreTests {
  func stored(_ topic: String, _ partition: Int32, _ offset: Int64, sequence: Int64) -> StoredOffset {
    StoredOffset(
      key: OffsetKey(topic: topic, partition: partition),
      value: CommittedOffset(
        offset: offset, leaderEpoch: 2, metadata: "m\(offset)", committedAt: 5, expiresAt: offset % 2 == 0 ? 9 : nil,
        sequence: sequence))
  }

  @Test("what was written is there after opening again")
  func reopen() async throws {
    let folder = try OffsetsFolder()
    let group = GroupRecord(groupID: "g", protocolType: nil, generation: 3, changedAt: 4)
    let pending = StoredGroups.Pending(producer: 9, group: "g", offset: stored("t", 1, 6, sequence: 3))
    do {
      let store = try SQLiteOffsetStore(path: folder.file())
      #expect(try store.load() == StoredGroups())
      let error = await store.write([
        .saveGroup(GroupRecord(groupID: "g", protocolType: "consumer", generation: 2, changedAt: 1)), .saveGroup(group),
        .commit(group: "g", [stored("t", 0, 1, sequence: 1), stored("u", 0, 2, sequence: 2)]),
        .pend(producer: 9, group: "g", [pending.offset]),
      ])
      #expect(error == nil)
      store.close()
      #expect(await store.write([.removeGroup("g")]) == .closed)
    }
    let loaded = try SQLiteOffsetStore(path: folder.file()).load()
    #expect(loaded.groups == [group])
    #expect(loaded.offsets["g"] == [stored("t", 0, 1, sequence: 1), stored("u", 0, 2, sequence: 2)])
    #expect(loaded.pending == [pending])
  }

  @Test("each change does what it says")
  func changes() async throws {
    let folder = try OffsetsFolder()
    let store = try SQLiteOffsetStore(path: folder.file())
    let two = [stored("t", 0, 1, sequence: 1), stored("u", 0, 2, sequence: 2)]
    for group in ["a", "b", "c"] { #expect(await store.write([.commit(group: group, two)]) == nil) }
    _ = await store.write([.pend(producer: 1, group: "a", [stored("u", 0, 8, sequence: 4)])])
    _ = await store.write([
      .pend(producer: 1, group: "b", [stored("t", 0, 8, sequence: 5), stored("u", 0, 8, sequence: 7)])
    ])
    _ = await store.write([.remove(group: "a", [two[1].key])])
    #expect(try store.load().offsets["a"] == [two[0]] && store.load().pending.map(\.group) == ["b", "b"])
    _ = await store.write([.settle(producer: 1, through: 5)], durability: .power)
    #expect(try store.load().pending.map(\.offset.value.sequence) == [7])
    _ = await store.write([.forget(topic: "u")])
    #expect(try store.load().offsets["b"] == [two[0]] && store.load().pending.isEmpty)
    _ = await store.write([.removeGroup("c")])
    #expect(try store.load().offsets["c"] == nil)
    _ = await store.write([.commit(group: "a", [stored("t", 0, 7, sequence: 9)])])
    _ = await store.write([.commit(group: "a", [stored("t", 0, 5, sequence: 8)])])
    #expect(try store.load().offsets["a"]?.map(\.value.offset) == [7], "the higher sequence counts")
  }

  @Test("many threads' commits gather in few transactions, in order, none lost")
  func groupCommit() async throws {
    let folder = try OffsetsFolder()
    let store = try SQLiteOffsetStore(path: folder.file())
    let completed = GroupInbox<Int>()
    let (threads, each) = (4, 500)
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<threads {
        group.addTask {
          for index in 0..<each {
            let number = thread * each + index
            store.submit(
              [.commit(group: "g", [stored("t", Int32(thread), Int64(index), sequence: Int64(number + 1))])],
              durability: index % 100 == 0 ? .power : .process
            ) { error in
              if error == nil { completed.take(number) }
            }
          }
        }
      }
    }
    store.close()
    let order = completed.all
    #expect(order.count == threads * each)
    for thread in 0..<threads {
      let own = order.filter { $0 / each == thread }
      #expect(own == own.sorted())
    }
    #expect(store.transactionCount < threads * each)
    let reopened = try SQLiteOffsetStore(path: folder.file())
    #expect(try reopened.load().offsets["g"]?.map(\.value.offset) == Array(repeating: Int64(each - 1), count: threads))
  }

  @Test("Property: a write-ahead log that is torn anywhere gives a whole earlier state")
  func tornLog() async throws {
    let folder = try OffsetsFolder()
    let store = try SQLiteOffsetStore(path: folder.file())
    for number in 1...60 as ClosedRange<Int64> {
      // Both partitions always change together.
      _ = await store.write([
        .commit(group: "g", [stored("t", 0, number, sequence: number)]),
        .commit(group: "g", [stored("t", 1, number, sequence: number)]),
      ])
    }
    let log = try Data(contentsOf: URL(fileURLWithPath: folder.file() + "-wal"))
    let database = try Data(contentsOf: URL(fileURLWithPath: folder.file()))
    store.close()
    let seed: UInt64 = 21
    print("torn write-ahead logs, seed \(seed)")
    var random = GroupRandom(seed: seed)
    var seen: Set<Int64> = []
    for round in 0..<40 {
      let copy = folder.file("torn-\(round)")
      let length = round == 0 ? log.count : Int.random(in: 0..<log.count, using: &random)
      var torn = log.prefix(length)
      if round % 3 == 2, length > 0 { torn[Int.random(in: 0..<length, using: &random)] ^= 0x40 }
      try database.write(to: URL(fileURLWithPath: copy))
      try Data(torn).write(to: URL(fileURLWithPath: copy + "-wal"))
      let offsets = try SQLiteOffsetStore(path: copy).load().offsets["g"] ?? []
      #expect(Set(offsets.map(\.value.offset)).count <= 1 && (offsets.isEmpty || offsets.count == 2))
      seen.insert(offsets.first?.value.offset ?? 0)
      if round == 0 { #expect(offsets.first?.value.offset == 60) }
    }
    #expect(seen.count > 5)
  }

  @Test("a later format, a file that is no database and wrong values are errors that say so")
  func broken() async throws {
    let folder = try OffsetsFolder()
    do {
      let store = try SQLiteOffsetStore(path: folder.file())
      _ = await store.write([.commit(group: "g", [stored("t", 0, 1, sequence: 1)])])
      store.close()
      let database = try DatabaseQueue(path: folder.file())
      try await database.write { try $0.execute(sql: "UPDATE offsets SET partition = 1 << 40") }
      try database.close()
      #expect(throws: OffsetStoreError.self) { try SQLiteOffsetStore(path: folder.file()).load() }
      let later = try DatabaseQueue(path: folder.file())
      try await later.write { try $0.execute(sql: "PRAGMA user_version = 2") }
      try later.close()
    }
    #expect(throws: OffsetStoreError.futureVersion(path: folder.file(), version: 2)) {
      try SQLiteOffsetStore(path: folder.file())
    }
    try Data(repeating: 7, count: 8_192).write(to: URL(fileURLWithPath: folder.file("none")))
    #expect(throws: OffsetStoreError.self) { try SQLiteOffsetStore(path: folder.file("none")) }
    #expect(throws: OffsetStoreError.self) { try SQLiteOffsetStore(path: folder.path + "/missing/groups.sqlite") }
    #expect("\(OffsetStoreError.futureVersion(path: "p", version: 2))".contains("format 2"))
  }

  @Test("Property: a damaged database is an error or read as it is, never a crash")
  func damaged() async throws {
    let folder = try OffsetsFolder()
    let store = try SQLiteOffsetStore(path: folder.file())
    for number in 1...200 as ClosedRange<Int64> {
      _ = await store.write([
        .saveGroup(GroupRecord(groupID: "g\(number)", protocolType: nil, generation: 1, changedAt: number)),
        .commit(group: "g\(number)", [stored("t", 0, number, sequence: number)]),
      ])
    }
    store.close()
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.file()))
    let seed: UInt64 = 31
    print("damaged databases, seed \(seed)")
    var random = GroupRandom(seed: seed)
    var errors = 0
    for round in 0..<60 {
      var bytes = whole
      let start = Int.random(in: 0..<bytes.count, using: &random)
      for index in start..<min(start + 64, bytes.count) { bytes[index] = UInt8.random(in: 0...255, using: &random) }
      try bytes.write(to: URL(fileURLWithPath: folder.file("damaged-\(round)")))
      do {
        _ = try SQLiteOffsetStore(path: folder.file("damaged-\(round)")).load()
      } catch {
        errors += 1
      }
    }
    #expect(errors > 0)
  }

  @Test("a coordinator on a database keeps offsets, generations and pending transactions over a restart")
  func coordinatorRestarts() async throws {
    let folder = try OffsetsFolder()
    for round in 1...3 as ClosedRange<Int32> {
      let coordinator = try GroupCoordinator(store: SQLiteOffsetStore(path: folder.file()), clock: GroupVirtualClock())
      let joins = GroupInbox<JoinReply>()
      let request = JoinRequest(
        groupID: "g", protocols: [GroupProtocol(name: "range", metadata: [])], sessionTimeoutMilliseconds: 10_000,
        requiresKnownMember: false)
      coordinator.join(request, newMemberID: "m\(round)", reply: joins.take)
      #expect(joins.last?.generation == round)
      coordinator.sync(SyncRequest(groupID: "g", generation: round, memberID: "m\(round)"), reply: { _ in })
      let key = OffsetKey(topic: "t", partition: 0)
      let before = coordinator.fetchOffsets(groupID: "g", keys: [key], requireStable: true)
      #expect(before.offsets.first?.offset == (round == 1 ? -1 : Int64(round - 1)))
      #expect(coordinator.producersWithPendingOffsets == (round == 1 ? [] : [77]))
      let offsets = [OffsetCommit(topic: "t", partition: 0, offset: Int64(round))]
      let errors = await withCheckedContinuation { continuation in
        coordinator.commit(CommitRequest(groupID: "g", generation: round, memberID: "m\(round)", offsets: offsets)) {
          continuation.resume(returning: $0)
        }
      }
      #expect(errors == [.none])
      let other = [OffsetCommit(topic: "t", partition: 1, offset: Int64(round))]
      if round > 1 {
        let ended = await withCheckedContinuation { continuation in
          coordinator.completeTransactional(producerID: 77, commit: true) { continuation.resume(returning: $0) }
        }
        #expect(ended == GroupError.none)
        let key = OffsetKey(topic: "t", partition: 1)
        let after = coordinator.fetchOffsets(groupID: "g", keys: [key], requireStable: true)
        #expect(after.offsets.first?.offset == Int64(round - 1))
      }
      coordinator.pendTransactional(producerID: 77, CommitRequest(groupID: "g", offsets: other)) { _ in }
      coordinator.shutDown()
    }
  }

  @Test("threads that commit, fetch, join and leave at once get all their answers")
  func concurrency() async throws {
    let folder = try OffsetsFolder()
    let coordinator = try GroupCoordinator(store: SQLiteOffsetStore(path: folder.file()), clock: GroupVirtualClock())
    let answers = GroupInbox<Int>()
    let (threads, each) = (6, 200)
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<threads {
        group.addTask {
          for index in 0..<each {
            let name = "g\(index % 5)"
            let key = OffsetKey(topic: "t", partition: Int32(thread))
            coordinator.commit(
              CommitRequest(
                groupID: name, offsets: [OffsetCommit(topic: "t", partition: Int32(thread), offset: Int64(index))])
            ) { _ in answers.take(index) }
            _ = coordinator.fetchOffsets(groupID: name, keys: [key], requireStable: true)
            let member = "m\(thread)-\(index)"
            coordinator.join(
              JoinRequest(
                groupID: "members", protocols: [GroupProtocol(name: "range", metadata: [])],
                sessionTimeoutMilliseconds: 10_000, requiresKnownMember: false), newMemberID: member
            ) { _ in answers.take(index) }
            _ = coordinator.leave(groupID: "members", members: [LeavingMember(memberID: member)])
            if index % 50 == 0 {
              coordinator.deleteGroups([name]) { _ in answers.take(index) }
              coordinator.forget(topic: "u") { _ in answers.take(index) }
            }
          }
        }
      }
    }
    #expect(coordinator.brokenInvariants() == [])
    coordinator.shutDown()
    #expect(answers.all.count == threads * (2 * each + 2 * each / 50))
    let state = coordinator.locked { state, _ in
      state.entries.mapValues { $0.offsets.committed["t"]?.mapValues(\.offset) ?? [:] }
    }
    let stored = try SQLiteOffsetStore(path: folder.file()).load()
    for (group, offsets) in state {
      let kept = (stored.offsets[group] ?? []).map { ($0.key.partition, $0.value.offset) }
      #expect(Dictionary(uniqueKeysWithValues: kept) == offsets, "memory and store differ for \(group)")
    }
  }
}
