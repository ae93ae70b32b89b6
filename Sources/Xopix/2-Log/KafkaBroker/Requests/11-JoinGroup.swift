internal import AccessControl
internal import KafkaWire
internal import NIOCore

// JoinGroup (key 11), versions 0 to 9.
extension Broker {
  func joinGroup(_ request: JoinGroupRequest, _ context: RequestContext) -> EventLoopFuture<JoinGroupResponse> {
    guard allows(context, .read, on: .group(request.groupID)) else {
      var response = JoinGroupResponse()
      response.errorCode = ErrorCode.groupAuthorizationFailed.rawValue
      response.memberID = request.memberID
      return context.eventLoop.makeSucceededFuture(response)
    }
    var join = JoinRequest(
      groupID: request.groupID,
      protocols: request.protocols.map {
        GroupProtocol(name: $0.name, metadata: Array($0.metadata.readableBytesView))
      }, sessionTimeoutMilliseconds: Int64(request.sessionTimeoutMs))
    join.memberID = request.memberID
    join.groupInstanceID = request.groupInstanceID
    join.clientID = context.clientID
    join.clientHost = "/" + context.clientHost
    join.protocolType = request.protocolType
    join.rebalanceTimeoutMilliseconds = context.apiVersion >= 1 ? Int64(request.rebalanceTimeoutMs) : -1
    join.requiresKnownMember = context.apiVersion >= 4
    join.supportsSkippingAssignment = context.apiVersion >= 9
    join.reason = request.reason
    let newID = (context.clientID.isEmpty ? "member" : context.clientID) + "-" + RandomID.text()
    return reply(on: context.eventLoop) { done in groups.join(join, newMemberID: newID, reply: done) }.map { reply in
      var response = JoinGroupResponse()
      response.errorCode = reply.error.rawValue
      response.generationID = reply.generation
      response.protocolType = reply.protocolType
      // Before version 7 the name can't be absent.
      response.protocolName = reply.protocolName ?? (context.apiVersion >= 7 ? nil : "")
      response.leader = reply.leader
      response.skipAssignment = reply.skipAssignment
      response.memberID = reply.memberID
      response.members = reply.members.map { member in
        var answer = JoinGroupResponse.JoinGroupResponseMember()
        answer.memberID = member.id
        answer.groupInstanceID = member.groupInstanceID
        answer.metadata = ByteBuffer(bytes: member.metadata)
        return answer
      }
      return response
    }
  }
}

/// 128 random bits as text, for ids that nobody should guess.
enum RandomID {
  static func text() -> String {
    var generator = SystemRandomNumberGenerator()
    return [generator.next(), generator.next()].map { (half: UInt64) in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
