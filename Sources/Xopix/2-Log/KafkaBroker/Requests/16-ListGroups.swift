internal import AccessControl
internal import KafkaWire

// ListGroups (key 16), versions 0 to 5.
extension Broker {
  func listGroups(_ request: ListGroupsRequest, _ context: RequestContext) -> ListGroupsResponse {
    var response = ListGroupsResponse()
    let (error, found) = groups.list(states: request.statesFilter, types: request.typesFilter)
    response.errorCode = error.rawValue
    let seesAll = wouldAllow(context, .describe, on: .cluster)
    let seen = found.filter { seesAll || wouldAllow(context, .describe, on: .group($0.groupID)) }
    response.groups = seen.map { group in
      var answer = ListGroupsResponse.ListedGroup()
      answer.groupID = group.groupID
      answer.protocolType = group.protocolType
      answer.groupState = group.state.rawValue
      answer.groupType = GroupListing.type
      return answer
    }
    return response
  }
}
