public import EventLog
public import Projections
internal import RecordBatches

/// The embedded log as a source of batches, in the order in which they were appended.
public struct EmbeddedSource: BatchSource {
  private let log: EventLog

  /// The batches of `log`.
  public init(log: EventLog) { self.log = log }

  /// Batches from the ordinal on, of about `maxBytes` in all, at least one where there is one.
  public func read(from ordinal: UInt64, maxBytes: Int) throws -> [SourceBatch] {
    try log.readInOrder(from: ordinal, maxBytes: maxBytes).map { batch in
      SourceBatch(
        ordinal: batch.ordinal, topicPartition: batch.topicPartition, nextOffset: batch.nextOffset, bytes: batch.bytes)
    }
  }

  /// Waits until the batch of the ordinal is there; false where it has not come in time.
  public func waitForBatch(at ordinal: UInt64, milliseconds: Int) -> Bool {
    log.waitForAppend(at: ordinal, timeoutMilliseconds: milliseconds)
  }

  /// The ordinal that the next batch will have.
  public var endOrdinal: UInt64 { log.endOrdinal }

  /// The ends of all partitions.
  public var endPosition: Position { Position(log.endPositions()) }
}
