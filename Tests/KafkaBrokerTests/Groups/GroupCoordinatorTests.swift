import Testing

@testable import KafkaBroker

/// A coordinator with virtual time and a store that completes when told.
struct CoordinatorFixture {
  let clock = GroupVirtualClock()
  let store: MemoryOffsetStore
  let coordinator: GroupCoordinator
  let failures = GroupInbox<OffsetStoreError>()

  init(_ stored: StoredGroups = StoredGroups(), settings: GroupSettings = GroupSettings()) throws {
    store = MemoryOffsetStore(stored)
    coordinator = try GroupCoordinator(
      store: store, clock: clock, settings: settings, storeFailed: failures.take)
  }

  /// A dynamic member with generation 1 of a group of one.
  func member(of group: String, topics: [String] = ["t"], type: String = "consumer", syncs: Bool = true) -> String {
    let inbox = GroupInbox<JoinReply>()
    coordinator.join(
      request(group, topics: topics, type: type), newMemberID: "m-\(group)", reply: inbox.take)
    let reply = inbox.last
    #expect(reply?.error == GroupError.none)
    if syncs {
      coordinator.sync(
        SyncRequest(groupID: group, generation: reply?.generation ?? -1, memberID: reply?.memberID ?? ""),
        reply: { _ in })
    }
    return reply?.memberID ?? ""
  }

  func request(_ group: String, member: String = "", topics: [String] = ["t"], type: String = "consumer") -> JoinRequest
  {
    JoinRequest(
      groupID: group, memberID: member, protocolType: type,
      protocols: [GroupProtocol(name: "range", metadata: Subscription.bytes(topics))],
      sessionTimeoutMilliseconds: 10_000, rebalanceTimeoutMilliseconds: 60_000, requiresKnownMember: false)
  }

  @discardableResult
  func commit(
    _ group: String, _ offsets: [OffsetCommit], generation: Int32 = -1, member: String = "", retention: Int64? = nil
  ) -> GroupInbox<[GroupError]> {
    let inbox = GroupInbox<[GroupError]>()
    coordinator.commit(
      CommitRequest(
        groupID: group, generation: generation, memberID: member, offsets: offsets, retentionMilliseconds: retention),
      reply: inbox.take)
    return inbox
  }

  @discardableResult
  func pend(_ producer: Int64, _ group: String, _ offsets: [OffsetCommit]) -> GroupInbox<[GroupError]> {
    let inbox = GroupInbox<[GroupError]>()
    coordinator.pendTransactional(
      producerID: producer, CommitRequest(groupID: group, offsets: offsets), reply: inbox.take)
    return inbox
  }

  @discardableResult
  func complete(_ producer: Int64, commit: Bool) -> GroupInbox<GroupError> {
    let inbox = GroupInbox<GroupError>()
    coordinator.completeTransactional(producerID: producer, commit: commit, reply: inbox.take)
    return inbox
  }

  func offset(_ group: String, _ topic: String, _ partition: Int32, stable: Bool = false) -> FetchedOffset? {
    coordinator.fetchOffsets(
      groupID: group, keys: [OffsetKey(topic: topic, partition: partition)], requireStable: stable
    ).offsets.first
  }
}

@Suite("The group coordinator")
struct GroupCoordinatorTests {
  @Test("requests name their group, and sessions have bounds")
  func validation() throws {
    let fixture = try CoordinatorFixture()
    let inbox = GroupInbox<JoinReply>()
    fixture.coordinator.join(fixture.request(""), newMemberID: "m", reply: inbox.take)
    #expect(inbox.last?.error == .invalidGroupID)
    for timeout: Int64 in [5_999, 1_800_001] {
      var request = fixture.request("g")
      request.sessionTimeoutMilliseconds = timeout
      fixture.coordinator.join(request, newMemberID: "m", reply: inbox.take)
      #expect(inbox.last?.error == .invalidSessionTimeout)
    }
    fixture.coordinator.join(fixture.request("g", member: "old"), newMemberID: "m", reply: inbox.take)
    #expect(inbox.last?.error == .unknownMemberID && inbox.last?.memberID == "old")
    #expect(
      fixture.coordinator.heartbeat(groupID: "", generation: 1, memberID: "m", groupInstanceID: nil) == .invalidGroupID)
    #expect(
      fixture.coordinator.heartbeat(groupID: "g", generation: 1, memberID: "m", groupInstanceID: nil)
        == .unknownMemberID)
    let left = fixture.coordinator.leave(groupID: "g", members: [LeavingMember(memberID: "m")])
    #expect(left == LeaveReply(members: [.unknownMemberID]))
    let syncs = GroupInbox<SyncReply>()
    fixture.coordinator.sync(SyncRequest(groupID: "g", generation: 1, memberID: "m"), reply: syncs.take)
    #expect(syncs.last?.error == .unknownMemberID)
    #expect(fixture.coordinator.list().groups == [])
  }

  @Test("a refused join leaves no group behind, and groups have a limit")
  func groupLimit() throws {
    var settings = GroupSettings()
    settings.maximumGroups = 2
    let fixture = try CoordinatorFixture(settings: settings)
    let inbox = GroupInbox<JoinReply>()
    var request = fixture.request("g")
    request.protocols = []
    fixture.coordinator.join(request, newMemberID: "m", reply: inbox.take)
    #expect(inbox.last?.error == .inconsistentGroupProtocol)
    #expect(fixture.coordinator.list().groups == [])
    _ = fixture.member(of: "a")
    fixture.commit("b", [OffsetCommit(topic: "t", partition: 0, offset: 1)])
    fixture.coordinator.join(fixture.request("c"), newMemberID: "m", reply: inbox.take)
    #expect(inbox.last?.error == .policyViolation)
    #expect(fixture.commit("c", [OffsetCommit(topic: "t", partition: 0, offset: 1)]).last == [.policyViolation])
  }

  @Test("a member that falls silent is dropped by the clock, and the group is empty")
  func sessionEnds() throws {
    let fixture = try CoordinatorFixture()
    let member = fixture.member(of: "g")
    fixture.clock.advance(by: 9_000)
    #expect(fixture.coordinator.heartbeat(groupID: "g", generation: 1, memberID: member, groupInstanceID: nil) == .none)
    fixture.clock.advance(by: 9_999)
    #expect(fixture.coordinator.describe("g").state == .stable)
    fixture.clock.advance(by: 1)
    #expect(fixture.coordinator.describe("g").state == .empty)
    #expect(fixture.coordinator.brokenInvariants() == [])
    fixture.store.flush()
    #expect(
      fixture.store.applied.last
        == .saveGroup(GroupRecord(groupID: "g", protocolType: "consumer", generation: 2, changedAt: 1_018_999 + 1)))
  }

  @Test("many heartbeats ask for few wakes")
  func fewWakes() throws {
    let fixture = try CoordinatorFixture()
    let member = fixture.member(of: "g")
    for _ in 0..<1_000 {
      fixture.clock.advance(by: 3_000)
      #expect(
        fixture.coordinator.heartbeat(groupID: "g", generation: 1, memberID: member, groupInstanceID: nil) == .none)
      #expect(fixture.clock.wakeCount <= 3)
    }
  }

  @Test("a group is described with its members, their metadata where it is stable")
  func describe() throws {
    let fixture = try CoordinatorFixture()
    #expect(fixture.coordinator.describe("g").error == .groupIDNotFound)
    let member = fixture.member(of: "g")
    let description = fixture.coordinator.describe("g")
    #expect(description.state == .stable && description.protocolName == "range")
    #expect(description.members.map(\.id) == [member])
    #expect(description.members.first?.metadata == Subscription.bytes(["t"]))
    fixture.coordinator.join(fixture.request("g"), newMemberID: "n", reply: { _ in })
    let rebalancing = fixture.coordinator.describe("g")
    #expect(rebalancing.state == .preparingRebalance && rebalancing.protocolName == "")
    #expect(rebalancing.members.map(\.metadata) == [[], []])
  }

  @Test("groups are listed by state and type")
  func list() throws {
    let fixture = try CoordinatorFixture()
    _ = fixture.member(of: "b")
    fixture.commit("a", [OffsetCommit(topic: "t", partition: 0, offset: 1)])
    fixture.store.flush()
    #expect(fixture.coordinator.list().groups.map(\.groupID) == ["a", "b"])
    #expect(fixture.coordinator.list(states: ["stable"]).groups.map(\.groupID) == ["b"])
    #expect(fixture.coordinator.list(states: ["Empty", "Dead"]).groups.map(\.protocolType) == [""])
    #expect(fixture.coordinator.list(types: ["Classic"]).groups.count == 2)
    #expect(fixture.coordinator.list(types: ["consumer"]).groups.count == 0)
  }

  @Test("groups without members are deleted with their offsets, once that is kept")
  func delete() throws {
    let fixture = try CoordinatorFixture()
    _ = fixture.member(of: "busy")
    fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 1)])
    fixture.store.flush()
    let inbox = GroupInbox<[GroupError]>()
    fixture.coordinator.deleteGroups(["g", "busy", "none", "g"], reply: inbox.take)
    #expect(inbox.last == nil)
    let joins = GroupInbox<JoinReply>()
    fixture.coordinator.join(fixture.request("g"), newMemberID: "m", reply: joins.take)
    #expect(joins.last?.error == .coordinatorNotAvailable, "it is being deleted")
    #expect(fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 2)]).last == [.coordinatorNotAvailable])
    fixture.store.flush()
    #expect(inbox.last == [.none, .nonEmptyGroup, .groupIDNotFound, .groupIDNotFound])
    #expect(fixture.offset("g", "t", 0)?.offset == -1)
    #expect(fixture.coordinator.list().groups.map(\.groupID) == ["busy"])
  }

  @Test("a group that could not be deleted is usable again")
  func failedDelete() throws {
    let fixture = try CoordinatorFixture()
    fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 1)])
    fixture.store.flush()
    fixture.store.fail(true)
    let inbox = GroupInbox<[GroupError]>()
    fixture.coordinator.deleteGroups(["g"], reply: inbox.take)
    fixture.store.flush()
    #expect(inbox.last == [.coordinatorNotAvailable])
    #expect(fixture.failures.all.count == 1)
    #expect(fixture.offset("g", "t", 0)?.offset == 1)
    _ = fixture.member(of: "g")
  }

  @Test("after a restart a group is empty, its members are unknown, and its generation goes on")
  func restart() throws {
    let stored = StoredGroups(groups: [GroupRecord(groupID: "g", protocolType: "consumer", generation: 7, changedAt: 5)]
    )
    let fixture = try CoordinatorFixture(stored)
    #expect(fixture.coordinator.describe("g").state == .empty)
    #expect(
      fixture.coordinator.heartbeat(groupID: "g", generation: 7, memberID: "m", groupInstanceID: nil)
        == .unknownMemberID)
    let inbox = GroupInbox<JoinReply>()
    fixture.coordinator.join(fixture.request("g", member: "m"), newMemberID: "n", reply: inbox.take)
    #expect(inbox.last?.error == .unknownMemberID)
    fixture.coordinator.join(fixture.request("g"), newMemberID: "n", reply: inbox.take)
    #expect(inbox.last?.generation == 8)
  }

  @Test("a shutdown answers what waits, refuses what comes, and closes the store after its last write")
  func shutDown() throws {
    let fixture = try CoordinatorFixture()
    let member = fixture.member(of: "g")
    let joins = GroupInbox<JoinReply>()
    fixture.coordinator.join(fixture.request("g"), newMemberID: "n", reply: joins.take)
    let commits = fixture.commit(
      "g", [OffsetCommit(topic: "t", partition: 0, offset: 1)], generation: 1, member: member)
    #expect(joins.last == nil)
    fixture.coordinator.shutDown()
    #expect(joins.last?.error == .notCoordinator)
    #expect(commits.last == [.none])
    #expect(
      fixture.coordinator.heartbeat(groupID: "g", generation: 1, memberID: member, groupInstanceID: nil)
        == .notCoordinator)
    fixture.coordinator.join(fixture.request("g"), newMemberID: "o", reply: joins.take)
    #expect(joins.last?.error == .notCoordinator)
    fixture.clock.advance(by: 10_000_000)
    #expect(joins.all.count == 2)
  }
}
