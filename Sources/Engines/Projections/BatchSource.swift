public import RecordBatches

/// A log as one sequence of record batches over all its partitions.
///
/// Every source gives its batches one total order, the same at each reading: the n-th batch has the ordinal n, from
/// 0. A read model that applies batches in this order is a deterministic function of the log.
public protocol BatchSource: Sendable {
  /// The batches from `ordinal` on, in order, until about `maxBytes`; at least one if there is one, else none.
  func read(from ordinal: UInt64, maxBytes: Int) throws -> SourceReading

  /// Waits until there is a batch at `ordinal`; false when `milliseconds` have passed without one.
  func waitForBatch(at ordinal: UInt64, milliseconds: Int) -> Bool

  /// The ordinal that the next batch will have.
  var endOrdinal: UInt64 { get }

  /// The end of each partition.
  var endPosition: Position { get }
}

/// What one reading of a source gave.
public struct SourceReading: Sendable {
  /// The batches, in order; ordinals between them that no projection reads are left out.
  public let batches: [SourceBatch]
  /// The ordinal to read from next.
  public let nextOrdinal: UInt64

  /// Batches, and the ordinal after the last one that was looked at.
  public init(batches: [SourceBatch], nextOrdinal: UInt64) {
    self.batches = batches
    self.nextOrdinal = nextOrdinal
  }
}

/// One record batch with its place in a source.
public struct SourceBatch: Sendable {
  /// The batch's place in the source's total order.
  public let ordinal: UInt64
  /// The partition that holds the batch.
  public let topicPartition: TopicPartition
  /// The offset after the batch's last record.
  public let nextOffset: Offset
  /// The batch as it is stored, with its 61-byte header.
  public let bytes: [UInt8]

  /// A batch and its place.
  public init(ordinal: UInt64, topicPartition: TopicPartition, nextOffset: Offset, bytes: [UInt8]) {
    self.ordinal = ordinal
    self.topicPartition = topicPartition
    self.nextOffset = nextOffset
    self.bytes = bytes
  }
}

/// Where a projection writes what it derives: dead letters, scores, changed rows.
public protocol OutputSink: Sendable {
  /// Appends `records` to `topic`, which is made where it does not exist.
  func append(_ records: [Record], to topic: String) throws

  /// The records of the topics that this sink writes, from `position` on.
  func records(of topics: [String], from position: Position) throws -> [Record]

  /// The ends of the topics that this sink writes.
  func endPosition(of topics: [String]) -> Position

  /// Returns once everything appended so far, by anybody, is durable.
  func sync() throws
}
