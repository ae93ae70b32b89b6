import ByteCoding
import Projections
import RecordBatches
import Testing

@Suite("Reading a part of a log")
struct ProjectionLimitTests {
  @Test("Property: a limit by offset reads what comes before it, no more", arguments: 1...15 as ClosedRange<UInt64>)
  func offsets(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let log = RandomLog(batches: 40, using: &generator)
    let folder = try TemporaryFolder()
    var ends: [TopicPartition: Offset] = [:]
    for (partition, end) in log.source.endPosition.nextOffsets where generator.chance(2, in: 3) {
      ends[partition] = Offset(rawValue: Int64(generator.number(0...Int(end.rawValue) + 3)))
    }
    let sink = ToySink()
    let projection = try Projection(folder.file("g"), log.source, sink, limit: .offsets(ends))
    while try projection.step(maxBytes: generator.number(1...900)) > 0 {}
    let expected = NaiveFold(log.records) { $0.offset < ends[$0.partition] ?? Offset(rawValue: .max) }
    #expect(projection.sums == expected.sums, "seed \(seed)")
    #expect(projection.statistics == expected.statistics, "seed \(seed)")
    #expect(ToyText.difference(sink.lines, ToyText.lines(of: expected.outputs)) == nil, "seed \(seed)")
    for (partition, end) in log.source.endPosition.nextOffsets {
      #expect(projection.position[partition] == min(end, ends[partition] ?? end), "seed \(seed), \(partition)")
    }
  }

  @Test("Property: a limit by time reads records stamped up to then, that millisecond included", arguments: 1...10)
  func times(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let log = RandomLog(batches: 40, using: &generator)
    let folder = try TemporaryFolder()
    let end = try #require(log.records.map(\.record.timestampMilliseconds).randomElement(using: &generator))
    let projection = try Projection(
      folder.file("g"), log.source, nil, limit: .time(Timestamp(rawValue: end * 1000 + 999)))
    try projection.finish()
    let expected = NaiveFold(log.records) { $0.record.timestampMilliseconds <= end }
    #expect(expected.statistics.read > 0)
    #expect(projection.sums == expected.sums && projection.statistics == expected.statistics, "seed \(seed)")
  }
}
