internal import AccessControl
internal import KafkaWire
internal import RecordBatches

// OffsetFetch (key 9), versions 1 to 9. From version 8 on one request may ask for several groups (KIP-709). An unknown
// group has no offsets, which is −1 without an error.
extension Broker {
  func offsetFetch(_ request: OffsetFetchRequest, _ context: RequestContext) -> OffsetFetchResponse {
    var response = OffsetFetchResponse()
    if context.apiVersion >= 8 {
      response.groups = request.groups.map { group in
        var answer = OffsetFetchResponse.OffsetFetchResponseGroup()
        answer.groupID = group.groupID
        let keys = group.topics.map { topics in
          topics.flatMap { topic in topic.partitionIndexes.map { OffsetKey(topic: topic.name, partition: $0) } }
        }
        let (error, offsets) = fetched(group.groupID, keys, request.requireStable, context)
        answer.errorCode = error.rawValue
        answer.topics = Self.byTopic(offsets).map { name, offsets in
          var topic = OffsetFetchResponse.OffsetFetchResponseTopics()
          topic.name = name
          topic.partitions = offsets.map { answered in
            var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
            partition.partitionIndex = answered.offset.key.partition
            partition.committedOffset = answered.offset.offset
            partition.committedLeaderEpoch = answered.offset.leaderEpoch
            partition.metadata = answered.offset.metadata
            partition.errorCode = answered.error.rawValue
            return partition
          }
          return topic
        }
        return answer
      }
      return response
    }
    let keys = request.topics.map { topics in
      topics.flatMap { topic in topic.partitionIndexes.map { OffsetKey(topic: topic.name, partition: $0) } }
    }
    let (error, offsets) = fetched(request.groupID, keys, request.requireStable, context)
    response.errorCode = error.rawValue
    response.topics = Self.byTopic(offsets).map { name, offsets in
      var topic = OffsetFetchResponse.OffsetFetchResponseTopic()
      topic.name = name
      topic.partitions = offsets.map { answered in
        var partition = OffsetFetchResponse.OffsetFetchResponsePartition()
        partition.partitionIndex = answered.offset.key.partition
        partition.committedOffset = answered.offset.offset
        partition.committedLeaderEpoch = answered.offset.leaderEpoch
        partition.metadata = answered.offset.metadata
        partition.errorCode = answered.error.rawValue
        return partition
      }
      return topic
    }
    return response
  }

  private func fetched(
    _ group: String, _ keys: [OffsetKey]?, _ requireStable: Bool, _ context: RequestContext
  ) -> (ErrorCode, [OffsetAnswer]) {
    guard allows(context, .describe, on: .group(group)) else {
      // Before version 2 an answer has no error but those of partitions.
      let named = context.apiVersion < 2 ? keys ?? [] : []
      return (
        .groupAuthorizationFailed, named.map { OffsetAnswer(FetchedOffset(key: $0), .groupAuthorizationFailed) }
      )
    }
    guard let keys else {
      // Who asks for everything gets what it may know of.
      let (error, offsets) = groups.fetchOffsets(groupID: group, keys: nil, requireStable: requireStable)
      let known = offsets.filter { wouldAllow(context, .describe, on: .topic($0.key.topic)) }
      return (ErrorCode(error), known.map { OffsetAnswer($0, ErrorCode($0.error)) })
    }
    let refused = Set(Set(keys.map(\.topic)).filter { !allows(context, .describe, on: .topic($0)) })
    let allowed = keys.filter { !refused.contains($0.topic) }
    let (error, offsets) = groups.fetchOffsets(groupID: group, keys: allowed, requireStable: requireStable)
    let denied = keys.filter { refused.contains($0.topic) }.map {
      OffsetAnswer(FetchedOffset(key: $0), .topicAuthorizationFailed)
    }
    return (ErrorCode(error), offsets.map { OffsetAnswer($0, ErrorCode($0.error)) } + denied)
  }

  /// An offset, and what the client is told of it.
  private struct OffsetAnswer {
    let offset: FetchedOffset
    let error: ErrorCode

    init(_ offset: FetchedOffset, _ error: ErrorCode) {
      self.offset = offset
      self.error = error
    }
  }

  /// Offsets by topic, in the order in which the topics come first.
  private static func byTopic(_ offsets: [OffsetAnswer]) -> [(String, [OffsetAnswer])] {
    var order: [String] = []
    var found: [String: [OffsetAnswer]] = [:]
    for answer in offsets {
      let topic = answer.offset.key.topic
      if found[topic] == nil { order.append(topic) }
      found[topic, default: []].append(answer)
    }
    return order.map { ($0, found[$0] ?? []) }
  }
}
