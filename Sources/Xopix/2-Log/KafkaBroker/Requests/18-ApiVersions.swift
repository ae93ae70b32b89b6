internal import KafkaWire

// ApiVersions (key 18), versions 0 to 4. It has no tagged fields, which librdkafka up to 2.1 misreads; a version that is
// not known is answered in version 0 with error 35 and the row of ApiVersions, so that the client asks again.
extension Broker {
  func apiVersions(_ request: ApiVersionsRequest, _ context: RequestContext) -> ApiVersionsResponse {
    var response = ApiVersionsResponse()
    context.connection.software =
      request.clientSoftwareName.isEmpty
      ? "" : "\(request.clientSoftwareName.prefix(60)) \(request.clientSoftwareVersion.prefix(60))"
    response.apiKeys = APIKey.allCases.filter { Self.isServed($0) }.map(Self.row)
    return response
  }

  func unsupportedApiVersions() -> ApiVersionsResponse {
    var response = ApiVersionsResponse()
    response.errorCode = ErrorCode.unsupportedVersion.rawValue
    response.apiKeys = [Self.row(.apiVersions)]
    return response
  }

  /// Whether requests of this kind are answered; others are known to the decoder only.
  static func isServed(_ key: APIKey) -> Bool {
    switch key {
    case .consumerGroupHeartbeat, .consumerGroupDescribe, .describeTopicPartitions, .writeTxnMarkers: false
    default: true
    }
  }

  private static func row(_ key: APIKey) -> ApiVersionsResponse.ApiVersion {
    var row = ApiVersionsResponse.ApiVersion()
    row.apiKey = key.rawValue
    row.minVersion = key.versions.lowerBound
    row.maxVersion = key.versions.upperBound
    return row
  }
}
