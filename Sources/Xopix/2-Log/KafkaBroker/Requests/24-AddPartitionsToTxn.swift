internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import NIOCore
internal import RecordBatches

// AddPartitionsToTxn (key 24), AddOffsetsToTxn (key 25) and EndTxn (key 26), versions 0 to 3 each.
extension Broker {
  func addPartitionsToTxn(
    _ request: AddPartitionsToTxnRequest, _ context: RequestContext
  ) -> AddPartitionsToTxnResponse {
    let id = request.v3AndBelowTransactionalID
    let producer = TransactionCoordinator.ProducerIdentity(
      id: request.v3AndBelowProducerID, epoch: request.v3AndBelowProducerEpoch)
    let names = request.v3AndBelowTopics.flatMap { topic in
      topic.partitions.map { TopicPartition(topic: topic.name, partition: $0) }
    }
    // All or none: where one partition is refused, the others are not attempted.
    var errors: [TopicPartition: ErrorCode] = [:]
    for name in names {
      if !allows(context, .write, on: .topic(name.topic)) {
        errors[name] = .topicAuthorizationFailed
      } else if configuration.readOnlyReason != nil {
        errors[name] = .policyViolation
      } else if log.bounds(of: name) == nil {
        errors[name] = .unknownTopicOrPartition
      }
    }
    var whole = ErrorCode.none
    if !allows(context, .write, on: .transaction(id)) {
      whole = .transactionalIDAuthorizationFailed
    } else if errors.isEmpty {
      whole = Self.told(
        transactions.add(names, to: id, producer: producer), fencedFrom: 2, context.apiVersion)
    }
    var response = AddPartitionsToTxnResponse()
    response.resultsByTopicV3AndBelow = request.v3AndBelowTopics.map { topic in
      var result = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult()
      result.name = topic.name
      result.resultsByPartition = topic.partitions.map { number in
        var partition = AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult()
        partition.partitionIndex = number
        let name = TopicPartition(topic: topic.name, partition: number)
        let rest = errors.isEmpty ? ErrorCode.none : .operationNotAttempted
        partition.partitionErrorCode = (whole == .none ? errors[name] ?? rest : whole).rawValue
        return partition
      }
      return result
    }
    return response
  }

  func addOffsetsToTxn(_ request: AddOffsetsToTxnRequest, _ context: RequestContext) -> AddOffsetsToTxnResponse {
    var response = AddOffsetsToTxnResponse()
    guard allows(context, .write, on: .transaction(request.transactionalID)) else {
      response.errorCode = ErrorCode.transactionalIDAuthorizationFailed.rawValue
      return response
    }
    guard allows(context, .read, on: .group(request.groupID)) else {
      response.errorCode = ErrorCode.groupAuthorizationFailed.rawValue
      return response
    }
    let error = transactions.add(
      group: request.groupID, to: request.transactionalID,
      producer: TransactionCoordinator.ProducerIdentity(id: request.producerID, epoch: request.producerEpoch))
    response.errorCode = Self.told(error, fencedFrom: 2, context.apiVersion).rawValue
    return response
  }

  func endTxn(_ request: EndTxnRequest, _ context: RequestContext) -> EventLoopFuture<EndTxnResponse> {
    guard allows(context, .write, on: .transaction(request.transactionalID)) else {
      var response = EndTxnResponse()
      response.errorCode = ErrorCode.transactionalIDAuthorizationFailed.rawValue
      return context.eventLoop.makeSucceededFuture(response)
    }
    let producer = TransactionCoordinator.ProducerIdentity(id: request.producerID, epoch: request.producerEpoch)
    let version = context.apiVersion
    return reply(on: context.eventLoop) { done in
      transactions.end(request.transactionalID, producer: producer, commit: request.committed, reply: done)
    }.map { (error: ErrorCode) in
      var response = EndTxnResponse()
      response.errorCode = Self.told(error, fencedFrom: 2, version).rawValue
      return response
    }
  }
}
