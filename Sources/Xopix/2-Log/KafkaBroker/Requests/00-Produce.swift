internal import AccessControl
internal import ByteCoding
internal import EventLog
internal import KafkaWire
internal import NIOCore
internal import NIOPosix
internal import RecordBatches
internal import Synchronization

// Produce (key 0). Advertised from version 0, since librdkafka up to 2.11 stops compressing without it; served from 3,
// which brought record batches of version 2 (KIP-98). From there on a partition's records are one batch.
extension Broker {
  /// What became of one partition's records.
  private struct Outcome: Sendable {
    let topic: Int
    let index: Int32
    var error = ErrorCode.none
    var message: String?
    var baseOffset: Int64 = -1
    var logAppendTime: Int64 = -1
    var logStartOffset: Int64 = -1
    var appended: Appended?
    let name: TopicPartition
  }

  /// Batches of up to so many bytes, uncompressed, are appended where they were read: a thread takes longer to wake.
  private static let largestQuickAppend = 16 << 10

  func produce(_ request: ProduceRequest, _ context: RequestContext) -> EventLoopFuture<ProduceResponse> {
    let precheck = acksFault(request, context)
    let now = clock.now()
    let append: @Sendable () -> [Outcome] = { [self] in
      var outcomes: [Outcome] = []
      for (number, topic) in request.topicData.enumerated() {
        let refusal =
          precheck ?? (allows(context, .write, on: .topic(topic.name)) ? nil : .topicAuthorizationFailed)
        for partition in topic.partitionData {
          outcomes.append(
            self.append(partition, topic: topic.name, number: number, refusal: refusal, request, now: now))
        }
      }
      return outcomes
    }
    let waitsForDisk = request.acks == -1
    let promise = context.eventLoop.makePromise(of: [Outcome].self)
    let connection = context.connection
    if connection.appends.isIdle, isQuick(request) {
      answer(append(), waitsForDisk: waitsForDisk, promise)
    } else {
      let bytes = Self.recordBytes(of: request)
      let bound = context.boundConnection
      connection.unappendedBytes += bytes
      connection.appends.add(to: pool) { [self] isActive in
        guard isActive else { return { promise.fail(ChannelError.ioOnClosedChannel) } }
        let outcomes = append()
        return {
          bound.eventLoop.execute { bound.value.noteAppended(bytes) }
          answer(outcomes, waitsForDisk: waitsForDisk, promise)
        }
      }
    }
    // The records are not held on to until the disk has them.
    let topics = request.topicData.map(\.name)
    return promise.futureResult.map { response(to: topics, $0) }
  }

  private static func recordBytes(of request: ProduceRequest) -> Int {
    request.topicData.reduce(0) { sum, topic in
      topic.partitionData.reduce(sum) { sum, partition in
        guard case .bytes(let records) = partition.records else { return sum }
        return sum + records.readableBytes
      }
    }
  }

  /// Whether a request's records are few, and take no more than a copy to check and append.
  private func isQuick(_ request: ProduceRequest) -> Bool {
    guard Self.recordBytes(of: request) <= Self.largestQuickAppend else { return false }
    return request.topicData.allSatisfy { topic in
      guard schemas == nil || log.topic(topic.name)?.settings.validatesSchemas != true else { return false }
      return topic.partitionData.allSatisfy { partition in
        guard case .bytes(let records) = partition.records else { return true }
        do throws(RecordBatchError) {
          let header = try RecordBatchHeader(reading: records.readableBytesSpan)
          return header.compression == Compression.none && !header.isTransactional
        } catch {
          // It is refused at once.
          return true
        }
      }
    }
  }

  /// Keeps the promise with the outcomes, once what was appended is on the disk where that is waited for.
  private func answer(_ outcomes: [Outcome], waitsForDisk: Bool, _ promise: EventLoopPromise<[Outcome]>) {
    let waiting = waitsForDisk ? outcomes.indices.filter { outcomes[$0].appended != nil } : []
    guard !waiting.isEmpty else { return promise.succeed(outcomes) }
    let state = Mutex((remaining: waiting.count, outcomes: outcomes))
    for number in waiting {
      guard let appended = outcomes[number].appended else { continue }
      // A sync is shared by everybody who waits.
      log.whenDurable(appended) { result in
        let done = state.withLock { state -> [Outcome]? in
          if case .failure(let error) = result {
            state.outcomes[number].error = .kafkaStorageError
            state.outcomes[number].message = error.description
            state.outcomes[number].baseOffset = -1
          }
          state.remaining -= 1
          return state.remaining == 0 ? state.outcomes : nil
        }
        if let done { promise.succeed(done) }
      }
    }
  }

  private func acksFault(_ request: ProduceRequest, _ context: RequestContext) -> ErrorCode? {
    guard (-1...1).contains(request.acks) else { return .invalidRequiredAcks }
    if let id = request.transactionalID, !allows(context, .write, on: .transaction(id)) {
      return .transactionalIDAuthorizationFailed
    }
    return nil
  }

  private func append(
    _ partition: ProduceRequest.PartitionProduceData, topic: String, number: Int, refusal: ErrorCode?,
    _ request: ProduceRequest, now: Int64
  ) -> Outcome {
    let name = TopicPartition(topic: topic, partition: partition.index)
    var outcome = Outcome(topic: number, index: partition.index, name: name)
    if let refusal {
      outcome.error = refusal
      return outcome
    }
    if let reason = configuration.readOnlyReason {
      (outcome.error, outcome.message) = (.policyViolation, reason)
      metrics.countRefused(error: .policyViolation)
      return outcome
    }
    guard let settings = log.topic(topic)?.settings, log.bounds(of: name) != nil else {
      outcome.error = .unknownTopicOrPartition
      return outcome
    }
    guard case .bytes(let records) = partition.records, records.readableBytes > 0 else {
      outcome.error = .invalidRecord
      outcome.message = "a partition's records are one batch; there is none"
      return outcome
    }
    do {
      let span = records.readableBytesSpan
      let header = try ProducedBatch.validate(span, requiresKeys: settings.isCompacting)
      if header.isTransactional {
        guard let id = request.transactionalID else {
          outcome.error = .invalidTxnState
          outcome.message = "a transactional batch needs the producer's transactional id"
          return outcome
        }
        let producer = TransactionCoordinator.ProducerIdentity(id: header.producerID, epoch: header.producerEpoch)
        if let fault = transactions.fault(ofBatchIn: name, id: id, producer: producer) {
          outcome.error = fault
          return outcome
        }
      }
      if settings.validatesSchemas, let violation = try violation(of: span, topic: topic) {
        outcome.error = .invalidRecord
        outcome.message = violation
        return outcome
      }
      let appended = try log.append(span, header: header, to: name, now: now)
      outcome.appended = appended
      outcome.baseOffset = appended.baseOffset.rawValue
      outcome.logAppendTime = settings.usesLogAppendTime ? now : -1
      outcome.logStartOffset = log.startOffset(of: name).rawValue
      metrics.countProduced(topic: topic, records: appended.isRepeated ? 0 : header.count, bytes: span.byteCount)
    } catch let error as EventLogError {
      (outcome.error, outcome.message) = (ErrorCode(error), error.description)
      if outcome.error == .kafkaStorageError { metrics.countStorageFailure() }
    } catch let error as RecordBatchError {
      (outcome.error, outcome.message) = (ErrorCode(error), error.description)
    } catch {
      (outcome.error, outcome.message) = (.unknownServerError, "\(error)")
    }
    if outcome.error != .none { metrics.countRefused(error: outcome.error) }
    return outcome
  }

  /// Why a record of the batch breaks its topic's schema; nil where none does.
  private func violation(of batch: RawSpan, topic: String) throws -> String? {
    guard let schemas else { return nil }
    var violation: String?
    try RecordBatchView([UInt8](copying: batch)).forEachRecord { record, offset in
      guard violation == nil, let value = record.value else { return }
      let type = record.headers.first { $0.key == "ce_type" }?.value.map { String(decoding: $0, as: UTF8.self) }
      violation = schemas.violation(topic: topic, value: value, eventType: type).map {
        "record \(offset.rawValue): \($0)"
      }
    }
    return violation
  }

  private func response(to topics: [String], _ outcomes: [Outcome]) -> ProduceResponse {
    var response = ProduceResponse()
    response.responses = topics.map { topic in
      var answer = ProduceResponse.TopicProduceResponse()
      answer.name = topic
      return answer
    }
    for outcome in outcomes {
      var answer = ProduceResponse.PartitionProduceResponse()
      answer.index = outcome.index
      answer.errorCode = outcome.error.rawValue
      answer.errorMessage = outcome.message
      answer.baseOffset = outcome.baseOffset
      answer.logAppendTimeMs = outcome.logAppendTime
      answer.logStartOffset = outcome.logStartOffset
      response.responses[outcome.topic].partitionResponses.append(answer)
    }
    return response
  }
}
