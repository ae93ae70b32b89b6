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
      response.clusterAuthorizedOperations = authorizedOperations(context.principal, on: .cluster)
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
        return self.topic(found.name, mayBeMade: false, request, context)
      }
    } else {
      response.topics = log.topics.filter { authorizer.allows(context.principal, .describe, on: .topic($0.name)) }
        .map { describe($0, request, context) }
    }
    return response
  }

  private func topic(
    _ name: String, mayBeMade: Bool, _ request: MetadataRequest, _ context: RequestContext
  ) -> MetadataResponse.MetadataResponseTopic {
    var failed = MetadataResponse.MetadataResponseTopic()
    failed.name = name
    guard authorizer.allows(context.principal, .describe, on: .topic(name)) else {
      failed.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
      return failed
    }
    if let found = log.topic(name) { return describe(found, request, context) }
    guard mayBeMade, configuration.createsTopics, configuration.readOnlyReason == nil,
      authorizer.allows(context.principal, .create, on: .topic(name))
    else {
      failed.errorCode = ErrorCode.unknownTopicOrPartition.rawValue
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
      answer.topicAuthorizedOperations = authorizedOperations(context.principal, on: .topic(topic.name))
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

  /// The operations that a principal may do, as Kafka's bits of `AclOperation` codes.
  func authorizedOperations(_ principal: Principal, on resource: Resource) -> Int32 {
    let codes: [(Operation, Int32)] =
      switch resource {
      case .topic:
        [
          (.read, 3), (.write, 4), (.create, 5), (.delete, 6), (.alter, 7), (.describe, 8), (.describeConfigs, 10),
          (.alterConfigs, 11),
        ]
      case .group: [(.read, 3), (.delete, 6), (.describe, 8), (.describeConfigs, 10), (.alterConfigs, 11)]
      case .transaction: [(.write, 4), (.describe, 8)]
      case .cluster:
        [
          (.create, 5), (.alter, 7), (.describe, 8), (.clusterAction, 9), (.describeConfigs, 10), (.alterConfigs, 11),
          (.idempotentWrite, 12),
        ]
      }
    return codes.reduce(0) { authorizer.allows(principal, $1.0, on: resource) ? $0 | 1 << $1.1 : $0 }
  }
}
