import Testing

@testable import KafkaBroker

@Suite("Staying in a consumer group")
struct ConsumerGroupSyncTests {
  @Test("followers wait for the leader's assignments; who is not named gets nothing, strangers are ignored")
  func assignments() {
    let script = GroupScript()
    let members = script.stabilize(3)
    for id in members { script.join(id) }
    let early = script.sync(members[1])
    #expect(script.synced(early) == nil)
    let leader = script.sync(
      members[0], assignments: [(members[1], [9]), (members[1], [1]), ("stranger", [3])])
    #expect(script.synced(early)?.assignment == [1])
    #expect(script.synced(leader)?.assignment == [])
    #expect(script.synced(script.sync(members[2]))?.assignment == [])
    #expect(script.synced(script.sync(members[1]))?.assignment == [1], "asked again, answered again")
  }

  @Test("a sync is checked: member, generation, protocol, state")
  func syncErrors() {
    let script = GroupScript()
    #expect(script.synced(script.sync("nobody"))?.error == .unknownMemberID)
    let members = script.stabilize(2)
    #expect(script.synced(script.sync("nobody"))?.error == .unknownMemberID)
    #expect(script.synced(script.sync(members[0], generation: 99))?.error == .illegalGeneration)
    #expect(script.synced(script.sync(members[0], type: "connect"))?.error == .inconsistentGroupProtocol)
    #expect(script.synced(script.sync(members[0], name: "sticky"))?.error == .inconsistentGroupProtocol)
    #expect(script.synced(script.sync(members[0], type: "consumer", name: "range"))?.error == GroupError.none)
    script.join(members[0])
    #expect(script.synced(script.sync(members[1]))?.error == .rebalanceInProgress)
  }

  @Test("a sync repeated while the first one is parked answers the first one")
  func supersededSync() {
    let script = GroupScript()
    let members = script.stabilize(2)
    for id in members { script.join(id) }
    let first = script.sync(members[1])
    let second = script.sync(members[1])
    #expect(script.synced(first)?.error == .rebalanceInProgress)
    script.sync(members[0], assignments: [(members[1], [5])])
    #expect(script.synced(second)?.assignment == [5])
  }

  @Test("assignments beyond the limit are refused")
  func assignmentLimit() {
    var settings = GroupSettings()
    settings.maximumMetadataBytes = 50
    let script = GroupScript(settings)
    script.join()
    let token = script.sync("m1", assignments: [("m1", Array(repeating: 0, count: 51))])
    #expect(script.synced(token)?.error == .groupMaxSizeReached)
    #expect(
      script.synced(script.sync("m1", assignments: [("m1", Array(repeating: 0, count: 50))]))?.error == GroupError.none)
  }

  @Test("members that never ask for their assignment are dropped after the rebalance timeout")
  func syncDeadline() {
    let script = GroupScript()
    let members = script.stabilize(2)
    for id in members { script.join(id) }
    script.sync(members[0], assignments: members.map { ($0, [1]) })
    for _ in 0..<8 {
      for id in members { _ = script.heartbeat(id) }
      script.advance(by: 7_000)
    }
    #expect(script.group.state == .stable && script.group.pendingSync == [members[1]])
    for id in members { _ = script.heartbeat(id) }
    script.advance(by: 4_000)
    #expect(script.group.members[members[1]] == nil)
    #expect(script.group.state == .preparingRebalance)
  }

  @Test("a leader that never assigns is replaced")
  func leaderDies() {
    let script = GroupScript()
    let members = script.stabilize(2)
    for id in members { script.join(id) }
    let waiting = script.sync(members[1])
    script.advance(by: 10_000)
    #expect(script.synced(waiting)?.error == .rebalanceInProgress)
    let reply = script.joined(script.join(members[1]))
    #expect(reply?.leader == members[1] && reply?.members.count == 1)
  }

  @Test("a member that is not heard of in its session's time is dropped")
  func sessionTimeout() {
    let script = GroupScript()
    let members = script.stabilize(2)
    script.advance(by: 9_999)
    #expect(script.heartbeat(members[0]) == .none)
    script.advance(by: 1)
    #expect(script.group.members[members[1]] == nil && script.group.state == .preparingRebalance)
    #expect(script.heartbeat(members[1]) == .unknownMemberID)
    script.advance(by: 9_999)
    #expect(script.group.state == .empty)
    #expect(script.saved.last?.generation == script.group.generation)
  }

  @Test("a member whose join is parked is alive, however long it takes")
  func parkedIsAlive() {
    let script = GroupScript()
    let members = script.stabilize(2)
    let token = script.join(members[0])
    for _ in 0..<6 {
      script.advance(by: 9_000)
      #expect(script.heartbeat(members[1]) == .rebalanceInProgress)
    }
    #expect(script.joined(token) == nil)
    script.advance(by: 6_000)
    #expect(script.joined(token)?.error == GroupError.none)
    #expect(script.group.order == [members[0]])
  }

  @Test("a session that ended while its member waited for an assignment begins anew with it")
  func longWaitForAssignment() {
    let script = GroupScript()
    let members = script.stabilize(2)
    for id in members { script.join(id) }
    let waiting = script.sync(members[1])
    for _ in 0..<3 {
      script.advance(by: 9_000)
      #expect(script.heartbeat(members[0]) == .none)
    }
    script.sync(members[0], assignments: [(members[1], [1])])
    #expect(script.synced(waiting)?.assignment == [1])
    script.advance(by: 9_999)
    #expect(script.group.state == .stable)
    script.advance(by: 1)
    #expect(script.group.members.isEmpty)
  }

  @Test("a heartbeat is checked: member and generation")
  func heartbeatErrors() {
    let script = GroupScript()
    #expect(script.heartbeat("m1") == .unknownMemberID)
    let members = script.stabilize(1)
    #expect(script.heartbeat(members[0], generation: script.group.generation - 1) == .illegalGeneration)
    script.join(members[0])
    #expect(script.heartbeat(members[0]) == .none, "the leader is waited for")
  }

  @Test("who leaves is gone at once, with what it waited for")
  func leaving() {
    let script = GroupScript()
    let members = script.stabilize(3)
    for id in members { script.join(id) }
    let waiting = script.sync(members[2])
    #expect(script.leave(LeavingMember(memberID: members[2])) == [.none])
    #expect(script.synced(waiting)?.error == .unknownMemberID)
    #expect(script.group.state == .preparingRebalance)
    let parked = script.join(members[0])
    #expect(
      script.leave(LeavingMember(memberID: members[1]), LeavingMember(memberID: "x")) == [.none, .unknownMemberID])
    #expect(script.joined(parked)?.members.count == 1)
    #expect(script.leave(LeavingMember(memberID: members[0])) == [.none])
    #expect(script.group.state == .empty && script.timers.isEmpty)
  }

  @Test("an id given out can be returned, which disturbs nobody")
  func returnedID() {
    let script = GroupScript()
    let members = script.stabilize(1)
    script.join(known: true)
    let pending = script.group.pendingJoin.first ?? ""
    #expect(script.leave(LeavingMember(memberID: pending)) == [.none])
    #expect(script.group.state == .stable)
    #expect(script.heartbeat(members[0]) == .none)
  }

  @Test("commits need the member's generation, or an empty group and none")
  func commits() {
    let script = GroupScript()
    #expect(script.permitCommit() == .none)
    #expect(script.permitCommit("m1", generation: 1) == .unknownMemberID)
    let members = script.stabilize(2)
    let generation = script.group.generation
    #expect(script.permitCommit() == .unknownMemberID)
    #expect(script.permitCommit(isTransactional: true) == .none)
    #expect(script.permitCommit(members[0], generation: generation) == .none)
    #expect(script.permitCommit(members[0], generation: generation - 1) == .illegalGeneration)
    #expect(script.permitCommit("nobody", generation: generation) == .unknownMemberID)
    #expect(script.permitCommit(members[0], generation: generation, isTransactional: true) == .none)
    script.join(members[0])
    #expect(script.permitCommit(members[1], generation: generation) == .none, "before giving partitions up")
    script.join(members[1])
    #expect(script.permitCommit(members[0], generation: generation + 1) == .rebalanceInProgress)
    #expect(script.permitCommit(members[0], generation: generation + 1, isTransactional: true) == .none)
  }

  @Test("a commit keeps the session alive")
  func commitKeepsAlive() {
    let script = GroupScript()
    let members = script.stabilize(1)
    for _ in 0..<5 {
      script.advance(by: 8_000)
      #expect(script.permitCommit(members[0], generation: script.group.generation) == .none)
    }
    #expect(script.group.state == .stable)
  }

  @Test("subscriptions are read, and what is none is told apart")
  func subscriptions() {
    #expect(Subscription.topics(of: Subscription.bytes(["a", "b"], state: [1])) == ["a", "b"])
    #expect(Subscription.topics(of: Subscription.bytes([])) == [])
    #expect(Subscription.topics(of: []) == nil)
    #expect(Subscription.topics(of: [0, 1, 0xff, 0xff, 0xff, 0xff]) == nil)
    #expect(Subscription.topics(of: [0, 1, 0, 0, 0, 1, 0xff, 0xff]) == nil)
    #expect(Subscription.topics(of: [0, 1, 0, 0, 0, 1, 0, 1, 0xff]) == nil, "not UTF-8")
    let whole = Subscription.bytes(["topic", "other"])
    for length in 0..<18 { #expect(Subscription.topics(of: Array(whole.prefix(length))) == nil) }
    var random = GroupRandom(seed: 11)
    for _ in 0..<20_000 {
      var bytes = whole
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = Subscription.topics(of: bytes)
    }
  }
}
