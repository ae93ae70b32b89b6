import RecordBatches
import Synchronization
import Testing

@testable import EventLog

/// Kafka's rules for numbered batches (KIP-98), from their description: all batches in a list.
struct NaiveSequences {
  struct Batch {
    let producer: Int64
    let epoch: Int16
    let first: Int64
    let count: Int64
    let offset: Int64
  }

  enum Answer: Equatable {
    case appended
    case repeated(offset: Int64)
    case fenced
    case refused
  }

  var batches: [Batch] = []
  var end: Int64 = 0

  /// Numbers here do not wrap: the test cuts them to 31 bits.
  mutating func send(producer: Int64, epoch: Int16, first: Int64, count: Int64) -> Answer {
    let own = batches.filter { $0.producer == producer }
    if let newest = own.map(\.epoch).max() {
      if epoch < newest { return .fenced }
      let current = own.filter { $0.epoch == epoch }
      if let same = current.suffix(5).first(where: { $0.first == first && $0.count == count }) {
        return .repeated(offset: same.offset)
      }
      if let last = current.last {
        if first != last.first + last.count { return .refused }
      } else if first & 0x7fff_ffff != 0 {
        return .refused
      }
    }
    batches.append(Batch(producer: producer, epoch: epoch, first: first, count: count, offset: end))
    end += count
    return .appended
  }
}

@Suite("Sequence numbers of producers")
struct SequenceTests {
  @Test(
    "answers are those of a naive broker, near the wrap too, through reopenings", arguments: 0..<12 as Range<UInt64>)
  func naiveProperty(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    let configuration = smallSegments(700)
    var log = try EventLog.open(directory: folder.path, configuration: configuration)
    try log.createTopic("a", partitions: 1)
    var naive = NaiveSequences()
    // The place of the next batch of each producer, beyond 31 bits after the wrap.
    var next: [Int64: Int64] = [:]
    var epochs: [Int64: Int16] = [:]
    for step in 0..<150 {
      let comment: Comment = "seed \(seed), step \(step)"
      switch Int.random(in: 0..<20, using: &generator) {
      case 0:
        if Bool.random(using: &generator) { try log.close() }
        log = try EventLog.open(directory: folder.path, configuration: configuration)
        continue
      case 1: log.clean(now: 1000)
      case 2:
        // What belongs to no producer changes nothing.
        _ = try log.append([record("plain")], to: partition("a"))
        naive.end += 1
      default: break
      }
      let id = Int64.random(in: 0..<3, using: &generator)
      let start = next[id] ?? (id == 0 ? 0x8000_0000 - 12 : 0)
      var count = Int64.random(in: 1...4, using: &generator)
      var first = start
      var epoch = epochs[id] ?? 0
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: first = max(0, start - Int64.random(in: 1...20, using: &generator))
      case 1: first += Int64.random(in: 1...3, using: &generator)
      case 2:
        if let one = naive.batches.filter({ $0.producer == id }).suffix(7).randomElement(using: &generator) {
          (first, count, epoch) = (one.first, one.count, one.epoch)
        }
      case 3:
        epoch += 1
        first = Bool.random(using: &generator) ? 0 : first
      case 4: epoch = max(0, epoch - 1)
      default: break
      }
      let producer = NumberingProducer(id: id, epoch: epoch)
      let records = (0..<count).map { record("\(id) \(epoch) \(first + $0)") }
      let batch = try producer.batch(records, sequence: Int32(first & 0x7fff_ffff))
      let end = log.endOffset(of: partition("a"))
      let answer = naive.send(producer: id, epoch: epoch, first: first, count: count)
      do {
        let appended = try log.appendRaw(batch, now: 500)
        if appended.isRepeated {
          #expect(answer == .repeated(offset: appended.baseOffset.rawValue), comment)
          #expect(appended.nextOffset.rawValue == appended.baseOffset.rawValue + count, comment)
          #expect(log.endOffset(of: partition("a")) == end, comment)
        } else {
          #expect(answer == .appended && appended.baseOffset == end, comment)
          #expect(appended.nextOffset.rawValue == end.rawValue + count, comment)
        }
      } catch let error as EventLogError {
        switch error {
        case .fencedProducer: #expect(answer == .fenced, comment)
        case .duplicateSequence, .outOfOrderSequence: #expect(answer == .refused, comment)
        default: throw error
        }
        #expect(log.endOffset(of: partition("a")) == end, comment)
      }
      if answer == .appended {
        next[id] = first + count
        epochs[id] = epoch
      }
    }
    #expect(try log.consumed().count == Int(naive.end), "seed \(seed)")
    #expect(log.verify() == [], "seed \(seed)")
  }

  @Test("what is older than the last five is told apart from a gap, on both sides of the wrap")
  func duplicatesAndGaps() throws {
    for first in [0, Int32.max - 13, Int32.max - 6] {
      let folder = try TemporaryFolder()
      let log = try EventLog.open(directory: folder.path)
      try log.createTopic("a", partitions: 1)
      var producer = NumberingProducer(id: 1, sequence: first)
      for _ in 0..<7 { try producer.send([record("x"), record("y")], of: log) }
      let old = ProducerStates.sequence(first, advancedBy: 2)
      #expect(throws: EventLogError.duplicateSequence(partition("a"), sequence: old)) {
        try log.appendRaw(producer.batch([record("x"), record("y")], sequence: old))
      }
      let ahead = ProducerStates.sequence(first, advancedBy: 15)
      #expect(throws: EventLogError.outOfOrderSequence(partition("a"), expected: producer.sequence, found: ahead)) {
        try log.appendRaw(producer.batch([record("x")], sequence: ahead))
      }
      // The beginning of a batch that is known, but not all of it, is no repetition.
      let known = ProducerStates.sequence(first, advancedBy: 12)
      #expect(throws: EventLogError.outOfOrderSequence(partition("a"), expected: producer.sequence, found: known)) {
        try log.appendRaw(producer.batch([record("x")], sequence: known))
      }
    }
  }

  @Test("a batch that crosses the wrap is repeated, and followed, like any other")
  func crossing() throws {
    let folder = try TemporaryFolder()
    var log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    var producer = NumberingProducer(id: 1, sequence: .max - 1)
    let batch = try producer.batch((0..<4).map { record("\($0)") }, sequence: .max - 1)
    try producer.send((0..<4).map { record("\($0)") }, of: log)
    #expect(producer.sequence == 2)
    for _ in 0..<2 {
      let again = try log.appendRaw(batch)
      #expect(again.isRepeated && again.baseOffset.rawValue == 0 && again.nextOffset.rawValue == 4)
      log = try EventLog.open(directory: folder.path)
    }
    #expect(try producer.send([record("x")], of: log).baseOffset.rawValue == 4)
  }

  @Test("each partition has numbers of its own")
  func partitions() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 2)
    var one = NumberingProducer(id: 1)
    var other = NumberingProducer(id: 1)
    try one.send([record("x")], of: log)
    #expect(try other.send([record("x")], to: partition("a", 1), of: log).isRepeated == false)
    #expect(try one.send([record("x")], of: log).baseOffset.rawValue == 1)
  }

  @Test("a producer whose records bear times long past is known while it is heard of, and for a week after")
  func oldTimestamps() throws {
    let folder = try TemporaryFolder()
    var log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 1)
    let day: Int64 = 86_400_000
    let now = 20_000 * day
    var producer = NumberingProducer(id: 1)
    let old = keyed("k", "of long ago", at: 1000)
    let batch = try producer.batch([old], sequence: 0)
    try producer.send([old], of: log, now: now)
    log.clean(now: now + 7 * day)
    #expect(try log.appendRaw(batch, now: now).isRepeated)
    // Opened again without a checkpoint, it was heard of at the first cleaning.
    log = try EventLog.open(directory: folder.path)
    try folder.remove("a-0/producers")
    log = try EventLog.open(directory: folder.path)
    log.clean(now: now + 8 * day)
    log.clean(now: now + 15 * day)
    #expect(try log.appendRaw(batch, now: now).isRepeated)
    log.clean(now: now + 15 * day + 1)
    #expect(try !log.appendRaw(batch, now: now).isRepeated)
  }

  @Test("a damaged file of producers is passed over, and the batches are read instead")
  func damagedFile() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path, configuration: smallSegments(300))
    try log.createTopic("a", partitions: 1)
    var producers = (0..<3 as Range<Int64>).map { NumberingProducer(id: $0, isTransactional: $0 == 2) }
    for step in 0..<9 { try producers[step % 3].send([record("\(step)")], of: log) }
    try producers[2].end(commits: false, of: log)
    try producers[2].send([record("open")], of: log)
    try log.close()
    let states = log.producerStates(of: partition("a"))
    #expect(states?.producers.count == 3 && states?.aborted.count == 1)
    let bytes = try folder.read("a-0/producers")
    #expect(ProducerFile.read(directory: folder.path + "/a-0")?.states == states)
    func check(_ changed: [UInt8], _ comment: Comment) throws {
      let copy = try TemporaryFolder(copyOf: folder)
      try copy.write(changed, as: "a-0/producers")
      let opened = try EventLog.open(directory: copy.path, configuration: smallSegments(300))
      #expect(opened.producerStates(of: partition("a"))?.forgettingTimes == states?.forgettingTimes, comment)
    }
    for count in stride(from: 0, to: bytes.count, by: 5) { try check(Array(bytes[..<count]), "cut at \(count)") }
    for place in stride(from: 0, to: bytes.count, by: 3) {
      var changed = bytes
      changed[place] ^= 1 << UInt8(place % 8)
      try check(changed, "changed at \(place)")
    }
  }

  @Test("the file of producers is written byte for byte as it is described")
  func fileBytes() throws {
    let folder = try TemporaryFolder()
    var states = ProducerStates(
      producers: [
        5: ProducerStates.Producer(
          epoch: 2,
          batches: [
            ProducerStates.Batch(
              firstSequence: 10, lastSequence: 11, baseOffset: Offset(rawValue: 100), lastOffset: Offset(rawValue: 101),
              timestamp: 9)
          ], lastHeard: 77, openSince: Offset(rawValue: 100))
      ],
      aborted: [
        AbortedTransaction(producerID: 5, firstOffset: Offset(rawValue: 90), lastOffset: Offset(rawValue: 95))
      ])
    try ProducerFile.write(states, at: Offset(rawValue: 102), directory: folder.path)
    func little(_ value: some FixedWidthInteger) -> [UInt8] {
      (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var expected = Array("XOPIXPRD".utf8) + little(UInt32(1)) + little(Int64(102)) + [1]
    expected += little(Int64(5)) + little(Int16(2)) + little(Int64(77)) + little(Int64(100)) + [1]
    expected += little(Int32(10)) + little(Int32(11)) + little(Int64(100)) + little(Int64(101)) + little(Int64(9))
    expected += [1] + little(Int64(5)) + little(Int64(90)) + little(Int64(95))
    #expect(try Array(folder.read("producers").dropLast(4)) == expected)
    let read = try #require(ProducerFile.read(directory: folder.path))
    #expect(read.states == states && read.offset.rawValue == 102)
    states.producers[5]?.openSince = nil
    try ProducerFile.write(states, at: Offset(rawValue: 102), directory: folder.path)
    #expect(ProducerFile.read(directory: folder.path)?.states.producers == states.producers)
  }
}

extension EventLog {
  func producerStates(of name: TopicPartition) -> ProducerStates? {
    registry.withLock { $0.partition(name) }?.withLock { $0.producers }
  }
}

extension ProducerStates {
  /// The states without the times at which producers were heard of, which batches do not tell.
  var forgettingTimes: ProducerStates {
    ProducerStates(
      producers: producers.mapValues { producer in
        var producer = producer
        producer.lastHeard = 0
        return producer
      }, aborted: aborted)
  }
}
