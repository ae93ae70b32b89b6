internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import Logging

// AlterConfigs (key 33), versions 0 to 2, replaces all of a topic's settings; IncrementalAlterConfigs (key 44), versions
// 0 and 1, changes those that it names.
extension Broker {
  func alterConfigs(_ request: AlterConfigsRequest, _ context: RequestContext) -> AlterConfigsResponse {
    var response = AlterConfigsResponse()
    response.responses = request.resources.map { resource in
      var answer = AlterConfigsResponse.AlterConfigsResourceResponse()
      answer.resourceType = resource.resourceType
      answer.resourceName = resource.resourceName
      let (error, message) = alter(
        resource.resourceType, resource.resourceName, validateOnly: request.validateOnly, context
      ) { _ in
        var settings: [String: String] = [:]
        for config in resource.configs { settings[config.name] = config.value }
        return settings
      }
      answer.errorCode = error.rawValue
      answer.errorMessage = message
      return answer
    }
    return response
  }

  func incrementalAlterConfigs(
    _ request: IncrementalAlterConfigsRequest, _ context: RequestContext
  ) -> IncrementalAlterConfigsResponse {
    var response = IncrementalAlterConfigsResponse()
    response.responses = request.resources.map { resource in
      var answer = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
      answer.resourceType = resource.resourceType
      answer.resourceName = resource.resourceName
      let (error, message) = alter(
        resource.resourceType, resource.resourceName, validateOnly: request.validateOnly, context
      ) { present throws(EventLogError) in
        var settings = present.overrides
        for config in resource.configs { try Self.apply(config, to: &settings, present) }
        return settings
      }
      answer.errorCode = error.rawValue
      answer.errorMessage = message
      return answer
    }
    return response
  }

  /// Operations: 0 sets, 1 takes the default again, 2 adds to a list, 3 takes out of one.
  private static func apply(
    _ config: IncrementalAlterConfigsRequest.AlterableConfig, to settings: inout [String: String],
    _ present: TopicSettings
  ) throws(EventLogError) {
    func list() -> [String] {
      (settings[config.name] ?? present.value(of: config.name) ?? "").split(separator: ",").map(String.init)
    }
    let given = (config.value ?? "").split(separator: ",").map(String.init)
    switch config.configOperation {
    case 0: settings[config.name] = config.value ?? ""
    case 1: settings[config.name] = nil
    case 2: settings[config.name] = (list() + given.filter { !list().contains($0) }).joined(separator: ",")
    case 3: settings[config.name] = list().filter { !given.contains($0) }.joined(separator: ",")
    default: throw .invalidSetting(name: config.name, reason: "can't be changed by operation \(config.configOperation)")
    }
  }

  /// Settings that only Xopix itself makes use of.
  static func checkIsOpen(_ settings: [String: String]) throws(EventLogError) {
    if settings["xopix.mirror"] == "true" {
      throw .invalidSetting(name: "xopix.mirror", reason: "is set by a server that follows a cluster; leave it out")
    }
  }

  private func alter(
    _ type: Int8, _ name: String, validateOnly: Bool, _ context: RequestContext,
    _ change: (TopicSettings) throws(EventLogError) -> [String: String]
  ) -> (ErrorCode, String?) {
    if type == Self.brokerResource, !allows(context, .alterConfigs, on: .cluster) {
      return (.clusterAuthorizationFailed, nil)
    }
    guard type == Self.topicResource else {
      return (.invalidRequest, "only topics' settings can be changed here; the broker's are in its configuration file")
    }
    guard allows(context, .alterConfigs, on: .topic(name)) else {
      return (.topicAuthorizationFailed, nil)
    }
    if let reason = configuration.readOnlyReason { return (.policyViolation, reason) }
    guard let topic = log.topic(name) else { return (.unknownTopicOrPartition, nil) }
    do throws(EventLogError) {
      let settings = try change(topic.settings)
      _ = try TopicSettings(settings)
      try Self.checkIsOpen(settings)
      if !validateOnly {
        try log.changeSettings(of: name, to: settings)
        logger.notice(
          "a topic's settings were changed", metadata: ["topic": "\(name)", "by": "\(context.principal.name)"])
      }
      return (.none, nil)
    } catch {
      return (ErrorCode(error), error.description)
    }
  }
}
