internal import KafkaWire
internal import NIOCore

// TxnOffsetCommit (key 28), versions 0 to 3.
extension Broker {
  func txnOffsetCommit(
    _ request: TxnOffsetCommitRequest, _ context: RequestContext
  ) -> EventLoopFuture<TxnOffsetCommitResponse> {
    let producer = TransactionCoordinator.ProducerIdentity(id: request.producerID, epoch: request.producerEpoch)
    var fault: ErrorCode?
    if !authorizer.allows(context.principal, .write, on: .transaction(request.transactionalID)) {
      fault = .transactionalIDAuthorizationFailed
    } else if !authorizer.allows(context.principal, .read, on: .group(request.groupID)) {
      fault = .groupAuthorizationFailed
    } else {
      fault = transactions.fault(ofOffsetsIn: request.groupID, id: request.transactionalID, producer: producer)
    }
    var commit = CommitRequest(groupID: request.groupID, offsets: [])
    commit.generation = request.generationID
    commit.memberID = request.memberID
    commit.groupInstanceID = request.groupInstanceID
    let errors: [[ErrorCode?]] = request.topics.map { topic in
      topic.partitions.map { fault ?? offsetFault(topic: topic.name, partition: $0.partitionIndex, context) }
    }
    for (place, topic) in request.topics.enumerated() {
      for (number, partition) in topic.partitions.enumerated() where errors[place][number] == nil {
        commit.offsets.append(
          OffsetCommit(
            topic: topic.name, partition: partition.partitionIndex, offset: partition.committedOffset,
            leaderEpoch: partition.committedLeaderEpoch, metadata: partition.committedMetadata ?? ""))
      }
    }
    return reply(on: context.eventLoop) { done in
      groups.pendTransactional(producerID: request.producerID, commit, reply: done)
    }.map { (answers: [GroupError]) in
      var rest = answers[...]
      var response = TxnOffsetCommitResponse()
      response.topics = request.topics.enumerated().map { place, topic in
        var answer = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic()
        answer.name = topic.name
        answer.partitions = topic.partitions.enumerated().map { number, partition in
          var result = TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition()
          result.partitionIndex = partition.partitionIndex
          result.errorCode = errors[place][number]?.rawValue ?? rest.popFirst()?.rawValue ?? 0
          return result
        }
        return answer
      }
      return response
    }
  }
}
