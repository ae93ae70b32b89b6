internal import AccessControl
internal import EventLog
internal import KafkaWire

// DescribeConfigs (key 32), versions 0 to 4. Resource types: 2 a topic, 4 a broker.
extension Broker {
  static let topicResource: Int8 = 2
  static let brokerResource: Int8 = 4

  func describeConfigs(_ request: DescribeConfigsRequest, _ context: RequestContext) -> DescribeConfigsResponse {
    var response = DescribeConfigsResponse()
    response.results = request.resources.map { resource in
      var answer = DescribeConfigsResponse.DescribeConfigsResult()
      answer.resourceType = resource.resourceType
      answer.resourceName = resource.resourceName
      let wanted = resource.configurationKeys.map { Set($0) }
      switch resource.resourceType {
      case Self.topicResource:
        guard allows(context, .describeConfigs, on: .topic(resource.resourceName)) else {
          answer.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
          return answer
        }
        guard let topic = log.topic(resource.resourceName) else {
          answer.errorCode = ErrorCode.unknownTopicOrPartition.rawValue
          return answer
        }
        answer.configs = TopicSettings.definitions.filter { wanted?.contains($0.name) ?? true }.map {
          describe($0, topic.settings, request)
        }
      case Self.brokerResource:
        guard allows(context, .describeConfigs, on: .cluster) else {
          answer.errorCode = ErrorCode.clusterAuthorizationFailed.rawValue
          return answer
        }
        guard resource.resourceName.isEmpty || resource.resourceName == String(Self.nodeID) else {
          answer.errorCode = ErrorCode.invalidRequest.rawValue
          answer.errorMessage = "the only broker is \(Self.nodeID)"
          return answer
        }
        answer.configs = brokerSettings.filter { wanted?.contains($0.name) ?? true }.map { describe($0) }
      default:
        answer.errorCode = ErrorCode.invalidRequest.rawValue
        answer.errorMessage = "configurations of topics and of broker \(Self.nodeID) are known"
      }
      return answer
    }
    return response
  }

  private func describe(
    _ definition: TopicSettings.Definition, _ settings: TopicSettings, _ request: DescribeConfigsRequest
  ) -> DescribeConfigsResponse.DescribeConfigsResourceResult {
    var config = DescribeConfigsResponse.DescribeConfigsResourceResult()
    let isSet = settings.overrides[definition.name] != nil
    config.name = definition.name
    config.value = settings.value(of: definition.name)
    config.configSource = isSet ? 1 : 5
    config.isDefault = !isSet
    switch definition.form {
    case .boolean: config.configType = 1
    case .word: config.configType = 2
    case .words: config.configType = 7
    case .integer(let range): config.configType = range.upperBound > Int64(Int32.max) ? 5 : 3
    case .decimal: config.configType = 6
    }
    if request.includeDocumentation { config.documentation = definition.documentation }
    if request.includeSynonyms {
      var synonyms: [DescribeConfigsResponse.DescribeConfigsSynonym] = []
      for (value, source) in [(settings.overrides[definition.name], Int8(1)), (definition.defaultValue, 5)] {
        guard let value else { continue }
        var synonym = DescribeConfigsResponse.DescribeConfigsSynonym()
        synonym.name = definition.name
        synonym.value = value
        synonym.source = source
        synonyms.append(synonym)
      }
      config.synonyms = synonyms
    }
    return config
  }

  /// What clients ask of a broker's settings, under Kafka's names.
  private var brokerSettings: [(name: String, value: String)] {
    [
      ("auto.create.topics.enable", String(configuration.createsTopics)),
      ("broker.id", String(Self.nodeID)),
      ("connections.max.idle.ms", String(configuration.idleMilliseconds)),
      ("default.replication.factor", "1"),
      ("delete.topic.enable", "true"),
      ("fetch.max.bytes", String(configuration.maximumFetchBytes)),
      ("log.cleanup.policy", "delete"),
      ("log.retention.ms", "-1"),
      ("max.connections", String(configuration.maximumConnections)),
      ("max.connections.per.ip", String(configuration.maximumConnectionsPerAddress)),
      ("message.max.bytes", TopicSettings().value(of: "max.message.bytes") ?? ""),
      ("min.insync.replicas", "1"),
      ("num.partitions", String(log.defaultPartitions)),
      ("offsets.retention.minutes", String(groups.settings.offsetsRetentionMilliseconds / 60_000)),
      ("queued.max.request.bytes", String(configuration.maximumQueuedBytes)),
      ("socket.request.max.bytes", String(configuration.maximumRequestBytes)),
    ]
  }

  private func describe(
    _ setting: (name: String, value: String)
  ) -> DescribeConfigsResponse.DescribeConfigsResourceResult {
    var config = DescribeConfigsResponse.DescribeConfigsResourceResult()
    config.name = setting.name
    config.value = setting.value
    config.readOnly = true
    config.configSource = 4
    config.isDefault = false
    config.configType = 2
    return config
  }
}
