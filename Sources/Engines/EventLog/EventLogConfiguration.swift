public import RecordBatches

/// How a log stores what it is given.
public struct EventLogConfiguration: Sendable {
  /// A segment that has reached this size is followed by a new one, where its topic does not say otherwise.
  public var segmentBytes = 128 << 20
  /// How appended records are compressed: none or zstd.
  public var compression = Compression.zstd
  /// The partitions of a topic that is made without saying how many.
  public var defaultPartitions: Int32 = 4

  /// The partitions that all topics together may have: each keeps a file open.
  public var maximumPartitions = 20_000

  /// The defaults.
  public init() {}

  /// A topic's settings, where `overrides` are set; throws the first that is unknown or out of range.
  func settings(_ overrides: [String: String]) throws(EventLogError) -> TopicSettings {
    var settings = try TopicSettings(overrides)
    if overrides["segment.bytes"] == nil { settings.segmentBytes = segmentBytes }
    return settings
  }
}

/// What opening a log found and mended.
public struct RecoveryReport: Sendable, Equatable {
  /// Bytes cut off the end of a file, by file: what a crash had left half written.
  public internal(set) var truncatedBytes: [String: Int] = [:]
  /// Bytes that had been durable and are gone, by file: the disk lost what it had promised to keep.
  public internal(set) var lostBytes: [String: Int] = [:]
  /// Batches that were in segments and not in the order journal.
  public internal(set) var addedToOrder = 0
  /// Entries of the order journal whose batches were lost with the power.
  public internal(set) var droppedFromOrder = 0
  /// Batches that were read and checked.
  public internal(set) var checkedBatches = 0

  /// Nothing found.
  public init() {}
}
