import ByteCoding
import Projections
import RecordBatches
import Testing

@Suite("The fold over a log")
struct ProjectionFoldTests {
  @Test("Property: state, statistics and outputs are those of a naive fold", arguments: 1...20 as ClosedRange<UInt64>)
  func naiveOracle(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let log = RandomLog(batches: 60, using: &generator)
    let folder = try TemporaryFolder()
    let sink = ToySink()
    let projection = try Projection(folder.file("g"), log.source, sink)
    while try projection.step(maxBytes: generator.number(1...2000)) > 0 {}
    let expected = NaiveFold(log.records)
    #expect(projection.sums == expected.sums, "seed \(seed)")
    #expect(projection.statistics == expected.statistics, "seed \(seed)")
    #expect(ToyText.difference(sink.lines, ToyText.lines(of: expected.outputs)) == nil, "seed \(seed)")
    #expect(projection.position == log.source.endPosition, "seed \(seed)")
    #expect(projection.nextOrdinal == log.source.endOrdinal)
    let toy = try #require(projection.toy)
    #expect(toy.applied.map { SourceRecord($0.topicPartition, $0.offset) } == expected.events.map(\.place))
    #expect(toy.applied.map(\.event) == expected.events.map(\.event))
  }

  @Test("each record of a batch with gaps has the offset that it tells")
  func gaps() throws {
    var source = ToySource()
    source.append([ToyEvent(id: "a", account: "x", amount: 1).record()], to: "pays")
    source.append(
      [ToyEvent(id: "b", account: "x", amount: 1).record(), Record(key: nil, value: nil, timestampMilliseconds: 0)],
      to: "pays", deltas: [2, 7])
    let folder = try TemporaryFolder()
    let sink = ToySink()
    let projection = try Projection(folder.file("g"), source, sink)
    try projection.finish()
    #expect(try #require(projection.toy).applied.map(\.offset.rawValue) == [0, 3])
    let letter = try #require(sink.topics["pays.dlq"]?.first)
    #expect(letter.headers.first { $0.key == "dlq.offset" }?.value == Array("8".utf8))
    #expect(projection.position[TopicPartition(topic: "pays", partition: 0)].rawValue == 9)
  }

  @Test("a rejected record goes to its topic's dead letters unchanged, with headers that say why, once")
  func deadLetters() throws {
    var source = ToySource()
    var record = Record(key: [1, 2], value: Array("broken".utf8), timestampMilliseconds: 77)
    record.headers = [RecordHeader(key: "trace", value: nil)]
    source.append([ToyEvent(id: "a", account: "x", amount: 1).record(), record], to: "refunds", partition: 3)
    let folder = try TemporaryFolder()
    let sink = ToySink()
    let projection = try Projection(
      directory: folder.file("g"), source: source, sink: sink, outputTopics: ToyDecoder.outputTopics,
      decoder: ToyDecoder(), factories: [ToyModel.factory], wallClock: { Timestamp(milliseconds: 1_795_401_660_123) })
    try projection.finish()
    let letters = try #require(sink.topics["refunds.dlq"])
    #expect(letters.count == 1)
    let letter = try #require(letters.first)
    #expect(letter.key == [1, 2] && letter.value == Array("broken".utf8) && letter.timestampMilliseconds == 77)
    #expect(
      letter.headers.map { "\($0.key)=\($0.value.map { String(decoding: $0, as: UTF8.self) } ?? "-")" } == [
        "trace=-", "dlq.topic=refunds", "dlq.partition=3", "dlq.offset=1", "dlq.error.code=malformed",
        "dlq.error.message=not id, account and amount", "dlq.failed.at=2026-11-23T02:41:00.123Z", "dlq.attempts=1",
        "xopix.source=refunds:3:1",
      ])
  }

  @Test("what must not be kept is masked in the dead letter")
  func maskedDeadLetters() throws {
    var source = ToySource()
    source.append([Record(key: nil, value: Array("secret 1".utf8), timestampMilliseconds: 0)], to: "pays")
    let folder = try TemporaryFolder()
    let sink = ToySink()
    try Projection(folder.file("g"), source, sink).finish()
    #expect(sink.topics["pays.dlq"]?.map(\.value) == [Array("******".utf8)])
  }

  @Test("types beyond a hundred are counted together")
  func unknownTypes() throws {
    var source = ToySource()
    let records = (0..<130).map { Record(key: nil, value: Array("? T\($0)".utf8), timestampMilliseconds: 0) }
    source.append(records + records, to: "pays")
    let folder = try TemporaryFolder()
    let projection = try Projection(folder.file("g"), source, nil)
    try projection.finish()
    let counts = projection.statistics.unknownTypes
    #expect(counts.count == ProjectionStatistics.largestUnknownTypes + 1)
    #expect(counts["pays/T0"] == 2 && counts["pays/T99"] == 2 && counts["pays/T100"] == nil)
    #expect(counts["pays/*"] == 60)
  }

  @Test("a step ends before the ordinal that it is given, and publishing shows the position reached")
  func bounds() throws {
    var generator = SeededGenerator(seed: 3)
    let log = RandomLog(batches: 10, using: &generator)
    let folder = try TemporaryFolder()
    let projection = try Projection(folder.file("g"), log.source, nil)
    #expect(try projection.step(maxBytes: 1, upTo: 0) == 0)
    #expect(try projection.step(maxBytes: 1) == 1)
    #expect(try projection.step(maxBytes: 1 << 20, upTo: 7) == 6)
    #expect(try projection.step(maxBytes: 1 << 20, upTo: 7) == 0)
    #expect(projection.nextOrdinal == 7)
    let toy = try #require(projection.toy)
    #expect(toy.published == Position())
    projection.publish()
    #expect(toy.published == projection.position && projection.position != Position())
  }

  @Test("a batch that can't be read stops the fold before it, and is read whole once it can be")
  func damagedBatch() throws {
    var source = ToySource()
    source.append([ToyEvent(id: "a", account: "x", amount: 1).record()], to: "pays")
    source.append([ToyEvent(id: "b", account: "x", amount: 10).record()], to: "pays")
    let whole = source.batches[1]
    var bytes = whole.bytes
    bytes[bytes.count - 1] ^= 1
    source.batches[1] = SourceBatch(
      ordinal: 1, topicPartition: whole.topicPartition, nextOffset: whole.nextOffset, bytes: bytes)
    let broken = ToggledSource(first: source, then: whole)
    let folder = try TemporaryFolder()
    let projection = try Projection(folder.file("g"), broken, nil)
    #expect(throws: RecordBatchError.self) { try projection.finish() }
    #expect(projection.nextOrdinal == 1)
    #expect(projection.position[whole.topicPartition].rawValue == 1)
    broken.mend()
    try projection.finish()
    #expect(projection.sums == ["x": 11])
  }

  @Test("a batch that the source gives again, whole or overlapping, is read once")
  func repeatedBatches() throws {
    var source = ToySource()
    let broken = Record(key: nil, value: Array("broken".utf8), timestampMilliseconds: 0)
    source.append([ToyEvent(id: "a", account: "x", amount: 3).record(), broken], to: "pays")
    source.append([broken], to: "pays")
    for place in [0, 1] {
      let batch = source.batches[place]
      source.batches.append(
        SourceBatch(
          ordinal: source.endOrdinal, topicPartition: batch.topicPartition, nextOffset: batch.nextOffset,
          bytes: batch.bytes))
    }
    let folder = try TemporaryFolder()
    let sink = ToySink()
    let projection = try Projection(folder.file("g"), source, sink)
    try projection.finish()
    #expect(projection.nextOrdinal == 4)
    #expect(projection.statistics.read == 3 && projection.statistics.duplicates == 0)
    #expect(sink.count(of: "pays.dlq") == 2 && sink.count(of: "sums") == 1)
  }

  @Test("control batches and topics that hold no events are passed over, and the position goes on")
  func passedOver() throws {
    var source = ToySource()
    let event = ToyEvent(id: "a", account: "x", amount: 1).record()
    source.append([event, event], to: "pays", isControl: true)
    source.append([event], to: "other")
    let folder = try TemporaryFolder()
    let projection = try Projection(folder.file("g"), source, nil)
    try projection.finish()
    #expect(projection.sums == [:])
    #expect(projection.statistics == ProjectionStatistics())
    #expect(projection.position == source.endPosition)
  }
}
