import RecordBatches
import Synchronization
import Testing

@testable import EventLog

@Suite("Compaction")
struct CompactionTests {
  static let settings = [
    "cleanup.policy": "compact", "segment.bytes": "600", "min.cleanable.dirty.ratio": "0",
    "delete.retention.ms": "9000000",
  ]

  static func make(_ folder: TemporaryFolder, _ changed: [String: String] = [:]) throws -> EventLog {
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments())
    try log.makeTopic("a", partitions: 1, settings: settings.merging(changed) { $1 })
    return log
  }

  static func open(_ folder: TemporaryFolder) throws -> EventLog {
    try EventLog.open(directory: folder.path, configuration: smallSegments())
  }

  /// The table that a reader makes of what it is given: the last value of each key, without those that were deleted.
  static func table(_ stored: [Stored]) -> [String: Stored] {
    var table: [String: Stored] = [:]
    for one in stored { table[one.key ?? ""] = one.value == nil ? nil : one }
    return table
  }

  /// Checks what holds for any log of `all` records, compacted or not: every record that is left is as it was, readers
  /// make the table of `committed` records of it, and all ways of reading agree.
  static func check(_ log: EventLog, all: [Stored], committed: [Stored], _ comment: Comment) throws {
    let left = try log.consumed()
    #expect(Set(left).isSubset(of: all), comment)
    let read = try log.consumed(isolation: .readCommitted)
    #expect(table(read) == table(committed), comment)
    #expect(try log.ordered()[.first] ?? [] == read, comment)
    #expect(log.verify() == [], comment)
    for offset in stride(from: 0, to: log.endOffset(of: .first).rawValue, by: 3) {
      #expect(try log.consumed(from: offset, maxBytes: 1) == left.filter { $0.offset >= offset }, comment)
    }
  }

  @Test(
    "readers make the same table before and after, at the same offsets, with transactions and reopenings",
    arguments: 0..<10 as Range<UInt64>)
  func tableProperty(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    var log = try Self.make(folder)
    var naive = NaiveTransactions()
    var producers = (0..<3 as Range<Int64>).map { NumberingProducer(id: $0, isTransactional: true) }
    for round in 0..<6 {
      for _ in 0..<30 {
        let records = (0..<Int.random(in: 1...4, using: &generator)).map { number in
          keyed(
            "k\(Int.random(in: 0..<9, using: &generator))",
            Int.random(in: 0..<6, using: &generator) == 0 ? nil : "value \(naive.end + Int64(number))", at: 10_000)
        }
        let id = Int.random(in: 0..<3, using: &generator)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0...3:
          _ = try log.append(records, to: .first)
          naive.append(records)
        case 4, 5:
          let compression: Compression = Bool.random(using: &generator) ? .none : .gzip
          let sequence = producers[id].sequence
          try log.appendRaw(producers[id].batch(records, sequence: sequence, compression: compression))
          producers[id].sequence += Int32(records.count)
          naive.append(records, producer: Int64(id))
        default:
          let commits = Bool.random(using: &generator)
          try producers[id].end(commits: commits, of: log)
          naive.finish(Int64(id), commits: commits)
        }
      }
      let comment: Comment = "seed \(seed), round \(round)"
      let stable = naive.stable
      let report = log.clean(now: 20_000)
      #expect(report.failures.isEmpty, comment)
      try Self.check(log, all: naive.all, committed: naive.committed, comment)
      // Of what can be compacted, one record of each key is left, and none of an aborted transaction.
      let sealed = log.segmentStarts(of: .first).last { $0 <= stable } ?? 0
      let left = try log.consumed().filter { $0.offset < sealed }
      if report.compactedSegments > 0 {
        #expect(Set(left.map(\.key)).count == left.count, comment)
        #expect(Set(left).isSubset(of: naive.committed), comment)
      }
      // Nothing new, nothing to do.
      #expect(log.clean(now: 20_000).compactedSegments == 0, comment)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        try log.close()
        log = try Self.open(folder)
      case 1:
        try log.close()
        for file in try folder.files("a-0") where file.hasSuffix(".index") { try folder.remove("a-0/" + file) }
        try folder.remove("order.covered")
        log = try Self.open(folder)
      case 2: log = try Self.open(folder)
      default: break
      }
      #expect(log.recovery.droppedFromOrder == 0 && log.recovery.addedToOrder == 0, comment)
      try Self.check(log, all: naive.all, committed: naive.committed, "\(comment), after")
    }
  }

  @Test("a compaction that is killed anywhere leaves a log with the same table, and the next one comes to the same end")
  func killed() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, ["segment.bytes": "300"])
    var all: [Stored] = []
    // The first segments, and one in the middle, lose all that they have.
    for offset in 0..<40 as Range<Int64> {
      let key = (12..<24).contains(offset) ? "b\(offset % 2)" : offset < 12 ? "a\(offset % 2)" : "c\(offset % 3)"
      let record = keyed(key, "value \(offset)", at: 1)
      _ = try log.append([record], to: .first)
      all.append(Stored(record, Offset(rawValue: offset)))
    }
    for key in ["a0", "a1", "b0", "b1"] {
      let record = keyed(key, "last", at: 1)
      all.append(Stored(record, try log.append([record], to: .first).baseOffset))
    }
    try log.close()
    let before = try TemporaryFolder(copyOf: folder)
    let after = try TemporaryFolder(copyOf: folder)
    let compacting = try Self.open(after)
    #expect(compacting.clean(now: 5).compactedSegments > 4)
    let expected = try compacting.consumed()
    try compacting.close()
    let names = try before.files("a-0").filter { $0.hasSuffix(".log") }.dropLast()
    #expect(try after.files("a-0").filter { $0.hasSuffix(".log") }.count < names.count)

    var contents: [String: (log: [UInt8], index: [UInt8])] = [:]
    for name in names where try after.files("a-0").contains(name) {
      contents[name] = (try after.read("a-0/" + name), try after.read("a-0/" + name.dropLast(4) + ".index"))
    }
    /// The changes to the files that compacting one segment makes, one after the other.
    func steps(_ name: String) -> [(TemporaryFolder) throws -> Void] {
      let index = "a-0/" + name.dropLast(4) + ".index"
      let file = "a-0/" + name
      guard let content = contents[name] else { return [{ try $0.remove(index) }, { try $0.remove(file) }] }
      return [
        { try $0.remove(index) },
        { folder in
          try folder.remove(file + ".cleaned")
          try folder.write(content.log, as: file)
        },
        { try $0.write(content.index, as: index) },
      ]
    }
    /// What is left once a log has gone on for a while and was compacted again.
    func end(_ folder: TemporaryFolder, _ comment: Comment) throws -> [Stored] {
      var log = try Self.open(folder)
      #expect(try folder.files("a-0").allSatisfy { !$0.hasSuffix(".cleaned") }, comment)
      try Self.check(log, all: all, committed: all, comment)
      #expect(log.recovery.droppedFromOrder == 0 && log.recovery.addedToOrder == 0, comment)
      #expect(Set(try log.consumed()).isSuperset(of: expected), comment)
      #expect(log.clean(now: 5).failures.isEmpty, comment)
      try Self.check(log, all: all, committed: all, comment)
      log = try Self.open(folder)
      try Self.check(log, all: all, committed: all, comment)
      for number in 0..<8 { _ = try log.append([keyed("c0", "more \(number)", at: 1)], to: .first) }
      #expect(log.clean(now: 5).failures.isEmpty, comment)
      return try log.consumed()
    }
    let killed = try TemporaryFolder(copyOf: before)
    let reference = try end(after, "not killed")
    #expect(reference.count < expected.count + 8)
    try killed.write([], as: "a-0/gaps")
    for name in names {
      // All segments are written beside the old ones before the first takes its place.
      if let content = contents[name] { try killed.write(content.log, as: "a-0/" + name + ".cleaned") }
    }
    for (number, name) in names.enumerated() {
      for (step, change) in steps(name).enumerated() {
        try change(killed)
        let comment: Comment = "segment \(number), step \(step)"
        #expect(try end(TemporaryFolder(copyOf: killed), comment) == reference, comment)
      }
    }
  }

  @Test("a compacted topic that is compacted no more is opened, though all its hints are lost")
  func changedPolicy() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, ["segment.bytes": "150"])
    var all: [Stored] = []
    for offset in 0..<30 as Range<Int64> {
      let record = keyed("k\(offset % 3)", "\(offset)", at: 1)
      _ = try log.append([record], to: .first)
      all.append(Stored(record, Offset(rawValue: offset)))
    }
    #expect(log.clean(now: 5).compactedSegments > 0)
    try log.changeSettings(of: "a", to: ["segment.bytes": "150"])
    try log.close()
    for lost in [[], ["order.covered"], ["order.journal"], ["a-0/producers"]] {
      let copy = try TemporaryFolder(copyOf: folder)
      for file in try copy.files("a-0") where file.hasSuffix(".index") { try copy.remove("a-0/" + file) }
      for file in lost { try copy.remove(file) }
      for number in 0..<2 {
        let opened = try Self.open(copy)
        try Self.check(opened, all: all, committed: all, "\(lost), opened \(number) times")
      }
    }
  }

  @Test("a journal that is made anew of a compacted topic is good from then on")
  func remadeJournal() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, ["segment.bytes": "150"])
    for offset in 0..<30 { _ = try log.append([keyed("k\(offset % 3)", "\(offset)", at: 1)], to: .first) }
    #expect(log.clean(now: 5).compactedSegments > 0)
    let left = try log.consumed()
    try log.close()
    try folder.remove("order.journal")
    for number in 0..<3 {
      let opened = try Self.open(folder)
      #expect(opened.recovery.addedToOrder == (number == 0 ? left.count : 0))
      #expect(opened.recovery.droppedFromOrder == 0)
      #expect(try opened.ordered()[.first] == left)
      try opened.close()
      try folder.remove("order.covered")
    }
  }

  @Test("a tombstone stays until its time is over, and nothing that it has deleted comes back")
  func tombstones() throws {
    let folder = try TemporaryFolder()
    var log = try Self.make(folder, ["segment.bytes": "150", "delete.retention.ms": "1000"])
    func add(_ key: String, _ value: String?, at time: Int64) throws {
      _ = try log.append([keyed(key, value, at: time)], to: .first)
    }
    for number in 0..<6 as Range<Int64> { try add("k\(number)", "value", at: number) }
    for number in 0..<3 as Range<Int64> { try add("k\(number)", nil, at: 100) }
    for number in 0..<6 as Range<Int64> { try add("other\(number)", "x", at: 100) }
    for now in [100, 1100, 1101, 1102, 9000] as [Int64] {
      // Something new in each round, or there would be nothing to do.
      for number in 0..<4 { try add("new\(now) \(number)", "x", at: now) }
      #expect(log.clean(now: now).failures.isEmpty)
      let left = try log.consumed()
      let tombstones = left.filter { $0.value == nil }
      if now <= 1100 { #expect(tombstones.map(\.key) == ["k0", "k1", "k2"], "at \(now)") }
      if now >= 1101 { #expect(tombstones.isEmpty, "at \(now)") }
      #expect(Set(Self.table(left).keys).isDisjoint(with: ["k0", "k1", "k2"]), "at \(now)")
      #expect(Set(Self.table(left).keys).isSuperset(of: ["k3", "k4", "k5"]), "at \(now)")
      log = try Self.open(folder)
      #expect(try log.consumed() == left)
    }
  }

  @Test("what arrived too lately is left alone, and so is everything until enough of it is new")
  func laterAndLater() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, ["segment.bytes": "150", "min.compaction.lag.ms": "1000"])
    for offset in 0..<20 as Range<Int64> { _ = try log.append([keyed("k", "\(offset)", at: offset * 100)], to: .first) }
    #expect(log.clean(now: 1000).compactedSegments == 0)
    #expect(try log.consumed().count == 20)
    #expect(log.clean(now: 2000).compactedSegments > 0)
    let left = try log.consumed().map(\.offset)
    #expect(left.suffix(9) == Array(11..<20) && left.count < 13)

    let lazy = try TemporaryFolder()
    let other = try Self.make(lazy, ["segment.bytes": "150", "min.cleanable.dirty.ratio": "0.5"])
    for offset in 0..<20 { _ = try other.append([keyed("k\(offset)", "x", at: 1)], to: .first) }
    #expect(other.clean(now: 5).compactedSegments > 0)
    for _ in 0..<6 { _ = try other.append([keyed("k0", "x", at: 1)], to: .first) }
    #expect(other.clean(now: 5).compactedSegments == 0)
    for _ in 0..<24 { _ = try other.append([keyed("k0", "x", at: 1)], to: .first) }
    #expect(other.clean(now: 5).compactedSegments > 0)
  }

  @Test("records without keys, of the time before a topic was compacted, stay")
  func withoutKeys() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments(150))
    try log.makeTopic("a", partitions: 1)
    for number in 0..<10 { _ = try log.append([record("\(number)"), keyed("k", "\(number)")], to: .first) }
    try log.changeSettings(of: "a", to: Self.settings.merging(["segment.bytes": "1"]) { $1 })
    _ = try log.append([record("last")], to: .first)
    #expect(log.clean(now: 5).compactedSegments > 0)
    let left = try log.consumed()
    #expect(left.filter { $0.key == nil }.count == 11)
    #expect(left.filter { $0.key == "k" }.map(\.value) == ["9"])
  }

  @Test("the numbers of producers outlive compaction, whatever hints are lost")
  func producers() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, ["segment.bytes": "150"])
    var producers = (0..<3 as Range<Int64>).map { NumberingProducer(id: $0, isTransactional: $0 == 2) }
    for id in [0, 0, 1, 2, 1, 2, 0] { try producers[id].send([keyed("k", "\(id)", at: 1)], of: log) }
    try producers[2].end(commits: false, of: log)
    for _ in 0..<4 { _ = try log.append([keyed("k", "last", at: 1)], to: .first) }
    for _ in 0..<2 {
      #expect(log.clean(now: 5).compactedSegments > 0)
      let left = try log.consumed()
      #expect(left.count < 5)
      let copy = try TemporaryFolder(copyOf: folder)
      for file in try copy.files("a-0") where !file.hasSuffix(".log") { try copy.remove("a-0/" + file) }
      let opened = try Self.open(copy)
      #expect(try opened.consumed() == left)
      #expect(try opened.ordered()[.first] == left)
      #expect(opened.verify() == [])
      for id in producers.indices {
        var producer = producers[id]
        producer.sequence -= 1
        #expect(try opened.appendRaw(producer.batch([keyed("k", "x")], sequence: producer.sequence)).isRepeated)
        #expect(throws: EventLogError.self) {
          try opened.appendRaw(producer.batch([keyed("k", "x")], sequence: producer.sequence + 2))
        }
        #expect(try !opened.appendRaw(producer.batch([keyed("k", "x")], sequence: producer.sequence + 1)).isRepeated)
      }
      for _ in 0..<4 { _ = try log.append([keyed("k", "last", at: 1)], to: .first) }
    }
    // Once a producer is forgotten, its batch is too.
    let day: Int64 = 86_400_000
    log.clean(now: 30 * day)
    for _ in 0..<4 { _ = try log.append([keyed("k", "last", at: 1)], to: .first) }
    log.clean(now: 60 * day)
    for _ in 0..<4 { _ = try log.append([keyed("k", "last", at: 1)], to: .first) }
    #expect(log.clean(now: 60 * day).failures.isEmpty)
    var offset = Offset(rawValue: 0)
    while offset < log.endOffset(of: .first) {
      let view = try #require(
        RecordBatchView.batches(in: log.slice(of: .first, from: offset, maxBytes: 1).read()).first)
      #expect(view.count > 0)
      offset = view.nextOffset
    }
  }

  @Test("long segments are found their way in by offset after compaction")
  func longSegments() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, ["segment.bytes": "200000"])
    var generator = SeededGenerator(seed: 1)
    for offset in 0..<300 as Range<Int64> {
      let value = [UInt8](repeating: 65, count: Int.random(in: 10...3000, using: &generator))
      let record = Record(key: Array("k\(offset % 100)".utf8), value: value, timestampMilliseconds: 1)
      _ = try log.append([record, keyed("k", "\(offset)", at: 1)], to: .first)
    }
    #expect(log.clean(now: 5).compactedSegments > 0)
    for log in [log, try Self.open(folder)] {
      let left = try log.consumed(maxBytes: 5000)
      for offset in stride(from: 0, to: 600, by: 7) as StrideTo<Int64> {
        let slice = try log.slice(of: .first, from: Offset(rawValue: offset), maxBytes: 1)
        let view = try #require(RecordBatchView.batches(in: slice.read()).first)
        #expect(view.nextOffset.rawValue > offset)
        let expected = left.filter { $0.offset >= offset && $0.offset < view.nextOffset.rawValue }
        #expect(try view.placedRecords().map(\.1.rawValue).filter { $0 >= offset } == expected.map(\.offset))
      }
      #expect(try log.ordered(maxBytes: 50_000)[.first] == left)
    }
  }
}

extension EventLog {
  /// The base offsets of a partition's segments.
  func segmentStarts(of name: TopicPartition) -> [Int64] {
    registry.withLock { $0.partition(name) }?.withLock { $0.segments.map(\.baseOffset.rawValue) } ?? []
  }
}
