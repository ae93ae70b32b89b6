public import EventLog
public import Projections
public import RecordBatches

/// Writes what projections derive to the embedded log.
public struct EmbeddedSink: OutputSink {
  private let log: EventLog

  /// A sink that writes to `log`.
  public init(log: EventLog) { self.log = log }

  /// Appends records to the topic, which is made where it does not exist; each goes to its key's partition.
  public func append(_ records: [Record], to topic: String) throws {
    if log.partitionCount(topic) == nil { try log.createTopic(topic, partitions: 1) }
    var recordsByPartition: [Int32: [Record]] = [:]
    for record in records {
      recordsByPartition[log.partition(for: record.key, topic: topic), default: []].append(record)
    }
    let groups = recordsByPartition.sorted { $0.key < $1.key }.map {
      (TopicPartition(topic: topic, partition: $0.key), $0.value)
    }
    _ = try log.appendAll(groups)
  }

  /// The records of topics from a position on, partition by partition.
  public func records(of topics: [String], from position: Position) throws -> [Record] {
    var records: [Record] = []
    for partition in partitions(of: topics) {
      try log.forEachRecord(of: partition, from: position[partition]) { record, _ in records.append(record) }
    }
    return records
  }

  /// The ends of the topics' partitions.
  public func endPosition(of topics: [String]) -> Position {
    var position = Position()
    for partition in partitions(of: topics) { position.advance(partition, to: log.endOffset(of: partition)) }
    return position
  }

  /// Makes everything appended so far durable.
  public func sync() throws { try log.syncNow() }

  private func partitions(of topics: [String]) -> [TopicPartition] {
    topics.flatMap { topic in
      (0..<(log.partitionCount(topic) ?? 0)).map { TopicPartition(topic: topic, partition: $0) }
    }
  }
}
