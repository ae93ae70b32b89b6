internal import DurableFiles
internal import EventLog

/// The layout of a data directory, and the lock that keeps a second server out of it.
public final class DataDirectory: Sendable {
  /// The directory itself.
  public let path: String
  private let lock: FileLock

  /// Opens the directory, which is made where it does not exist, and locks it until this value is gone.
  public init(path: String) throws {
    self.path = path
    try Files.createDirectory(path)
    lock = try Files.lock(path + "/LOCK")
  }

  /// A topic of the log that mirrors a cluster's; nil where the log is Xopix's own.
  func mirroredTopic(of log: EventLog) -> String? { log.topics.first { $0.settings.mirrors }?.name }

  /// The event log's directory.
  public var log: String { path + "/log" }
  /// The read models' generations.
  public var generations: String { path + "/generations" }
  /// The file that says which cluster the log mirrors; there is none where the log is Xopix's own.
  public var mirroredCluster: String { path + "/mirrored-cluster" }
  /// The file with the broker's `cluster.id`.
  public var clusterID: String { path + "/cluster.id" }
  /// The schema registry's database.
  public var schemas: String { path + "/registry.sqlite" }
  /// Random bytes that access control keeps from start to start.
  var accessSecret: String { path + "/access.secret" }
  /// Small relational state.
  public var database: String { path + "/state.sqlite" }
}
