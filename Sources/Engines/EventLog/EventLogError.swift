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
  /// A stored batch is damaged.
  case damaged(file: String, position: Int, reason: String)
  /// The disk failed; the log takes no more appends until it is opened again.
  case storage(FileError)
  /// An earlier failure of the disk stopped appends.
  case readOnly(reason: String)

  /// One line: what failed, where, and what to do.
  public var description: String {
    switch self {
    case .unknownPartition(let partition): "there is no partition \(partition)"
    case .invalidTopic(let name, let reason): "topic \(name.prefix(260)) \(reason)"
    case .offsetOutOfRange(let partition, let asked, let start, let end):
      "\(partition) has offsets \(start.rawValue) to \(end.rawValue), not \(asked.rawValue)"
    case .invalidBatch(let error): "the batch can't be stored: \(error)"
    case .damaged(let file, let position, let reason): "\(file) is damaged at byte \(position): \(reason)"
    case .storage(let error): "the disk failed: \(error)"
    case .readOnly(let reason): "the log takes no appends since the disk failed (\(reason)); mend it and restart"
    }
  }
}
