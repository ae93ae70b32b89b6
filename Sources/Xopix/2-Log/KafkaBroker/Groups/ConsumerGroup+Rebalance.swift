/// Rebalances and timers.
extension ConsumerGroup {
  /// Begins a rebalance, or goes on with the one under way.
  mutating func rebalance(now: Int64) {
    switch state {
    case .empty, .completingRebalance, .stable: prepareRebalance(now: now)
    case .preparingRebalance, .dead: completeJoinIfAllJoined(now: now)
    }
  }

  mutating func prepareRebalance(now: Int64) {
    if state == .completingRebalance {
      for id in order {
        assign([], to: id)
        if answerSync(of: id, SyncReply(error: .rebalanceInProgress)) { time(id, now: now) }
      }
    }
    pendingSync.removeAll()
    stopSyncTimerIfDone()
    isInitialRebalance = state == .empty
    transition(to: .preparingRebalance, now: now)
    if isInitialRebalance {
      let delay = settings.initialRebalanceDelayMilliseconds
      guard delay > 0 else { return completeJoin(now: now) }
      newMemberCame = false
      initialDelayRemaining = max(rebalanceTimeout - delay, 0)
      actions.append(.schedule(.initialDelay, at: now + delay))
    } else if haveAllJoined {
      completeJoin(now: now)
    } else {
      actions.append(.schedule(.rebalance, at: now + rebalanceTimeout))
    }
  }

  /// Ends the first half of a rebalance where nobody is missing. An initial one ends by its timer alone.
  mutating func completeJoinIfAllJoined(now: Int64) {
    if state == .preparingRebalance, !isInitialRebalance, haveAllJoined { completeJoin(now: now) }
  }

  /// Ends the first half of a rebalance: dynamic members that did not join again are dropped, the joins are answered,
  /// and the next generation waits for its assignments.
  mutating func completeJoin(now: Int64) {
    actions.append(.cancel(isInitialRebalance ? .initialDelay : .rebalance))
    for id in order where members[id]?.isAwaitingJoin == false && members[id]?.isStatic == false { remove(id) }
    if !members.isEmpty, !electJoinedLeader() {
      // Only static members are left, and none of them is here: their sessions will end, or they will come.
      isInitialRebalance = false
      actions.append(.schedule(.rebalance, at: now + rebalanceTimeout))
      return
    }
    generation = generation == .max ? 1 : generation + 1
    isInitialRebalance = false
    pendingSync.removeAll()
    if members.isEmpty {
      protocolName = nil
      subscribedTopics = isOfConsumers ? [] : nil
      transition(to: .empty, now: now)
      return save()
    }
    protocolName = selectProtocol()
    subscribedTopics = readSubscribedTopics()
    transition(to: .completingRebalance, now: now)
    save()
    for id in order {
      pendingSync.insert(id)
      answerJoin(of: id, currentGeneration(for: id), now: nil)
      members[id]?.isNew = false
      assign([], to: id)
      time(id, now: now)
    }
    isSyncTimed = true
    actions.append(.schedule(.sync, at: now + rebalanceTimeout))
  }

  /// Keeps the leader where it has joined, or takes the first member that has. False where none has.
  private mutating func electJoinedLeader() -> Bool {
    if let leader, members[leader]?.isAwaitingJoin == true { return true }
    guard let next = order.first(where: { members[$0]?.isAwaitingJoin == true }) else { return false }
    leader = next
    return true
  }

  private func readSubscribedTopics() -> Set<String>? {
    guard isOfConsumers else { return nil }
    var topics: Set<String> = []
    for member in members.values {
      guard let subscribed = Subscription.topics(of: member.metadata(of: protocolName)) else { return nil }
      topics.formUnion(subscribed)
    }
    return topics
  }

  mutating func stopSyncTimerIfDone() {
    guard isSyncTimed, pendingSync.isEmpty else { return }
    isSyncTimed = false
    actions.append(.cancel(.sync))
  }

  /// Tells that a scheduled timer's time has come.
  mutating func fire(_ timer: GroupTimer, now: Int64) -> [GroupAction] {
    guard state != .dead else { return takeActions() }
    switch timer {
    case .session(let member): endSession(of: member, now: now)
    case .initialDelay: endInitialDelay(now: now)
    case .rebalance: if state == .preparingRebalance { completeJoin(now: now) }
    case .sync: endSync(now: now)
    }
    return takeActions()
  }

  private mutating func endSession(of memberID: String, now: Int64) {
    if pendingJoin.contains(memberID) {
      remove(memberID)
      if state == .preparingRebalance, haveAllJoined { completeJoin(now: now) }
      return
    }
    guard let member = members[memberID] else { return }
    members[memberID]?.isTimed = false
    // Who waits for the group is alive. A newcomer's join does time out: it may be one of many repeated ones, whose
    // senders have never learnt the ids.
    if !member.isNew, member.isAwaitingJoin || member.isAwaitingSync { return }
    remove(memberID)
    afterRemoval(now: now)
  }

  /// Goes on after members are gone.
  mutating func afterRemoval(now: Int64) {
    switch state {
    case .stable, .completingRebalance: prepareRebalance(now: now)
    case .preparingRebalance: if haveAllJoined { completeJoin(now: now) }
    case .empty, .dead: break
    }
  }

  private mutating func endInitialDelay(now: Int64) {
    guard state == .preparingRebalance, isInitialRebalance else { return }
    guard newMemberCame, initialDelayRemaining > 0 else { return completeJoin(now: now) }
    newMemberCame = false
    let delay = min(settings.initialRebalanceDelayMilliseconds, initialDelayRemaining)
    initialDelayRemaining -= delay
    actions.append(.schedule(.initialDelay, at: now + delay))
  }

  private mutating func endSync(now: Int64) {
    isSyncTimed = false
    guard state == .completingRebalance || state == .stable, !pendingSync.isEmpty else { return }
    for id in order where pendingSync.contains(id) { remove(id) }
    prepareRebalance(now: now)
  }
}
