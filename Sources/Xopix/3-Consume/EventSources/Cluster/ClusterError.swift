public import DurableFiles
public import EventLog
public import KafkaClient

/// Why a cluster can't be followed, or not be written to.
public enum ClusterError: Error, CustomStringConvertible, Equatable {
  /// A topic of the local log holds events of its own.
  case notAMirror(topic: String)
  /// The cluster, or a topic of it, has another history than the one that was mirrored.
  case otherHistory(reason: String)
  /// The file that names the mirrored cluster can't be read.
  case damagedIdentity(path: String, reason: String)
  /// Another process has taken over writing to the cluster.
  case fenced(transactionalID: String)
  /// The cluster did not answer for too long, or refused.
  case unavailable(reason: String)
  /// The sink was stopped while it waited for the cluster.
  case stopped
  /// The client could not do what was asked.
  case client(KafkaClientError)
  /// The local log failed.
  case log(EventLogError)
  /// The disk failed.
  case storage(FileError)

  /// One line: what failed, and what to do.
  public var description: String {
    switch self {
    case .notAMirror(let topic):
      "the local topic \(topic) holds events of its own and can't mirror a cluster's; start with an empty data directory"
    case .otherHistory(let reason):
      "the cluster's log is another one than the one mirrored here: \(reason); nothing more is taken from it. Name the "
        + "cluster that was followed before, or rebuild from an empty data directory"
    case .damagedIdentity(let path, let reason):
      "\(path) does not say which cluster is mirrored: \(reason); rebuild from an empty data directory"
    case .fenced(let id):
      "another process writes to the cluster as \(id); let one node only write what is derived"
    case .unavailable(let reason): "the cluster is not available: \(reason)"
    case .stopped: "writing to the cluster was stopped; what was not written is written after the next start"
    case .client(let error): "\(error)"
    case .log(let error): "\(error)"
    case .storage(let error): "\(error)"
    }
  }
}
