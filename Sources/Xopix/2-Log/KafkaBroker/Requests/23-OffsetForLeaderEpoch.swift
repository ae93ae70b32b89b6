internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import RecordBatches

// OffsetForLeaderEpoch (key 23), versions 2 to 4. There was never another leader: epoch 0 ends where the partition does.
extension Broker {
  func offsetForLeaderEpoch(
    _ request: OffsetForLeaderEpochRequest, _ context: RequestContext
  ) -> OffsetForLeaderEpochResponse {
    var response = OffsetForLeaderEpochResponse()
    response.topics = request.topics.map { topic in
      var answer = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult()
      answer.topic = topic.topic
      let isAllowed = allows(context, .describe, on: .topic(topic.topic))
      answer.partitions = topic.partitions.map { partition in
        var result = OffsetForLeaderEpochResponse.EpochEndOffset()
        result.partition = partition.partition
        result.leaderEpoch = -1
        result.endOffset = -1
        let name = TopicPartition(topic: topic.topic, partition: partition.partition)
        if !isAllowed {
          result.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
        } else if let bounds = log.bounds(of: name) {
          if partition.currentLeaderEpoch > Self.leaderEpoch {
            result.errorCode = ErrorCode.unknownLeaderEpoch.rawValue
          } else if partition.leaderEpoch == Self.leaderEpoch {
            result.leaderEpoch = Self.leaderEpoch
            result.endOffset = bounds.end.rawValue
          }
        } else {
          result.errorCode = ErrorCode.unknownTopicOrPartition.rawValue
        }
        return result
      }
      return answer
    }
    return response
  }
}
