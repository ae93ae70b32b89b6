import Testing

@testable import KafkaBroker

@Suite("Offsets of consumer groups")
struct GroupOffsetsTests {
  @Test("a consumer outside of group management commits and fetches; metadata and epoch come back")
  func simpleConsumer() throws {
    let fixture = try CoordinatorFixture()
    let inbox = fixture.commit(
      "g",
      [
        OffsetCommit(topic: "t", partition: 1, offset: 42, leaderEpoch: 3, metadata: "état"),
        OffsetCommit(topic: "t", partition: 0, offset: 7),
      ])
    #expect(inbox.last == nil)
    #expect(fixture.offset("g", "t", 1)?.offset == -1, "not before it is kept")
    fixture.store.flush()
    #expect(inbox.all == [[.none, .none]])
    #expect(
      fixture.offset("g", "t", 1)
        == FetchedOffset(key: OffsetKey(topic: "t", partition: 1), offset: 42, leaderEpoch: 3, metadata: "état"))
    #expect(fixture.offset("g", "t", 2)?.offset == -1)
    #expect(fixture.offset("other", "t", 1)?.error == GroupError.none)
    let all = fixture.coordinator.fetchOffsets(groupID: "g", keys: nil, requireStable: true)
    #expect(all.offsets.map(\.offset) == [7, 42])
    #expect(fixture.coordinator.fetchOffsets(groupID: "other", keys: nil, requireStable: true).offsets == [])
    #expect(fixture.coordinator.describe("g").state == .empty)
  }

  @Test("a commit to a group that is not there needs no generation")
  func unknownGroup() throws {
    let fixture = try CoordinatorFixture()
    let offsets = [OffsetCommit(topic: "t", partition: 0, offset: 1)]
    #expect(fixture.commit("g", offsets, generation: 1, member: "m").last == [.illegalGeneration])
    let inbox = GroupInbox<[GroupError]>()
    fixture.coordinator.commit(
      CommitRequest(groupID: "g", generation: 1, memberID: "m", offsets: offsets, knowsGroupIDNotFound: true),
      reply: inbox.take)
    #expect(inbox.last == [.groupIDNotFound])
    #expect(fixture.commit("g", []).last == [])
    #expect(fixture.coordinator.list().groups == [])
  }

  @Test("metadata at the limit is kept, one beyond is refused alone")
  func metadataLimit() throws {
    let fixture = try CoordinatorFixture()
    let fits = String(repeating: "é", count: 4_096)
    let inbox = fixture.commit(
      "g",
      [
        OffsetCommit(topic: "t", partition: 0, offset: 1, metadata: fits),
        OffsetCommit(topic: "t", partition: 1, offset: 1, metadata: fits + "x"),
      ])
    fixture.store.flush()
    #expect(inbox.last == [.none, .offsetMetadataTooLarge])
    #expect(fixture.offset("g", "t", 0)?.metadata == fits)
    #expect(fixture.offset("g", "t", 1)?.offset == -1)
  }

  @Test("a member's commit is checked, and refused while the leader is waited for")
  func memberCommits() throws {
    let fixture = try CoordinatorFixture()
    let offsets = [
      OffsetCommit(topic: "t", partition: 0, offset: 1), OffsetCommit(topic: "t", partition: 1, offset: 1),
    ]
    let early = fixture.member(of: "early", syncs: false)
    #expect(
      fixture.commit("early", offsets, generation: 1, member: early).last == [
        .rebalanceInProgress, .rebalanceInProgress,
      ])
    let member = fixture.member(of: "g")
    #expect(
      fixture.commit("g", offsets, generation: 2, member: member).last == [.illegalGeneration, .illegalGeneration])
    #expect(fixture.commit("g", offsets, generation: 1, member: "x").last == [.unknownMemberID, .unknownMemberID])
    #expect(fixture.commit("g", offsets).last == [.unknownMemberID, .unknownMemberID])
    let inbox = fixture.commit("g", offsets, generation: 1, member: member)
    fixture.store.flush()
    #expect(inbox.last == [.none, .none])
  }

  @Test("a commit that can't be kept is refused, and nothing of it is seen")
  func failedCommit() throws {
    let fixture = try CoordinatorFixture()
    fixture.store.fail(true)
    let inbox = fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 1)])
    fixture.store.flush()
    #expect(inbox.last == [.coordinatorNotAvailable])
    #expect(fixture.offset("g", "t", 0)?.offset == -1)
    #expect(fixture.failures.all.count == 1)
    fixture.store.fail(false)
    let again = fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 2)])
    fixture.store.flush()
    #expect(again.last == [.none])
    #expect(fixture.offset("g", "t", 0)?.offset == 2)
  }

  @Test("offsets of a subscribed topic can't be deleted, others can")
  func deleteOffsets() throws {
    let fixture = try CoordinatorFixture()
    let member = fixture.member(of: "g", topics: ["t"])
    fixture.commit(
      "g", [OffsetCommit(topic: "t", partition: 0, offset: 1), OffsetCommit(topic: "u", partition: 0, offset: 2)],
      generation: 1, member: member)
    fixture.store.flush()
    let errors = GroupInbox<[GroupError]>()
    let whole = GroupInbox<GroupError>()
    let keys = [
      OffsetKey(topic: "t", partition: 0), OffsetKey(topic: "u", partition: 0), OffsetKey(topic: "u", partition: 9),
    ]
    func delete(_ group: String) {
      fixture.coordinator.deleteOffsets(groupID: group, keys: keys) { error, each in
        whole.take(error)
        errors.take(each)
      }
      fixture.store.flush()
    }
    delete("g")
    #expect(whole.last == GroupError.none && errors.last == [.groupSubscribedToTopic, .none, .none])
    #expect(fixture.offset("g", "u", 0)?.offset == -1 && fixture.offset("g", "t", 0)?.offset == 1)
    delete("none")
    #expect(whole.last == .groupIDNotFound)
    _ = fixture.member(of: "workers", type: "connect")
    delete("workers")
    #expect(whole.last == .nonEmptyGroup)
    _ = fixture.coordinator.leave(groupID: "g", members: [LeavingMember(memberID: member)])
    delete("g")
    #expect(errors.last == [.none, .none, .none])
    #expect(fixture.offset("g", "t", 0)?.offset == -1)
  }

  @Test("a deleted topic's offsets are forgotten in all groups, pending ones too")
  func forget() throws {
    let fixture = try CoordinatorFixture()
    let offsets = [
      OffsetCommit(topic: "t", partition: 0, offset: 1), OffsetCommit(topic: "u", partition: 0, offset: 2),
    ]
    fixture.commit("a", offsets)
    fixture.commit("b", offsets)
    fixture.pend(9, "b", [offsets[0]])
    fixture.coordinator.forget(topic: "t") { _ in }
    fixture.store.flush()
    #expect(fixture.offset("a", "t", 0)?.offset == -1 && fixture.offset("b", "t", 0, stable: true)?.offset == -1)
    #expect(fixture.offset("a", "u", 0)?.offset == 2)
    #expect(fixture.coordinator.producersWithPendingOffsets == [])
  }

  @Test("an empty group's offsets expire when it has been empty for the retention, with the group")
  func retention() throws {
    let fixture = try CoordinatorFixture()
    let day: Int64 = 24 * 3_600_000
    let member = fixture.member(of: "g")
    fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 1)], generation: 1, member: member)
    fixture.commit("simple", [OffsetCommit(topic: "t", partition: 0, offset: 1)])
    fixture.store.flush()
    for _ in 0..<(7 * 24 * 720) {
      // Alive for seven days.
      fixture.clock.advance(by: 5_000)
      _ = fixture.coordinator.heartbeat(groupID: "g", generation: 1, memberID: member, groupInstanceID: nil)
    }
    fixture.clock.advance(by: 700_000)
    fixture.store.flush()
    #expect(fixture.coordinator.list().groups.map(\.groupID) == ["g"], "the other one's last commit is old")
    fixture.clock.advance(by: 7 * day - 1_500_000)
    fixture.store.flush()
    #expect(fixture.offset("g", "t", 0)?.offset == 1)
    fixture.clock.advance(by: 1_500_000)
    fixture.store.flush()
    #expect(fixture.coordinator.list().groups == [])
    #expect(fixture.store.applied.suffix(1) == [.removeGroup("g")])
    #expect(fixture.coordinator.brokenInvariants() == [])
  }

  @Test("a group that becomes empty when offsets are looked through leaves nothing in the store")
  func emptiedAtCheck() throws {
    let fixture = try CoordinatorFixture()
    fixture.clock.advance(by: 580_000)
    _ = fixture.member(of: "g")
    fixture.clock.advance(by: 20_000, late: true)
    fixture.store.flush()
    #expect(fixture.coordinator.list().groups == [])
    #expect(fixture.store.applied.last == .removeGroup("g"))
  }

  @Test("offsets of topics that a stable group no longer reads expire by their age, a client's retention counts")
  func otherExpiry() throws {
    let fixture = try CoordinatorFixture()
    let member = fixture.member(of: "g", topics: ["t"])
    fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 1)], generation: 1, member: member)
    fixture.commit(
      "g", [OffsetCommit(topic: "u", partition: 0, offset: 1)], generation: 1, member: member, retention: 1_000_000)
    fixture.commit("simple", [OffsetCommit(topic: "t", partition: 0, offset: 1)], retention: 1_000_000)
    fixture.store.flush()
    for _ in 0..<400 {
      fixture.clock.advance(by: 5_000)
      _ = fixture.coordinator.heartbeat(groupID: "g", generation: 1, memberID: member, groupInstanceID: nil)
    }
    fixture.store.flush()
    #expect(fixture.offset("g", "t", 0)?.offset == 1 && fixture.offset("g", "u", 0)?.offset == -1)
    #expect(fixture.coordinator.list().groups.map(\.groupID) == ["g"])
  }

  @Test("a transaction's offsets are seen when it commits, and stable reads wait for that")
  func transaction() throws {
    let fixture = try CoordinatorFixture()
    fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 1)])
    fixture.store.flush()
    let pended = fixture.pend(9, "g", [OffsetCommit(topic: "t", partition: 0, offset: 5, metadata: "x")])
    #expect(pended.last == nil && fixture.store.queuedDurabilities == [.power])
    fixture.store.flush()
    #expect(pended.last == [.none])
    #expect(fixture.offset("g", "t", 0)?.offset == 1)
    #expect(fixture.offset("g", "t", 0, stable: true)?.error == .unstableOffsetCommit)
    let completed = fixture.complete(9, commit: true)
    #expect(completed.last == nil && fixture.store.queuedDurabilities == [.power])
    #expect(fixture.offset("g", "t", 0, stable: true)?.error == .unstableOffsetCommit)
    fixture.store.flush()
    #expect(completed.last == GroupError.none)
    #expect(fixture.offset("g", "t", 0, stable: true)?.offset == 5 && fixture.offset("g", "t", 0)?.metadata == "x")
    #expect(fixture.complete(9, commit: true).last == GroupError.none, "repeated, it does nothing")
  }

  @Test("an aborted transaction's offsets are dropped, in all of its groups")
  func abort() throws {
    let fixture = try CoordinatorFixture()
    fixture.pend(9, "a", [OffsetCommit(topic: "t", partition: 0, offset: 5)])
    fixture.pend(9, "b", [OffsetCommit(topic: "t", partition: 0, offset: 5)])
    fixture.pend(8, "b", [OffsetCommit(topic: "t", partition: 0, offset: 6)])
    fixture.complete(9, commit: false)
    fixture.store.flush()
    #expect(fixture.offset("a", "t", 0, stable: true)?.error == GroupError.none)
    #expect(fixture.offset("b", "t", 0, stable: true)?.error == .unstableOffsetCommit)
    #expect(fixture.coordinator.producersWithPendingOffsets == [8])
  }

  @Test("a later plain commit is not undone by an earlier pended one")
  func laterCommitWins() throws {
    let fixture = try CoordinatorFixture()
    fixture.pend(9, "g", [OffsetCommit(topic: "t", partition: 0, offset: 5)])
    fixture.commit("g", [OffsetCommit(topic: "t", partition: 0, offset: 8)])
    fixture.complete(9, commit: true)
    fixture.store.flush()
    #expect(fixture.offset("g", "t", 0, stable: true)?.offset == 8)
  }

  @Test("offsets of the next transaction outlive the end of the one before")
  func nextTransaction() throws {
    let fixture = try CoordinatorFixture()
    fixture.pend(9, "g", [OffsetCommit(topic: "t", partition: 0, offset: 5)])
    fixture.complete(9, commit: true)
    fixture.pend(9, "g", [OffsetCommit(topic: "t", partition: 1, offset: 6)])
    fixture.store.flush()
    #expect(fixture.offset("g", "t", 0, stable: true)?.offset == 5)
    #expect(fixture.offset("g", "t", 1, stable: true)?.error == .unstableOffsetCommit)
    fixture.complete(9, commit: true)
    fixture.store.flush()
    #expect(fixture.offset("g", "t", 1, stable: true)?.offset == 6)
  }

  @Test("a transaction whose end can't be kept can be ended again")
  func failedEnd() throws {
    let fixture = try CoordinatorFixture()
    fixture.pend(9, "g", [OffsetCommit(topic: "t", partition: 0, offset: 5)])
    fixture.store.flush()
    fixture.store.fail(true)
    let ended = fixture.complete(9, commit: true)
    let lost = fixture.pend(9, "g", [OffsetCommit(topic: "t", partition: 1, offset: 5)])
    fixture.store.flush()
    #expect(ended.last == .coordinatorNotAvailable && lost.last == [.coordinatorNotAvailable])
    #expect(fixture.offset("g", "t", 1, stable: true)?.error == GroupError.none)
    fixture.store.fail(false)
    fixture.complete(9, commit: true)
    fixture.store.flush()
    #expect(fixture.offset("g", "t", 0, stable: true)?.offset == 5)
  }

  @Test("a group with pending offsets does not expire")
  func pendingKeepsGroup() throws {
    let fixture = try CoordinatorFixture()
    fixture.pend(9, "g", [OffsetCommit(topic: "t", partition: 0, offset: 5)])
    fixture.store.flush()
    fixture.clock.advance(by: 30 * 24 * 3_600_000)
    fixture.store.flush()
    fixture.complete(9, commit: true)
    fixture.store.flush()
    #expect(fixture.offset("g", "t", 0)?.offset == 5)
  }
}
