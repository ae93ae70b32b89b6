public import EventLog
public import Projections
internal import RecordBatches

/// Topics of the embedded log as a source of batches, in the order in which they were appended.
///
/// Transactions are read as committed: what was aborted is left out, and reading waits where a batch's transaction is not
/// decided yet, as Kafka's own consumers do.
public struct EmbeddedSource: BatchSource {
  private let log: EventLog
  private let topics: Set<String>

  /// The batches of these topics of `log`.
  public init(log: EventLog, topics: some Sequence<String>) {
    self.log = log
    self.topics = Set(topics)
  }

  /// Batches from the ordinal on, of about `maxBytes` in all, at least one where there is one.
  public func read(from ordinal: UInt64, maxBytes: Int) throws -> SourceReading {
    let read = try log.readInOrder(from: ordinal, maxBytes: maxBytes, topics: topics)
    return SourceReading(
      batches: read.batches.map { batch in
        SourceBatch(
          ordinal: batch.ordinal, topicPartition: batch.topicPartition, nextOffset: batch.nextOffset,
          bytes: batch.bytes)
      }, nextOrdinal: read.nextOrdinal)
  }

  /// Waits until the batch of the ordinal is there; false where it has not come in time.
  public func waitForBatch(at ordinal: UInt64, milliseconds: Int) -> Bool {
    guard log.waitForAppend(at: ordinal, timeoutMilliseconds: milliseconds) else { return false }
    // A batch that waits for the end of its transaction is there and can't be read: only another append helps.
    if let read = try? log.readInOrder(from: ordinal, maxBytes: 1, topics: topics), read.nextOrdinal > ordinal {
      return true
    }
    return log.waitForAppend(at: log.endOrdinal, timeoutMilliseconds: milliseconds)
  }

  /// The ordinal that the next batch will have.
  public var endOrdinal: UInt64 { log.endOrdinal }

  /// The ends of the topics' partitions.
  public var endPosition: Position { Position(log.endPositions().filter { topics.contains($0.key.topic) }) }
}
