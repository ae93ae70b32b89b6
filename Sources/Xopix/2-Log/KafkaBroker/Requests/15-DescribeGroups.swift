internal import AccessControl
internal import KafkaWire
internal import NIOCore

// DescribeGroups (key 15), versions 0 to 5: an unknown group is Dead, without an error.
extension Broker {
  func describeGroups(_ request: DescribeGroupsRequest, _ context: RequestContext) -> DescribeGroupsResponse {
    var response = DescribeGroupsResponse()
    response.groups = request.groups.map { id in
      var answer = DescribeGroupsResponse.DescribedGroup()
      answer.groupID = id
      guard allows(context, .describe, on: .group(id)) else {
        answer.errorCode = ErrorCode.groupAuthorizationFailed.rawValue
        return answer
      }
      let group = groups.describe(id)
      answer.errorCode = group.error == .groupIDNotFound ? 0 : group.error.rawValue
      answer.groupState = group.state.rawValue
      answer.protocolType = group.protocolType
      answer.protocolData = group.protocolName
      answer.members = group.members.map { member in
        var described = DescribeGroupsResponse.DescribedGroupMember()
        described.memberID = member.id
        described.groupInstanceID = member.groupInstanceID
        described.clientID = member.clientID
        described.clientHost = member.clientHost
        described.memberMetadata = ByteBuffer(bytes: member.metadata)
        described.memberAssignment = ByteBuffer(bytes: member.assignment)
        return described
      }
      if request.includeAuthorizedOperations {
        answer.authorizedOperations = authorizedOperations(context, on: .group(id))
      }
      return answer
    }
    return response
  }
}
