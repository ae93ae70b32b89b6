import RecordBatches
import Testing

@testable import EventLog

/// One partition with transactions, kept in memory.
struct NaiveTransactions {
  struct Batch {
    let base: Int64
    let records: [Stored]
    /// The transaction that it is a part of; nil for none.
    let transaction: Int?
    var next: Int64 { base + Int64(max(records.count, 1)) }
  }

  enum Outcome { case open, committed, aborted }

  var batches: [Batch] = []
  var outcomes: [Outcome] = []
  var open: [Int64: Int] = [:]

  var end: Int64 { batches.last?.next ?? 0 }
  /// Everything before it is decided.
  var stable: Int64 { batches.first { isOpen($0) }?.base ?? end }
  var all: [Stored] { batches.flatMap(\.records) }
  var committed: [Stored] { readable(before: stable) }

  mutating func append(_ records: [Record], producer: Int64? = nil) {
    let stored = records.enumerated().map { Stored($1, Offset(rawValue: end + Int64($0))) }
    var transaction: Int?
    if let producer {
      if open[producer] == nil {
        outcomes.append(.open)
        open[producer] = outcomes.count - 1
      }
      transaction = open[producer]
    }
    batches.append(Batch(base: end, records: stored, transaction: transaction))
  }

  mutating func finish(_ producer: Int64, commits: Bool) {
    if let transaction = open.removeValue(forKey: producer) { outcomes[transaction] = commits ? .committed : .aborted }
    batches.append(Batch(base: end, records: [], transaction: nil))
  }

  private func isOpen(_ batch: Batch) -> Bool { batch.transaction.map { outcomes[$0] == .open } ?? false }

  private func readable(before end: Int64) -> [Stored] {
    batches.filter { batch in
      batch.next <= end && batch.transaction.map { outcomes[$0] == .committed } ?? true
    }.flatMap(\.records)
  }

  /// Checks that `log` shows this to all of its readers.
  func check(_ log: EventLog, _ comment: Comment, maxBytes: Int = 300) throws {
    let bounds = try #require(log.bounds(of: .first))
    #expect(bounds.end.rawValue == end, comment)
    #expect(bounds.stable.rawValue == stable, comment)
    #expect(try log.consumed(maxBytes: maxBytes) == all, comment)
    #expect(try log.consumed(maxBytes: maxBytes, isolation: .readCommitted) == committed, comment)
    // The order waits at the first batch that is undecided.
    #expect(try log.ordered()[.first] ?? [] == committed, comment)
    let firsts = open.mapValues { transaction in batches.first { $0.transaction == transaction }?.base }
    let found = log.openTransactions()
    #expect(found.count == firsts.count, comment)
    for one in found { #expect(firsts[one.producerID] == one.firstOffset.rawValue, comment) }
  }
}

@Suite("Transactions")
struct TransactionTests {
  static func make(_ folder: TemporaryFolder, segmentBytes: Int = 500) throws -> EventLog {
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments(segmentBytes))
    try log.createTopic("a", partitions: 1)
    return log
  }

  static func open(_ folder: TemporaryFolder) throws -> EventLog {
    try EventLog.open(directory: folder.path, configuration: smallSegments(500))
  }

  @Test(
    "committed records, and only those, are read as committed, by slices and in order; through reopenings and crashes",
    arguments: 0..<10 as Range<UInt64>)
  func naiveProperty(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    var log = try Self.make(folder)
    var naive = NaiveTransactions()
    var producers = (0..<4 as Range<Int64>).map { NumberingProducer(id: $0, isTransactional: true) }
    for step in 0..<80 {
      let comment: Comment = "seed \(seed), step \(step)"
      let id = Int.random(in: 0..<4, using: &generator)
      let records = (0..<Int.random(in: 1...3, using: &generator)).map { record("\(id) \(step) \($0)") }
      switch Int.random(in: 0..<12, using: &generator) {
      case 0...2:
        _ = try log.append(records, to: .first)
        naive.append(records)
      case 3...6:
        try producers[id].send(records, of: log)
        naive.append(records, producer: Int64(id))
      case 7...9:
        let commits = Bool.random(using: &generator)
        #expect(try producers[id].end(commits: commits, of: log).nextOffset.rawValue == naive.end + 1, comment)
        naive.finish(Int64(id), commits: commits)
      case 10:
        log = try Self.open(folder)
      default:
        try log.close()
        if Bool.random(using: &generator) { try folder.remove("a-0/producers") }
        log = try Self.open(folder)
      }
      try naive.check(log, comment, maxBytes: Int.random(in: 1...600, using: &generator))
    }
    #expect(log.verify() == [], "seed \(seed)")
  }

  @Test("a log that is opened after any step knows what was decided by then, whatever hints are lost")
  func everyStep() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, segmentBytes: 200)
    var naive = NaiveTransactions()
    var one = NumberingProducer(id: 1, isTransactional: true)
    var two = NumberingProducer(id: 2, isTransactional: true)
    func check(_ step: String) throws {
      try naive.check(log, "\(step)")
      for lost in [[], ["a-0/producers"], ["order.journal", "order.covered", "a-0/producers"]] {
        let copy = try TemporaryFolder(copyOf: folder)
        for file in lost { try copy.remove(file) }
        try naive.check(try EventLog.open(directory: copy.path, configuration: smallSegments(200)), "\(step), \(lost)")
      }
    }
    func send(_ producer: inout NumberingProducer, _ text: String) throws {
      try producer.send([record(text), record(text)], of: log)
      naive.append([record(text), record(text)], producer: producer.id)
      try log.syncNow()
      try check(text)
    }
    func end(_ producer: NumberingProducer, commits: Bool) throws {
      try producer.end(commits: commits, of: log)
      naive.finish(producer.id, commits: commits)
      try check("end of \(producer.id)")
    }
    try send(&one, "1 first")
    try send(&two, "2 first")
    try send(&one, "1 second")
    try end(one, commits: false)
    try send(&one, "1 again")
    try end(two, commits: true)
    try end(one, commits: true)
    try end(one, commits: false)
    try send(&two, "2 again")
    try end(two, commits: false)
  }

  @Test("a last segment cut at any byte leaves transactions as the batches before say")
  func cutAnywhere() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, segmentBytes: 1 << 20)
    var steps: [(bytes: Int, naive: NaiveTransactions)] = [(0, NaiveTransactions())]
    var naive = NaiveTransactions()
    var producer = NumberingProducer(id: 1, isTransactional: true)
    for step in 0..<9 {
      switch step % 3 {
      case 0:
        try producer.send([record("\(step)")], of: log)
        naive.append([record("\(step)")], producer: 1)
      case 1:
        _ = try log.append([record("plain")], to: .first)
        naive.append([record("plain")])
      default:
        try producer.end(commits: step == 5, of: log)
        naive.finish(1, commits: step == 5)
      }
      steps.append((log.byteCount(of: .first), naive))
    }
    let segment = "a-0/00000000000000000000.log"
    let bytes = try folder.read(segment)
    for count in stride(from: 0, through: bytes.count, by: 5) {
      let copy = try TemporaryFolder(copyOf: folder)
      try copy.write(Array(bytes[..<count]), as: segment)
      let expected = try #require(steps.last { $0.bytes <= count }).naive
      try expected.check(try Self.open(copy), "cut at \(count)")
    }
  }

  @Test("a marker of a newer epoch ends the transaction and shuts the older epoch out")
  func newerEpoch() throws {
    let folder = try TemporaryFolder()
    var log = try Self.make(folder)
    var producer = NumberingProducer(id: 1, isTransactional: true)
    try producer.send([record("lost")], of: log)
    var newer = NumberingProducer(id: 1, epoch: 1, isTransactional: true)
    try newer.end(commits: false, of: log)
    for _ in 0..<2 {
      #expect(log.openTransactions().isEmpty)
      #expect(throws: EventLogError.fencedProducer(.first, epoch: 0, current: 1)) {
        try producer.send([record("late")], of: log)
      }
      #expect(throws: EventLogError.fencedProducer(.first, epoch: 0, current: 1)) {
        try producer.end(commits: true, of: log)
      }
      log = try Self.open(folder)
    }
    try newer.send([record("new")], of: log)
    try newer.end(commits: true, of: log)
    #expect(try log.consumed(isolation: .readCommitted).map(\.value) == ["new"])
  }

  @Test("a slice names the aborted transactions that have records in it, and no others")
  func abortedOfSlices() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, segmentBytes: 1 << 20)
    var producers = (0..<20 as Range<Int64>).map { NumberingProducer(id: $0, isTransactional: true) }
    for id in producers.indices {
      try producers[id].send([record("x")], of: log)
      try producers[id].end(commits: id % 2 == 0, of: log)
    }
    for offset in 0..<40 as Range<Int64> {
      let slice = try log.slice(
        of: .first, from: Offset(rawValue: offset), maxBytes: 1 << 20, isolation: .readCommitted)
      let expected = (0..<20 as Range<Int64>).filter { $0 % 2 == 1 && 2 * $0 + 1 >= offset }
      #expect(slice.aborted.map(\.producerID) == expected)
      #expect(slice.aborted.map(\.firstOffset.rawValue) == expected.map { 2 * $0 })
      #expect(slice.aborted.map(\.lastOffset.rawValue) == expected.map { 2 * $0 + 1 })
      #expect(try log.slice(of: .first, from: Offset(rawValue: offset), maxBytes: 100).aborted.isEmpty)
    }
  }

  @Test("a reader in order of other topics does not wait for a transaction")
  func orderOfOtherTopics() throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder)
    try log.createTopic("b", partitions: 1)
    var producer = NumberingProducer(id: 1, isTransactional: true)
    try producer.send([record("open")], of: log)
    _ = try log.append([record("b")], to: partition("b"))
    #expect(try log.ordered(topics: ["b"])[partition("b")]?.map(\.value) == ["b"])
    let waiting = try log.readInOrder(from: 0, maxBytes: 1000)
    #expect(waiting.batches.isEmpty && waiting.nextOrdinal == 0)
    try producer.end(commits: false, of: log)
    #expect(try log.ordered()[partition("b")]?.map(\.value) == ["b"])
    #expect(try log.ordered()[.first] == nil)
  }

  @Test("a transaction whose records are deleted is still open, and still ends")
  func deletedWhileOpen() throws {
    let folder = try TemporaryFolder()
    var log = try Self.make(folder, segmentBytes: 100)
    var producer = NumberingProducer(id: 1, isTransactional: true)
    for number in 0..<5 { try producer.send([record("\(number)")], of: log) }
    _ = try log.deleteRecords(of: .first, before: Offset(rawValue: 3))
    for _ in 0..<2 {
      #expect(log.openTransactions().count == 1)
      #expect(try log.consumed(isolation: .readCommitted) == [])
      #expect(try log.consumed().map(\.offset) == [3, 4])
      log = try EventLog.open(directory: folder.path, configuration: smallSegments(100))
    }
    try producer.end(commits: true, of: log)
    #expect(try log.consumed(isolation: .readCommitted).map(\.offset) == [3, 4])
    #expect(try log.ordered()[.first]?.map(\.offset) == [3, 4])
  }

  @Test("a marker that can't be written changes nothing, and can be written later", arguments: [false, true])
  func failedMarker(commits: Bool) throws {
    let folder = try TemporaryFolder()
    let log = try Self.make(folder, segmentBytes: 1)
    var producer = NumberingProducer(id: 1, isTransactional: true)
    try producer.send([record("x")], of: log)
    // A directory of this name is in the way of the next segment.
    try folder.makeDirectory("a-0/00000000000000000001.log")
    #expect(throws: EventLogError.self) { try producer.end(commits: commits, of: log) }
    #expect(throws: EventLogError.self) { try producer.send([record("y")], of: log) }
    #expect(log.openTransactions().map(\.firstOffset.rawValue) == [0])
    #expect(log.endOffset(of: .first).rawValue == 1)
    try folder.remove("a-0/00000000000000000001.log")
    try producer.end(commits: commits, of: log)
    #expect(try log.consumed(isolation: .readCommitted).count == (commits ? 1 : 0))
    #expect(log.producerStates(of: .first)?.aborted.count == (commits ? 0 : 1))
  }
}
