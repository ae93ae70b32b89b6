internal import AccessControl
internal import EventLog
internal import KafkaWire
internal import NIOCore
internal import RecordBatches

// Fetch (key 1), versions 4 to 12, without sessions (KIP-227): a client that asks for one is answered session 0, and
// sends whole requests. Records go from the segments' files to the socket without being read (zero copy), but over TLS.
extension Broker {
  /// One try to answer a fetch: what there is now.
  struct FetchAttempt {
    var response = FetchResponse()
    /// The slices of the response's records, in the order of their places in it.
    var slices: [LogSlice] = []
    var byteCount = 0
    /// Whether something is to be told that can't wait.
    var isUrgent = false
    /// Where each partition was read from, to be told when there is more.
    var ends: [(TopicPartition, Offset)] = []
  }

  /// Reads what there is for a request now, within its limits; the first batch is given even where it is larger.
  func attempt(_ request: FetchRequest, _ context: RequestContext) -> FetchAttempt {
    var attempt = FetchAttempt()
    let isolation: Isolation = request.isolationLevel == 1 ? .readCommitted : .readUncommitted
    var budget = min(Int(max(0, request.maxBytes)), configuration.maximumFetchBytes)
    for topic in request.topics {
      var answer = FetchResponse.FetchableTopicResponse()
      answer.topic = topic.topic
      let isAllowed = allows(context, .read, on: .topic(topic.topic))
      for partition in topic.partitions {
        let name = TopicPartition(topic: topic.topic, partition: partition.partition)
        var data = FetchResponse.PartitionData()
        data.partitionIndex = partition.partition
        data.records = .bytes(ByteBuffer())
        data.highWatermark = -1
        do throws(EventLogError) {
          guard isAllowed else {
            data.errorCode = ErrorCode.topicAuthorizationFailed.rawValue
            attempt.isUrgent = true
            answer.partitions.append(data)
            continue
          }
          let isFirst = attempt.byteCount == 0
          let limit = isFirst ? max(1, Int(partition.partitionMaxBytes)) : min(Int(partition.partitionMaxBytes), budget)
          let slice = try log.slice(
            of: name, from: Offset(rawValue: partition.fetchOffset), maxBytes: max(1, limit), isolation: isolation)
          data.highWatermark = slice.endOffset.rawValue
          data.lastStableOffset = slice.lastStableOffset.rawValue
          data.logStartOffset = slice.startOffset.rawValue
          if isolation == .readCommitted {
            data.abortedTransactions = slice.aborted.map { transaction in
              var aborted = FetchResponse.AbortedTransaction()
              aborted.producerID = transaction.producerID
              aborted.firstOffset = transaction.firstOffset.rawValue
              return aborted
            }
          }
          attempt.ends.append((name, slice.endOffset))
          // A later partition waits for the next request where its first batch no longer fits.
          if slice.byteCount > 0, isFirst || slice.byteCount <= budget {
            data.records = .external(byteCount: slice.byteCount)
            attempt.slices.append(slice)
            attempt.byteCount += slice.byteCount
            budget -= slice.byteCount
            metrics.countFetched(topic: topic.topic, bytes: slice.byteCount)
          }
        } catch {
          data.errorCode = ErrorCode(error).rawValue
          attempt.isUrgent = true
        }
        answer.partitions.append(data)
      }
      attempt.response.responses.append(answer)
    }
    return attempt
  }

  /// Answers a fetch once there is as much as it asks for, or its time is over. Waiting takes no thread.
  func fetch(_ request: FetchRequest, _ context: RequestContext) -> EventLoopFuture<FetchAttempt> {
    let attempt = attempt(request, context)
    if attempt.isUrgent || attempt.byteCount >= Int(request.minBytes) || request.maxWaitMs <= 0
      || request.topics.isEmpty
    {
      return context.eventLoop.makeSucceededFuture(attempt)
    }
    let wait = FetchWait(broker: self, request: request, context: context, first: attempt)
    return wait.start()
  }
}
