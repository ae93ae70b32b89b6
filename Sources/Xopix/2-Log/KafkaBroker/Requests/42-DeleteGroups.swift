internal import AccessControl
internal import KafkaWire
internal import NIOCore

// DeleteGroups (key 42), versions 0 to 2.
extension Broker {
  func deleteGroups(
    _ request: DeleteGroupsRequest, _ context: RequestContext
  ) -> EventLoopFuture<DeleteGroupsResponse> {
    let allowed = request.groupsNames.filter { allows(context, .delete, on: .group($0)) }
    return reply(on: context.eventLoop) { done in groups.deleteGroups(allowed, reply: done) }.map { errors in
      let byName = Dictionary(zip(allowed, errors)) { first, _ in first }
      var response = DeleteGroupsResponse()
      response.results = request.groupsNames.map { name in
        var result = DeleteGroupsResponse.DeletableGroupResult()
        result.groupID = name
        result.errorCode = byName[name]?.rawValue ?? ErrorCode.groupAuthorizationFailed.rawValue
        return result
      }
      return response
    }
  }
}
