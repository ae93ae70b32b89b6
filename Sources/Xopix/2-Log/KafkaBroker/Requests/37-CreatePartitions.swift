internal import AccessControl
internal import EventLog
internal import KafkaWire

// CreatePartitions (key 37), versions 0 to 3.
extension Broker {
  func createPartitions(_ request: CreatePartitionsRequest, _ context: RequestContext) -> CreatePartitionsResponse {
    var response = CreatePartitionsResponse()
    response.results = request.topics.map { topic in
      var answer = CreatePartitionsResponse.CreatePartitionsTopicResult()
      answer.name = topic.name
      guard allows(context, .alter, on: .topic(topic.name)) else {
        answer.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
        return answer
      }
      if let reason = configuration.readOnlyReason {
        (answer.errorCode, answer.errorMessage) = (ErrorCode.policyViolation.rawValue, reason)
        return answer
      }
      do throws(EventLogError) {
        guard let present = log.partitionCount(topic.name) else { throw EventLogError.unknownTopic(topic.name) }
        guard topic.count > present, topic.count <= 1000 else {
          answer.errorCode = ErrorCode.invalidPartitions.rawValue
          answer.errorMessage = "the topic has \(present) partitions; it can have more, up to 1000"
          return answer
        }
        if !request.validateOnly { try log.addPartitions(to: topic.name, count: topic.count) }
      } catch {
        answer.errorCode = ErrorCode(error).rawValue
        answer.errorMessage = error.description
      }
      return answer
    }
    return response
  }
}
