import ByteCoding
import FraudModel
import Projections
import RecordBatches
import Testing

@Suite("Stopping and going on with scoring")
struct FraudRestartTests {
  @Test(
    "Property: reopened at any checkpoint, state and later outputs are bit-identical",
    arguments: 1...8 as ClosedRange<UInt64>)
  func restarts(seed: UInt64) throws {
    let definition = try BuiltIn.definition()
    let folder = try TemporaryFolder()
    try folder.makeFolder("steady")
    try folder.makeFolder("stopped")
    var events = RandomEvents(seed: seed)
    let log = events.next(350)
    let steady = try FraudModel(definition: definition, directory: folder.file("steady"), manifest: nil)
    let expected = log.map { steady.apply([$0]).map(\.record) }
    var model = try FraudModel(definition: definition, directory: folder.file("stopped"), manifest: nil)
    var found: [[Record]] = []
    var manifest: [UInt8]?
    var saved = 0
    var number: UInt64 = 0
    while found.count < log.count {
      let end = min(log.count, found.count + events.generator.number(1...25))
      for event in log[found.count..<end] { found.append(model.apply([event]).map(\.record)) }
      if events.generator.chance(1, in: 3) {
        number += 1
        let written = try model.writeCheckpoint(number: number)
        model.discardFiles(notIn: written)
        manifest = written
        saved = found.count
      }
      if events.generator.chance(1, in: 4) {
        model = try FraudModel(definition: definition, directory: folder.file("stopped"), manifest: manifest)
        // What came after the checkpoint is gone, and comes again.
        found.removeLast(found.count - saved)
      }
    }
    #expect(found.elementsEqual(expected), "seed \(seed)")
    #expect(model.checksum() == steady.checksum(), "seed \(seed)")
    #expect(model.allDecisions() == steady.allDecisions(), "seed \(seed)")
    #expect(steady.checksum().count > 20)
  }

  @Test("Property: the checksum and the outputs do not depend on how events are cut into batches")
  func batches() throws {
    let definition = try BuiltIn.definition()
    let folder = try TemporaryFolder()
    var events = RandomEvents(seed: 77)
    let log = events.next(200)
    let one = try FraudModel(definition: definition, directory: folder.path, manifest: nil)
    let other = try FraudModel(definition: definition, directory: folder.path, manifest: nil)
    let outputs = one.apply(log).map(\.record)
    #expect(outputs == log.flatMap { other.apply([$0]).map(\.record) })
    #expect(one.checksum() == other.checksum())
    let shorter = try FraudModel(definition: definition, directory: folder.path, manifest: nil)
    _ = shorter.apply(log.dropLast(5).map(\.self))
    #expect(shorter.checksum() != one.checksum())
  }

  @Test(
    "a checkpoint that could not be written loses nothing: the next one has its changes",
    arguments: [
      "entities-1", "decisions-1",
    ])
  func failedCheckpoints(blocked: String) throws {
    let definition = try BuiltIn.definition()
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: definition, directory: folder.path, manifest: nil)
    for offset in 1...9 as ClosedRange<Int64> {
      try model.decide(Payment(card: "card-\(offset)"), at: offset, offset: offset)
    }
    try folder.makeFolder(blocked)
    #expect(throws: (any Error).self) { try model.writeCheckpoint(number: 1) }
    try folder.remove(blocked)
    try model.decide(Payment(), at: 20, offset: 20)
    let manifest = try model.writeCheckpoint(number: 2)
    let reopened = try FraudModel(definition: definition, directory: folder.path, manifest: manifest)
    #expect(reopened.checksum() == model.checksum())
    #expect(reopened.allDecisions() == model.allDecisions())
  }

  @Test("features that keep something else of entities can't go on with the state; other rules can")
  func otherDefinitions() throws {
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
    try model.decide(Payment(), at: 1, offset: 1)
    let manifest = try model.writeCheckpoint(number: 1)
    let features = try BuiltIn.text("features.yaml")
    let more = try FraudDefinitions.parse(
      features: features
        + "  - {name: more, entity: card, aggregate: distinct, of: user, window: 60, unit: x, description: y}\n",
      rules: try BuiltIn.text("rules.yaml"))
    #expect(throws: ProjectionError.otherDefinitions(directory: folder.path, of: "features")) {
      try FraudModel(definition: more, directory: folder.path, manifest: manifest)
    }
    let rules = try FraudDefinitions.parse(
      features: features, rules: "version: v2\nthresholds: {review: 0.1, block: 0.2}\nrules: []")
    let reopened = try FraudModel(definition: rules, directory: folder.path, manifest: manifest)
    #expect(reopened.checksum() == model.checksum())
  }

  @Test("a manifest that ends early, and files that were cut or changed, are damage")
  func damage() throws {
    let definition = try BuiltIn.definition()
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: definition, directory: folder.path, manifest: nil)
    for offset in 1...5 as ClosedRange<Int64> { try model.decide(Payment(), at: offset, offset: offset) }
    let manifest = try model.writeCheckpoint(number: 1)
    for count in 0..<manifest.count {
      #expect(throws: ProjectionError.self, "\(count) bytes") {
        try FraudModel(definition: definition, directory: folder.path, manifest: Array(manifest.prefix(count)))
      }
    }
    for file in ["entities-1", "decisions-1"] {
      let bytes = try folder.read(file)
      for place in stride(from: 0, to: bytes.count, by: 7) {
        var damaged = bytes
        damaged[place] ^= 0x10
        try folder.write(damaged, as: file)
        #expect(throws: ProjectionError.self, "byte \(place) of \(file)") {
          try FraudModel(definition: definition, directory: folder.path, manifest: manifest)
        }
      }
      try folder.write(bytes, as: file)
    }
    _ = try FraudModel(definition: definition, directory: folder.path, manifest: manifest)
  }
}
