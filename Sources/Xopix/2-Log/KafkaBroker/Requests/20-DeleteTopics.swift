internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import Logging
internal import NIOCore
internal import NIOPosix

// DeleteTopics (key 20), versions 0 to 6. Topics that the read side lives on are refused: its models are functions of
// their whole history.
extension Broker {
  func deleteTopics(
    _ request: DeleteTopicsRequest, _ context: RequestContext
  ) -> EventLoopFuture<DeleteTopicsResponse> {
    typealias Wanted = (name: String?, id: WireUUID)
    let wanted: [Wanted] =
      context.apiVersion >= 6
      ? request.topics.map { ($0.name, $0.topicID) } : request.topicNames.map { ($0, WireUUID.zero) }
    let topics = log.topics
    let named = wanted.map { topic in
      (name: topic.name ?? topics.first { $0.id.wire == topic.id }?.name, id: topic.id)
    }
    return pool.runIfActive(eventLoop: context.eventLoop) { [self] in
      named.map { topic in
        var answer = DeleteTopicsResponse.DeletableTopicResult()
        answer.name = topic.name
        answer.topicID = topic.id
        guard let name = topic.name else {
          answer.errorCode = ErrorCode.unknownTopicID.rawValue
          return answer
        }
        let (error, message) = delete(name, context)
        // Who asks by id and may not know of the topic does not learn its name.
        if error == .topicAuthorizationFailed, topic.id != .zero, !wouldAllow(context, .describe, on: .topic(name)) {
          answer.name = nil
        }
        answer.errorCode = error.rawValue
        answer.errorMessage = message
        return answer
      }
    }.map { answers in
      var response = DeleteTopicsResponse()
      response.responses = answers
      return response
    }
  }

  private func delete(_ name: String, _ context: RequestContext) -> (ErrorCode, String?) {
    guard allows(context, .delete, on: .topic(name)) else { return (.topicAuthorizationFailed, nil) }
    if let reason = configuration.readOnlyReason { return (.policyViolation, reason) }
    guard !configuration.protectedTopics.contains(name) else {
      return (
        .policyViolation, "the read models live on \(name); stop the server and remove its data directory instead"
      )
    }
    do throws(EventLogError) {
      try log.deleteTopic(name)
    } catch {
      return (ErrorCode(error), error.description)
    }
    groups.forget(topic: name) { _ in }
    logger.notice("a topic was deleted", metadata: ["topic": "\(name)", "by": "\(context.principal.name)"])
    return (.none, nil)
  }
}
