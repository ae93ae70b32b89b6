internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import NIOCore
internal import RecordBatches

// OffsetCommit (key 8), versions 2 to 9.
extension Broker {
  func offsetCommit(
    _ request: OffsetCommitRequest, _ context: RequestContext
  ) -> EventLoopFuture<OffsetCommitResponse> {
    let isAllowed = allows(context, .read, on: .group(request.groupID))
    var commit = CommitRequest(groupID: request.groupID, offsets: [])
    commit.generation = request.generationIDOrMemberEpoch
    commit.memberID = request.memberID
    commit.groupInstanceID = request.groupInstanceID
    commit.retentionMilliseconds = request.retentionTimeMs >= 0 ? request.retentionTimeMs : nil
    commit.knowsGroupIDNotFound = context.apiVersion >= 9
    // What the log does not have is refused here; the rest goes to the group, and its answers back to their places.
    let errors: [[ErrorCode?]] = request.topics.map { topic in
      topic.partitions.map { partition in
        if !isAllowed { return .groupAuthorizationFailed }
        return offsetFault(topic: topic.name, partition: partition.partitionIndex, context)
      }
    }
    for (place, topic) in request.topics.enumerated() {
      for (number, partition) in topic.partitions.enumerated() where errors[place][number] == nil {
        commit.offsets.append(
          OffsetCommit(
            topic: topic.name, partition: partition.partitionIndex, offset: partition.committedOffset,
            leaderEpoch: partition.committedLeaderEpoch, metadata: partition.committedMetadata ?? ""))
      }
    }
    let answers: EventLoopFuture<[ErrorCode]> =
      isAllowed
      ? reply(on: context.eventLoop) { done in groups.commit(commit, reply: done) }.map { $0.map { ErrorCode($0) } }
      : context.eventLoop.makeSucceededFuture([])
    return answers.map { answers in
      var rest = answers[...]
      var response = OffsetCommitResponse()
      response.topics = request.topics.enumerated().map { place, topic in
        var answer = OffsetCommitResponse.OffsetCommitResponseTopic()
        answer.name = topic.name
        answer.partitions = topic.partitions.enumerated().map { number, partition in
          var result = OffsetCommitResponse.OffsetCommitResponsePartition()
          result.partitionIndex = partition.partitionIndex
          result.errorCode = errors[place][number]?.rawValue ?? rest.popFirst()?.rawValue ?? 0
          return result
        }
        return answer
      }
      return response
    }
  }

  /// Why an offset of a partition can't be committed by this client; nil where it can.
  func offsetFault(topic: String, partition: Int32, _ context: RequestContext) -> ErrorCode? {
    guard allows(context, .read, on: .topic(topic)) else { return .topicAuthorizationFailed }
    guard let count = log.partitionCount(topic), (0..<count).contains(partition) else {
      return .unknownTopicOrPartition
    }
    return nil
  }

  /// The future of what a callback will be given.
  func reply<Value: Sendable>(
    on eventLoop: any EventLoop, _ body: (@escaping @Sendable (Value) -> Void) -> Void
  ) -> EventLoopFuture<Value> {
    let promise = eventLoop.makePromise(of: Value.self)
    body { promise.succeed($0) }
    return promise.futureResult
  }
}
