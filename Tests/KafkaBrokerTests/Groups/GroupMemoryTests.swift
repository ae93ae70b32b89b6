import Synchronization
import Testing

@testable import KafkaBroker

@Suite("The memory of all groups together")
struct GroupMemoryTests {
  /// A coordinator that may hold `bytes`, and how often it had no room.
  static func coordinator(_ bytes: Int) throws -> (GroupCoordinator, GroupInbox<Bool>) {
    var settings = GroupSettings()
    settings.maximumTotalBytes = bytes
    let overflows = GroupInbox<Bool>()
    let coordinator = try GroupCoordinator(
      store: MemoryOffsetStore(), clock: GroupVirtualClock(), settings: settings,
      refusedForSize: { overflows.take(true) })
    return (coordinator, overflows)
  }

  static func join(
    _ coordinator: GroupCoordinator, _ group: String, member: String = "", metadata: Int, known: Bool = false
  ) -> JoinReply? {
    let inbox = GroupInbox<JoinReply>()
    coordinator.join(
      JoinRequest(
        groupID: group, memberID: member,
        protocols: [GroupProtocol(name: "range", metadata: [UInt8](repeating: 0, count: metadata))],
        sessionTimeoutMilliseconds: 10_000, rebalanceTimeoutMilliseconds: 60_000, requiresKnownMember: known),
      newMemberID: "m-\(group)", reply: inbox.take)
    return inbox.last
  }

  @Test("members are refused where groups hold as much as they may, and taken again when others have left")
  func members() throws {
    let (coordinator, overflows) = try Self.coordinator(100_000)
    var joined: [String] = []
    for number in 0..<20 {
      let reply = Self.join(coordinator, "g\(number)", metadata: 10_000)
      if reply?.error == GroupError.none {
        joined.append("g\(number)")
      } else {
        #expect(reply?.error == .groupMaxSizeReached)
      }
    }
    #expect(joined.count == 9)
    #expect(overflows.all.count == 11)
    #expect(coordinator.brokenInvariants() == [])
    // Who is there may join again, for it holds no more than before.
    #expect(Self.join(coordinator, "g0", member: "m-g0", metadata: 10_000)?.error == GroupError.none)
    let left = coordinator.leave(groupID: "g1", members: [LeavingMember(memberID: "m-g1", groupInstanceID: nil)])
    #expect(left.members == [.none])
    #expect(Self.join(coordinator, "late", metadata: 9_000)?.error == GroupError.none)
    #expect(coordinator.brokenInvariants() == [])
  }

  @Test("assignments count as well")
  func assignments() throws {
    let (coordinator, overflows) = try Self.coordinator(50_000)
    let reply = try #require(Self.join(coordinator, "g", metadata: 1000))
    func sync(_ bytes: Int) -> SyncReply? {
      let inbox = GroupInbox<SyncReply>()
      coordinator.sync(
        SyncRequest(
          groupID: "g", generation: reply.generation, memberID: reply.memberID,
          assignments: [(memberID: reply.memberID, assignment: [UInt8](repeating: 1, count: bytes))]),
        reply: inbox.take)
      return inbox.last
    }
    #expect(sync(60_000)?.error == .groupMaxSizeReached)
    #expect(overflows.all.count == 1)
    #expect(sync(40_000)?.assignment.count == 40_000)
    #expect(coordinator.brokenInvariants() == [])
    #expect(Self.join(coordinator, "other", metadata: 10_000)?.error == .groupMaxSizeReached)
  }

  @Test("ids that are given out and never used count, and so do the groups' own")
  func ids() throws {
    let (coordinator, overflows) = try Self.coordinator(20_000)
    let refused = (0..<200).filter { number in
      Self.join(coordinator, "g\(number)", metadata: 10, known: true)?.error != .memberIDRequired
    }
    #expect(refused.count > 100)
    #expect(overflows.all.count == refused.count)
    #expect(coordinator.brokenInvariants() == [])
    let long = String(repeating: "g", count: 30_000)
    let inbox = GroupInbox<[GroupError]>()
    coordinator.commit(
      CommitRequest(groupID: long, generation: -1, memberID: "", offsets: [], retentionMilliseconds: nil),
      reply: inbox.take)
    #expect(coordinator.brokenInvariants() == [])
  }
}
