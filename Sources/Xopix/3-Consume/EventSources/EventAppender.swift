public import EventLog
public import Projections
public import RecordBatches

/// Appends events to the embedded log as producers do: by key, together, and durable when it returns.
public struct EventAppender: Sendable {
  private let log: EventLog

  /// An appender to `log`.
  public init(log: EventLog) { self.log = log }

  /// One record with its topic.
  public struct Entry: Sendable {
    /// The topic, which must exist.
    public let topic: String
    /// The record; its key decides on the partition.
    public let record: Record

    /// A record for `topic`.
    public init(topic: String, record: Record) {
      self.topic = topic
      self.record = record
    }
  }

  /// Appends `entries` in order and returns the position after them once they are durable.
  ///
  /// Throws what the log throws: then the entries were not acknowledged, and may or may not be there after a crash.
  public func append(_ entries: [Entry]) async throws -> Position {
    var groups: [TopicPartition: [Record]] = [:]
    var order: [TopicPartition] = []
    for entry in entries {
      let partition = TopicPartition(
        topic: entry.topic, partition: log.partition(for: entry.record.key, topic: entry.topic))
      if groups[partition] == nil { order.append(partition) }
      groups[partition, default: []].append(entry.record)
    }
    let appended = try log.appendAll(order.map { ($0, groups[$0] ?? []) })
    var position = Position()
    for (partition, place) in zip(order, appended) { position.advance(partition, to: place.nextOffset) }
    if let last = appended.map(\.ordinal).max() { try await log.waitUntilDurable(last) }
    return position
  }
}
