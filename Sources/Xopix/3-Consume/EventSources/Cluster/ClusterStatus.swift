public import RecordBatches

/// How the mirror of a cluster is doing.
public struct ClusterStatus: Sendable {
  /// One partition's mirror.
  public struct Partition: Sendable, Equatable {
    /// The offset up to which the cluster was read: everything before it is in the local log.
    public internal(set) var position = Offset(rawValue: 0)
    /// The partition's end at the cluster, when it was last told; nil before that.
    public internal(set) var end: Offset?
    /// Whether the end that was told when reading began, or began again, was reached.
    public internal(set) var hasCaughtUp = false
    /// Records that the cluster had removed before they were read, since the start.
    public internal(set) var missedRecords: Int64 = 0
    /// Why the partition is not read now; nil while it is.
    public internal(set) var fault: String?

    /// The records that the cluster has and the mirror has not, as far as is known.
    public var lag: Int64 { max(0, (end ?? position).rawValue - position.rawValue) }
  }

  /// What the cluster calls itself; nil before it has answered.
  public internal(set) var clusterID: String?
  /// Whether the cluster answers.
  public internal(set) var isConnected = false
  /// Whether the topics and their partitions were told since the start: those that are missing are missing there.
  public internal(set) var hasDiscovered = false
  /// How often it began to answer, since the start.
  public internal(set) var connections = 0
  /// How often something went wrong, since the start: the cluster did not answer, or a partition could not be read or stored.
  public internal(set) var faults = 0
  /// Since when it does, or does not.
  public internal(set) var connectionChanged = ContinuousClock.now
  /// The last thing that went wrong, mended or not.
  public internal(set) var lastFault: String?
  /// Why the mirror has stopped for good; nil while it goes on.
  public internal(set) var failure: ClusterError?
  /// Topics that the cluster does not have, or does not show, with the reason.
  public internal(set) var missingTopics: [String: String] = [:]
  /// The partitions that are mirrored.
  public internal(set) var partitions: [TopicPartition: Partition] = [:]

  /// The records that the cluster has and the mirror has not, as far as is known.
  public var lag: Int64 { partitions.values.reduce(0) { $0 + $1.lag } }
  /// Records that the cluster had removed before they were read, since the start.
  public var missedRecords: Int64 { partitions.values.reduce(0) { $0 + $1.missedRecords } }
  /// Whether the ends of all partitions are known as of now.
  public var knowsEnds: Bool { isConnected && hasDiscovered && partitions.values.allSatisfy { $0.end != nil } }
  /// Whether everything that the cluster has was read; true too where it has none of the topics.
  public var isComplete: Bool { isConnected && hasDiscovered && partitions.values.allSatisfy(\.hasCaughtUp) }
  /// Whether every partition that is known has been read to its end; false before any is.
  public var hasCaughtUp: Bool { !partitions.isEmpty && partitions.values.allSatisfy(\.hasCaughtUp) }
}

/// Something about a cluster that its operator should know.
public enum ClusterNotice: Sendable, CustomStringConvertible {
  /// The cluster answers.
  case connected(clusterID: String)
  /// The cluster does not answer any more, or not yet.
  case disconnected(reason: String)
  /// Topics that the cluster does not have are waited for.
  case waiting(topics: [String])
  /// A partition could not be read, or not be stored; it is tried again.
  case trouble(TopicPartition, reason: String)
  /// The cluster had removed records before they were read.
  case missed(TopicPartition, from: Offset, to: Offset)
  /// The mirror has stopped for good.
  case failed(ClusterError)

  /// One line.
  public var description: String {
    switch self {
    case .connected(let id): "the cluster \(id) answers"
    case .disconnected(let reason): "the cluster does not answer: \(reason)"
    case .waiting(let topics): "the cluster has no topic \(topics.joined(separator: ", ")) yet"
    case .trouble(let partition, let reason): "\(partition) is tried again: \(reason)"
    case .missed(let partition, let from, let to):
      "the cluster had removed \(to.rawValue - from.rawValue) records of \(partition) (offsets \(from.rawValue) to "
        + "\(to.rawValue - 1)) before they were read; its retention is shorter than this node was away"
    case .failed(let error): error.description
    }
  }
}
