internal import AccessControl
internal import KafkaWire
internal import NIOCore

// OffsetDelete (key 47), version 0.
extension Broker {
  func offsetDelete(
    _ request: OffsetDeleteRequest, _ context: RequestContext
  ) -> EventLoopFuture<OffsetDeleteResponse> {
    guard allows(context, .delete, on: .group(request.groupID)) else {
      var response = OffsetDeleteResponse()
      response.errorCode = ErrorCode.groupAuthorizationFailed.rawValue
      return context.eventLoop.makeSucceededFuture(response)
    }
    let refused = Set(request.topics.map(\.name).filter { !allows(context, .read, on: .topic($0)) })
    let keys = request.topics.filter { !refused.contains($0.name) }.flatMap { topic in
      topic.partitions.map { OffsetKey(topic: topic.name, partition: $0.partitionIndex) }
    }
    let promise = context.eventLoop.makePromise(of: OffsetDeleteResponse.self)
    groups.deleteOffsets(groupID: request.groupID, keys: keys) { error, errors in
      var response = OffsetDeleteResponse()
      response.errorCode = error.rawValue
      guard error == .none else { return promise.succeed(response) }
      var rest = errors[...]
      response.topics = request.topics.map { topic in
        var answer = OffsetDeleteResponse.OffsetDeleteResponseTopic()
        answer.name = topic.name
        answer.partitions = topic.partitions.map { partition in
          var result = OffsetDeleteResponse.OffsetDeleteResponsePartition()
          result.partitionIndex = partition.partitionIndex
          result.errorCode =
            refused.contains(topic.name)
            ? ErrorCode.topicAuthorizationFailed.rawValue : rest.popFirst()?.rawValue ?? 0
          return result
        }
        return answer
      }
      promise.succeed(response)
    }
    return promise.futureResult
  }
}
