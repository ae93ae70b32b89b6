internal import AccessControl
internal import KafkaWire

// FindCoordinator (key 10), versions 0 to 4: there is one broker, and it coordinates everything.
extension Broker {
  func findCoordinator(_ request: FindCoordinatorRequest, _ context: RequestContext) -> FindCoordinatorResponse {
    var response = FindCoordinatorResponse()
    func error(of key: String) -> ErrorCode {
      switch request.keyType {
      case 0:
        allows(context, .describe, on: .group(key)) ? .none : .groupAuthorizationFailed
      case 1:
        allows(context, .describe, on: .transaction(key))
          ? .none : .transactionalIDAuthorizationFailed
      default: .invalidRequest
      }
    }
    if context.apiVersion >= 4 {
      response.coordinators = request.coordinatorKeys.map { key in
        var coordinator = FindCoordinatorResponse.Coordinator()
        coordinator.key = key
        let error = error(of: key)
        coordinator.errorCode = error.rawValue
        coordinator.nodeID = error == .none ? Self.nodeID : -1
        coordinator.host = error == .none ? context.host : ""
        coordinator.port = error == .none ? context.port : -1
        return coordinator
      }
      return response
    }
    let error = error(of: request.key)
    response.errorCode = error.rawValue
    response.nodeID = error == .none ? Self.nodeID : -1
    response.host = error == .none ? context.host : ""
    response.port = error == .none ? context.port : -1
    return response
  }
}
