internal import AccessControl
internal import KafkaWire
internal import NIOCore

// TxnOffsetCommit (key 28), versions 0 to 3.
extension Broker {
  func txnOffsetCommit(
    _ request: TxnOffsetCommitRequest, _ context: RequestContext
  ) -> EventLoopFuture<TxnOffsetCommitResponse> {
    let producer = TransactionCoordinator.ProducerIdentity(id: request.producerID, epoch: request.producerEpoch)
    var refusal: ErrorCode?
    if !allows(context, .write, on: .transaction(request.transactionalID)) {
      refusal = .transactionalIDAuthorizationFailed
    } else if !allows(context, .read, on: .group(request.groupID)) {
      refusal = .groupAuthorizationFailed
    }
    var commit = CommitRequest(groupID: request.groupID, offsets: [])
    commit.generation = request.generationID
    commit.memberID = request.memberID
    commit.groupInstanceID = request.groupInstanceID
    let errors: [[ErrorCode?]] = request.topics.map { topic in
      topic.partitions.map { refusal ?? offsetFault(topic: topic.name, partition: $0.partitionIndex, context) }
    }
    for (place, topic) in request.topics.enumerated() {
      for (number, partition) in topic.partitions.enumerated() where errors[place][number] == nil {
        commit.offsets.append(
          OffsetCommit(
            topic: topic.name, partition: partition.partitionIndex, offset: partition.committedOffset,
            leaderEpoch: partition.committedLeaderEpoch, metadata: partition.committedMetadata ?? ""))
      }
    }
    let offsets = commit
    let isRefused = refusal != nil
    return reply(on: context.eventLoop) { (done: @escaping @Sendable ([ErrorCode]) -> Void) in
      guard !isRefused else { return done([]) }
      // In one step, so that a producer that is fenced meanwhile leaves nothing behind for its successor to commit.
      let fault = transactions.withOpenTransaction(
        of: request.groupID, id: request.transactionalID, producer: producer
      ) {
        groups.pendTransactional(producerID: request.producerID, offsets) { done($0.map { ErrorCode($0) }) }
      }
      if let fault { done(offsets.offsets.map { _ in fault }) }
    }.map { answers in
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
