internal import AccessControl
internal import KafkaWire
internal import NIOCore

// InitProducerId (key 22), versions 0 to 4. Before version 4 a fenced producer is told INVALID_PRODUCER_EPOCH.
extension Broker {
  func initProducerID(
    _ request: InitProducerIDRequest, _ context: RequestContext
  ) -> EventLoopFuture<InitProducerIDResponse> {
    let refusal: ErrorCode?
    if let id = request.transactionalID {
      refusal = allows(context, .write, on: .transaction(id)) ? nil : .transactionalIDAuthorizationFailed
    } else {
      // Who may write anywhere may do so idempotently (KIP-679).
      let isAllowed =
        authorizer.allowsSomewhere(context.principal, .write, .topic) || allows(context, .idempotentWrite, on: .cluster)
      refusal = isAllowed ? nil : .clusterAuthorizationFailed
    }
    if let refusal {
      var response = InitProducerIDResponse()
      response.errorCode = refusal.rawValue
      response.producerID = -1
      response.producerEpoch = -1
      return context.eventLoop.makeSucceededFuture(response)
    }
    let version = context.apiVersion
    return reply(on: context.eventLoop) { done in
      transactions.initialise(
        transactionalID: request.transactionalID, timeout: Int64(request.transactionTimeoutMs),
        given: (request.producerID, request.producerEpoch), reply: done)
    }.map { (result: Result<TransactionCoordinator.ProducerIdentity, ErrorCode>) in
      var response = InitProducerIDResponse()
      switch result {
      case .success(let producer):
        response.producerID = producer.id
        response.producerEpoch = producer.epoch
      case .failure(let error):
        response.errorCode = Self.told(error, fencedFrom: 4, version).rawValue
        response.producerID = -1
        response.producerEpoch = -1
      }
      return response
    }
  }

  /// A fenced producer's error, as clients of this version know it.
  static func told(_ error: ErrorCode, fencedFrom first: Int16, _ version: Int16) -> ErrorCode {
    error == .producerFenced && version < first ? .invalidProducerEpoch : error
  }
}
