/// SyncGroup, Heartbeat, LeaveGroup.
extension ConsumerGroup {
  /// Takes the leader's assignments, or parks a follower until they are there.
  mutating func sync(_ request: SyncRequest, token: ReplyToken, now: Int64) -> [GroupAction] {
    if let error = refusal(of: request) {
      actions.append(.reply(token, .sync(SyncReply(error: error))))
      return takeActions()
    }
    let memberID = request.memberID
    // Asked again on another connection while the first is parked.
    answerSync(of: memberID, SyncReply(error: .rebalanceInProgress))
    pendingSync.remove(memberID)
    stopSyncTimerIfDone()
    members[memberID]?.syncToken = token
    if state == .completingRebalance, isLeader(memberID) {
      // Of a member named twice the last counts; who is not named gets nothing to do; strangers are ignored.
      for (id, assignment) in request.assignments { assign(assignment, to: id) }
      transition(to: .stable, now: now)
      for id in order { answerAssignment(of: id, now: now) }
    } else if state == .stable {
      answerAssignment(of: memberID, now: now)
    }
    return takeActions()
  }

  private mutating func answerAssignment(of id: String, now: Int64) {
    let reply = SyncReply(
      protocolType: protocolType, protocolName: protocolName, assignment: members[id]?.assignment ?? [])
    // A session that ended while its member waited was let pass: it begins anew.
    if answerSync(of: id, reply) { time(id, now: now) }
  }

  private func refusal(of request: SyncRequest) -> GroupError? {
    if state == .dead { return .coordinatorNotAvailable }
    if let error = refusal(of: request.memberID, instance: request.groupInstanceID) { return error }
    if request.generation != generation { return .illegalGeneration }
    if let type = request.protocolType, type != protocolType { return .inconsistentGroupProtocol }
    if let name = request.protocolName, name != protocolName { return .inconsistentGroupProtocol }
    if state == .preparingRebalance { return .rebalanceInProgress }
    let bytes = request.assignments.reduce(0) { $0 + $1.assignment.count }
    return bytes > settings.maximumMetadataBytes ? .groupMaxSizeReached : nil
  }

  /// Keeps a member's session alive; tells it to join again while a rebalance is prepared.
  mutating func heartbeat(
    memberID: String, groupInstanceID: String?, generation: Int32, now: Int64
  ) -> (error: GroupError, actions: [GroupAction]) {
    if state == .dead { return (.coordinatorNotAvailable, []) }
    if let error = refusal(of: memberID, instance: groupInstanceID) { return (error, []) }
    if generation != self.generation { return (.illegalGeneration, []) }
    time(memberID, now: now)
    return (state == .preparingRebalance ? .rebalanceInProgress : .none, takeActions())
  }

  /// Removes members that leave, or that an administrator removes by instance id.
  ///
  /// Kafka 4 rebalances also where only an id given out was returned; here the members do not notice that.
  mutating func leave(_ leaving: [LeavingMember], now: Int64) -> (reply: LeaveReply, actions: [GroupAction]) {
    if state == .dead { return (LeaveReply(error: .coordinatorNotAvailable), []) }
    var reply = LeaveReply()
    var left = false
    var returned = false
    for member in leaving {
      var id = member.memberID
      if id.isEmpty, let instance = member.groupInstanceID, let current = staticMembers[instance] { id = current }
      if pendingJoin.contains(id), member.groupInstanceID == nil {
        remove(id)
        returned = true
      } else if let error = refusal(of: id, instance: member.groupInstanceID) {
        reply.members.append(error)
        continue
      } else {
        remove(id)
        left = true
      }
      reply.members.append(.none)
    }
    if left, state == .stable || state == .completingRebalance {
      prepareRebalance(now: now)
    } else if left || returned {
      completeJoinIfAllJoined(now: now)
    }
    return (reply, takeActions())
  }

  /// Marks an empty group as being deleted; `revive` takes it back.
  mutating func retire(now: Int64) -> (error: GroupError, actions: [GroupAction]) {
    switch state {
    case .dead: return (.groupIDNotFound, [])
    case .preparingRebalance, .completingRebalance, .stable: return (.nonEmptyGroup, [])
    case .empty:
      for id in pendingJoin.sorted() { remove(id) }
      state = .dead
      return (.none, takeActions())
    }
  }

  /// Makes a group whose deletion failed usable again.
  mutating func revive() {
    if state == .dead { state = .empty }
  }

  /// Answers everything that waits, with `error`; the group is not used afterwards.
  mutating func abandon(_ error: GroupError) -> [GroupAction] {
    for id in order {
      answerJoin(of: id, JoinReply(error: error, memberID: id), now: nil)
      answerSync(of: id, SyncReply(error: error))
    }
    state = .dead
    return takeActions()
  }

  /// Whether offsets may be committed by such a member.
  ///
  /// A generation of -1 comes from a consumer outside of group management or an administrator, who may commit while
  /// the group is empty. A commit by a member keeps its session alive.
  mutating func permitCommit(
    memberID: String, groupInstanceID: String?, generation: Int32, isTransactional: Bool, now: Int64
  ) -> (error: GroupError, actions: [GroupAction]) {
    if state == .dead { return (.coordinatorNotAvailable, []) }
    if generation < 0, state == .empty { return (.none, []) }
    if generation >= 0 || !memberID.isEmpty || groupInstanceID != nil {
      if let error = refusal(of: memberID, instance: groupInstanceID) { return (error, []) }
      if generation != self.generation { return (.illegalGeneration, []) }
    } else if !isTransactional {
      return (.unknownMemberID, [])
    }
    if isTransactional { return (.none, []) }
    // It knows this generation and yet not what is its own: it will ask again when it does.
    if state == .completingRebalance { return (.rebalanceInProgress, []) }
    time(memberID, now: now)
    return (.none, takeActions())
  }
}
