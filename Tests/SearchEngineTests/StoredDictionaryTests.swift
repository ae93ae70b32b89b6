import Testing

@testable import SearchEngine

/// Stored documents that refer to a dictionary of their segment.
@Suite("Stored documents with a dictionary")
struct StoredDictionaryTests {
  /// A document as shops have them: the same names, few values, some text of its own.
  private static func stored(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    let words = (0..<8).map { _ in "word\(Int.random(in: 0..<5000, using: &generator))" }.joined(separator: " ")
    let colour = ["red", "green", "blue"].randomElement(using: &generator) ?? ""
    return Array(
      #"{"id":"P-\#(number)","title":"\#(words)","colour":"\#(colour)","category":"Home > Kitchen","price":\#(number)}"#
        .utf8)
  }

  private static func put(_ range: Range<Int>, _ writer: IndexWriter, seed: UInt64) -> [String: [UInt8]] {
    var generator = SeededGenerator(seed: seed)
    var all: [String: [UInt8]] = [:]
    for number in range {
      // Some have no bytes, and some none in common with any other.
      let bytes =
        switch number % 50 {
        case 0: [UInt8]()
        case 1:
          (0..<Int.random(in: 1..<300, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        default: stored(number, &generator)
        }
      var document = IndexDocument(id: "P-\(number)", stored: bytes)
      document.addText("kettle", field: TestField.title)
      writer.put(document)
      all["P-\(number)"] = bytes
    }
    return all
  }

  private static func check(_ snapshot: IndexSnapshot, _ all: [String: [UInt8]]) {
    #expect(snapshot.documentCount == all.count)
    for (id, bytes) in all where snapshot.document(id: id)?.stored != bytes {
      Issue.record("\(id) is another document")
      return
    }
  }

  private static func byteCounts(_ folder: TemporaryFolder) throws -> Int {
    try folder.files().filter { $0.hasPrefix("segment-") }.reduce(0) { $0 + (try folder.read($1)).count }
  }

  @Test("documents are as they were put, with and without a dictionary, through merges, files and a restart")
  func merges() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.policy.mostAtOnce = 60
    writer.policy.fewestToTrain = 500
    var all: [String: [UInt8]] = [:]
    var hadDictionary = false
    for round in 0..<40 {
      all.merge(Self.put(round * 100..<round * 100 + 130, writer, seed: UInt64(round))) { _, new in new }
      writer.delete(id: "P-\(round * 90)")
      all["P-\(round * 90)"] = nil
      let snapshot = try writer.refresh()
      hadDictionary = hadDictionary || snapshot.views.contains { $0.segment.dictionary != nil }
      if round % 10 == 9 { Self.check(snapshot, all) }
      if round % 7 == 6 { writer.waitForMerges() }
    }
    try writer.compact()
    #expect(hadDictionary)
    let snapshot = try writer.refresh()
    #expect(snapshot.views.map { $0.segment.dictionary != nil } == [true])
    Self.check(snapshot, all)
    let manifest = try writer.checkpoint()
    writer.discardFiles(notIn: manifest)
    let restored = try IndexWriter.restore(
      directory: folder.path, definition: TestField.definition, manifest: manifest)
    Self.check(try restored.refresh(), all)
    #expect(try restored.refresh().checksum == snapshot.checksum)
    let file = try #require(try folder.files().first { $0.hasPrefix("segment-") })
    let bytes = try folder.read(file)
    let section = try #require(try SegmentFormat.sections(of: SegmentBytes(bytes), path: file)[.dictionary])
    for at in [section.start, section.start + section.count / 2, section.end - 1] {
      var changed = bytes
      changed[at] ^= 4
      try folder.write(changed, as: file)
      #expect(throws: IndexError.self) {
        try IndexWriter.restore(directory: folder.path, definition: TestField.definition, manifest: manifest)
      }
    }
    try folder.write(bytes, as: file)
    // Few of many are left: they still can be read, and merged with others.
    restored.policy.mostAtOnce = 60
    for id in all.keys.sorted().dropFirst(20) {
      restored.delete(id: id)
      all[id] = nil
    }
    all.merge(Self.put(9000..<9030, restored, seed: 99)) { _, new in new }
    _ = try restored.refresh()
    try restored.compact()
    Self.check(try restored.refresh(), all)
  }

  @Test("many documents that come later take the dictionary, and are copied when they are merged")
  func later() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.policy.mostAtOnce = 60
    writer.policy.fewestToTrain = 500
    var all: [String: [UInt8]] = [:]
    for round in 0..<2 {
      all.merge(Self.put(round * 400..<round * 400 + 400, writer, seed: UInt64(round))) { _, new in new }
      _ = try writer.refresh()
    }
    try writer.compact()
    let dictionary = try #require(try writer.refresh().views.first?.segment.dictionary)
    let manifest = try writer.checkpoint()
    for writer in [
      writer,
      try IndexWriter.restore(directory: folder.path, definition: TestField.definition, manifest: manifest),
    ] {
      var all = all
      all.merge(Self.put(600..<6000, writer, seed: 9)) { _, new in new }
      let snapshot = try writer.refresh()
      #expect(snapshot.views.allSatisfy { $0.segment.dictionary?.bytes == dictionary.bytes })
      Self.check(snapshot, all)
      try writer.compact()
      #expect(try writer.refresh().views.map { $0.segment.dictionary?.bytes == dictionary.bytes } == [true])
      Self.check(try writer.refresh(), all)
    }
  }

  @Test("a dictionary makes small documents smaller, and none is made where it would not")
  func sizes() throws {
    var counts: [Int] = []
    for fewest in [500, 1_000_000] {
      let folder = try TemporaryFolder()
      let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
      writer.policy.mostAtOnce = 60
      writer.policy.fewestToTrain = fewest
      for round in 0..<8 {
        _ = Self.put(round * 500..<round * 500 + 500, writer, seed: UInt64(round))
        _ = try writer.refresh()
      }
      try writer.compact()
      writer.discardFiles(notIn: try writer.checkpoint())
      counts.append(try Self.byteCounts(folder))
    }
    #expect(counts[0] + 4000 * 40 < counts[1], "\(counts)")
    var generator = SeededGenerator(seed: 5)
    let noise = (0..<600).map { _ in (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) } }
    #expect(StoredDictionary.trained(count: noise.count) { noise[$0] } == nil)
    let large = Array(repeating: Array(repeating: UInt8(7), count: 10_000), count: 600)
    #expect(StoredDictionary.trained(count: large.count) { large[$0] } == nil)
    #expect(StoredDictionary.trained(count: 0) { _ in [] } == nil)
    #expect(StoredDictionary.trained(count: 40) { _ in [] } == nil)
  }
}
