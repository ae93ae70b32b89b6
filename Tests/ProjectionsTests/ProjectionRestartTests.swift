import ByteCoding
import Projections
import RecordBatches
import Testing

@Suite("Stopping and going on")
struct ProjectionRestartTests {
  static func expectEqual(
    _ projection: Projection<ToyEvent>, _ sink: ToySink, _ steady: Projection<ToyEvent>, _ steadySink: ToySink,
    seed: UInt64
  ) {
    #expect(projection.sums == steady.sums, "seed \(seed)")
    #expect(projection.statistics == steady.statistics, "seed \(seed)")
    #expect(projection.checksums().map(\.checksum) == steady.checksums().map(\.checksum), "seed \(seed)")
    #expect(projection.position == steady.position, "seed \(seed)")
    #expect(ToyText.difference(sink.lines, steadySink.lines) == nil, "seed \(seed)")
  }

  @Test(
    "Property: stopping anywhere, with a checkpoint, within one or by a crash, is as never having stopped",
    arguments: 1...50 as ClosedRange<UInt64>)
  func restarts(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let log = RandomLog(batches: 80, using: &generator)
    let folder = try TemporaryFolder()
    let steadySink = ToySink()
    let steady = try Projection(folder.file("steady"), log.source, steadySink)
    try steady.finish()
    let sink = ToySink()
    var projection = try Projection(folder.file("g"), log.source, sink)
    while projection.nextOrdinal < log.source.endOrdinal {
      try projection.step(maxBytes: generator.number(1...900))
      if generator.chance(1, in: 4) {
        try projection.checkpoint()
      } else if generator.chance(1, in: 3) {
        projection.toy?.pollsUntilWritten = generator.number(0...4)
        try projection.beginCheckpoint()
      }
      try projection.finishCheckpoint()
      guard generator.chance(1, in: 4) else { continue }
      // What the log had not made durable may be gone, or not.
      if generator.chance(1, in: 2) { sink.crash(using: &generator) }
      projection = try Projection(folder.file("g"), log.source, sink)
      #expect(projection.toy?.published == projection.position, "seed \(seed)")
    }
    Self.expectEqual(projection, sink, steady, steadySink, seed: seed)
    try projection.checkpoint()
    let reopened = try Projection(folder.file("g"), log.source, sink)
    Self.expectEqual(reopened, sink, steady, steadySink, seed: seed)
    #expect(reopened.nextOrdinal == log.source.endOrdinal)
  }

  @Test("a checkpoint counts once it is finished, and is of when it was begun")
  func begunCheckpoints() throws {
    let folder = try TemporaryFolder()
    var source = ToySource()
    source.append([ToyEvent(id: "a", account: "x", amount: 5).record()], to: "pays")
    let first = try Projection(folder.file("g"), source, nil)
    try first.finish()
    first.toy?.pollsUntilWritten = 2
    try first.beginCheckpoint()
    #expect(try !first.finishCheckpoint())
    source.append([ToyEvent(id: "b", account: "x", amount: 7).record()], to: "pays")
    let crashed = try Projection(folder.file("g"), source, nil)
    #expect(crashed.nextOrdinal == 0)
    // What comes now is in the next one.
    let second = try Projection(folder.file("h"), source, nil)
    try second.step(maxBytes: 1)
    second.toy?.pollsUntilWritten = 1
    try second.beginCheckpoint()
    try second.finish()
    #expect(second.sums == ["x": 12])
    try second.beginCheckpoint()
    #expect(try !second.finishCheckpoint() && second.finishCheckpoint())
    let restored = try Projection(folder.file("h"), source, nil)
    #expect(restored.sums == ["x": 5] && restored.nextOrdinal == 1)
    try second.checkpoint()
    #expect(try Projection(folder.file("h"), source, nil).sums == ["x": 12])
  }

  @Test("a duplicate that comes after a restart is known")
  func duplicatesAfterRestart() throws {
    let folder = try TemporaryFolder()
    var source = ToySource()
    source.append([ToyEvent(id: "a", account: "x", amount: 5).record()], to: "pays")
    let first = try Projection(folder.file("g"), source, nil)
    try first.finish()
    try first.checkpoint()
    source.append([ToyEvent(id: "a", account: "x", amount: 5).record()], to: "refunds")
    source.append([ToyEvent(id: "b", account: "x", amount: 7).record()], to: "pays")
    let second = try Projection(folder.file("g"), source, nil)
    try second.finish()
    #expect(second.sums == ["x": 12])
    #expect(second.statistics.duplicates == 1 && second.statistics.applied == 2)
  }

  @Test("outputs that could not be written are written by the next step, or before the checkpoint that forgets them")
  func failedOutputs() throws {
    let folder = try TemporaryFolder()
    var source = ToySource()
    source.append([ToyEvent(id: "a", account: "x", amount: 9).record()], to: "pays")
    let sink = ToySink()
    let projection = try Projection(folder.file("g"), source, sink)
    sink.fail(["sums"])
    #expect(throws: ToySink.Full.self) { try projection.finish() }
    #expect(throws: ToySink.Full.self) { try projection.checkpoint() }
    sink.fail([])
    try projection.checkpoint()
    #expect(sink.count(of: "sums") == 2)
    let reopened = try Projection(folder.file("g"), source, sink)
    #expect(reopened.nextOrdinal == 1)
    try reopened.finish()
    #expect(sink.count(of: "sums") == 2)
  }

  @Test("a checkpoint of nothing new writes nothing")
  func idleCheckpoints() throws {
    let folder = try TemporaryFolder()
    var source = ToySource()
    let projection = try Projection(folder.file("g"), source, nil)
    try projection.checkpoint()
    #expect(try !folder.names().contains("g/checkpoint"))
    source.append([ToyEvent(id: "a", account: "x", amount: 9).record()], to: "pays")
    let other = try Projection(folder.file("g"), source, nil)
    try other.finish()
    try other.checkpoint()
    let bytes = try folder.read("g/checkpoint")
    try other.checkpoint()
    #expect(try folder.read("g/checkpoint") == bytes)
  }

  @Test("a projection without a sink builds the same state and writes nothing")
  func withoutSink() throws {
    var generator = SeededGenerator(seed: 11)
    let log = RandomLog(batches: 40, using: &generator)
    let folder = try TemporaryFolder()
    let silent = try Projection(folder.file("silent"), log.source, nil)
    try silent.finish()
    let loud = try Projection(folder.file("loud"), log.source, ToySink())
    try loud.finish()
    #expect(silent.sums == loud.sums && silent.statistics == loud.statistics)
    #expect(silent.checksums().map(\.checksum) == loud.checksums().map(\.checksum))
  }

  @Test(
    "Property: a projection that takes over from another writes on where that one ended, also after a crash",
    arguments: 1...15 as ClosedRange<UInt64>)
  func takeOver(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let log = RandomLog(batches: 60, using: &generator)
    let folder = try TemporaryFolder()
    let sink = ToySink()
    let old = try Projection(folder.file("old"), log.source, sink)
    let end = UInt64(generator.number(1...50))
    while try old.step(maxBytes: 500, upTo: end) > 0 {}
    try old.checkpoint()
    let new = try Projection(folder.file("new"), log.source, nil)
    while try new.step(maxBytes: 700, upTo: end) > 0 {
      if generator.chance(1, in: 5) { try new.checkpoint() }
    }
    new.takeOver(sink)
    if generator.chance(1, in: 2) { try new.checkpoint() }
    // What of this was not checkpointed is read again, from before the takeover or after it.
    _ = try new.step(maxBytes: generator.number(1...3000))
    if generator.chance(1, in: 2) { sink.crash(using: &generator) }
    let last = try Projection(folder.file("new"), log.source, sink)
    try last.finish()
    let expected = NaiveFold(log.records)
    #expect(ToyText.difference(sink.lines, ToyText.lines(of: expected.outputs)) == nil, "seed \(seed)")
    #expect(last.sums == expected.sums && last.statistics == expected.statistics, "seed \(seed)")
  }
}
