public import EventLog
internal import Foundation
public import KafkaClient
internal import Synchronization

/// Keeps a mirror of a cluster's topics in the local log, on a thread of its own.
///
/// Each record goes where it is at the cluster: same topic, partition and offset. What reads the local log so reads the
/// cluster, in one order that is kept, and goes on where the cluster can't be reached. Troubles of the cluster are reported
/// and waited out; only another history stops the mirror.
public final class ClusterFollower: Sendable {
  private struct State {
    var status: ClusterStatus
    var isStopping = false
    var isRunning = false
  }

  private let state: Mutex<State>
  private let mirror: Mutex<ClusterMirror>

  /// A mirror of `topics` of the cluster that `properties` name, in `log`. Nothing happens before ``start()``.
  ///
  /// - Parameters:
  ///   - identityPath: the file that notes which cluster is mirrored; beside the log.
  ///   - log: where the records go. Topics are made in it as the cluster has them; those that it has already must be
  ///     mirrors.
  ///   - notice: told what an operator should know, on the follower's thread.
  ///   - clientLog: where the client library's own lines go.
  public convenience init(
    properties: KafkaProperties, topics: [String], log: EventLog, identityPath: String,
    notice: @escaping @Sendable (ClusterNotice) -> Void = { _ in }, clientLog: @escaping KafkaLog = { _ in }
  ) throws(ClusterError) {
    let consumer: KafkaConsumer
    do throws(KafkaClientError) {
      consumer = try KafkaConsumer(properties, log: clientLog)
    } catch {
      throw .client(error)
    }
    try self.init(
      mirror: ClusterMirror(
        topics: topics, log: log, cluster: consumer, identityPath: identityPath, notice: notice))
  }

  init(mirror: sending ClusterMirror) {
    state = Mutex(State(status: mirror.status))
    self.mirror = Mutex(mirror)
  }

  /// How the mirror is doing.
  public var status: ClusterStatus { state.withLock { $0.status } }

  /// Starts the thread. Call it once.
  public func start() {
    state.withLock { $0.isRunning = true }
    let thread = Thread { [self] in
      var goesOn = true
      while goesOn, !state.withLock({ $0.isStopping }) {
        let status = mirror.withLock { mirror in
          goesOn = mirror.step()
          return mirror.status
        }
        state.withLock { $0.status = status }
      }
      state.withLock { $0.isRunning = false }
    }
    thread.name = "cluster-follower"
    thread.start()
  }

  /// Ends the thread and waits until it has ended; what was read is in the log.
  public func stop() {
    state.withLock { $0.isStopping = true }
    while state.withLock({ $0.isRunning }) { Thread.sleep(forTimeInterval: 0.005) }
  }
}
