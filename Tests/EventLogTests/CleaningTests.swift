import RecordBatches
import Testing

@testable import EventLog

@Suite("Retention and compaction")
struct CleaningTests {
  static func keyed(_ key: String, _ value: String?, at time: Int64 = 0) -> Record {
    Record(key: Array(key.utf8), value: value.map { Array($0.utf8) }, timestampMilliseconds: time)
  }

  @Test("segments past their age go, the last one stays, and offsets go on")
  func retentionByAge() throws {
    let folder = try TemporaryFolder()
    var log = try EventLog.open(directory: folder.path)
    try log.makeTopic("a", partitions: 1, settings: ["retention.ms": "1000", "segment.bytes": "1"])
    for time in 0..<10 as Range<Int64> {
      _ = try log.append([Self.keyed("k", "\(time)", at: time * 500)], to: partition("a"))
    }
    let slice = try log.slice(of: partition("a"), from: Offset(rawValue: 0), maxBytes: 1000)
    let report = log.clean(now: 4600)
    #expect(report.removedSegments == 8 && report.failures.isEmpty)
    #expect(log.startOffset(of: partition("a")).rawValue == 8)
    #expect(log.endOffset(of: partition("a")).rawValue == 10)
    // Who was reading a removed segment reads on.
    #expect(try RecordBatchView.batches(in: slice.read()).first?.baseOffset.rawValue == 0)
    #expect(try log.readInOrder(from: 0, maxBytes: 10_000).batches.map(\.baseOffset.rawValue) == [8, 9])
    log = try EventLog.open(directory: folder.path)
    #expect(log.startOffset(of: partition("a")).rawValue == 8)
    #expect(try log.append([Self.keyed("k", "x")], to: partition("a")).baseOffset.rawValue == 10)
    #expect(log.verify() == [])
  }

  @Test("a partition's size is kept, to a segment")
  func retentionBySize() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments(1))
    try log.makeTopic("a", partitions: 1, settings: ["retention.bytes": "300", "segment.bytes": "1"])
    for _ in 0..<20 { _ = try log.append([Self.keyed("k", "some value")], to: partition("a")) }
    log.clean(now: 0)
    let bytes = log.byteCount(of: partition("a"))
    #expect(bytes >= 300 - 100 && bytes <= 400, "\(bytes)")
  }

  @Test("records before an offset are deleted, and stay deleted; an offset beyond the end is refused")
  func deleteRecords() throws {
    let folder = try TemporaryFolder()
    var log = try EventLog.open(directory: folder.path, configuration: smallSegments(150))
    try log.createTopic("a", partitions: 1)
    for number in 0..<10 { _ = try log.append([record("\(number)")], to: partition("a")) }
    #expect(try log.deleteRecords(of: partition("a"), before: Offset(rawValue: 5)).rawValue == 5)
    #expect(throws: EventLogError.self) { try log.deleteRecords(of: partition("a"), before: Offset(rawValue: 11)) }
    #expect(throws: EventLogError.self) { try log.read(partition("a"), from: Offset(rawValue: 4), maxBytes: 10) }
    for _ in 0..<2 {
      #expect(log.startOffset(of: partition("a")).rawValue == 5)
      #expect(try log.readInOrder(from: 0, maxBytes: 10_000).batches.first?.nextOffset.rawValue == 6)
      log = try EventLog.open(directory: folder.path, configuration: smallSegments(150))
    }
    #expect(try log.deleteRecords(of: partition("a"), before: Offset(rawValue: 10)).rawValue == 10)
    #expect(log.endOffset(of: partition("a")).rawValue == 10)
    #expect(try log.append([record("x")], to: partition("a")).baseOffset.rawValue == 10)
  }

  @Test(
    "compaction keeps the last record of each key at its own offset, through rounds and reopenings",
    arguments: 0..<5 as Range<UInt64>)
  func compactionProperty(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    var log = try EventLog.open(directory: folder.path)
    try log.makeTopic(
      "a", partitions: 1,
      settings: [
        "cleanup.policy": "compact", "segment.bytes": "400", "min.cleanable.dirty.ratio": "0",
        "delete.retention.ms": "9000000",
      ])
    var latest: [String: (offset: Int64, value: String?)] = [:]
    var offset: Int64 = 0
    for round in 0..<6 {
      for _ in 0..<40 {
        let records = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
          let key = "k\(Int.random(in: 0..<12, using: &generator))"
          let value = Int.random(in: 0..<8, using: &generator) == 0 ? nil : "v\(offset)"
          defer { offset += 1 }
          latest[key] = (offset, value)
          return Self.keyed(key, value, at: offset)
        }
        _ = try log.append(records, to: partition("a"))
      }
      let report = log.clean(now: 1000)
      #expect(report.failures.isEmpty && report.compactedSegments > 0, "seed \(seed), round \(round)")
      if Bool.random(using: &generator) { log = try EventLog.open(directory: folder.path) }
      var found: [String: (offset: Int64, value: String?)] = [:]
      var count = 0
      var place = log.startOffset(of: partition("a"))
      while place < log.endOffset(of: partition("a")) {
        let batches = try RecordBatchView.batches(in: log.read(partition("a"), from: place, maxBytes: 500))
        guard let last = batches.last else { break }
        for batch in batches {
          for (record, offset) in try batch.placedRecords() {
            count += 1
            found[String(decoding: record.key ?? [], as: UTF8.self)] = (
              offset.rawValue, record.value.map { String(decoding: $0, as: UTF8.self) }
            )
          }
        }
        place = last.nextOffset
      }
      #expect(found.mapValues(\.offset) == latest.mapValues(\.offset), "seed \(seed), round \(round)")
      #expect(found.mapValues(\.value) == latest.mapValues(\.value), "seed \(seed), round \(round)")
      #expect(count < Int(offset), "seed \(seed), round \(round)")
      #expect(log.endOffset(of: partition("a")).rawValue == offset)
      #expect(log.verify() == [], "seed \(seed), round \(round)")
      try log.syncNow()
      // The order over all partitions still gives every record that is left.
      let ordered = try log.readInOrder(from: 0, maxBytes: 1 << 20).batches
      #expect(try ordered.reduce(0) { $0 + (try RecordBatchView($1.bytes).count) } == count)
    }
  }

  @Test("a tombstone outlives one compaction, and goes when its time is over")
  func tombstones() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.makeTopic(
      "a", partitions: 1,
      settings: [
        "cleanup.policy": "compact", "segment.bytes": "1", "min.cleanable.dirty.ratio": "0",
        "delete.retention.ms": "1000",
      ])
    _ = try log.append([Self.keyed("k", "value", at: 0)], to: partition("a"))
    _ = try log.append([Self.keyed("k", nil, at: 10)], to: partition("a"))
    _ = try log.append([Self.keyed("other", "x", at: 20)], to: partition("a"))
    log.clean(now: 5000)
    func values() throws -> [[UInt8]?] {
      try log.syncNow()
      return try log.readInOrder(from: 0, maxBytes: 10_000).batches.flatMap { try RecordBatchView($0.bytes).records() }
        .map(\.value)
    }
    #expect(try values() == [nil, Array("x".utf8)])
    _ = try log.append([Self.keyed("third", "y", at: 30)], to: partition("a"))
    log.clean(now: 5000)
    #expect(try values() == [Array("x".utf8), Array("y".utf8)])
  }

  @Test("what a compaction has left behind when it was killed is removed")
  func leftovers() throws {
    let folder = try TemporaryFolder()
    var log = try EventLog.open(directory: folder.path, configuration: smallSegments(100))
    try log.createTopic("a", partitions: 1)
    for number in 0..<5 { _ = try log.append([record("\(number)")], to: partition("a")) }
    try log.close()
    try folder.write([1, 2, 3], as: "a-0/00000000000000000000.log.cleaned")
    try folder.remove("a-0/00000000000000000000.index")
    log = try EventLog.open(directory: folder.path, configuration: smallSegments(100))
    #expect(try log.allRecords(of: partition("a")).count == 5)
    #expect(throws: (any Error).self) { try folder.read("a-0/00000000000000000000.log.cleaned") }
  }
}
