internal import AccessControl
internal import KafkaWire

// Heartbeat (key 12), versions 0 to 4.
extension Broker {
  func heartbeat(_ request: HeartbeatRequest, _ context: RequestContext) -> HeartbeatResponse {
    var response = HeartbeatResponse()
    guard allows(context, .read, on: .group(request.groupID)) else {
      response.errorCode = ErrorCode.groupAuthorizationFailed.rawValue
      return response
    }
    response.errorCode =
      groups.heartbeat(
        groupID: request.groupID, generation: request.generationID, memberID: request.memberID,
        groupInstanceID: request.groupInstanceID
      ).rawValue
    return response
  }
}
