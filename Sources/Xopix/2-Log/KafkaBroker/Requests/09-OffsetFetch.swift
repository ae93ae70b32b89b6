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
          topic.partitions = offsets.map { offset in
            var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
            partition.partitionIndex = offset.key.partition
            partition.committedOffset = offset.offset
            partition.committedLeaderEpoch = offset.leaderEpoch
            partition.metadata = offset.metadata
            partition.errorCode = offset.error.rawValue
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
      topic.partitions = offsets.map { offset in
        var partition = OffsetFetchResponse.OffsetFetchResponsePartition()
        partition.partitionIndex = offset.key.partition
        partition.committedOffset = offset.offset
        partition.committedLeaderEpoch = offset.leaderEpoch
        partition.metadata = offset.metadata
        partition.errorCode = offset.error.rawValue
        return partition
      }
      return topic
    }
    return response
  }

  private func fetched(
    _ group: String, _ keys: [OffsetKey]?, _ requireStable: Bool, _ context: RequestContext
  ) -> (ErrorCode, [FetchedOffset]) {
    guard authorizer.allows(context.principal, .describe, on: .group(group)) else {
      return (.groupAuthorizationFailed, [])
    }
    let (error, offsets) = groups.fetchOffsets(groupID: group, keys: keys, requireStable: requireStable)
    return (
      ErrorCode(error),
      offsets.filter { authorizer.allows(context.principal, .describe, on: .topic($0.key.topic)) }
    )
  }

  /// Offsets by topic, in the order in which the topics come first.
  private static func byTopic(_ offsets: [FetchedOffset]) -> [(String, [FetchedOffset])] {
    var order: [String] = []
    var found: [String: [FetchedOffset]] = [:]
    for offset in offsets {
      if found[offset.key.topic] == nil { order.append(offset.key.topic) }
      found[offset.key.topic, default: []].append(offset)
    }
    return order.map { ($0, found[$0] ?? []) }
  }
}
