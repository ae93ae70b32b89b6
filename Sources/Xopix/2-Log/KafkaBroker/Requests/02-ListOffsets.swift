internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import NIOCore
internal import NIOPosix
internal import RecordBatches

// ListOffsets (key 2), versions 1 to 7. Timestamps: −1 the end, −2 the start, −3 the record with the latest timestamp
// (KIP-734), others the first record stamped with that time or a later one.
extension Broker {
  func listOffsets(
    _ request: ListOffsetsRequest, _ context: RequestContext
  ) -> EventLoopFuture<ListOffsetsResponse> {
    // A look-up by time may have to read far.
    pool.runIfActive(eventLoop: context.eventLoop) { offsets(request, context) }
  }

  private func offsets(_ request: ListOffsetsRequest, _ context: RequestContext) -> ListOffsetsResponse {
    var response = ListOffsetsResponse()
    let isolation: Isolation = request.isolationLevel == 1 ? .readCommitted : .readUncommitted
    response.topics = request.topics.map { topic in
      var answer = ListOffsetsResponse.ListOffsetsTopicResponse()
      answer.name = topic.name
      let isAllowed = allows(context, .describe, on: .topic(topic.name))
      answer.partitions = topic.partitions.map { partition in
        var found = ListOffsetsResponse.ListOffsetsPartitionResponse()
        found.partitionIndex = partition.partitionIndex
        found.timestamp = -1
        found.offset = -1
        found.leaderEpoch = -1
        guard isAllowed else {
          found.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
          return found
        }
        let name = TopicPartition(topic: topic.name, partition: partition.partitionIndex)
        do throws(EventLogError) {
          if let place = try place(at: partition.timestamp, of: name, isolation) {
            found.offset = place.offset.rawValue
            found.timestamp = place.timestamp
            found.leaderEpoch = Self.leaderEpoch
          }
        } catch {
          found.errorCode = ErrorCode(error).rawValue
        }
        return found
      }
      return answer
    }
    return response
  }

  private func place(
    at timestamp: Int64, of name: TopicPartition, _ isolation: Isolation
  ) throws(EventLogError) -> (offset: Offset, timestamp: Int64)? {
    guard let bounds = log.bounds(of: name) else { throw .unknownPartition(name) }
    switch timestamp {
    case -1: return (isolation == .readCommitted ? bounds.stable : bounds.end, -1)
    case -2, -4: return (bounds.start, -1)
    case -3: return try log.latestRecord(of: name)
    default: return try log.firstRecord(of: name, since: timestamp, isolation: isolation)
    }
  }
}
