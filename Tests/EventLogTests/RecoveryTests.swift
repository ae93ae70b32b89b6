import EventLog
import Foundation
import RecordBatches
import Testing

/// A log of two partitions that was abandoned, or closed, after some appends; damaged copies of it are opened.
final class AbandonedLog {
  static let lastSegment = "a-0/00000000000000000008.log"
  static let lastBase: Int64 = 8
  let folder: TemporaryFolder
  var naive = NaiveLog()
  let configuration = smallSegments(220)

  init(isClosed: Bool) throws {
    folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: configuration)
    try log.createTopic("a", partitions: 1)
    try log.createTopic("b", partitions: 1)
    for index in 0..<10 {
      let name = index % 5 == 3 ? "b" : "a"
      let records = (0...(index % 2)).map { record("\(index).\($0)") }
      _ = try log.append(records, to: partition(name))
      naive.append(records, to: partition(name))
    }
    if isClosed { try log.close() }
  }

  /// Opens a copy that `damage` has changed, checks that it is a log like any other that holds `expected`, and returns
  /// what its recovery reports.
  @discardableResult
  func check(
    _ comment: Comment, expected: NaiveLog, keepsOrder: Bool = true, damage: (TemporaryFolder) throws -> Void
  ) throws -> RecoveryReport {
    let copy = try TemporaryFolder(copyOf: folder)
    try damage(copy)
    let log = try EventLog.open(directory: copy.path, configuration: configuration)
    var expected = expected
    if !keepsOrder {
      let order = try log.allInOrder()
      #expect(Set(order) == Set(expected.order) && order.count == expected.order.count, comment)
      for name in ["a", "b"] {
        #expect(
          order.filter { $0.partition.topic == name } == expected.order.filter { $0.partition.topic == name }, comment)
      }
      expected.order = order
    }
    try expected.check(log, comment)
    // It takes appends, and is whole when it is opened again.
    for name in ["a", "b"] {
      _ = try log.append([record("new")], to: partition(name))
      expected.append([record("new")], to: partition(name))
    }
    let opened = try EventLog.open(directory: copy.path, configuration: configuration)
    try expected.check(opened, comment)
    #expect(opened.recovery.truncatedBytes.isEmpty && opened.recovery.addedToOrder == 0, comment)
    #expect(opened.recovery.droppedFromOrder == 0, comment)
    return log.recovery
  }

  /// What is left where the last segment of `a` has only its first `bytes` bytes.
  func expected(lastSegmentBytes bytes: Int) throws -> (naive: NaiveLog, wholeBytes: Int) {
    let views = try RecordBatchView.batches(in: Array(try folder.read(Self.lastSegment).prefix(bytes)))
    let end = views.last?.nextOffset.rawValue ?? Self.lastBase
    var left = naive
    left.records[partition("a")] = Array((left.records[partition("a")] ?? []).prefix(Int(end)))
    left.order.removeAll { $0.partition == partition("a") && $0.next > end }
    return (left, views.reduce(0) { $0 + $1.bytes.count })
  }
}

@Suite("Recovery")
struct RecoveryTests {
  @Test("a last segment cut at any byte keeps its whole batches, in order", arguments: [false, true])
  func cutSegment(isClosed: Bool) throws {
    let abandoned = try AbandonedLog(isClosed: isClosed)
    let bytes = try abandoned.folder.read(AbandonedLog.lastSegment)
    try #require((150...600).contains(bytes.count))
    for count in 0...bytes.count {
      let (expected, whole) = try abandoned.expected(lastSegmentBytes: count)
      // Entries after a lost batch are made anew, in the order of the partitions.
      let report = try abandoned.check("cut at \(count)", expected: expected, keepsOrder: whole == bytes.count) {
        try $0.write(Array(bytes[..<count]), as: AbandonedLog.lastSegment)
      }
      #expect(report.truncatedBytes.values.reduce(0, +) == count - whole)
    }
  }

  @Test("an order journal cut at any byte is completed from the segments", arguments: [false, true])
  func cutJournal(isClosed: Bool) throws {
    let abandoned = try AbandonedLog(isClosed: isClosed)
    let bytes = try abandoned.folder.read("order.journal")
    #expect(bytes.count == 12 + 24 * 10)
    for count in 0...bytes.count {
      let report = try abandoned.check("cut at \(count)", expected: abandoned.naive, keepsOrder: false) {
        try $0.write(Array(bytes[..<count]), as: "order.journal")
      }
      #expect(report.addedToOrder == 10 - max(0, count - 12) / 24, "cut at \(count)")
    }
  }

  @Test("a changed byte in a last segment that was not closed ends the log before its batch")
  func changedSegment() throws {
    let abandoned = try AbandonedLog(isClosed: false)
    let bytes = try abandoned.folder.read(AbandonedLog.lastSegment)
    var starts: [Int] = [0]
    for view in try RecordBatchView.batches(in: bytes) { starts.append((starts.last ?? 0) + view.bytes.count) }
    for index in bytes.indices {
      let start = try #require(starts.last { $0 <= index })
      // The leader epoch is the only field that nothing protects.
      let isEpoch = (12..<16).contains(index - start)
      let expected = isEpoch ? abandoned.naive : try abandoned.expected(lastSegmentBytes: start).naive
      try abandoned.check("changed at \(index)", expected: expected, keepsOrder: isEpoch) {
        var changed = bytes
        changed[index] ^= 1 << UInt8(index % 8)
        try $0.write(changed, as: AbandonedLog.lastSegment)
      }
    }
  }

  @Test("a changed byte in an order journal that was not closed loses no batch")
  func changedJournal() throws {
    let abandoned = try AbandonedLog(isClosed: false)
    let bytes = try abandoned.folder.read("order.journal")
    for index in bytes.indices where index >= 12 {
      try abandoned.check("changed at \(index)", expected: abandoned.naive, keepsOrder: false) {
        var changed = bytes
        changed[index] ^= 1 << UInt8(index % 8)
        try $0.write(changed, as: "order.journal")
      }
    }
  }

  @Test("an order journal with an entry missing, twice or out of place loses no batch")
  func rearrangedJournal() throws {
    let abandoned = try AbandonedLog(isClosed: false)
    let bytes = try abandoned.folder.read("order.journal")
    let entries = stride(from: 12, to: bytes.count, by: 24).map { Array(bytes[$0..<$0 + 24]) }
    for index in entries.indices {
      var missing = entries
      missing.remove(at: index)
      var twice = entries
      twice.insert(entries[index], at: index)
      var moved = missing
      moved.append(entries[index])
      for journal in [missing, twice, moved] {
        try abandoned.check("entry \(index), \(journal.count)", expected: abandoned.naive, keepsOrder: false) {
          try $0.write(Array(bytes[..<12]) + journal.joined(), as: "order.journal")
        }
      }
    }
  }

  @Test("what follows a closed log's files and is no batch is cut off", arguments: [false, true])
  func garbage(isClosed: Bool) throws {
    let abandoned = try AbandonedLog(isClosed: isClosed)
    for seed in 0..<40 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let segmentGarbage = generator.bytes(1...120)
      let journalGarbage = generator.bytes(0...100)
      let report = try abandoned.check("seed \(seed)", expected: abandoned.naive) { folder in
        try folder.write(folder.read(AbandonedLog.lastSegment) + segmentGarbage, as: AbandonedLog.lastSegment)
        try folder.write(folder.read("order.journal") + journalGarbage, as: "order.journal")
      }
      #expect(report.droppedFromOrder == journalGarbage.count / 24, "seed \(seed)")
      #expect(report.truncatedBytes.values.reduce(0, +) == segmentGarbage.count + journalGarbage.count % 24)
    }
  }

  @Test("a whole batch at a wrong offset is no continuation")
  func foreignBatch() throws {
    let abandoned = try AbandonedLog(isClosed: true)
    for offset in [0, 3, 100] as [Int64] {
      let batch = try RecordBatchEncoder.encode([record("foreign")], baseOffset: Offset(rawValue: offset))
      let report = try abandoned.check("offset \(offset)", expected: abandoned.naive) { folder in
        try folder.write(folder.read(AbandonedLog.lastSegment) + batch, as: AbandonedLog.lastSegment)
      }
      #expect(Array(report.truncatedBytes.values) == [batch.count])
    }
  }

  @Test("files that can be made anew may be deleted", arguments: [false, true])
  func deletedFiles(isClosed: Bool) throws {
    let abandoned = try AbandonedLog(isClosed: isClosed)
    try abandoned.check("order.covered", expected: abandoned.naive) { try $0.remove("order.covered") }
    try abandoned.check("journal", expected: abandoned.naive, keepsOrder: false) { try $0.remove("order.journal") }
    try abandoned.check("both", expected: abandoned.naive, keepsOrder: false) {
      try $0.remove("order.journal")
      try $0.remove("order.covered")
    }
    try abandoned.check("segment", expected: abandoned.expected(lastSegmentBytes: 0).naive, keepsOrder: false) {
      try $0.remove(AbandonedLog.lastSegment)
    }
  }

  @Test("crashes that tear several files at once leave a log")
  func tornProperty() throws {
    let abandoned = try AbandonedLog(isClosed: false)
    let segment = try abandoned.folder.read(AbandonedLog.lastSegment)
    let journal = try abandoned.folder.read("order.journal")
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let count = Int.random(in: 0...segment.count, using: &generator)
      let garbage = Bool.random(using: &generator) ? generator.bytes(1...90) : []
      let expected = try abandoned.expected(lastSegmentBytes: count).naive
      try abandoned.check("seed \(seed)", expected: expected, keepsOrder: false) {
        try $0.write(Array(segment[..<count]) + garbage, as: AbandonedLog.lastSegment)
        let kept = Int.random(in: 0...journal.count, using: &generator)
        try $0.write(Array(journal[..<kept]) + generator.bytes(0...60), as: "order.journal")
        if kept < 12 { try $0.write(Array(journal[..<kept]), as: "order.journal") }
      }
    }
  }
}
