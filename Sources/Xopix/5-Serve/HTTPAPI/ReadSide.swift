public import AnalyticsModel
public import CatalogueModel
public import FraudModel
public import Projections
public import RecordBatches
public import ShopEvents

/// What HTTP serves: the read models' snapshots, the log to publish to, and the work on them. Safe from any thread.
public protocol ReadSide: Sendable {
  /// The live generation's name, e.g. `g-000007`.
  var generation: String { get }
  /// The catalogue as of now.
  var catalogue: CatalogueSnapshot { get }
  /// The streaming views as of now.
  var analytics: AnalyticsSnapshot { get }
  /// Scores payments and knows the latest decisions.
  var fraud: FraudModel { get }
  /// The position that every model reflects at least.
  var position: Position { get }

  /// Returns true once every model reflects `position`, false where that has not come after `timeout`.
  func wait(for position: Position, timeout: Duration) async -> Bool

  /// Appends events and returns the position after them once they are durable.
  func publish(_ events: [PublishableEvent]) async throws(PublishError) -> Position

  /// How far the models are behind the log.
  func lag() -> LagReport
  /// Whether requests should be sent here.
  func readiness() -> Readiness

  /// Starts to build the models anew beside the live ones.
  func startRebuild(_ request: RebuildRequest) throws(RebuildError) -> RebuildStatus
  /// A rebuild that was started since this process runs; nil for an unknown one.
  func rebuild(id: String) -> RebuildStatus?
  /// The generations on disk, oldest first.
  func generations() -> [GenerationDescription]
}

/// Why events could not be published.
public enum PublishError: Error, Sendable {
  /// The log takes no appends: the disk failed or is full, or the server stops. The reason is for its operator.
  case unavailable(reason: String)
}

/// How far the models are behind the log, in records.
public struct LagReport: Sendable {
  /// One model.
  public struct Model: Sendable {
    /// The model's name, e.g. `search`.
    public let name: String
    /// What the model has read.
    public let position: Position

    /// A model that has read up to `position`.
    public init(name: String, position: Position) {
      self.name = name
      self.position = position
    }
  }

  /// A Kafka cluster that is followed.
  public struct Cluster: Sendable {
    /// What the cluster calls itself; nil before it has answered.
    public let id: String?
    /// Whether it answers.
    public let isConnected: Bool
    /// Records that it has and the local mirror has not; nil where its ends are not known now.
    public let lag: Int64?
    /// Records that it had removed before they were read.
    public let missedRecords: Int64
    /// Topics of events that it does not have.
    public let missingTopics: [String]
    /// Why it is not followed, or not wholly; nil where it is.
    public let fault: String?
    /// Why nothing that is derived is written to it; nil where nothing hinders that.
    public let outputsFault: String?

    /// How following a cluster goes.
    public init(
      id: String?, isConnected: Bool, lag: Int64?, missedRecords: Int64, missingTopics: [String], fault: String?,
      outputsFault: String?
    ) {
      self.id = id
      self.isConnected = isConnected
      self.lag = lag
      self.missedRecords = missedRecords
      self.missingTopics = missingTopics
      self.fault = fault
      self.outputsFault = outputsFault
    }
  }

  /// The models.
  public let models: [Model]
  /// The end of every partition that the models read, as it was last told.
  public let ends: [TopicPartition: Offset]
  /// Records refused, by the topic that they were in.
  public let deadLetters: [String: Int64]
  /// The cluster that is followed; nil where the log is Xopix's own.
  public let cluster: Cluster?

  /// Whether the ends are those of now, so that a lag can be told.
  public var knowsEnds: Bool { cluster.map { $0.lag != nil } ?? true }

  /// A report.
  public init(
    models: [Model], ends: [TopicPartition: Offset], deadLetters: [String: Int64], cluster: Cluster? = nil
  ) {
    self.models = models
    self.ends = ends
    self.deadLetters = deadLetters
    self.cluster = cluster
  }
}

/// Whether requests should be sent here.
public enum Readiness: Sendable, Equatable {
  /// They should.
  case ready
  /// They should not, for these reasons.
  case notReady(reasons: [String])
}

/// What a rebuild is to do.
public struct RebuildRequest: Sendable, Equatable {
  /// Whether the new models are compared with the live ones.
  public let verify: Bool
  /// Whether the new generation becomes the live one, if it does not differ.
  public let activate: Bool

  /// A rebuild.
  public init(verify: Bool, activate: Bool) {
    self.verify = verify
    self.activate = activate
  }
}

/// Why a rebuild could not be started.
public enum RebuildError: Error, Sendable {
  /// Another one is running.
  case alreadyRunning(id: String)
  /// Something failed; the reason is for the operator.
  case failed(reason: String)
}

/// How far a rebuild is, and what came of it.
public struct RebuildStatus: Sendable {
  /// What a rebuild is doing.
  public enum State: String, Sendable {
    /// It reads the log.
    case running
    /// It is done.
    case done
    /// It failed: see the error.
    case failed
  }

  /// What came of one model.
  public struct Model: Sendable {
    /// The model's name.
    public let name: String
    /// The checksum of its content.
    public let checksum: String
    /// Whether the live one's is equal; nil where they were not compared.
    public let equal: Bool?

    /// A model that was built.
    public init(name: String, checksum: String, equal: Bool?) {
      self.name = name
      self.checksum = checksum
      self.equal = equal
    }
  }

  /// The rebuild's name.
  public var id: String
  /// What it is doing.
  public var state: State
  /// The generation that it builds; nil before there is one.
  public var generation: String?
  /// Batches of the log that were read.
  public var applied: Int64
  /// Batches of the log that are to be read.
  public var total: Int64
  /// Whether its generation became the live one.
  public var activated: Bool
  /// The models, once they are built.
  public var models: [Model]
  /// Why it failed.
  public var error: String?

  /// A rebuild's status.
  public init(
    id: String, state: State, generation: String? = nil, applied: Int64 = 0, total: Int64 = 0, activated: Bool = false,
    models: [Model] = [], error: String? = nil
  ) {
    self.id = id
    self.state = state
    self.generation = generation
    self.applied = applied
    self.total = total
    self.activated = activated
    self.models = models
    self.error = error
  }
}

/// A generation of the read models.
public struct GenerationDescription: Sendable, Equatable {
  /// Its name, e.g. `g-000007`.
  public let id: String
  /// Whether it is the one that is served.
  public let isLive: Bool

  /// A generation.
  public init(id: String, isLive: Bool) {
    self.id = id
    self.isLive = isLive
  }
}
