internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import NIOCore
internal import NIOPosix
internal import RecordBatches

// DeleteRecords (key 21), versions 0 to 2. Offset −1 stands for the partition's end.
extension Broker {
  func deleteRecords(
    _ request: DeleteRecordsRequest, _ context: RequestContext
  ) -> EventLoopFuture<DeleteRecordsResponse> {
    return pool.runIfActive(eventLoop: context.eventLoop) { [self] in
      var response = DeleteRecordsResponse()
      response.topics = request.topics.map { topic in
        var answer = DeleteRecordsResponse.DeleteRecordsTopicResult()
        answer.name = topic.name
        answer.partitions = topic.partitions.map { partition in
          var result = DeleteRecordsResponse.DeleteRecordsPartitionResult()
          result.partitionIndex = partition.partitionIndex
          let name = TopicPartition(topic: topic.name, partition: partition.partitionIndex)
          let (error, offset) = delete(before: partition.offset, of: name, context)
          result.errorCode = error.rawValue
          result.lowWatermark = offset
          return result
        }
        return answer
      }
      return response
    }
  }

  private func delete(before offset: Int64, of name: TopicPartition, _ context: RequestContext) -> (ErrorCode, Int64) {
    guard allows(context, .delete, on: .topic(name.topic)) else {
      return (.topicAuthorizationFailed, -1)
    }
    guard configuration.readOnlyReason == nil, !configuration.protectedTopics.contains(name.topic) else {
      return (.policyViolation, -1)
    }
    do throws(EventLogError) {
      let end = offset == -1 ? log.endOffset(of: name) : Offset(rawValue: offset)
      return (.none, try log.deleteRecords(of: name, before: end).rawValue)
    } catch {
      return (ErrorCode(error), -1)
    }
  }
}
