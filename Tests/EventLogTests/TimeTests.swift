import RecordBatches
import Testing

@testable import EventLog

@Suite("Finding records by time")
struct TimeTests {
  /// A record as a lookup by time sees it.
  struct Stamped {
    let offset: Int64
    let time: Int64
  }

  static func check(
    _ log: EventLog, _ records: [Stamped], _ comment: Comment, times: some Sequence<Int64>, stable: Int64 = .max
  ) throws {
    let start = log.startOffset(of: .first).rawValue
    let records = records.filter { $0.offset >= start }
    for time in times {
      let expected = records.first { $0.time >= time }
      let found = try log.firstRecord(of: .first, since: time)
      #expect(found?.offset.rawValue == expected?.offset, "\(comment), since \(time)")
      #expect(found?.timestamp == expected?.time, "\(comment), since \(time)")
      let committed = try log.firstRecord(of: .first, since: time, isolation: .readCommitted)
      let isStable = expected.map { $0.offset < stable } ?? false
      #expect(committed?.offset.rawValue == (isStable ? expected?.offset : nil), "\(comment), since \(time)")
    }
    let latest = records.map(\.time).max()
    let found = try log.latestRecord(of: .first)
    #expect(found?.timestamp == latest, comment)
    #expect(found?.offset.rawValue == records.first { $0.time == latest }?.offset, comment)
  }

  @Test(
    "the first record since a time, and the latest one, are those that a look at all records finds",
    arguments: 0..<8 as Range<UInt64>)
  func naiveProperty(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    let configuration = smallSegments(
      Int.random(in: 300...60_000, using: &generator), compression: seed % 2 == 0 ? .none : .zstd)
    var log = try EventLog.open(directory: folder.path, configuration: configuration)
    try log.createTopic("a", partitions: 1)
    var producer = NumberingProducer(id: 1, isTransactional: true)
    var records: [Stamped] = []
    var openSince: Int64?
    for step in 0..<60 {
      let end = log.endOffset(of: .first).rawValue
      let new = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        // Some are large, so that a segment has several entries in its index.
        let count = Int.random(in: 0..<5, using: &generator) == 0 ? 9000 : 10
        return Record(
          key: nil, value: generator.bytes(count...count),
          timestampMilliseconds: Int64(step) * 10 + Int64.random(in: 0...300, using: &generator))
      }
      switch Int.random(in: 0..<10, using: &generator) {
      case 0:
        log = try EventLog.open(directory: folder.path, configuration: configuration)
        continue
      case 1:
        // A marker is no record, though it is later than all of them.
        try producer.end(commits: true, of: log, now: 1_000_000)
        openSince = nil
        continue
      case 2, 3:
        try producer.send(new, of: log)
        openSince = openSince ?? end
      case 4:
        let start = Int64.random(in: log.startOffset(of: .first).rawValue...end, using: &generator)
        if openSince == nil, step % 3 == 0 { _ = try log.deleteRecords(of: .first, before: Offset(rawValue: start)) }
        continue
      default: _ = try log.append(new, to: .first)
      }
      for (index, record) in new.enumerated() {
        records.append(Stamped(offset: end + Int64(index), time: record.timestampMilliseconds))
      }
    }
    for number in 0..<3 {
      try Self.check(
        log, records, "seed \(seed), opened \(number) times", times: stride(from: -50, to: 1000, by: 23),
        stable: openSince ?? .max)
      if number == 0 { try log.close() }
      log = try EventLog.open(directory: folder.path, configuration: configuration)
    }
    try Self.check(log, records, "seed \(seed)", times: [.min, .max, -1, 0], stable: openSince ?? .max)
  }

  @Test("records that are stamped on arrival are found by that time, whatever their producer said")
  func arrival() throws {
    let folder = try TemporaryFolder()
    var log = try EventLog.open(directory: folder.path, configuration: smallSegments(250))
    try log.makeTopic("a", partitions: 1, settings: ["message.timestamp.type": "LogAppendTime"])
    var producer = NumberingProducer(id: 1)
    var records: [Stamped] = []
    for step in 0..<12 as Range<Int64> {
      try producer.send([keyed("k", "x", at: 9000 - step), keyed("k", "y", at: 5)], of: log, now: 1000 + step * 10)
      records += [
        Stamped(offset: 2 * step, time: 1000 + step * 10), Stamped(offset: 2 * step + 1, time: 1000 + step * 10),
      ]
    }
    for _ in 0..<2 {
      try Self.check(log, records, "arrival", times: stride(from: 990, to: 1130, by: 3))
      log = try EventLog.open(directory: folder.path, configuration: smallSegments(250))
    }
    // A repetition keeps the time of the first arrival, and the stored batches are whole.
    #expect(
      try log.appendRaw(producer.batch([keyed("k", "x", at: 8989), keyed("k", "y", at: 5)], sequence: 22), now: 9)
        .isRepeated)
    #expect(log.verify() == [])
    let views = try RecordBatchView.batches(in: log.read(.first, from: Offset(rawValue: 0), maxBytes: 1))
    #expect(views.first?.header.usesLogAppendTime == true)
    #expect(try views.first?.records().map(\.timestampMilliseconds) == [1000, 1000])
  }

  @Test("an empty partition, and one of markers alone, have no record of any time")
  func nothing() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    try Self.check(log, [], "empty", times: [.min, 0, .max])
    try NumberingProducer(id: 1).end(commits: true, of: log, now: 5)
    try Self.check(log, [], "a marker", times: [.min, 0, 5, .max])
    #expect(throws: EventLogError.unknownPartition(partition("b"))) {
      try log.firstRecord(of: partition("b"), since: 0)
    }
    #expect(throws: EventLogError.unknownPartition(partition("b"))) { try log.latestRecord(of: partition("b")) }
  }

  @Test("records that compaction has taken out are not found, and the latest of the rest is")
  func compacted() throws {
    let folder = try TemporaryFolder()
    var log = try EventLog.open(directory: folder.path)
    try log.makeTopic(
      "a", partitions: 1,
      settings: ["cleanup.policy": "compact", "segment.bytes": "150", "min.cleanable.dirty.ratio": "0"])
    var records: [Stamped] = []
    var latest: [String: Int64] = [:]
    for offset in 0..<40 as Range<Int64> {
      let key = "k\(offset * 7 % 5)"
      // Later records are stamped earlier.
      _ = try log.append([keyed(key, "v", at: 1000 - offset * 10)], to: .first)
      records.append(Stamped(offset: offset, time: 1000 - offset * 10))
      latest[key] = offset
    }
    #expect(log.clean(now: 5000).compactedSegments > 0)
    let left = Set(try log.consumed().map(\.offset))
    #expect(left.isSuperset(of: latest.values) && left.count < 20)
    for _ in 0..<2 {
      try Self.check(
        log, records.filter { left.contains($0.offset) }, "compacted", times: stride(from: 500, to: 1010, by: 7))
      log = try EventLog.open(directory: folder.path)
    }
  }
}
