import Testing

@testable import KafkaBroker

@Suite("Static members of a consumer group")
struct ConsumerGroupStaticTests {
  @Test("a restarted follower keeps its assignment under a new id, and the others notice nothing")
  func followerRestarts() {
    let script = GroupScript()
    let members = script.stabilize(1, instances: ["i"])
    let generation = script.group.generation
    let reply = script.joined(script.join(instance: "i"))
    #expect(reply?.generation == generation)
    #expect(reply?.skipAssignment == false && reply?.members == [] && reply?.leader == members[0])
    let newID = reply?.memberID ?? ""
    #expect(newID != members[1])
    #expect(script.synced(script.sync(newID, instance: "i"))?.assignment == Array(members[1].utf8))
    #expect(script.group.state == .stable && script.group.generation == generation)
    #expect(script.heartbeat(members[1], instance: "i") == .fencedInstanceID)
    #expect(script.heartbeat(members[1]) == .unknownMemberID)
    #expect(script.synced(script.sync(members[1], instance: "i"))?.error == .fencedInstanceID)
    #expect(script.joined(script.join(members[1], instance: "i"))?.error == .fencedInstanceID)
    #expect(script.leave(LeavingMember(memberID: members[1], groupInstanceID: "i")) == [.fencedInstanceID])
    #expect(script.permitCommit(members[1], instance: "i", generation: generation) == .fencedInstanceID)
  }

  @Test("a restarted leader is told to keep the assignment, an old client that it follows")
  func leaderRestarts() {
    let script = GroupScript()
    let members = script.stabilize(0, instances: ["i", "j"])
    let new = script.joined(script.join(instance: "i"))
    #expect(new?.skipAssignment == true && new?.leader == new?.memberID && new?.members.count == 2)
    let old = script.joined(script.join(instance: "i", skips: false))
    #expect(old?.skipAssignment == false && old?.members == [])
    #expect(old?.leader == new?.memberID && old?.leader != old?.memberID)
    let assigned = script.synced(script.sync(old?.memberID ?? "", instance: "i"))
    #expect(assigned?.assignment == Array(members[0].utf8))
  }

  @Test("an assignor's state in the metadata may differ, other topics cause a rebalance")
  func changedSubscription() {
    let script = GroupScript()
    _ = script.stabilize(1, instances: ["i"])
    let sameTopics = [GroupProtocol(name: "range", metadata: Subscription.bytes(["t"], state: [1, 2, 3]))]
    #expect(script.joined(script.join(instance: "i", protocols: sameTopics))?.error == GroupError.none)
    #expect(script.group.state == .stable)
    let otherTopics = [GroupProtocol(name: "range", metadata: Subscription.bytes(["t", "u"]))]
    let token = script.join(instance: "i", protocols: otherTopics)
    #expect(script.group.state == .preparingRebalance)
    script.join(script.group.order[0])
    #expect(script.joined(token)?.generation == script.group.generation)
  }

  @Test("a restart that changes the chosen protocol causes a rebalance")
  func changedProtocol() {
    func list(_ names: String...) -> [GroupProtocol] {
      names.map { GroupProtocol(name: $0, metadata: Subscription.bytes(["t"])) }
    }
    let script = GroupScript()
    script.join(instance: "i", protocols: list("a", "b"))
    script.sync("m1", instance: "i")
    #expect(script.group.protocolName == "a")
    let reply = script.joined(script.join(instance: "i", protocols: list("b", "a")))
    #expect(reply?.generation == 2 && reply?.protocolName == "b")
  }

  @Test("a duplicate that comes while the first one waits gets its place, and the first one is fenced")
  func duplicateWhileJoining() {
    let script = GroupScript()
    let members = script.stabilize(1, instances: ["i"])
    script.join(members[0])
    let first = script.joined(script.join(members[1], instance: "i"))
    #expect(first?.error == GroupError.none)
    let waiting = script.sync(members[1], instance: "i")
    let second = script.join(instance: "i")
    #expect(script.synced(waiting)?.error == .fencedInstanceID)
    #expect(script.group.state == .preparingRebalance, "the leader was assigning to the old id")
    let third = script.join(instance: "i")
    #expect(script.joined(second)?.error == .fencedInstanceID)
    script.join(members[0])
    #expect(script.joined(third)?.error == GroupError.none)
  }

  @Test("an administrator removes a static member by its instance id")
  func removedByInstance() {
    let script = GroupScript()
    _ = script.stabilize(1, instances: ["i"])
    let errors = script.leave(
      LeavingMember(memberID: "", groupInstanceID: "i"), LeavingMember(memberID: "", groupInstanceID: "none"),
      LeavingMember(memberID: ""))
    #expect(errors == [.none, .unknownMemberID, .unknownMemberID])
    #expect(script.group.state == .preparingRebalance && script.group.staticMembers.isEmpty)
  }

  @Test("a static member comes with its id, and an unknown instance is not taken for it")
  func instanceMustMatch() {
    let script = GroupScript()
    let members = script.stabilize(0, instances: ["i"])
    #expect(script.heartbeat(members[0], instance: "i") == .none)
    #expect(script.heartbeat(members[0], instance: "j") == .unknownMemberID)
    #expect(script.joined(script.join(members[0], instance: "j"))?.error == .unknownMemberID)
    script.join(known: true)
    let pending = script.group.pendingJoin.first ?? ""
    #expect(script.joined(script.join(pending, instance: "i"))?.error == .fencedInstanceID)
  }

  @Test("a successor owes the sync that its predecessor did not send")
  func successorOwesSync() {
    let script = GroupScript()
    let members = script.stabilize(1, instances: ["i"])
    script.join(members[0])
    script.join(members[1], instance: "i")
    script.sync(members[0], assignments: [(members[0], [1]), (members[1], [2])])
    #expect(script.group.state == .stable && script.group.pendingSync == [members[1]])
    let reply = script.joined(script.join(instance: "i"))
    #expect(script.group.pendingSync == [reply?.memberID ?? ""])
    #expect(script.synced(script.sync(reply?.memberID ?? "", instance: "i"))?.assignment == [2])
    #expect(script.group.pendingSync.isEmpty)
  }
}
