/// JoinGroup.
extension ConsumerGroup {
  /// Lets a member join, or join again. The answer comes at once or when the rebalance's first half ends.
  ///
  /// `newMemberID` is used where a member has no id yet; it must never have been used before.
  mutating func join(_ request: JoinRequest, newMemberID: String, token: ReplyToken, now: Int64) -> [GroupAction] {
    let known = request.memberID
    // A static member without its id has its place all the same.
    let current = known.isEmpty ? request.groupInstanceID.flatMap { staticMembers[$0] } ?? "" : known
    if state == .dead {
      refuse(token, .coordinatorNotAvailable, memberID: known)
    } else if !hasRoom(for: current) {
      // The place of the last to come back goes to those who came first.
      remove(known)
      refuse(token, .groupMaxSizeReached, memberID: "")
      completeJoinIfAllJoined(now: now)
    } else if !supports(request.protocolType, request.protocols) {
      refuse(token, .inconsistentGroupProtocol, memberID: known)
    } else if metadataBytes - (members[current]?.metadataBytes ?? 0) + request.metadataBytes
      > settings.maximumMetadataBytes
    {
      refuse(token, .groupMaxSizeReached, memberID: known)
    } else if known.isEmpty {
      joinNew(request, as: newMemberID, token: token, now: now)
    } else if request.groupInstanceID == nil, pendingJoin.contains(known) {
      admit(request, as: known, token: token, now: now)
    } else if let error = refusal(of: known, instance: request.groupInstanceID) {
      refuse(token, error, memberID: known)
    } else {
      joinAgain(request, token: token, now: now)
    }
    return takeActions()
  }

  private mutating func refuse(_ token: ReplyToken, _ error: GroupError, memberID: String) {
    actions.append(.reply(token, .join(JoinReply(error: error, memberID: memberID))))
  }

  /// Whether a member may come. While a rebalance is prepared those who have joined count, otherwise all members.
  private func hasRoom(for memberID: String) -> Bool {
    let isMember = members[memberID] != nil
    switch state {
    case .empty, .dead: return true
    case .preparingRebalance:
      return members[memberID]?.isAwaitingJoin == true || awaitingJoin < settings.maximumMembers
    case .completingRebalance, .stable: return isMember || members.count < settings.maximumMembers
    }
  }

  private mutating func joinNew(_ request: JoinRequest, as newID: String, token: ReplyToken, now: Int64) {
    if let instance = request.groupInstanceID {
      if let oldID = staticMembers[instance] {
        rejoinStatic(request, oldID: oldID, newID: newID, token: token, now: now)
      } else {
        admit(request, as: newID, token: token, now: now)
      }
    } else if request.requiresKnownMember {
      guard pendingJoin.count < settings.maximumMembers else {
        return refuse(token, .groupMaxSizeReached, memberID: "")
      }
      expect(newID)
      actions.append(.schedule(.session(member: newID), at: now + request.sessionTimeoutMilliseconds))
      refuse(token, .memberIDRequired, memberID: newID)
    } else {
      admit(request, as: newID, token: token, now: now)
    }
  }

  private mutating func admit(_ request: JoinRequest, as memberID: String, token: ReplyToken, now: Int64) {
    if state == .preparingRebalance, isInitialRebalance { newMemberCame = true }
    if members.isEmpty { protocolType = request.protocolType }
    admit(
      Member(
        id: memberID, groupInstanceID: request.groupInstanceID, clientID: request.clientID,
        clientHost: request.clientHost, sessionTimeout: request.sessionTimeoutMilliseconds,
        rebalanceTimeout: request.effectiveRebalanceTimeout, protocols: request.protocols, joinToken: token))
    time(memberID, for: settings.newMemberJoinTimeoutMilliseconds, now: now)
    rebalance(now: now)
  }

  private mutating func joinAgain(_ request: JoinRequest, token: ReplyToken, now: Int64) {
    let memberID = request.memberID
    let isUnchanged = members[memberID]?.protocols == request.protocols
    switch state {
    case .preparingRebalance:
      break
    case .completingRebalance where isUnchanged:
      // It did not get its answer: the same again.
      return actions.append(.reply(token, .join(currentGeneration(for: memberID))))
    case .stable where isUnchanged && !isLeader(memberID):
      // A follower with nothing new goes on to ask for its assignment. A leader's join always means that it wants
      // to assign anew: topics may have changed, which no metadata shows.
      return actions.append(.reply(token, .join(currentGeneration(for: memberID))))
    case .completingRebalance, .stable:
      break
    case .empty, .dead:
      return refuse(token, .unknownMemberID, memberID: memberID)
    }
    update(memberID, with: request, token: token)
    rebalance(now: now)
  }

  /// A static member comes back without its id. Where its leaving changes nothing that the leader knows, it gets
  /// its old assignment and nobody else notices.
  ///
  /// Kafka asks only whether the selected protocol stays. Here a consumer that comes back with other topics in its
  /// subscription causes a rebalance too; the other metadata is not compared, since assignors write state into it.
  private mutating func rejoinStatic(
    _ request: JoinRequest, oldID: String, newID: String, token: ReplyToken, now: Int64
  ) {
    let oldLeader = leader ?? ""
    let oldTopics = members[oldID].flatMap { Subscription.topics(of: $0.metadata(of: protocolName)) }
    replace(oldID, by: newID)
    update(newID, with: request, token: token)
    time(newID, now: now)
    switch state {
    case .stable:
      let newTopics = members[newID].flatMap { Subscription.topics(of: $0.metadata(of: protocolName)) }
      guard selectProtocol() == protocolName, !isOfConsumers || oldTopics == newTopics else {
        return rebalance(now: now)
      }
      var reply = currentGeneration(for: newID)
      if request.supportsSkippingAssignment {
        reply.skipAssignment = isLeader(newID)
      } else {
        // Told of the old leader, an old client asks for its assignment as a follower does.
        reply.leader = oldLeader
        reply.members = []
      }
      answerJoin(of: newID, reply, now: now)
    case .completingRebalance:
      // The leader assigns to the old id: begin again.
      prepareRebalance(now: now)
    case .preparingRebalance:
      completeJoinIfAllJoined(now: now)
    case .empty, .dead:
      preconditionFailure("an empty or dead group has no static members")
    }
  }

  /// The answer to a join that changes nothing.
  func currentGeneration(for memberID: String) -> JoinReply {
    JoinReply(
      generation: generation, protocolType: protocolType, protocolName: protocolName, leader: leader ?? "",
      memberID: memberID, members: isLeader(memberID) ? memberList : [])
  }
}

extension JoinRequest {
  var metadataBytes: Int { protocols.reduce(0) { $0 + $1.metadata.count + $1.name.utf8.count } }
  /// What a member that joins so takes in memory, nearly; it may get an id that is as long as its client's and 33 more.
  var heldBytes: Int {
    metadataBytes + 2 * clientID.utf8.count + clientHost.utf8.count + (groupInstanceID?.utf8.count ?? 0)
      + ConsumerGroup.heldBytes(ofID: memberID) + 33
  }
}
