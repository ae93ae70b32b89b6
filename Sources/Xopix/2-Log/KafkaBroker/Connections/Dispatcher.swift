internal import EventLog
internal import KafkaWire
internal import NIOCore

/// Decodes a frame, has the request answered, and encodes the answer.
struct Dispatcher {
  let broker: Broker

  /// Why a frame can't be answered, so that its connection is closed: its sender's next frames could not be told apart.
  enum Failure: Error {
    case unknownAPI(Int16)
    case unsupportedVersion(APIKey, Int16)
    case notAuthenticated(APIKey)
    case sessionIsOver(APIKey)
  }

  /// The answer to a frame; nil where there is none (Produce with acks=0).
  func answer(
    _ frame: ByteBuffer, makeContext: (RequestHeader) -> RequestContext
  ) throws -> EventLoopFuture<Answer?> {
    var reader = WireReader(frame)
    let header = try RequestHeader.read(from: &reader)
    guard let key = APIKey(rawValue: header.requestApiKey), Broker.isServed(key) else {
      throw Failure.unknownAPI(header.requestApiKey)
    }
    let context = makeContext(header)
    broker.metrics.countRequest(key)
    guard key.decodableVersions.contains(header.requestApiVersion) else {
      guard key == .apiVersions else { throw Failure.unsupportedVersion(key, header.requestApiVersion) }
      return context.eventLoop.makeSucceededFuture(
        encode(broker.unsupportedApiVersions(), header, version: 0))
    }
    let isBeforeAuthentication = key == .apiVersions || key == .saslHandshake || key == .saslAuthenticate
    if !isBeforeAuthentication {
      guard context.connection.isAuthenticated else { throw Failure.notAuthenticated(key) }
      if let end = context.connection.sessionEnd, broker.clock.now() >= end { throw Failure.sessionIsOver(key) }
    }
    return try route(key, header, &reader, context)
  }

  private func route(
    _ key: APIKey, _ header: RequestHeader, _ reader: inout WireReader, _ context: RequestContext
  ) throws -> EventLoopFuture<Answer?> {
    switch key {
    case .produce: try produce(header, &reader, context)
    case .fetch: try fetch(header, &reader, context)
    case .listOffsets: try later(header, &reader, context, broker.listOffsets)
    case .metadata: try now(header, &reader, context, broker.metadata)
    case .offsetCommit: try later(header, &reader, context, broker.offsetCommit)
    case .offsetFetch: try now(header, &reader, context, broker.offsetFetch)
    case .findCoordinator: try now(header, &reader, context, broker.findCoordinator)
    case .joinGroup: try later(header, &reader, context, broker.joinGroup)
    case .heartbeat: try now(header, &reader, context, broker.heartbeat)
    case .leaveGroup: try now(header, &reader, context, broker.leaveGroup)
    case .syncGroup: try later(header, &reader, context, broker.syncGroup)
    case .describeGroups: try now(header, &reader, context, broker.describeGroups)
    case .listGroups: try now(header, &reader, context, broker.listGroups)
    case .saslHandshake: try now(header, &reader, context, broker.saslHandshake)
    case .saslAuthenticate: try authenticate(header, &reader, context)
    case .apiVersions: try now(header, &reader, context, broker.apiVersions)
    case .createTopics: try now(header, &reader, context, broker.createTopics)
    case .deleteTopics: try later(header, &reader, context, broker.deleteTopics)
    case .deleteRecords: try later(header, &reader, context, broker.deleteRecords)
    case .initProducerID: try later(header, &reader, context, broker.initProducerID)
    case .offsetForLeaderEpoch: try now(header, &reader, context, broker.offsetForLeaderEpoch)
    case .addPartitionsToTxn: try now(header, &reader, context, broker.addPartitionsToTxn)
    case .addOffsetsToTxn: try now(header, &reader, context, broker.addOffsetsToTxn)
    case .endTxn: try later(header, &reader, context, broker.endTxn)
    case .txnOffsetCommit: try later(header, &reader, context, broker.txnOffsetCommit)
    case .describeConfigs: try now(header, &reader, context, broker.describeConfigs)
    case .alterConfigs: try now(header, &reader, context, broker.alterConfigs)
    case .incrementalAlterConfigs: try now(header, &reader, context, broker.incrementalAlterConfigs)
    case .createPartitions: try now(header, &reader, context, broker.createPartitions)
    case .deleteGroups: try later(header, &reader, context, broker.deleteGroups)
    case .offsetDelete: try later(header, &reader, context, broker.offsetDelete)
    case .describeCluster: try now(header, &reader, context, broker.describeCluster)
    default: throw Failure.unknownAPI(key.rawValue)
    }
  }

  // MARK: Kinds of handlers

  private func now<Request: WireMessage, Response: WireMessage>(
    _ header: RequestHeader, _ reader: inout WireReader, _ context: RequestContext,
    _ handle: (Request, RequestContext) -> Response
  ) throws -> EventLoopFuture<Answer?> {
    let request = try Request(reading: &reader, version: header.requestApiVersion)
    return context.eventLoop.makeSucceededFuture(encode(handle(request, context), header))
  }

  private func later<Request: WireMessage, Response: WireMessage>(
    _ header: RequestHeader, _ reader: inout WireReader, _ context: RequestContext,
    _ handle: (Request, RequestContext) -> EventLoopFuture<Response>
  ) throws -> EventLoopFuture<Answer?> {
    let request = try Request(reading: &reader, version: header.requestApiVersion)
    return handle(request, context).map { encode($0, header) }
  }

  private func produce(
    _ header: RequestHeader, _ reader: inout WireReader, _ context: RequestContext
  ) throws -> EventLoopFuture<Answer?> {
    let byteCount = reader.remaining
    let request = try ProduceRequest(reading: &reader, version: header.requestApiVersion)
    let throttle = broker.producerQuota.take(byteCount, client: context.clientID, now: broker.clock.now())
    let isSilent = request.acks == 0
    return broker.produce(request, context).map { response in
      if isSilent {
        // Nobody reads an answer, so a failure is told by closing, as Kafka does.
        let hasFailed = response.responses.contains { $0.partitionResponses.contains { $0.errorCode != 0 } }
        guard hasFailed || throttle > 0 else { return nil }
        var answer = Answer(buffer: ByteBuffer(), holes: [], slices: [])
        answer.closesConnection = hasFailed
        answer.throttleMilliseconds = throttle
        return answer
      }
      var response = response
      response.throttleTimeMs = throttle
      var answer = encode(response, header)
      answer.throttleMilliseconds = throttle
      return answer
    }
  }

  private func fetch(
    _ header: RequestHeader, _ reader: inout WireReader, _ context: RequestContext
  ) throws -> EventLoopFuture<Answer?> {
    let request = try FetchRequest(reading: &reader, version: header.requestApiVersion)
    return broker.fetch(request, context).map { attempt in
      var response = attempt.response
      let throttle = broker.consumerQuota.take(
        attempt.byteCount, client: context.clientID, now: broker.clock.now())
      response.throttleTimeMs = throttle
      var answer = encode(response, header, slices: attempt.slices)
      answer.throttleMilliseconds = throttle
      return answer
    }
  }

  private func authenticate(
    _ header: RequestHeader, _ reader: inout WireReader, _ context: RequestContext
  ) throws -> EventLoopFuture<Answer?> {
    let request = try SaslAuthenticateRequest(reading: &reader, version: header.requestApiVersion)
    return broker.saslAuthenticate(request, context).map { response in
      var answer = encode(response, header)
      answer.closesConnection = response.errorCode != 0
      return answer
    }
  }

  // MARK: Encoding

  private func encode(
    _ response: some WireMessage, _ header: RequestHeader, version: Int16? = nil, slices: [LogSlice] = []
  ) -> Answer {
    Answer.encode(
      response, apiKey: header.requestApiKey, version: version ?? header.requestApiVersion,
      correlationID: header.correlationID, slices: slices)
  }
}
