public import ByteCoding
public import RecordBatches

/// An event with its place in the log.
public struct PositionedEvent<Event: Sendable>: Sendable {
  /// Where the event's record stands.
  public let topicPartition: TopicPartition
  /// The offset of the event's record.
  public let offset: Offset
  /// The event.
  public let event: Event

  /// An event and its place.
  public init(topicPartition: TopicPartition, offset: Offset, event: Event) {
    self.topicPartition = topicPartition
    self.offset = offset
    self.event = event
  }
}

/// A state that is a pure function of the log: no clock, no randomness, no network.
///
/// One thread applies batches, makes them visible, and writes checkpoints. What readers see is an immutable snapshot
/// that ``publish(at:)`` replaces.
public protocol ReadModel<Event>: AnyObject {
  /// The type of the log's decoded events.
  associatedtype Event: Sendable

  /// The model's name in metrics, manifests and messages, e.g. `search`.
  var name: String { get }

  /// Folds events into the state, in order; returns the records to write that follow from them.
  ///
  /// Equal states and equal events give equal states and equal outputs. It can't fail: what an event asks for and
  /// can't be done is part of the state (counted), not an error.
  func apply(_ events: [PositionedEvent<Event>]) -> [OutputRecord]

  /// Makes everything applied so far visible to readers, as of `position`.
  func publish(at position: Position)

  /// Makes the state durable under the model's directory and returns what ``ReadModelFactory`` needs to find it again.
  ///
  /// Files of earlier checkpoints stay untouched until ``discardFiles(notIn:)``.
  func writeCheckpoint(number: UInt64) throws -> [UInt8]

  /// Begins to make the state durable as it is now, and goes on meanwhile; as ``writeCheckpoint(number:)`` else.
  ///
  /// One checkpoint is written after the other: the next one is begun when this one is over. A model that writes quickly
  /// leaves it at the default, which writes at once.
  func beginCheckpoint(number: UInt64) throws -> PendingManifest

  /// Removes files that the checkpoint described by `manifest`, the last one written, does not need.
  func discardFiles(notIn manifest: [UInt8])

  /// Puts the state into a better shape for readers while there is nothing else to do; true where they should be shown it.
  func rest() throws -> Bool

  /// The checksum of the state's logical content, equal for equal content however it came to be and is laid out.
  func checksum() -> LogicalChecksum
}

extension ReadModel {
  /// Writes the checkpoint at once.
  public func beginCheckpoint(number: UInt64) throws -> PendingManifest {
    PendingManifest(try writeCheckpoint(number: number))
  }

  /// Does nothing.
  public func rest() throws -> Bool { false }
}

/// What a model's checkpoint is restored from, once it is written.
public struct PendingManifest {
  /// Whether it is written, or could not be.
  public let isOver: () -> Bool
  /// Waits until it is written, and returns what ``ReadModelFactory`` needs.
  public let manifest: () throws -> [UInt8]

  /// A checkpoint that is written already.
  public init(_ manifest: [UInt8]) {
    isOver = { true }
    self.manifest = { manifest }
  }

  /// A checkpoint that is being written.
  public init(isOver: @escaping () -> Bool, manifest: @escaping () throws -> [UInt8]) {
    self.isOver = isOver
    self.manifest = manifest
  }
}

/// A record that a read model derives from an event.
public struct OutputRecord: Sendable {
  /// The topic to write to.
  public let topic: String
  /// The record, without the header that names its source.
  public let record: Record
  /// The record of the log from which this one follows.
  public let source: SourceRecord

  /// A record that follows from `source`.
  public init(topic: String, record: Record, source: SourceRecord) {
    self.topic = topic
    self.record = record
    self.source = source
  }
}

/// The place of a record from which another one follows; written as a header, it makes outputs exactly-once.
public struct SourceRecord: Hashable, Sendable {
  /// The partition of the source record.
  public let topicPartition: TopicPartition
  /// The offset of the source record.
  public let offset: Offset

  /// The record at `offset` of `topicPartition`.
  public init(_ topicPartition: TopicPartition, _ offset: Offset) {
    self.topicPartition = topicPartition
    self.offset = offset
  }

  /// The name of the header that carries ``headerValue``.
  public static let headerKey = "xopix.source"

  /// `topic:partition:offset`.
  public var headerValue: [UInt8] {
    Array("\(topicPartition.topic):\(topicPartition.partition):\(offset.rawValue)".utf8)
  }

  /// The place in a header that ``headerValue`` wrote; nil for anything else.
  init?(headerValue bytes: [UInt8]) {
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 3, let partition = Int32(parts[parts.count - 2]), let offset = Int64(parts[parts.count - 1])
    else { return nil }
    let topic = parts.dropLast(2).joined(separator: ":")
    self.init(TopicPartition(topic: topic, partition: partition), Offset(rawValue: offset))
  }
}

/// Makes a read model in a directory: empty, or as it was at a checkpoint.
public struct ReadModelFactory<Event: Sendable>: Sendable {
  /// The model's name, which is also the name of its directory in a generation.
  public let name: String
  /// Makes the model in a directory of its own, from a checkpoint's manifest where there is one.
  public let make: @Sendable (_ directory: String, _ manifest: [UInt8]?) throws -> any ReadModel<Event>

  /// A factory of models called `name`.
  public init(
    name: String, make: @escaping @Sendable (_ directory: String, _ manifest: [UInt8]?) throws -> any ReadModel<Event>
  ) {
    self.name = name
    self.make = make
  }
}
