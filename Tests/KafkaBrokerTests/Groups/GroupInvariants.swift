@testable import KafkaBroker

/// What must hold of a group between any two calls; empty where all does.
extension ConsumerGroup {
  func brokenInvariants() -> [String] {
    var broken: [String] = []
    func require(_ holds: Bool, _ words: String) {
      if !holds { broken.append("\(id), \(state.rawValue), generation \(generation): \(words)") }
    }
    require(Set(order) == Set(members.keys) && order.count == members.count, "order and members differ")
    require(awaitingJoin == members.values.filter(\.isAwaitingJoin).count, "parked joins are miscounted")
    require(members.allSatisfy { $0.key == $0.value.id }, "a member is filed under another id")
    let statics = members.values.filter(\.isStatic)
    require(
      staticMembers.count == statics.count
        && statics.allSatisfy { member in staticMembers.contains { $0.value == member.id } },
      "instance ids and static members differ")
    require(pendingJoin.isDisjoint(with: members.keys), "a member is still pending")
    require(pendingSync.isSubset(of: members.keys), "a stranger owes a sync")
    require(metadataBytes == members.values.reduce(0) { $0 + $1.metadataBytes }, "metadata is miscounted")
    require(
      heldBytes == members.values.reduce(0) { $0 + $1.heldBytes }
        + pendingJoin.reduce(0) { $0 + ConsumerGroup.heldBytes(ofID: $1) }, "what it holds is miscounted")
    require(actions.isEmpty, "actions were left behind")
    require(isSyncTimed == !pendingSync.isEmpty, "the sync timer does not match who owes a sync")
    switch state {
    case .empty, .dead:
      require(members.isEmpty && leader == nil, "it has members")
    case .preparingRebalance:
      require(members.values.allSatisfy { !$0.isAwaitingSync }, "a sync waits during a join")
      require(isInitialRebalance || !haveAllJoined || members.isEmpty, "all have joined and nothing happens")
    case .completingRebalance, .stable:
      require(!members.isEmpty, "it has no members")
      require(leader.map { members[$0] != nil } == true, "it has no leader")
      require(awaitingJoin == 0, "a join waits after the join phase")
      require(members.values.allSatisfy { !$0.isNew }, "a member was not told of its generation")
      require(protocolName.map { supporters[$0] == members.count } == true, "its protocol is not everybody's")
      require(state == .completingRebalance || members.values.allSatisfy { !$0.isAwaitingSync }, "a sync waits")
    }
    for member in members.values where !member.isAwaitingJoin && !member.isAwaitingSync {
      require(member.isTimed, "\(member.id)'s session has no end")
    }
    return broken
  }

  /// The timers that a group in this state has set.
  func expectedTimers() -> Set<GroupTimer> {
    var timers = Set(members.values.filter(\.isTimed).map { GroupTimer.session(member: $0.id) })
    timers.formUnion(pendingJoin.map { GroupTimer.session(member: $0) })
    if state == .preparingRebalance { timers.insert(isInitialRebalance ? .initialDelay : .rebalance) }
    if isSyncTimed { timers.insert(.sync) }
    return timers
  }
}

extension GroupCoordinator {
  func brokenInvariants() -> [String] {
    locked { state, _ in
      var broken = state.entries.values.flatMap { $0.group.brokenInvariants() }
      for (id, entry) in state.entries {
        for timer in entry.group.expectedTimers() where state.timers.deadline(of: .group(id, timer)) == nil {
          broken.append("\(id) misses the timer \(timer)")
        }
      }
      let held = state.entries.reduce(0) { $0 + ConsumerGroup.heldBytes(ofID: $1.key) + $1.value.group.heldBytes }
      if state.heldBytes != held { broken.append("groups hold \(held) bytes, not \(state.heldBytes)") }
      let expected = state.entries.values.reduce(1) { $0 + $1.group.expectedTimers().count }
      if state.timers.count != expected { broken.append("\(state.timers.count) timers are set, not \(expected)") }
      let parked = state.entries.values.reduce(0) { sum, entry in
        sum + entry.group.members.values.reduce(0) { $0 + ($1.isAwaitingJoin ? 1 : 0) + ($1.isAwaitingSync ? 1 : 0) }
      }
      if state.waiters.count != parked { broken.append("\(state.waiters.count) requests wait, not \(parked)") }
      return broken
    }
  }
}
