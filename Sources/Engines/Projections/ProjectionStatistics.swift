internal import ByteCoding

/// What became of the records that a projection read.
public struct ProjectionStatistics: Sendable, Equatable {
  /// Records of topics that hold events.
  public internal(set) var read: UInt64 = 0
  /// Events applied to the models.
  public internal(set) var applied: UInt64 = 0
  /// Events passed over since one of the same identity had been applied.
  public internal(set) var duplicates: UInt64 = 0
  /// Records refused, by topic: they are in the topic's dead letter topic.
  public internal(set) var rejected: [String: UInt64] = [:]
  /// Well-formed events of unknown type, by `topic/type`; once ``largestUnknownTypes`` are known, others are counted
  /// under `topic/*`.
  public internal(set) var unknownTypes: [String: UInt64] = [:]

  /// The number of unknown types that are counted each by its name: types come from outside, memory does not.
  public static let largestUnknownTypes = 100

  /// Nothing read.
  public init() {}

  mutating func countRejected(topic: String) {
    rejected[topic, default: 0] += 1
  }

  mutating func countUnknown(type: String, topic: String) {
    let name = topic + "/" + type
    let isCounted = unknownTypes[name] != nil || unknownTypes.count < Self.largestUnknownTypes
    unknownTypes[isCounted ? name : topic + "/*", default: 0] += 1
  }

  func write(to writer: inout ByteWriter) {
    writer.writeVarint(read)
    writer.writeVarint(applied)
    writer.writeVarint(duplicates)
    for counts in [rejected, unknownTypes] {
      writer.writeVarint(UInt64(counts.count))
      for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
        writer.writePrefixed(name)
        writer.writeVarint(count)
      }
    }
  }

  @_lifetime(reader: copy reader)
  init(from reader: inout ByteReader) throws(ByteReaderError) {
    read = try reader.readVarint()
    applied = try reader.readVarint()
    duplicates = try reader.readVarint()
    rejected = try Self.readCounts(from: &reader)
    unknownTypes = try Self.readCounts(from: &reader)
  }

  @_lifetime(reader: copy reader)
  private static func readCounts(from reader: inout ByteReader) throws(ByteReaderError) -> [String: UInt64] {
    var counts: [String: UInt64] = [:]
    for _ in 0..<(try reader.readCount()) {
      let name = try reader.readPrefixedString()
      counts[name] = try reader.readVarint()
    }
    return counts
  }
}
