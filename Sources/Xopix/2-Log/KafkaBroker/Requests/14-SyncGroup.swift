internal import AccessControl
internal import KafkaWire
internal import NIOCore

// SyncGroup (key 14), versions 0 to 5.
extension Broker {
  func syncGroup(_ request: SyncGroupRequest, _ context: RequestContext) -> EventLoopFuture<SyncGroupResponse> {
    guard allows(context, .read, on: .group(request.groupID)) else {
      var response = SyncGroupResponse()
      response.errorCode = ErrorCode.groupAuthorizationFailed.rawValue
      return context.eventLoop.makeSucceededFuture(response)
    }
    var sync = SyncRequest(groupID: request.groupID, generation: request.generationID, memberID: request.memberID)
    sync.groupInstanceID = request.groupInstanceID
    sync.protocolType = request.protocolType
    sync.protocolName = request.protocolName
    sync.assignments = request.assignments.map {
      (memberID: $0.memberID, assignment: Array($0.assignment.readableBytesView))
    }
    return reply(on: context.eventLoop) { done in groups.sync(sync, reply: done) }.map { reply in
      var response = SyncGroupResponse()
      response.errorCode = reply.error.rawValue
      response.protocolType = reply.protocolType
      response.protocolName = reply.protocolName
      response.assignment = ByteBuffer(bytes: reply.assignment)
      return response
    }
  }
}
