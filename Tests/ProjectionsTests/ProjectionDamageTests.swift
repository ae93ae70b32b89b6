import ByteCoding
import DurableFiles
import Foundation
import Projections
import RecordBatches
import Testing

@Suite("Damaged generations")
struct ProjectionDamageTests {
  /// A generation with two checkpoints of a random log.
  static func generation(seed: UInt64) throws -> (folder: TemporaryFolder, log: RandomLog) {
    var generator = SeededGenerator(seed: seed)
    let log = RandomLog(batches: 30, using: &generator)
    let folder = try TemporaryFolder()
    let projection = try Projection(folder.file("g"), log.source, nil)
    try projection.step(maxBytes: 1 << 20, upTo: 12)
    try projection.checkpoint()
    try projection.finish()
    try projection.checkpoint()
    return (folder, log)
  }

  /// The typed error of opening a generation; nil where it opens.
  static func failure(_ folder: TemporaryFolder, _ log: RandomLog) throws -> ProjectionError? {
    do {
      _ = try Projection(folder.file("damaged"), log.source, nil)
      return nil
    } catch let error as ProjectionError {
      return error
    }
  }

  @Test("a flipped bit anywhere in a file is found", arguments: ["checkpoint", "identities-1", "sums/sums-1"])
  func flips(file: String) throws {
    let (folder, log) = try Self.generation(seed: 5)
    let bytes = try folder.read("g/" + file)
    var generator = SeededGenerator(seed: 9)
    for place in Set((0..<60).map { _ in generator.number(0...bytes.count - 1) }).union([0, bytes.count - 1]) {
      try folder.copy("g", to: "damaged")
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(generator.number(0...7))
      try folder.write(damaged, as: "damaged/" + file)
      let error = try Self.failure(folder, log)
      guard case .damagedFile(let path, _)? = error else {
        Issue.record("byte \(place) of \(file): \(String(describing: error))")
        continue
      }
      #expect(path == folder.file("damaged/" + file), "byte \(place)")
    }
  }

  @Test("a file that was cut anywhere, or is gone, is found", arguments: ["checkpoint", "identities-1", "sums/sums-1"])
  func cuts(file: String) throws {
    let (folder, log) = try Self.generation(seed: 6)
    let bytes = try folder.read("g/" + file)
    var generator = SeededGenerator(seed: 10)
    for count in Set((0..<40).map { _ in generator.number(0...bytes.count - 1) }).union([0, bytes.count - 1]) {
      try folder.copy("g", to: "damaged")
      try folder.write(Array(bytes.prefix(count)), as: "damaged/" + file)
      #expect(try Self.failure(folder, log) != nil, "\(count) bytes of \(file)")
    }
    try folder.copy("g", to: "damaged")
    try folder.remove("damaged/" + file)
    // Without a checkpoint it is a new generation; without what the checkpoint names it is none.
    #expect(try (Self.failure(folder, log) == nil) == (file == "checkpoint"))
  }

  @Test("what a crash left behind the end that counts is cut off, not read")
  func tails() throws {
    let (folder, log) = try Self.generation(seed: 7)
    let expected = try Projection(folder.file("g"), log.source, nil).sums
    try folder.copy("g", to: "damaged")
    for file in ["identities-1", "sums/sums-1"] {
      try folder.write(try folder.read("g/" + file) + [1, 2, 3], as: "damaged/" + file)
    }
    var source = log.source
    source.append([ToyEvent(id: "new", account: "new", amount: 1).record()], to: "pays")
    let projection = try Projection(folder.file("damaged"), source, nil)
    #expect(projection.sums == expected)
    try projection.finish()
    try projection.checkpoint()
    let reopened = try Projection(folder.file("damaged"), source, nil)
    #expect(reopened.sums == projection.sums && reopened.sums?["new"] == 1)
  }

  @Test("a checkpoint of a later format names both versions")
  func laterFormat() throws {
    let (folder, log) = try Self.generation(seed: 8)
    try folder.copy("g", to: "damaged")
    var content = Array(try folder.read("g/checkpoint").dropLast(4))
    content[8] = 7
    var writer = ByteWriter()
    writer.writeBytes(content)
    writer.write(Checksum.crc32c(content))
    try folder.write(writer.bytes, as: "damaged/checkpoint")
    #expect(
      try Self.failure(folder, log)
        == .unknownFormat(path: folder.file("damaged/checkpoint"), found: 7, known: 2))
  }

  @Test("a model that the checkpoint does not know is refused, since it would lack the past")
  func unknownModel() throws {
    let (folder, log) = try Self.generation(seed: 8)
    let other = ReadModelFactory<ToyEvent>(name: "other") { try ToyModel(directory: $0, manifest: $1) }
    #expect(throws: ProjectionError.self) {
      try Projection(
        directory: folder.file("g"), source: log.source, sink: nil, outputTopics: ToyDecoder.outputTopics,
        decoder: ToyDecoder(), factories: [ToyModel.factory, other], wallClock: { Timestamp(rawValue: 0) })
    }
  }

  @Test("random bytes with a right checksum are refused or read, never a trap", arguments: 1...4 as ClosedRange<UInt64>)
  func hostile(seed: UInt64) throws {
    let (folder, _) = try Self.generation(seed: 8)
    let good = try folder.read("g/checkpoint").dropLast(4)
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<400 {
      var content = Array(good)
      for _ in 0..<generator.number(1...3) {
        content[generator.number(12...content.count - 1)] = UInt8(generator.number(0...255))
      }
      if generator.chance(1, in: 4) { content.removeLast(generator.number(1...content.count - 12)) }
      var writer = ByteWriter()
      writer.writeBytes(content)
      writer.write(Checksum.crc32c(content))
      do throws(ProjectionError) {
        #expect(try !CheckpointDescription.lines(of: writer.bytes, path: "c").isEmpty)
      } catch {
        refused += 1
        #expect("\(error)".hasPrefix("c "), "seed \(seed)")
      }
    }
    #expect(refused > 50)
  }
}
