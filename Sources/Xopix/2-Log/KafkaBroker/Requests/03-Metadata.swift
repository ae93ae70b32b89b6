internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import Logging

// Metadata (key 3), versions 0 to 12. Unknown topics are made where the client allows it and the broker does, with
// `num.partitions` partitions, 4 by default.
extension Broker {
  func metadata(_ request: MetadataRequest, _ context: RequestContext) -> MetadataResponse {
    var response = MetadataResponse()
    var broker = MetadataResponse.MetadataResponseBroker()
    broker.nodeID = Self.nodeID
    broker.host = context.host
    broker.port = context.port
    response.brokers = [broker]
    response.clusterID = configuration.clusterID
    response.controllerID = Self.nodeID
    if request.includeClusterAuthorizedOperations {
      response.clusterAuthorizedOperations = authorizedClusterOperations(context)
    }
    // In version 0 an empty list asks for all topics, later an absent one does.
    let wanted = request.topics.flatMap { context.apiVersion == 0 && $0.isEmpty ? nil : $0 }
    if let wanted {
      response.topics = wanted.map { topic in
        if let name = topic.name {
          return self.topic(name, mayBeMade: request.allowAutoTopicCreation, request, context)
        }
        let id = topic.topicID
        guard let found = log.topics.first(where: { $0.id.wire == id }) else {
          var answer = MetadataResponse.MetadataResponseTopic()
          answer.topicID = id
          answer.errorCode = ErrorCode.unknownTopicID.rawValue
          return answer
        }
        guard allows(context, .describe, on: .topic(found.name)) else {
          // Who asks by id does not learn the name.
          var answer = MetadataResponse.MetadataResponseTopic()
          answer.name = nil
          answer.topicID = id
          answer.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
          return answer
        }
        return describe(found, request, context)
      }
    } else {
      response.topics = log.topics.filter { wouldAllow(context, .describe, on: .topic($0.name)) }
        .map { describe($0, request, context) }
    }
    return response
  }

  private func topic(
    _ name: String, mayBeMade: Bool, _ request: MetadataRequest, _ context: RequestContext
  ) -> MetadataResponse.MetadataResponseTopic {
    var failed = MetadataResponse.MetadataResponseTopic()
    failed.name = name
    guard allows(context, .describe, on: .topic(name)) else {
      failed.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
      return failed
    }
    if let found = log.topic(name) { return describe(found, request, context) }
    guard mayBeMade, configuration.createsTopics, configuration.readOnlyReason == nil else {
      failed.errorCode = ErrorCode.unknownTopicOrPartition.rawValue
      return failed
    }
    guard allowsCreation(context, of: name) else {
      failed.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
      return failed
    }
    do throws(EventLogError) {
      try log.createTopic(name)
      logger.info("a topic was made for a client that asked for it", metadata: ["topic": "\(name)"])
    } catch {
      failed.errorCode = ErrorCode(error).rawValue
      return failed
    }
    return log.topic(name).map { describe($0, request, context) } ?? failed
  }

  private func describe(
    _ topic: EventLog.TopicDescription, _ request: MetadataRequest, _ context: RequestContext
  ) -> MetadataResponse.MetadataResponseTopic {
    var answer = MetadataResponse.MetadataResponseTopic()
    answer.name = topic.name
    answer.topicID = topic.id.wire
    if request.includeTopicAuthorizedOperations {
      answer.topicAuthorizedOperations = authorizedOperations(context, on: .topic(topic.name))
    }
    answer.partitions = (0..<topic.partitions).map { number in
      var partition = MetadataResponse.MetadataResponsePartition()
      partition.partitionIndex = number
      partition.leaderID = Self.nodeID
      partition.leaderEpoch = Self.leaderEpoch
      partition.replicaNodes = [Self.nodeID]
      partition.isrNodes = [Self.nodeID]
      return partition
    }
    return answer
  }
}
