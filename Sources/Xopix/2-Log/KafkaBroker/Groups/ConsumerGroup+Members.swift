/// Who is in the group, and which protocols they share.
extension ConsumerGroup {
  mutating func admit(_ member: Member) {
    members[member.id] = member
    order.append(member.id)
    if let instance = member.groupInstanceID { staticMembers[instance] = member.id }
    if leader == nil { leader = member.id }
    if member.isAwaitingJoin { awaitingJoin += 1 }
    forgetPending(member.id)
    count(member, by: 1)
  }

  /// Removes a member, or an id given out, with its timer; what it waits for is answered UNKNOWN_MEMBER_ID, so that
  /// a client that still lives starts anew.
  mutating func remove(_ memberID: String) {
    answerJoin(of: memberID, JoinReply(error: .unknownMemberID), now: nil)
    answerSync(of: memberID, SyncReply(error: .unknownMemberID))
    let wasPending = forgetPending(memberID)
    if let member = members.removeValue(forKey: memberID) {
      order.removeAll { $0 == memberID }
      count(member, by: -1)
      if let instance = member.groupInstanceID, staticMembers[instance] == memberID { staticMembers[instance] = nil }
      if member.isTimed { actions.append(.cancel(.session(member: memberID))) }
    } else if wasPending {
      actions.append(.cancel(.session(member: memberID)))
    }
    pendingSync.remove(memberID)
    if leader == memberID { leader = order.first }
  }

  /// Gives a static member's place, assignment and leadership to a new member id. What the old id waits for is
  /// answered FENCED_INSTANCE_ID.
  mutating func replace(_ oldID: String, by newID: String) {
    answerJoin(of: oldID, JoinReply(error: .fencedInstanceID, memberID: oldID), now: nil)
    answerSync(of: oldID, SyncReply(error: .fencedInstanceID))
    guard var member = members.removeValue(forKey: oldID) else {
      preconditionFailure("a static member's id leads to no member")
    }
    if member.isTimed { actions.append(.cancel(.session(member: oldID))) }
    heldBytes += newID.utf8.count - oldID.utf8.count
    member.id = newID
    member.isNew = false
    member.isTimed = false
    members[newID] = member
    if let index = order.firstIndex(of: oldID) { order[index] = newID }
    if let instance = member.groupInstanceID { staticMembers[instance] = newID }
    if leader == oldID { leader = newID }
    // The newcomer owes the sync that its predecessor owed.
    if pendingSync.remove(oldID) != nil { pendingSync.insert(newID) }
  }

  /// Takes a member's new protocols and timeouts and parks its join.
  mutating func update(_ memberID: String, with request: JoinRequest, token: ReplyToken) {
    supersedeJoin(of: memberID)
    guard var member = members[memberID] else { preconditionFailure("the member to update was looked up before") }
    count(member, by: -1)
    member.protocols = request.protocols
    member.sessionTimeout = request.sessionTimeoutMilliseconds
    member.rebalanceTimeout = request.effectiveRebalanceTimeout
    member.clientID = request.clientID
    member.clientHost = request.clientHost
    member.joinToken = token
    awaitingJoin += 1
    count(member, by: 1)
    members[memberID] = member
  }

  /// Notes an id that was given out and is waited for.
  mutating func expect(_ memberID: String) {
    if pendingJoin.insert(memberID).inserted { heldBytes += Self.heldBytes(ofID: memberID) }
  }

  @discardableResult
  private mutating func forgetPending(_ memberID: String) -> Bool {
    guard pendingJoin.remove(memberID) != nil else { return false }
    heldBytes -= Self.heldBytes(ofID: memberID)
    return true
  }

  /// Gives a member its part of the work; nothing to a stranger.
  mutating func assign(_ assignment: [UInt8], to memberID: String) {
    guard let present = members[memberID]?.assignment else { return }
    heldBytes += assignment.count - present.count
    members[memberID]?.assignment = assignment
  }

  private mutating func count(_ member: Member, by sign: Int) {
    metadataBytes += sign * member.metadataBytes
    heldBytes += sign * member.heldBytes
    for name in Set(member.protocols.map(\.name)) {
      let number = supporters[name, default: 0] + sign
      supporters[name] = number == 0 ? nil : number
    }
  }

  /// The member that asks to join again; nil for a new one.
  func member(of request: JoinRequest) -> Member? {
    let id = request.memberID.isEmpty ? request.groupInstanceID.flatMap { staticMembers[$0] } : request.memberID
    return id.flatMap { members[$0] }
  }

  /// Whether a member with these protocols could be in the group: all others must share one of them.
  func supports(_ type: String, _ protocols: [GroupProtocol]) -> Bool {
    if state == .empty { return !type.isEmpty && !protocols.isEmpty }
    return protocolType == type && protocols.contains { supporters[$0.name, default: 0] == members.count }
  }

  /// The protocol with the most votes: each member votes for the first in its list that all support. Of equals, the
  /// one that reached the number first in order of arrival.
  func selectProtocol() -> String? {
    var votes: [String: Int] = [:]
    var best: (name: String, votes: Int)?
    for id in order {
      guard let member = members[id],
        let choice = member.protocols.first(where: { supporters[$0.name] == members.count })
      else { continue }
      let number = votes[choice.name, default: 0] + 1
      votes[choice.name] = number
      if number > (best?.votes ?? 0) { best = (choice.name, number) }
    }
    return best?.name
  }

  /// Begins or restarts the timing of a member's session.
  mutating func time(_ memberID: String, for milliseconds: Int64? = nil, now: Int64) {
    guard let timeout = members[memberID]?.sessionTimeout else { return }
    members[memberID]?.isTimed = true
    actions.append(.schedule(.session(member: memberID), at: now + (milliseconds ?? timeout)))
  }

  /// Answers a member's parked join, if it has one, and begins its session where `now` is given.
  mutating func answerJoin(of memberID: String, _ reply: JoinReply, now: Int64?) {
    guard let token = members[memberID]?.joinToken else { return }
    members[memberID]?.joinToken = nil
    awaitingJoin -= 1
    actions.append(.reply(token, .join(reply)))
    if let now { time(memberID, now: now) }
  }

  /// Answers a member's parked sync, if it has one. Says whether it had.
  @discardableResult
  mutating func answerSync(of memberID: String, _ reply: SyncReply) -> Bool {
    guard let token = members[memberID]?.syncToken else { return false }
    members[memberID]?.syncToken = nil
    actions.append(.reply(token, .sync(reply)))
    return true
  }

  /// A client asks again while its earlier join is parked, on a new connection presumably: the earlier one is
  /// answered, so that none is forgotten, with an error that makes a client ask again.
  private mutating func supersedeJoin(of memberID: String) {
    answerJoin(of: memberID, JoinReply(error: .rebalanceInProgress, memberID: memberID), now: nil)
  }

  /// What the leader is told of the members.
  var memberList: [JoinReply.Member] {
    order.compactMap { id in
      members[id].map {
        JoinReply.Member(id: id, groupInstanceID: $0.groupInstanceID, metadata: $0.metadata(of: protocolName))
      }
    }
  }
}

extension JoinRequest {
  var effectiveRebalanceTimeout: Int64 {
    rebalanceTimeoutMilliseconds < 0 ? sessionTimeoutMilliseconds : rebalanceTimeoutMilliseconds
  }
}
