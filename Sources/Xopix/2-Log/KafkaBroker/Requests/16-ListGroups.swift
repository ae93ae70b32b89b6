internal import KafkaWire

// ListGroups (key 16), versions 0 to 5.
extension Broker {
  func listGroups(_ request: ListGroupsRequest, _ context: RequestContext) -> ListGroupsResponse {
    var response = ListGroupsResponse()
    let (error, found) = groups.list(states: request.statesFilter, types: request.typesFilter)
    response.errorCode = error.rawValue
    response.groups = found.filter { authorizer.allows(context.principal, .describe, on: .group($0.groupID)) }.map {
      group in
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
