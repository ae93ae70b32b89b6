import EventLog
import Foundation
import RecordBatches
import Testing

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] {
    (0..<Int.random(in: range, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  mutating func records(_ range: ClosedRange<Int>) -> [Record] {
    (0..<Int.random(in: range, using: &self)).map { _ in
      Record(
        key: Bool.random(using: &self) ? bytes(0...4) : nil, value: bytes(0...30),
        timestampMilliseconds: Int64.random(in: 0...1_000_000, using: &self))
    }
  }
}

/// A folder that is removed with its last reference.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = Self.newPath()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// A folder with the same content.
  init(copyOf other: TemporaryFolder) throws {
    path = Self.newPath()
    try FileManager.default.copyItem(atPath: other.path, toPath: path)
  }

  /// In memory where the system has such files: recovery is tried thousands of times, and each one syncs.
  private static func newPath() -> String {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
    return parent + "/EventLogTests-" + UUID().uuidString
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func read(_ file: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + "/" + file))) }

  func write(_ bytes: [UInt8], as file: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + file))
  }

  /// Writes into the file that is there, so that those who have it open see the change.
  func overwrite(_ file: String, with bytes: [UInt8]) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/" + file))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
  }

  func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: path + "/" + file) }
}

func partition(_ topic: String, _ number: Int32 = 0) -> TopicPartition {
  TopicPartition(topic: topic, partition: number)
}

func record(_ text: String) -> Record { Record(key: nil, value: Array(text.utf8), timestampMilliseconds: 0) }

/// A configuration with segments so small that there are several.
func smallSegments(_ bytes: Int = 400, compression: Compression = .none) -> EventLogConfiguration {
  var configuration = EventLogConfiguration()
  configuration.segmentBytes = bytes
  configuration.compression = compression
  return configuration
}

/// A batch in the order of appends, as a test compares it.
struct Place: Hashable, CustomStringConvertible {
  let partition: TopicPartition
  let base: Int64
  let next: Int64
  var description: String { "\(partition)[\(base)..<\(next)]" }
}

extension EventLog {
  /// All records of a partition, read in steps of at most about `maxBytes`; checks that offsets follow each other.
  func allRecords(of partition: TopicPartition, maxBytes: Int = 100) throws -> [Record] {
    var records: [Record] = []
    var offset = startOffset(of: partition)
    while offset < endOffset(of: partition) {
      let batches = try RecordBatchView.batches(in: try read(partition, from: offset, maxBytes: maxBytes))
      try #require(!batches.isEmpty)
      for batch in batches {
        try #require(batch.baseOffset == offset)
        records += try batch.records()
        offset = batch.nextOffset
      }
    }
    return records
  }

  /// All batches in the order of appends; checks their bytes and that ordinals follow each other.
  func allInOrder(maxBytes: Int = 300) throws -> [Place] {
    var places: [Place] = []
    while UInt64(places.count) < endOrdinal {
      let batches = try readInOrder(from: UInt64(places.count), maxBytes: maxBytes).batches
      try #require(!batches.isEmpty)
      for batch in batches {
        try #require(batch.ordinal == UInt64(places.count))
        let view = try RecordBatchView(batch.bytes)
        try #require(view.baseOffset == batch.baseOffset && view.nextOffset == batch.nextOffset)
        places.append(
          Place(partition: batch.topicPartition, base: batch.baseOffset.rawValue, next: batch.nextOffset.rawValue))
      }
    }
    return places
  }
}

/// What a log should hold, kept in memory.
struct NaiveLog {
  var records: [TopicPartition: [Record]] = [:]
  var order: [Place] = []

  mutating func append(_ added: [Record], to partition: TopicPartition) {
    let base = Int64(records[partition]?.count ?? 0)
    records[partition, default: []] += added
    if !added.isEmpty { order.append(Place(partition: partition, base: base, next: base + Int64(added.count))) }
  }

  /// Checks that `log` holds this, all of it and in this order.
  func check(_ log: EventLog, _ comment: Comment) throws {
    for (partition, expected) in records {
      #expect(try log.allRecords(of: partition) == expected, comment)
      #expect(log.endOffset(of: partition).rawValue == Int64(expected.count), comment)
    }
    #expect(try log.allInOrder() == order, comment)
    #expect(log.verify() == [], comment)
  }
}
