internal import AccessControl
internal import KafkaWire

// DescribeCluster (key 60), versions 0 and 1.
extension Broker {
  func describeCluster(_ request: DescribeClusterRequest, _ context: RequestContext) -> DescribeClusterResponse {
    var response = DescribeClusterResponse()
    response.clusterID = configuration.clusterID
    response.controllerID = Self.nodeID
    response.endpointType = request.endpointType
    var broker = DescribeClusterResponse.DescribeClusterBroker()
    broker.brokerID = Self.nodeID
    broker.host = context.host
    broker.port = context.port
    response.brokers = [broker]
    if request.includeClusterAuthorizedOperations {
      response.clusterAuthorizedOperations = authorizedClusterOperations(context)
    }
    return response
  }
}
