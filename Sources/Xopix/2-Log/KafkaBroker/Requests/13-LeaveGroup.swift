internal import AccessControl
internal import KafkaWire

// LeaveGroup (key 13), versions 0 to 5. From version 3 on several members may be taken out at once (KIP-345).
extension Broker {
  func leaveGroup(_ request: LeaveGroupRequest, _ context: RequestContext) -> LeaveGroupResponse {
    var response = LeaveGroupResponse()
    guard allows(context, .read, on: .group(request.groupID)) else {
      response.errorCode = ErrorCode.groupAuthorizationFailed.rawValue
      return response
    }
    let members =
      context.apiVersion >= 3
      ? request.members.map { LeavingMember(memberID: $0.memberID, groupInstanceID: $0.groupInstanceID) }
      : [LeavingMember(memberID: request.memberID, groupInstanceID: nil)]
    let reply = groups.leave(groupID: request.groupID, members: members)
    guard context.apiVersion >= 3 else {
      response.errorCode = (reply.error == .none ? reply.members.first ?? .none : reply.error).rawValue
      return response
    }
    response.errorCode = reply.error.rawValue
    response.members = zip(members, reply.members).map { member, error in
      var answer = LeaveGroupResponse.MemberResponse()
      answer.memberID = member.memberID
      answer.groupInstanceID = member.groupInstanceID
      answer.errorCode = error.rawValue
      return answer
    }
    return response
  }
}
