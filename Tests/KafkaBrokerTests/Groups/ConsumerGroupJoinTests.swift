import Testing

@testable import KafkaBroker

@Suite("Joining a consumer group")
struct ConsumerGroupJoinTests {
  @Test("the first member of a group leads generation 1 at once")
  func firstMember() {
    let script = GroupScript()
    let reply = script.joined(script.join())
    #expect(reply?.error == GroupError.none)
    #expect(reply?.generation == 1)
    #expect(reply?.leader == "m1" && reply?.memberID == "m1")
    #expect(reply?.protocolType == "consumer" && reply?.protocolName == "range")
    #expect(reply?.members == [.init(id: "m1", groupInstanceID: nil, metadata: Subscription.bytes(["t"]))])
    #expect(script.group.state == .completingRebalance)
    #expect(script.saved.last?.generation == 1 && script.saved.last?.protocolType == "consumer")
    let sync = script.sync("m1", assignments: [("m1", [7])])
    #expect(script.synced(sync) == SyncReply(protocolType: "consumer", protocolName: "range", assignment: [7]))
    #expect(script.group.state == .stable)
    #expect(script.heartbeat("m1") == .none)
  }

  @Test("a new dynamic member is told its id first, which expires when it is not used")
  func memberIDRequired() {
    let script = GroupScript()
    let first = script.joined(script.join(known: true))
    #expect(first?.error == .memberIDRequired && first?.memberID == "m1")
    #expect(script.group.state == .empty && script.group.pendingJoin == ["m1"])
    #expect(script.joined(script.join("m1", known: true))?.generation == 1)
    script.join(known: true)
    #expect(script.group.pendingJoin == ["m3"])
    script.advance(by: 10_000)
    #expect(script.group.pendingJoin.isEmpty)
    #expect(script.joined(script.join("m3", known: true))?.error == .unknownMemberID)
  }

  @Test("a rebalance waits for a member that was just given its id")
  func waitsForPending() {
    let script = GroupScript()
    let members = script.stabilize(1)
    script.join(known: true)
    let leader = script.join(members[0])
    #expect(script.joined(leader) == nil)
    script.advance(by: 10_000)
    #expect(script.joined(leader)?.generation == 2)
  }

  @Test("a second member makes the first one join again, and the first one keeps leading")
  func secondMember() {
    let script = GroupScript()
    let members = script.stabilize(1)
    let second = script.join()
    #expect(script.joined(second) == nil)
    #expect(script.group.state == .preparingRebalance)
    #expect(script.heartbeat(members[0], generation: 1) == .rebalanceInProgress)
    let first = script.join(members[0])
    #expect(script.joined(first)?.generation == 2)
    #expect(script.joined(first)?.members.count == 2)
    #expect(script.joined(second)?.leader == members[0])
    #expect(script.joined(second)?.members == [])
  }

  @Test("a new member during the leader's work makes the waiting ones join again")
  func joinDuringSync() throws {
    let script = GroupScript()
    let members = script.stabilize(2)
    script.join(members[0])
    script.join(members[1])
    #expect(script.group.state == .completingRebalance)
    let waiting = script.sync(members[1])
    #expect(script.synced(waiting) == nil)
    script.join()
    #expect(script.synced(waiting)?.error == .rebalanceInProgress)
    #expect(script.group.state == .preparingRebalance)
  }

  @Test("members that do not join again in time are dropped, static ones stay until their session ends")
  func rebalanceDeadline() {
    let script = GroupScript()
    let members = script.stabilize(2, instances: ["i"])
    let first = script.join(members[1], protocols: [.init(name: "range", metadata: [1])])
    for _ in 0..<7 {
      // The static member and the old leader are alive but slow.
      script.advance(by: 8_000)
      _ = script.heartbeat(members[0])
      _ = script.heartbeat(members[2], instance: "i")
    }
    #expect(script.joined(first) == nil)
    script.advance(by: 8_000)
    let reply = script.joined(first)
    #expect(reply?.leader == members[1])
    #expect(reply?.members.map(\.id) == [members[1], members[2]])
    #expect(script.heartbeat(members[0]) == .unknownMemberID)
    script.advance(by: 10_000)
    #expect(script.group.members[members[2]] == nil)
  }

  @Test("where none of the static members joins, the rebalance goes on")
  func onlyAbsentStaticMembers() {
    let script = GroupScript()
    let members = script.stabilize(1, instances: ["i"])
    _ = script.leave(LeavingMember(memberID: members[0]))
    #expect(script.group.state == .preparingRebalance)
    for _ in 0..<10 {
      script.advance(by: 6_500)
      #expect(script.heartbeat(members[1], instance: "i") == .rebalanceInProgress)
    }
    #expect(script.group.state == .preparingRebalance)
    let reply = script.joined(script.join(members[1], instance: "i"))
    #expect(reply?.leader == members[1])
  }

  @Test("a new member whose first join waits too long is dropped, for it may be a repeated one")
  func newMemberTimeout() {
    var settings = GroupSettings()
    settings.newMemberJoinTimeoutMilliseconds = 5_000
    let script = GroupScript(settings)
    _ = script.stabilize(1)
    let token = script.join()
    script.advance(by: 5_000)
    #expect(script.joined(token)?.error == .unknownMemberID)
    #expect(script.group.members.count == 1)
  }

  @Test("a follower that joins again with the same metadata changes nothing, with other metadata rebalances")
  func followerJoinsAgain() {
    let script = GroupScript()
    let members = script.stabilize(2)
    let generation = script.group.generation
    let same = script.joined(script.join(members[1]))
    #expect(same?.generation == generation && same?.members == [] && same?.leader == members[0])
    #expect(script.group.state == .stable)
    script.join(members[1], protocols: [.init(name: "range", metadata: Subscription.bytes(["t", "u"]))])
    #expect(script.group.state == .preparingRebalance)
  }

  @Test("a leader that joins again always rebalances")
  func leaderJoinsAgain() {
    let script = GroupScript()
    let members = script.stabilize(2)
    script.join(members[0])
    #expect(script.group.state == .preparingRebalance)
  }

  @Test("a member that did not get its join's answer gets the same again")
  func repeatedJoin() {
    let script = GroupScript()
    let members = script.stabilize(2)
    let generation = script.group.generation
    script.join(members[0])
    script.join(members[1])
    #expect(script.joined(script.join(members[0]))?.members.count == 2)
    #expect(script.joined(script.join(members[1]))?.generation == generation + 1)
    script.join(members[1], protocols: [.init(name: "range", metadata: [])])
    #expect(script.group.state == .preparingRebalance)
  }

  @Test("a join repeated while the first one is parked answers the first one")
  func supersededJoin() {
    let script = GroupScript()
    let members = script.stabilize(2)
    let first = script.join(members[0])
    let second = script.join(members[0])
    #expect(script.joined(first)?.error == .rebalanceInProgress)
    script.join(members[1])
    #expect(script.joined(second)?.error == GroupError.none)
  }

  @Test("members must share the group's type and one of its protocols")
  func inconsistentProtocols() {
    let script = GroupScript()
    #expect(script.joined(script.join(protocols: []))?.error == .inconsistentGroupProtocol)
    #expect(script.joined(script.join(type: ""))?.error == .inconsistentGroupProtocol)
    script.join()
    #expect(script.joined(script.join(type: "connect"))?.error == .inconsistentGroupProtocol)
    let other = [GroupProtocol(name: "sticky", metadata: [])]
    #expect(script.joined(script.join(protocols: other))?.error == .inconsistentGroupProtocol)
    #expect(script.joined(script.join("m1", type: "connect"))?.error == .inconsistentGroupProtocol)
    #expect(script.joined(script.join("nobody"))?.error == .unknownMemberID)
  }

  @Test("the protocol with most votes among those all share is chosen")
  func votes() {
    func list(_ names: String...) -> [GroupProtocol] { names.map { GroupProtocol(name: $0, metadata: Array($0.utf8)) } }
    let script = GroupScript()
    script.join(protocols: list("a", "b", "c"))
    #expect(script.group.protocolName == "a")
    script.join(protocols: list("b", "a"))
    script.join(protocols: list("d", "b", "a"))
    script.join("m1", protocols: list("a", "b", "c"))
    #expect(script.group.protocolName == "b")
    let leader = script.joined(script.join("m1", protocols: list("a", "b", "c")))
    #expect(leader?.members.map(\.metadata) == [[98], [98], [98]])
  }

  @Test("an initial delay gathers members, is prolonged by newcomers, and ends")
  func initialDelay() {
    var settings = GroupSettings()
    settings.initialRebalanceDelayMilliseconds = 3_000
    let script = GroupScript(settings)
    let tokens = [script.join(rebalance: 7_000), script.join(rebalance: 7_000)]
    script.advance(by: 2_999)
    #expect(script.group.state == .preparingRebalance)
    let late = script.join(rebalance: 7_000)
    script.advance(by: 3_000)
    #expect(script.joined(late) == nil)
    script.join(rebalance: 7_000)
    script.advance(by: 1_000)
    #expect(script.joined(late) == nil, "prolonged by what is left of the rebalance timeout")
    script.advance(by: 1)
    #expect(script.joined(late)?.generation == 1)
    #expect((tokens + [late]).allSatisfy { script.joined($0)?.generation == 1 })
    #expect(script.joined(tokens[0])?.members.count == 4)
  }

  @Test("a group whose members all left during the initial delay is empty again")
  func initialDelayDeserted() {
    var settings = GroupSettings()
    settings.initialRebalanceDelayMilliseconds = 3_000
    let script = GroupScript(settings)
    let token = script.join()
    #expect(script.leave(LeavingMember(memberID: "m1")) == [.none])
    #expect(script.joined(token)?.error == .unknownMemberID)
    script.advance(by: 3_000)
    #expect(script.group.state == .empty)
    #expect(script.joined(script.join(type: "connect"))?.error == nil)
    #expect(script.group.protocolType == "connect")
  }

  @Test("a full group takes back its own members and nobody else")
  func maximumMembers() {
    var settings = GroupSettings()
    settings.maximumMembers = 2
    let script = GroupScript(settings)
    let members = script.stabilize(1, instances: ["i"])
    #expect(script.joined(script.join())?.error == .groupMaxSizeReached)
    let back = script.joined(script.join(instance: "i"))
    #expect(back?.error == GroupError.none)
    script.join(members[0])
    #expect(script.group.state == .preparingRebalance)
    let parked = script.join(instance: "j")
    #expect(script.joined(parked)?.generation == nil)
    // The last to come back has lost its place.
    let last = script.join(back?.memberID ?? "", instance: "i")
    #expect(script.joined(last)?.error == .groupMaxSizeReached)
    #expect(script.joined(parked)?.error == GroupError.none)
    #expect(script.group.members.count == 2)
  }

  @Test("ids given out have a limit")
  func pendingLimit() {
    var settings = GroupSettings()
    settings.maximumMembers = 3
    let script = GroupScript(settings)
    for _ in 0..<3 { #expect(script.joined(script.join(known: true))?.error == .memberIDRequired) }
    #expect(script.joined(script.join(known: true))?.error == .groupMaxSizeReached)
  }

  @Test("bytes of metadata have a limit")
  func metadataLimit() throws {
    var settings = GroupSettings()
    settings.maximumMetadataBytes = 100
    let script = GroupScript(settings)
    func large(_ count: Int) -> [GroupProtocol] { [.init(name: "range", metadata: Array(repeating: 0, count: count))] }
    #expect(script.joined(script.join(protocols: large(96)))?.error == .groupMaxSizeReached)
    #expect(script.joined(script.join(protocols: large(95)))?.error == GroupError.none)
    let id = try #require(script.group.order.first)
    #expect(script.joined(script.join(id, protocols: large(94)))?.error == GroupError.none, "it replaces its own")
  }
}
