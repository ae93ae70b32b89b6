public import DurableFiles
public import RecordBatches

/// Why the log could not do what was asked.
public enum EventLogError: Error, CustomStringConvertible, Equatable {
  /// No such topic or partition.
  case unknownPartition(TopicPartition)
  /// A topic's name or number of partitions is not allowed.
  case invalidTopic(name: String, reason: String)
  /// An offset that the partition does not have.
  case offsetOutOfRange(TopicPartition, asked: Offset, start: Offset, end: Offset)
  /// Records that can't be stored.
  case invalidBatch(RecordBatchError)
  /// A topic of this name is there already.
  case topicExists(String)
  /// The topic's partitions would be more than the log has room for.
  case tooManyPartitions(topic: String, limit: Int)
  /// No such topic.
  case unknownTopic(String)
  /// A topic's setting that there is not, or a value that it does not take.
  case invalidSetting(name: String, reason: String)
  /// A batch larger than its topic takes.
  case batchTooLarge(TopicPartition, bytes: Int, limit: Int)
  /// A producer of this epoch was replaced by a newer one.
  case fencedProducer(TopicPartition, epoch: Int16, current: Int16)
  /// A producer's batch does not follow the one before it.
  case outOfOrderSequence(TopicPartition, expected: Int32, found: Int32)
  /// A producer's batch was appended so long ago that its offset is no longer known.
  case duplicateSequence(TopicPartition, sequence: Int32)
  /// A stored batch is damaged.
  case damaged(file: String, position: Int, reason: String)
  /// The disk failed; the log takes no more appends until it is opened again.
  case storage(FileError)
  /// An earlier failure of the disk stopped appends to the partition, or to the log.
  case readOnly(reason: String)

  /// One line: what failed, where, and what to do.
  public var description: String {
    switch self {
    case .unknownPartition(let partition): "there is no partition \(partition)"
    case .invalidTopic(let name, let reason): "topic \(name.prefix(260)) \(reason)"
    case .offsetOutOfRange(let partition, let asked, let start, let end):
      "\(partition) has offsets \(start.rawValue) to \(end.rawValue), not \(asked.rawValue)"
    case .invalidBatch(let error): "the batch can't be stored: \(error)"
    case .topicExists(let name): "there is a topic \(name) already"
    case .tooManyPartitions(let topic, let limit):
      "the partitions of \(topic) would be too many: all topics together have at most \(limit)"
    case .unknownTopic(let name): "there is no topic \(name.prefix(260))"
    case .invalidSetting(let name, let reason): "the setting \(name.prefix(100)) \(reason)"
    case .batchTooLarge(let partition, let bytes, let limit):
      "a batch of \(bytes) bytes for \(partition), whose max.message.bytes is \(limit)"
    case .fencedProducer(let partition, let epoch, let current):
      "\(partition) knows epoch \(current) of the producer; epoch \(epoch) was replaced by it"
    case .outOfOrderSequence(let partition, let expected, let found):
      "\(partition) expects sequence number \(expected) of the producer, not \(found)"
    case .duplicateSequence(let partition, let sequence):
      "\(partition) has had sequence number \(sequence) of the producer"
    case .damaged(let file, let position, let reason): "\(file) is damaged at byte \(position): \(reason)"
    case .storage(let error): "the disk failed: \(error)"
    case .readOnly(let reason): "the log takes no appends since the disk failed (\(reason)); mend it and restart"
    }
  }
}
