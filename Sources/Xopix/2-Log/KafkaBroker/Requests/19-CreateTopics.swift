internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import Logging

// CreateTopics (key 19), versions 0 to 7. From version 7 on `configs` of the answer must be there: the Java client
// fails without.
extension Broker {
  func createTopics(_ request: CreateTopicsRequest, _ context: RequestContext) -> CreateTopicsResponse {
    var response = CreateTopicsResponse()
    let names = request.topics.map(\.name)
    let repeated = Set(names.filter { name in names.count { $0 == name } > 1 })
    response.topics = request.topics.map { topic in
      var answer = CreateTopicsResponse.CreatableTopicResult()
      answer.name = topic.name
      answer.numPartitions = -1
      answer.replicationFactor = -1
      if repeated.contains(topic.name) {
        (answer.errorCode, answer.errorMessage) = (ErrorCode.invalidRequest.rawValue, "the topic is named twice")
        return answer
      }
      guard allowsCreation(context, of: topic.name) else {
        answer.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
        return answer
      }
      if let reason = configuration.readOnlyReason {
        (answer.errorCode, answer.errorMessage) = (ErrorCode.policyViolation.rawValue, reason)
        return answer
      }
      create(topic, validateOnly: request.validateOnly, &answer)
      if answer.errorCode == 0, !wouldAllow(context, .describeConfigs, on: .topic(topic.name)) {
        // It is made, but how it is set is not told.
        answer.topicConfigErrorCode = ErrorCode.topicAuthorizationFailed.rawValue
        answer.numPartitions = -1
        answer.replicationFactor = -1
        answer.configs = []
      }
      return answer
    }
    return response
  }

  private func create(
    _ topic: CreateTopicsRequest.CreatableTopic, validateOnly: Bool,
    _ answer: inout CreateTopicsResponse.CreatableTopicResult
  ) {
    var partitions: Int32? = topic.numPartitions == -1 ? nil : topic.numPartitions
    if !topic.assignments.isEmpty {
      let numbers = topic.assignments.map(\.partitionIndex).sorted()
      guard numbers == Array(0..<Int32(numbers.count)), topic.numPartitions == -1,
        topic.assignments.allSatisfy({ $0.brokerIds == [Self.nodeID] })
      else {
        answer.errorCode = ErrorCode.invalidReplicaAssignment.rawValue
        answer.errorMessage = "partitions are numbered from 0 and assigned to broker \(Self.nodeID), the only one"
        return
      }
      partitions = Int32(numbers.count)
    } else if topic.replicationFactor != -1, topic.replicationFactor != 1 {
      answer.errorCode = ErrorCode.invalidReplicationFactor.rawValue
      answer.errorMessage = "there is one broker, so the replication factor is 1"
      return
    }
    var settings: [String: String] = [:]
    for config in topic.configs { settings[config.name] = config.value }
    do throws(EventLogError) {
      try Self.checkIsOpen(settings)
      if validateOnly {
        try log.checkTopic(topic.name, partitions: partitions, settings: settings)
        if log.topic(topic.name) != nil { throw EventLogError.topicExists(topic.name) }
        answer.numPartitions = partitions ?? -1
        answer.replicationFactor = 1
      } else {
        let made = try log.makeTopic(topic.name, partitions: partitions, settings: settings)
        answer.topicID = made.id.wire
        answer.numPartitions = made.partitions
        answer.replicationFactor = 1
        answer.configs = TopicSettings.definitions.map { definition in
          var config = CreateTopicsResponse.CreatableTopicConfigs()
          config.name = definition.name
          config.value = made.settings.value(of: definition.name)
          config.configSource = made.settings.overrides[definition.name] == nil ? 5 : 1
          return config
        }
        logger.info(
          "a topic was made", metadata: ["topic": "\(topic.name)", "partitions": "\(made.partitions)"])
      }
      if answer.configs == nil { answer.configs = [] }
    } catch {
      answer.errorCode = ErrorCode(error).rawValue
      answer.errorMessage = error.description
    }
  }
}
