import Testing

@testable import SearchEngine

/// Checkpoints that are written while the index changes, and what a crash leaves.
@Suite("Checkpoints beside the writer")
struct CheckpointTests {
  private static func writer(in folder: TemporaryFolder, mostAtOnce: Int = 8) throws -> IndexWriter {
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.policy.mostAtOnce = mostAtOnce
    return writer
  }

  private static func restored(_ folder: TemporaryFolder, _ manifest: [UInt8]) throws -> IndexWriter {
    try IndexWriter.restore(directory: folder.path, definition: TestField.definition, manifest: manifest)
  }

  /// Puts, deletes and changes some documents.
  private static func change(_ writer: IndexWriter, _ step: Int, _ generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...8, using: &generator) {
      let id = "P-\(Int.random(in: 0..<80, using: &generator))"
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: writer.delete(id: id)
      case 1: writer.setLive(id: id, field: TestField.stock, value: Double(Int.random(in: 0..<9, using: &generator)))
      default: writer.put(Product(id: id, title: "kettle \(step)").document)
      }
    }
  }

  @Test(
    "a checkpoint is the index as it was when it was begun, whatever changed while it was written",
    arguments: 0..<10 as Range<UInt64>)
  func state(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var writer = try Self.writer(in: folder)
    for step in 0..<40 {
      Self.change(writer, step, &generator)
      let begun = try writer.beginCheckpoint()
      let before = try writer.refresh().checksum
      for _ in 0..<Int.random(in: 0..<4, using: &generator) {
        Self.change(writer, step, &generator)
        if Bool.random(using: &generator) { _ = try writer.refresh() }
        if Bool.random(using: &generator) { writer.waitForMerges() }
      }
      let after = try writer.refresh().checksum
      let manifest = try begun.manifest()
      if Bool.random(using: &generator) { writer.discardFiles(notIn: manifest) }
      // What the process has in memory is lost.
      let restored = try Self.restored(folder, manifest)
      #expect(try restored.refresh().checksum == before, "seed \(seed), step \(step)")
      #expect(try writer.refresh().checksum == after, "seed \(seed), step \(step)")
      if Int.random(in: 0..<4, using: &generator) == 0 {
        // It goes on from there, with numbers of files that the writer before had given to others.
        writer = restored
        writer.policy.mostAtOnce = 8
      }
    }
  }

  @Test("a crash while a checkpoint is written, or before its manifest is kept, leaves the one before")
  func crash() throws {
    var generator = SeededGenerator(seed: 7)
    let folder = try TemporaryFolder()
    var writer = try Self.writer(in: folder)
    for number in 0..<40 { writer.put(Product(id: "P-\(number)", title: "kettle").document) }
    let manifest = try writer.checkpoint()
    writer.discardFiles(notIn: manifest)
    let checksum = try writer.refresh().checksum
    for round in 0..<8 {
      for step in 0..<round { Self.change(writer, step, &generator) }
      let begun = try writer.beginCheckpoint()
      for step in 0..<round { Self.change(writer, step, &generator) }
      // A second one is begun while the first may be on its way; neither manifest is kept.
      if round % 2 == 0 { _ = try begun.manifest() }
      if round % 3 == 0 { _ = try writer.beginCheckpoint() }
      writer = try Self.restored(folder, manifest)
      #expect(try writer.refresh().checksum == checksum, "round \(round)")
    }
    Self.change(writer, 99, &generator)
    let last = try writer.checkpoint()
    writer.discardFiles(notIn: last)
    #expect(try Self.restored(folder, last).refresh().checksum == writer.refresh().checksum)
  }

  @Test("a file that can't be written fails the checkpoint, and the next one has everything")
  func failure() throws {
    let folder = try TemporaryFolder()
    let writer = try Self.writer(in: folder)
    for number in 0..<5 { writer.put(Product(id: "P-\(number)", title: "kettle").document) }
    let first = try writer.checkpoint()
    writer.delete(id: "P-1")
    writer.put(Product(id: "new", title: "lamp").document)
    // A directory in the place of a file that will be written: the segment's next changes.
    let next = try folder.files().contains("changes-1-1") ? "changes-1-2" : "changes-1-1"
    try folder.makeFolder(next)
    let begun = try writer.beginCheckpoint()
    #expect(throws: IndexError.self) { try begun.manifest() }
    #expect(try Self.restored(folder, first).refresh().documentCount == 5)
    try folder.remove(next)
    let second = try writer.checkpoint()
    writer.discardFiles(notIn: second)
    let restored = try Self.restored(folder, second).refresh()
    #expect(restored.checksum == (try writer.refresh().checksum))
    #expect(restored.documentCount == 5)
  }

  @Test("merged segments are on the disk before any checkpoint, and none that is needed is removed")
  func merged() throws {
    let folder = try TemporaryFolder()
    let writer = try Self.writer(in: folder)
    let empty = try writer.checkpoint()
    for number in 0..<128 {
      writer.put(Product(id: "P-\(number)", title: "kettle w\(number)").document)
      if number % 16 == 15 { _ = try writer.refresh() }
      writer.discardFiles(notIn: empty)
    }
    writer.waitForMerges()
    _ = try writer.refresh()
    #expect(try folder.files().contains { $0.hasPrefix("segment-") })
    writer.discardFiles(notIn: empty)
    let manifest = try writer.checkpoint()
    writer.discardFiles(notIn: manifest)
    #expect(try Self.restored(folder, manifest).refresh().checksum == writer.refresh().checksum)
  }
}
