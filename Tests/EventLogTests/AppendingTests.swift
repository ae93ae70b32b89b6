import Foundation
import RecordBatches
import Testing

@testable import EventLog

@Suite("Appending and reading")
struct AppendingTests {
  static let partitions = [partition("a", 0), partition("a", 1), partition("b", 0)]

  @Test("a log agrees with a naive one through appends, reads and reopenings", arguments: 0..<6 as Range<UInt64>)
  func naiveProperty(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    let configuration = smallSegments(
      Int.random(in: 100...2000, using: &generator), compression: seed.isMultiple(of: 2) ? .none : .zstd)
    var log = try EventLog.open(directory: folder.path, configuration: configuration)
    try log.createTopic("a", partitions: 2)
    try log.createTopic("b", partitions: 1)
    var naive = NaiveLog()
    for step in 0..<60 {
      switch Int.random(in: 0...9, using: &generator) {
      case 0:
        if Bool.random(using: &generator) { try log.close() }
        log = try EventLog.open(directory: folder.path, configuration: configuration)
        #expect(log.recovery.truncatedBytes.isEmpty && log.recovery.addedToOrder == 0, "seed \(seed), step \(step)")
        #expect(log.recovery.droppedFromOrder == 0, "seed \(seed), step \(step)")
        try naive.check(log, "seed \(seed), step \(step)")
      case 1...3:
        let groups = Self.partitions.map { ($0, generator.records(0...3)) }
        _ = try log.appendAll(groups)
        for (partition, records) in groups { naive.append(records, to: partition) }
      default:
        let partition = try #require(Self.partitions.randomElement(using: &generator))
        let records = generator.records(1...8)
        let base = Int64(naive.records[partition]?.count ?? 0)
        naive.append(records, to: partition)
        let place = try log.append(records, to: partition)
        #expect(place.baseOffset.rawValue == base && place.nextOffset.rawValue == base + Int64(records.count))
        #expect(place.ordinal == UInt64(naive.order.count) - 1)
      }
    }
    try naive.check(log, "seed \(seed)")
  }

  @Test("reading from any offset gives whole batches from the one that holds it on")
  func anyOffset() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments())
    try log.createTopic("a", partitions: 1)
    var generator = SeededGenerator(seed: 1)
    var naive = NaiveLog()
    for _ in 0..<30 {
      let records = generator.records(1...5)
      naive.append(records, to: partition("a"))
      _ = try log.append(records, to: partition("a"))
    }
    for offset in 0..<log.endOffset(of: partition("a")).rawValue {
      let holding = try #require(naive.order.last { $0.base <= offset })
      for maxBytes in [0, 1, 150, 10_000] {
        let bytes = try log.read(partition("a"), from: Offset(rawValue: offset), maxBytes: maxBytes)
        let batches = try RecordBatchView.batches(in: bytes)
        #expect(batches.first?.baseOffset.rawValue == holding.base)
        #expect(batches.reduce(0) { $0 + $1.bytes.count } == bytes.count)
        let last = try #require(batches.last)
        #expect(batches.count == 1 || bytes.count - last.bytes.count < maxBytes)
      }
    }
  }

  @Test("a record far into a long segment is found, also after the log is opened again")
  func longSegment() throws {
    let folder = try TemporaryFolder()
    let configuration = smallSegments(1 << 30)
    var log = try EventLog.open(directory: folder.path, configuration: configuration)
    try log.createTopic("a", partitions: 1)
    var generator = SeededGenerator(seed: 2)
    for index in 0..<60 as Range<Int64> {
      let value = [UInt8](repeating: UInt8(index), count: Int.random(in: 1...30_000, using: &generator))
      let record = Record(key: nil, value: value, timestampMilliseconds: index)
      _ = try log.append([record, record], to: partition("a"))
    }
    for _ in 0..<2 {
      for offset in 0..<120 as Range<Int64> {
        let bytes = try log.read(partition("a"), from: Offset(rawValue: offset), maxBytes: 1)
        let batch = try RecordBatchView(bytes)
        #expect(batch.baseOffset.rawValue == offset / 2 * 2)
        #expect(try batch.records().first?.timestampMilliseconds == offset / 2)
      }
      log = try EventLog.open(directory: folder.path, configuration: configuration)
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a-0")
    #expect(files.count { $0.hasSuffix(".log") } == 1)
  }

  @Test("offsets past the end, negative ones and unknown partitions are refused; the end itself reads nothing")
  func offsetsOutOfRange() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    #expect(try log.read(partition("a"), from: Offset(rawValue: 0), maxBytes: 100).isEmpty)
    _ = try log.append([record("x"), record("y")], to: partition("a"))
    #expect(try log.read(partition("a"), from: Offset(rawValue: 2), maxBytes: 100).isEmpty)
    for asked in [-1, 3, .max, .min] as [Int64] {
      #expect(
        throws: EventLogError.offsetOutOfRange(
          partition("a"), asked: Offset(rawValue: asked), start: Offset(rawValue: 0), end: Offset(rawValue: 2))
      ) {
        try log.read(partition("a"), from: Offset(rawValue: asked), maxBytes: 100)
      }
    }
    #expect(throws: EventLogError.unknownPartition(partition("a", 1))) {
      try log.read(partition("a", 1), from: Offset(rawValue: 0), maxBytes: 100)
    }
    #expect(try log.readInOrder(from: 1, maxBytes: 100).batches.isEmpty)
    #expect(try log.readInOrder(from: .max, maxBytes: 100).batches.isEmpty)
    #expect(log.endPositions() == [partition("a"): Offset(rawValue: 2)])
  }

  @Test("an append that names an unknown partition writes nothing anywhere")
  func allOrNothing() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    #expect(throws: EventLogError.unknownPartition(partition("a", 7))) {
      try log.appendAll([(partition("a"), [record("x")]), (partition("a", 7), [record("y")])])
    }
    #expect(log.endOffset(of: partition("a")).rawValue == 0)
    #expect(log.endOrdinal == 0)
  }

  @Test("many records become batches of at most 5000, and long ones batches of about 1 MiB")
  func batchLimits() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    let place = try log.append((0..<5001).map { record("\($0)") }, to: partition("a"))
    #expect(place.baseOffset.rawValue == 0 && place.nextOffset.rawValue == 5001 && place.ordinal == 1)
    #expect(try log.allInOrder().map(\.next) == [5000, 5001])
    let long = Record(key: nil, value: [UInt8](repeating: 1, count: 600_000), timestampMilliseconds: 0)
    _ = try log.append([long, long, long], to: partition("a"))
    #expect(try log.allInOrder().map(\.next) == [5000, 5001, 5002, 5003, 5004])
  }

  @Test("no records is an append of nothing, at the end")
  func nothing() async throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    let nothing = try log.append([], to: partition("a"))
    #expect(nothing.baseOffset.rawValue == 0 && nothing.nextOffset.rawValue == 0)
    #expect(log.endOrdinal == 0)
    // There is nothing to wait for.
    try await log.waitUntilDurable(nothing.ordinal)
    _ = try log.append([record("x")], to: partition("a"))
    #expect(try log.append([], to: partition("a")).baseOffset.rawValue == 1)
    #expect(log.endOrdinal == 1)
  }

  @Test("a segment that can't be begun takes back the whole append, and the log goes on when it can")
  func failedRoll() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments(1))
    try log.createTopic("a", partitions: 1)
    try log.createTopic("b", partitions: 1)
    var naive = NaiveLog()
    for name in ["a", "b"] {
      naive.append([record(name)], to: partition(name))
      _ = try log.append([record(name)], to: partition(name))
    }
    // A directory of this name is in the way of b's next segment.
    let obstacle = folder.path + "/b-0/00000000000000000001.log"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
    let groups = [
      (partition("a"), [record("x")]), (partition("a"), [record("y")]), (partition("a"), [record("z")]),
      (partition("b"), [record("w")]),
    ]
    #expect(throws: EventLogError.self) { try log.appendAll(groups) }
    try naive.check(log, "after the failure")
    try FileManager.default.removeItem(atPath: obstacle)
    for (partition, records) in groups { naive.append(records, to: partition) }
    _ = try log.appendAll(groups)
    try naive.check(log, "after the next append")
    try log.close()
    try naive.check(try EventLog.open(directory: folder.path, configuration: smallSegments(1)), "opened again")
  }

  @Test("appends from many tasks each have their offsets, and one order holds them all")
  func concurrentAppends() async throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments(2000))
    try log.createTopic("a", partitions: 2)
    let places = try await withThrowingTaskGroup(of: [Appended].self) { group in
      for task in 0..<8 {
        group.addTask {
          var places: [Appended] = []
          for step in 0..<25 {
            let text = "\(task) \(step)"
            places.append(try log.append([record(text), record(text)], to: partition("a", Int32(task % 2))))
          }
          return places
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(places.map(\.ordinal)) == Set(0..<200))
    for number in 0..<2 as Range<Int32> {
      let records = try log.allRecords(of: partition("a", number))
      #expect(records.count == 200)
      for pair in stride(from: 0, to: 200, by: 2) { #expect(records[pair] == records[pair + 1]) }
      for task in 0..<8 where task % 2 == Int(number) {
        let own = records.compactMap(\.value).map { String(decoding: $0, as: UTF8.self) }
          .filter { $0.hasPrefix("\(task) ") }
        #expect(own == (0..<25).flatMap { ["\(task) \($0)", "\(task) \($0)"] })
      }
    }
    #expect(try Set(log.allInOrder()).count == 200)
    #expect(log.verify() == [])
  }
}
