internal import EventLog
internal import EventSources
internal import HTTPAPI
internal import KafkaClient
internal import Logging
internal import Projections
internal import RecordBatches
internal import ShopEvents
internal import Synchronization

/// The Kafka cluster that is the source of events: its mirror in the local log, and the way to write to it.
///
/// One for a process: two that write would stop each other.
final class FollowedCluster: Sendable {
  /// How long publishing waits for a cluster that is away for a moment.
  private static let patience: Duration = .seconds(5)

  /// Where outputs go; nil where this node writes none.
  let sink: ClusterSink?
  private let follower: ClusterFollower
  private let appender: ClusterAppender
  private let log: EventLog
  /// The mirror's end when it had first read everything: before that is visible, answers are older than was promised.
  private let firstComplete = Mutex<UInt64?>(nil)
  /// Whether there was a mirror to serve when the process started.
  private let hadMirror: Bool

  /// A cluster to be mirrored into `log`. Nothing happens before ``start()``.
  init(
    properties: KafkaProperties, log: EventLog, identityPath: String, writesOutputs: Bool, logger: Logger
  ) throws(ClusterError) {
    let clientLog: KafkaLog = { line in
      logger.debug("the Kafka client says", metadata: ["facility": "\(line.facility)", "line": "\(line.message)"])
    }
    self.log = log
    let follower = try ClusterFollower(
      properties: properties, topics: EventTypes.topics, log: log, identityPath: identityPath,
      notice: { Self.tell($0, logger) }, clientLog: clientLog)
    self.follower = follower
    hadMirror = !follower.status.partitions.isEmpty
    appender = try ClusterAppender(properties: properties, clientLog: clientLog)
    sink =
      writesOutputs
      ? ClusterSink(
        properties: properties, log: log, obstacle: { Self.obstacle(follower.status) }, clientLog: clientLog) : nil
  }

  /// Begins to follow, and takes over writing from an earlier process.
  func start() {
    follower.start()
    sink?.takeOver()
  }

  /// Ends the waiting of whoever writes to the cluster.
  func stopWriting() { sink?.stop() }

  /// Ends following, after everybody who writes has ended.
  func stop() {
    appender.close()
    follower.stop()
  }

  /// Why nothing must be sent to whoever answers; nil where it is known to be the cluster that is mirrored.
  private static func obstacle(_ status: ClusterStatus) -> String? {
    if let failure = status.failure { return failure.description }
    return status.isConnected ? nil : "the cluster does not answer: \(status.lastFault ?? "it was not reached yet")"
  }

  // MARK: Publishing

  /// Appends events to the cluster, and returns the position after them.
  func append(_ entries: [EventAppender.Entry]) async throws -> Position {
    let deadline = ContinuousClock.now + Self.patience
    while let reason = Self.obstacle(follower.status) {
      guard ContinuousClock.now < deadline, follower.status.failure == nil else {
        throw ClusterError.unavailable(reason: reason)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    return try await appender.append(entries)
  }

  // MARK: Telling

  /// How the mirror is doing.
  var status: ClusterStatus { follower.status }

  /// Why requests should not be sent here, where the models have read the log up to `ordinal`.
  ///
  /// A cluster that goes away later is no reason: what is served stays right, and every other node would say the same.
  func reasonsAgainst(ordinal: UInt64) -> [String] {
    let status = status
    if let failure = status.failure { return [failure.description] }
    let target = firstComplete.withLock { target in
      if target == nil, status.isComplete { target = log.endOrdinal }
      return target
    }
    if let target {
      return ordinal < target ? ["\(target - ordinal) batches of the mirror are not visible yet"] : []
    }
    guard status.isConnected else {
      let reason = status.lastFault ?? "it was not reached yet"
      // What was mirrored before is served without the cluster, once it is clear that it is away.
      return hadMirror && status.lastFault != nil ? [] : ["the cluster does not answer: \(reason)"]
    }
    let faults = status.partitions.sorted { $0.key < $1.key }.compactMap { partition, state in
      state.fault.map { "\(partition) can't be read: \($0)" }
    }
    return ["\(status.lag) records of the cluster, as far as is known, are not mirrored yet"] + faults.prefix(3)
  }

  /// The positions and ends of partitions at the cluster, from what models have read of the mirror.
  ///
  /// A partition of a cluster has offsets without records, as after transactions: who has read the mirror to its end has
  /// passed them too.
  func report(position: Position) -> (position: Position, ends: [TopicPartition: Offset], cluster: LagReport.Cluster) {
    // In this order: what the status tells was in the mirror before its ends were asked for.
    let status = status
    let local = log.endPositions()
    var reached = position
    var ends: [TopicPartition: Offset] = [:]
    for (partition, state) in status.partitions {
      if position[partition] >= local[partition] ?? Offset(rawValue: 0) {
        reached.advance(partition, to: state.position)
      }
      ends[partition] = max(state.end ?? state.position, local[partition] ?? state.position)
    }
    let faults = status.partitions.values.compactMap(\.fault)
    let cluster = LagReport.Cluster(
      id: status.clusterID, isConnected: status.isConnected, lag: status.knowsEnds ? status.lag : nil,
      missedRecords: status.missedRecords, missingTopics: status.missingTopics.keys.sorted(),
      fault: Self.obstacle(status) ?? faults.min(), outputsFault: sink?.fault)
    return (reached, ends, cluster)
  }

  private static func tell(_ notice: ClusterNotice, _ logger: Logger) {
    let level: Logger.Level =
      switch notice {
      case .connected, .waiting: .notice
      case .disconnected, .trouble: .warning
      case .missed: .error
      case .failed: .critical
      }
    logger.log(level: level, "\(notice)")
  }
}
