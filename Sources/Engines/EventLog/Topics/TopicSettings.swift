/// How one topic is stored: Kafka's settings of a topic, by Kafka's names.
///
/// A setting that the broker of one machine has no use for (`min.insync.replicas`, for example) is accepted, checked and
/// given back, since clients and their scripts set it.
public struct TopicSettings: Sendable, Equatable {
  /// What was set, by name; everything else has its default.
  public let overrides: [String: String]
  /// Records older than this, in milliseconds, may be removed; nil keeps them for ever.
  public let retentionMilliseconds: Int64?
  /// Bytes of a partition beyond which its oldest segments are removed; nil keeps them all.
  public let retentionBytes: Int64?
  /// A segment that has reached this size, in bytes, is followed by a new one.
  public internal(set) var segmentBytes: Int
  /// A segment this old, in milliseconds, is followed by a new one, so that it can be removed or compacted.
  public let segmentMilliseconds: Int64
  /// Whether old segments are removed by age and size.
  public let isDeleting: Bool
  /// Whether only the last record of each key is kept.
  public let isCompacting: Bool
  /// The largest batch that is taken, in bytes.
  public let maxMessageBytes: Int
  /// How long a record may stay unsynced, in milliseconds, where its producer does not wait for the disk.
  public let flushMilliseconds: Int64
  /// Whether records are stamped with the time of their arrival instead of their producer's.
  public let usesLogAppendTime: Bool
  /// How long a compacted topic keeps a tombstone, in milliseconds.
  public let deleteRetentionMilliseconds: Int64
  /// How long after its arrival a record is at least left alone by compaction, in milliseconds.
  public let minCompactionLagMilliseconds: Int64
  /// The share of bytes that no compaction has seen from which on one is worth it, 0…1.
  public let minCleanableDirtyRatio: Double
  /// Whether records that break their registered schema are refused.
  public let validatesSchemas: Bool

  /// Whether offsets come from another cluster, which may leave some out.
  public let mirrors: Bool

  /// One setting: its name, what it is when nobody sets it, and what it may be.
  public struct Definition: Sendable {
    /// Kafka's name for it.
    public let name: String
    /// Its value where nothing is set.
    public let defaultValue: String
    /// What values it takes.
    public let form: Form
    /// What it does, a sentence.
    public let documentation: String
  }

  /// What values a setting takes.
  public enum Form: Sendable, Equatable {
    /// A whole number within a range.
    case integer(ClosedRange<Int64>)
    /// A number within a range.
    case decimal(ClosedRange<Double>)
    /// `true` or `false`.
    case boolean
    /// One of these words.
    case word([String])
    /// Some of these words, separated by commas.
    case words([String])
  }

  /// The settings with nothing overridden.
  public init() {
    // The defaults are within their own forms, so nothing is left to refuse.
    self.init(checked: [:])
  }

  /// Settings by name; throws the first that is unknown or out of range.
  public init(_ overrides: [String: String]) throws(EventLogError) {
    for (name, value) in overrides.sorted(by: { $0.key < $1.key }) { try Self.check(name, value) }
    self.init(checked: overrides)
  }

  /// The value of a setting, as set or by default; nil for an unknown name.
  public func value(of name: String) -> String? {
    overrides[name] ?? Self.byName[name]?.defaultValue
  }

  private init(checked overrides: [String: String]) {
    func text(_ name: String) -> String { overrides[name] ?? Self.byName[name]?.defaultValue ?? "" }
    func number(_ name: String) -> Int64 { Int64(text(name)) ?? 0 }
    func bounded(_ name: String) -> Int64? { number(name) < 0 ? nil : number(name) }
    self.overrides = overrides
    retentionMilliseconds = bounded("retention.ms")
    retentionBytes = bounded("retention.bytes")
    segmentBytes = Int(number("segment.bytes"))
    segmentMilliseconds = number("segment.ms")
    let policy = text("cleanup.policy").split(separator: ",").map { $0.filter { $0 != " " } }
    isDeleting = policy.contains("delete")
    isCompacting = policy.contains("compact")
    maxMessageBytes = Int(number("max.message.bytes"))
    flushMilliseconds = number("flush.ms")
    usesLogAppendTime = text("message.timestamp.type") == "LogAppendTime"
    deleteRetentionMilliseconds = number("delete.retention.ms")
    minCompactionLagMilliseconds = number("min.compaction.lag.ms")
    minCleanableDirtyRatio = Double(text("min.cleanable.dirty.ratio")) ?? 0.5
    validatesSchemas = text("schema.validation") == "true"
    mirrors = text("xopix.mirror") == "true"
  }

  private static func check(_ name: String, _ value: String) throws(EventLogError) {
    guard let definition = byName[name] else {
      throw .invalidSetting(name: name, reason: "there is no such setting of a topic")
    }
    if let reason = definition.form.fault(of: value) { throw .invalidSetting(name: name, reason: reason) }
  }

  private static let byName = Dictionary(uniqueKeysWithValues: definitions.map { ($0.name, $0) })

  /// Every setting of a topic, by name.
  public static let definitions: [Definition] = [
    Definition(
      name: "cleanup.policy", defaultValue: "delete", form: .words(["delete", "compact"]),
      documentation: "Whether old segments are deleted, compacted to the last record of each key, or both."),
    Definition(
      name: "compression.type", defaultValue: "producer",
      form: .word(["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"]),
      documentation: "Accepted; batches are kept as their producer compressed them."),
    Definition(
      name: "delete.retention.ms", defaultValue: "86400000", form: .integer(0...Int64.max),
      documentation: "How long a compacted topic keeps a tombstone, in milliseconds."),
    Definition(
      name: "file.delete.delay.ms", defaultValue: "60000", form: .integer(0...Int64.max),
      documentation: "Accepted; readers keep removed segments open as long as they need them."),
    Definition(
      name: "flush.messages", defaultValue: "9223372036854775807", form: .integer(1...Int64.max),
      documentation: "Accepted; see flush.ms."),
    Definition(
      name: "flush.ms", defaultValue: "1000", form: .integer(0...Int64.max),
      documentation: "How long a record whose producer does not wait for the disk may stay unsynced, in milliseconds."),
    Definition(
      name: "index.interval.bytes", defaultValue: "16384", form: .integer(0...Int64(Int32.max)),
      documentation: "Accepted; an index has an entry for each 16 KiB."),
    Definition(
      name: "max.compaction.lag.ms", defaultValue: "9223372036854775807", form: .integer(1...Int64.max),
      documentation: "Accepted; compaction runs as soon as it is worth it."),
    Definition(
      name: "max.message.bytes", defaultValue: "1048588", form: .integer(0...Int64(1 << 30)),
      documentation: "The largest record batch that is taken, in bytes."),
    Definition(
      name: "message.timestamp.after.max.ms", defaultValue: "9223372036854775807", form: .integer(0...Int64.max),
      documentation: "Accepted; timestamps of producers are kept."),
    Definition(
      name: "message.timestamp.before.max.ms", defaultValue: "9223372036854775807", form: .integer(0...Int64.max),
      documentation: "Accepted; timestamps of producers are kept."),
    Definition(
      name: "message.timestamp.type", defaultValue: "CreateTime", form: .word(["CreateTime", "LogAppendTime"]),
      documentation: "Whether a record has its producer's timestamp or that of its arrival."),
    Definition(
      name: "min.cleanable.dirty.ratio", defaultValue: "0.5", form: .decimal(0...1),
      documentation: "The share of bytes not yet compacted from which on a partition is compacted."),
    Definition(
      name: "min.compaction.lag.ms", defaultValue: "0", form: .integer(0...Int64.max),
      documentation: "How long a record stays as it is before compaction may remove it, in milliseconds."),
    Definition(
      name: "min.insync.replicas", defaultValue: "1", form: .integer(1...Int64(Int32.max)),
      documentation: "Accepted; there is one replica, and acks=all waits for its disk."),
    Definition(
      name: "preallocate", defaultValue: "false", form: .boolean, documentation: "Accepted; segments grow as needed."),
    Definition(
      name: "retention.bytes", defaultValue: "-1", form: .integer(-1...Int64.max),
      documentation: "Bytes of a partition beyond which its oldest segments are deleted; -1 keeps all."),
    Definition(
      name: "retention.ms", defaultValue: "-1", form: .integer(-1...Int64.max),
      documentation: "Milliseconds after which records may be deleted; -1 keeps them for ever."),
    Definition(
      name: "schema.validation", defaultValue: "false", form: .boolean,
      documentation: "Whether records that break their registered schema are refused."),
    Definition(
      name: "segment.bytes", defaultValue: "134217728", form: .integer(1...Int64(Int32.max)),
      documentation: "The size in bytes from which on a segment is followed by a new one."),
    Definition(
      name: "segment.jitter.ms", defaultValue: "0", form: .integer(0...Int64.max),
      documentation: "Accepted; segments are rolled without jitter."),
    Definition(
      name: "segment.ms", defaultValue: "604800000", form: .integer(1...Int64.max),
      documentation: "The age in milliseconds from which on a segment is followed by a new one."),
    Definition(
      name: "unclean.leader.election.enable", defaultValue: "false", form: .boolean,
      documentation: "Accepted; there is one replica."),
    Definition(
      name: "xopix.mirror", defaultValue: "false", form: .boolean,
      documentation: "Whether the topic repeats one of another cluster, with its offsets; set by Xopix."),
  ]
}

extension TopicSettings.Form {
  /// Why `value` is not of this form; nil where it is.
  fileprivate func fault(of value: String) -> String? {
    switch self {
    case .integer(let range):
      guard let number = Int64(value), range.contains(number) else {
        return "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
      }
    case .decimal(let range):
      guard let number = Double(value), range.contains(number) else {
        return "must be a number from \(range.lowerBound) to \(range.upperBound)"
      }
    case .boolean:
      guard value == "true" || value == "false" else { return "must be true or false" }
    case .word(let words):
      guard words.contains(value) else { return "must be one of \(words.joined(separator: ", "))" }
    case .words(let words):
      let given = value.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
      guard given.allSatisfy({ words.contains($0) }) else {
        return "must be some of \(words.joined(separator: ", ")), separated by commas"
      }
    }
    return nil
  }
}
