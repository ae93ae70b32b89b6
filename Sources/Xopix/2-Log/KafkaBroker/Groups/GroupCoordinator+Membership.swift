/// Joining, staying and leaving.
extension GroupCoordinator {
  /// JoinGroup. `newMemberID` is used for a member without an id: the client's id, or the instance's, with a fresh UUID
  /// appended. The reply may come much later, when the other members have joined again.
  func join(_ request: JoinRequest, newMemberID: String, reply: @escaping @Sendable (JoinReply) -> Void) {
    locked { state, now in
      if let error = refusal(of: request, in: &state, now: now) {
        return state.later { reply(JoinReply(error: error, memberID: request.memberID)) }
      }
      let token = state.park(.join(reply))
      state.change(request.groupID) { $0.join(request, newMemberID: newMemberID, token: token, now: now) }
    }
  }

  private func refusal(of request: JoinRequest, in state: inout GroupCoordinatorState, now: Int64) -> GroupError? {
    if state.isShutDown { return .notCoordinator }
    if request.groupID.isEmpty { return .invalidGroupID }
    let timeout = request.sessionTimeoutMilliseconds
    let allowed = settings.minimumSessionTimeoutMilliseconds...settings.maximumSessionTimeoutMilliseconds
    if !allowed.contains(timeout) { return .invalidSessionTimeout }
    let member = state.entries[request.groupID]?.group.member(of: request)
    guard hasRoom(for: request.heldBytes - (member?.heldBytes ?? 0), in: &state) else { return .groupMaxSizeReached }
    if !request.memberID.isEmpty { return state.entries[request.groupID] == nil ? .unknownMemberID : nil }
    let error = state.open(request.groupID, now: now)
    return error == .none ? nil : error
  }

  /// SyncGroup. The reply may come later, when the leader has brought the assignments.
  func sync(_ request: SyncRequest, reply: @escaping @Sendable (SyncReply) -> Void) {
    locked { state, now in
      var error: GroupError?
      if state.isShutDown {
        error = .notCoordinator
      } else if request.groupID.isEmpty {
        error = .invalidGroupID
      } else if state.entries[request.groupID] == nil {
        error = .unknownMemberID
      } else if !hasRoom(for: request.assignments.reduce(0) { $0 + $1.assignment.count }, in: &state) {
        error = .groupMaxSizeReached
      }
      if let error { return state.later { reply(SyncReply(error: error)) } }
      let token = state.park(.sync(reply))
      state.change(request.groupID) { $0.sync(request, token: token, now: now) }
    }
  }

  /// Heartbeat.
  func heartbeat(groupID: String, generation: Int32, memberID: String, groupInstanceID: String?) -> GroupError {
    locked { state, now in
      if state.isShutDown { return .notCoordinator }
      if groupID.isEmpty { return .invalidGroupID }
      var error = GroupError.unknownMemberID
      state.change(groupID) { group in
        let answer = group.heartbeat(
          memberID: memberID, groupInstanceID: groupInstanceID, generation: generation, now: now)
        error = answer.error
        return answer.actions
      }
      return error
    }
  }

  /// LeaveGroup: the members' errors come in the order of `members`.
  func leave(groupID: String, members: [LeavingMember]) -> LeaveReply {
    locked { state, now in
      if state.isShutDown { return LeaveReply(error: .notCoordinator) }
      if groupID.isEmpty { return LeaveReply(error: .invalidGroupID) }
      var reply = LeaveReply(members: members.map { _ in .unknownMemberID })
      state.change(groupID) { group in
        let answer = group.leave(members, now: now)
        reply = answer.reply
        return answer.actions
      }
      return reply
    }
  }
}
