/// A record's place in its partition: 0 for the first, then one more each.
public struct Offset: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number of records before this place.
  public let rawValue: Int64

  /// A place from its number.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// The place `count` records later.
  public func advanced(by count: Int64) -> Offset { Offset(rawValue: rawValue + count) }

  /// The earlier place is the lesser.
  public static func < (left: Offset, right: Offset) -> Bool { left.rawValue < right.rawValue }
}

/// One partition of a topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The topic's name.
  public let topic: String
  /// The partition's number, from 0.
  public let partition: Int32

  /// Partition `partition` of `topic`.
  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  /// Orders by topic, then by partition.
  public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
    (left.topic, left.partition) < (right.topic, right.partition)
  }

  /// `orders:0`.
  public var description: String { "\(topic):\(partition)" }
}

/// A record as producers write it.
public struct Record: Equatable, Sendable {
  /// Decides on the partition and, in compacted topics, on what the record replaces.
  public var key: [UInt8]?
  /// The content; nil is a tombstone.
  public var value: [UInt8]?
  /// Names and values beside the content, in order; names may repeat.
  public var headers: [RecordHeader]
  /// When the record was made, in milliseconds since 1970.
  public var timestampMilliseconds: Int64

  /// A record.
  public init(key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = [], timestampMilliseconds: Int64) {
    self.key = key
    self.value = value
    self.headers = headers
    self.timestampMilliseconds = timestampMilliseconds
  }
}

/// A name and a value beside a record's content.
public struct RecordHeader: Equatable, Sendable {
  /// The name.
  public let key: String
  /// The value.
  public let value: [UInt8]?

  /// A header.
  public init(key: String, value: [UInt8]?) {
    self.key = key
    self.value = value
  }
}
