public import ByteCoding
public import RecordBatches

/// How far a log has been read: for each partition the offset of the next record. Partitions not named are at 0.
public struct Position: Sendable, Equatable {
  /// The next offset by partition; only offsets above 0 are kept.
  public private(set) var nextOffsets: [TopicPartition: Offset]

  /// The position before every record, or the one given by `nextOffsets`.
  public init(_ nextOffsets: [TopicPartition: Offset] = [:]) {
    self.nextOffsets = nextOffsets.filter { $0.value.rawValue > 0 }
  }

  /// The offset of the next record of a partition.
  public subscript(_ partition: TopicPartition) -> Offset {
    nextOffsets[partition] ?? Offset(rawValue: 0)
  }

  /// Moves a partition forward to `next`; never backward.
  public mutating func advance(_ partition: TopicPartition, to next: Offset) {
    if next > self[partition] { nextOffsets[partition] = next }
  }

  /// Whether everything before `other` is also before this position.
  public func covers(_ other: Position) -> Bool {
    other.nextOffsets.allSatisfy { self[$0.key] >= $0.value }
  }

  /// The records between this position and `end`, over all partitions of `end`.
  public func lag(behind end: Position) -> Int64 {
    end.nextOffsets.reduce(0) { $0 + max(0, $1.value.rawValue - self[$1.key].rawValue) }
  }
}

extension Position {
  /// Appends the position: a count, then topic, partition and next offset of each partition in order.
  public func write(to writer: inout ByteWriter) {
    writer.writeVarint(UInt64(nextOffsets.count))
    for (partition, offset) in nextOffsets.sorted(by: { $0.key < $1.key }) {
      writer.writePrefixed(partition.topic)
      writer.writeVarint(UInt64(UInt32(bitPattern: partition.partition)))
      writer.writeVarint(UInt64(bitPattern: offset.rawValue))
    }
  }

  /// Reads what ``write(to:)`` wrote.
  @_lifetime(reader: copy reader)
  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    var offsets: [TopicPartition: Offset] = [:]
    for _ in 0..<(try reader.readCount()) {
      let topic = try reader.readPrefixedString()
      let partition = Int32(truncatingIfNeeded: try reader.readVarint())
      let offset = Int64(bitPattern: try reader.readVarint())
      offsets[TopicPartition(topic: topic, partition: partition)] = Offset(rawValue: offset)
    }
    self.init(offsets)
  }
}
