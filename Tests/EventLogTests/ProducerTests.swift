import ByteCoding
import RecordBatches
import Testing

@testable import EventLog

@Suite("Producers that number their batches")
struct ProducerTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
  }

  static func send(
    _ log: EventLog, sequence: Int32, count: Int = 2, producer: Int64 = 7, epoch: Int16 = 0,
    isTransactional: Bool = false
  ) throws -> Appended {
    let records = (0..<count).map { record("\(producer) \(epoch) \(Int(sequence) + $0)") }
    let batch = try RecordBatchEncoder.encode(
      records,
      producer: ProducerFields(
        id: producer, epoch: epoch, baseSequence: sequence, isTransactional: isTransactional))
    let header = try ProducedBatch.validate(batch.rawBytes)
    return try log.append(batch.rawBytes, header: header, to: partition("a"), now: 0)
  }

  @Test("a batch that is sent again is stored once, while it is one of the last five")
  func repeats() throws {
    var places: [Offset] = []
    for number in 0..<8 as Range<Int32> { places.append(try Self.send(log, sequence: number * 2).baseOffset) }
    for number in 3..<8 as Range<Int32> {
      let again = try Self.send(log, sequence: number * 2)
      #expect(again.isRepeated && again.baseOffset == places[Int(number)])
    }
    #expect(throws: EventLogError.duplicateSequence(partition("a"), sequence: 2)) { try Self.send(log, sequence: 2) }
    #expect(log.endOffset(of: partition("a")).rawValue == 16)
  }

  @Test("a gap, an older epoch and a new epoch that does not begin at 0 are refused")
  func refusals() throws {
    _ = try Self.send(log, sequence: 0)
    #expect(throws: EventLogError.outOfOrderSequence(partition("a"), expected: 2, found: 3)) {
      try Self.send(log, sequence: 3)
    }
    #expect(throws: EventLogError.outOfOrderSequence(partition("a"), expected: 0, found: 2)) {
      try Self.send(log, sequence: 2, epoch: 1)
    }
    _ = try Self.send(log, sequence: 0, epoch: 1)
    #expect(throws: EventLogError.fencedProducer(partition("a"), epoch: 0, current: 1)) {
      try Self.send(log, sequence: 2)
    }
    #expect(log.endOffset(of: partition("a")).rawValue == 4)
  }

  @Test("numbers go on at 0 after 2³¹ − 1")
  func wrapping() throws {
    _ = try Self.send(log, sequence: Int32.max - 2, count: 2)
    _ = try Self.send(log, sequence: Int32.max, count: 3)
    #expect(try Self.send(log, sequence: 2).baseOffset.rawValue == 5)
    #expect(try Self.send(log, sequence: Int32.max, count: 3).isRepeated)
  }

  @Test(
    "what is known of producers survives closing, a crash, and the loss of the files that are hints",
    arguments: [[], ["producers"], ["producers", "00000000000000000000.index"]], [false, true])
  func restarts(lost: [String], isClosed: Bool) throws {
    for number in 0..<6 as Range<Int32> { _ = try Self.send(log, sequence: number * 2) }
    _ = try Self.send(log, sequence: 0, producer: 8, isTransactional: true)
    if isClosed { try log.close() }
    for file in lost where isClosed { try folder.remove("a-0/" + file) }
    let opened = try EventLog.open(directory: folder.path)
    #expect(try Self.send(opened, sequence: 10).isRepeated)
    #expect(throws: EventLogError.self) { try Self.send(opened, sequence: 14) }
    #expect(try Self.send(opened, sequence: 12).baseOffset.rawValue == 14)
    #expect(opened.openTransactions().map(\.producerID) == [8])
    #expect(opened.bounds(of: partition("a"))?.stable.rawValue == 12)
  }

  @Test("readers of committed records stop at an open transaction, and learn of aborted ones; the order waits likewise")
  func transactions() throws {
    _ = try Self.send(log, sequence: 0, producer: 1, isTransactional: true)
    _ = try log.append([record("plain")], to: partition("a"))
    #expect(try log.readInOrder(from: 0, maxBytes: 10_000).batches.isEmpty)
    #expect(
      try log.slice(of: partition("a"), from: Offset(rawValue: 0), maxBytes: 1000, isolation: .readCommitted).byteCount
        == 0)
    let marker = try log.appendMarker(
      to: partition("a"), producerID: 1, epoch: 0, coordinatorEpoch: 0, isCommit: false, now: 5)
    #expect(marker.baseOffset.rawValue == 3)
    _ = try Self.send(log, sequence: 2, producer: 1, isTransactional: true)
    _ = try log.appendMarker(
      to: partition("a"), producerID: 1, epoch: 0, coordinatorEpoch: 0, isCommit: true, now: 5)
    try log.syncNow()
    for log in [log, try EventLog.open(directory: folder.path)] {
      let slice = try log.slice(
        of: partition("a"), from: Offset(rawValue: 0), maxBytes: 10_000, isolation: .readCommitted)
      #expect(slice.lastStableOffset.rawValue == 7)
      #expect(slice.aborted.map(\.firstOffset.rawValue) == [0] && slice.aborted.map(\.producerID) == [1])
      let ordered = try log.readInOrder(from: 0, maxBytes: 10_000)
      #expect(ordered.batches.map(\.baseOffset.rawValue) == [2, 3, 4, 6])
      #expect(ordered.nextOrdinal == 5)
    }
  }
}
