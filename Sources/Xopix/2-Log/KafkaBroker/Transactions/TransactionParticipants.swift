internal import EventLog
internal import KafkaWire
internal import RecordBatches

/// The log, as far as transactions end in it.
protocol TransactionLog: Sendable {
  /// Where transactions are open.
  func openPartitions() -> [OpenPartition]
  /// Writes the end of a transaction; replies once it survives a loss of power.
  func write(_ marker: TransactionMarker, now: Int64, reply: @escaping @Sendable (ErrorCode) -> Void)
}

/// The groups, as far as transactions commit offsets to them.
protocol TransactionGroups: Sendable {
  /// Commits or drops a producer's pending offsets; may be repeated. Replies once that survives a loss of power.
  func completeTransactional(producerID: Int64, commit: Bool, reply: @escaping @Sendable (GroupError) -> Void)
  /// The producers that have pending offsets.
  var producersWithPendingOffsets: [Int64] { get }
}

extension GroupCoordinator: TransactionGroups {}

extension EventLog: TransactionLog {
  /// The only coordinator there is was never replaced by another.
  private static let coordinatorEpoch: Int32 = 0

  func openPartitions() -> [OpenPartition] {
    openTransactions().map { open in
      OpenPartition(
        partition: open.partition,
        producer: Transaction.ProducerIdentity(id: open.producerID, epoch: open.producerEpoch))
    }
  }

  func write(_ marker: TransactionMarker, now: Int64, reply: @escaping @Sendable (ErrorCode) -> Void) {
    do throws(EventLogError) {
      let appended = try appendMarker(
        to: marker.partition, producerID: marker.producer.id, epoch: marker.producer.epoch,
        coordinatorEpoch: Self.coordinatorEpoch, isCommit: marker.isCommit, now: now)
      whenDurable(appended) { result in
        if case .failure(let error) = result { reply(ErrorCode(error)) } else { reply(.none) }
      }
    } catch {
      // A topic that is gone needs no end.
      if case .unknownPartition = error { reply(.none) } else { reply(ErrorCode(error)) }
    }
  }
}
