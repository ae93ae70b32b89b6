import ByteCoding
import Projections
import Testing

@Suite("A map's journal")
struct KeyedJournalTests {
  typealias Map = [[UInt8]: [UInt8]]

  static func changes(_ map: Map) -> [KeyedJournal.Change] {
    map.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
  }

  static func restored(_ folder: TemporaryFolder, _ manifest: [UInt8]) throws -> (KeyedJournal, Map) {
    var map: Map = [:]
    let journal = try KeyedJournal(directory: folder.path, name: "map", restoring: manifest) { map[$0.key] = $0.value }
    return (journal, map)
  }

  @Test("Property: every checkpoint restores its map, whatever came after it", arguments: 1...8 as ClosedRange<UInt64>)
  func maps(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var journal = try KeyedJournal(directory: folder.path, name: "map", restoring: nil) { _ in }
    var map: Map = [:]
    var manifest: [UInt8]?
    for _ in 0..<30 {
      var changed: Set<[UInt8]> = []
      for _ in 0..<generator.number(0...40) {
        let key = generator.bytes(0...1)
        map[key] = generator.chance(1, in: 4) ? nil : generator.bytes(0...200)
        changed.insert(key)
      }
      let changes = changed.map { (key: $0, value: map[$0]) }
      let next = try journal.checkpoint(changes: changes, count: map.count) { Self.changes(map) }
      // The checkpoint before stays readable until its files are discarded: a crash may come now.
      if let manifest { _ = try Self.restored(folder, manifest) }
      manifest = next
      if generator.chance(1, in: 2) { journal.discardOldFiles() }
      let (reopened, found) = try Self.restored(folder, next)
      #expect(found == map, "seed \(seed)")
      if generator.chance(1, in: 3) { journal = reopened }
    }
  }

  @Test("a file with more than twice the map's entries is written anew, and the old one goes when told")
  func compaction() throws {
    let folder = try TemporaryFolder()
    var journal = try KeyedJournal(directory: folder.path, name: "map", restoring: nil) { _ in }
    let map: Map = Dictionary(uniqueKeysWithValues: (0..<100).map { ([UInt8($0)], [1]) })
    var asked = 0
    // 101 times 100 changes come to more than 2 × 100 + 10,000 entries with the 103rd.
    var manifest: [UInt8] = []
    for round in 1...103 {
      manifest = try journal.checkpoint(changes: Self.changes(map), count: 100) {
        asked += 1
        return Self.changes(map)
      }
      #expect(asked == (round <= 102 ? 0 : 1), "round \(round)")
    }
    #expect(try folder.names() == ["map-1", "map-2"])
    #expect(try Self.restored(folder, manifest).1 == map)
    try folder.write([0], as: "mapping")
    journal.discardOldFiles()
    #expect(try folder.names() == ["map-2", "mapping"])
    let (_, found) = try Self.restored(folder, manifest)
    #expect(found == map)
  }

  @Test("a map that became empty is restored empty after its file was written anew")
  func emptied() throws {
    let folder = try TemporaryFolder()
    var journal = try KeyedJournal(directory: folder.path, name: "map", restoring: nil) { _ in }
    let many = (0..<10_001).map { (key: Array("\($0)".utf8), value: Optional([UInt8(0)])) }
    _ = try journal.checkpoint(changes: many, count: 10_001) { many }
    let manifest = try journal.checkpoint(changes: many.map { ($0.key, nil) }, count: 0) { [] }
    journal.discardOldFiles()
    let (_, found) = try Self.restored(folder, manifest)
    #expect(found.isEmpty)
    #expect(try folder.names().isEmpty)
  }

  @Test("a change that could not be written is written by the next checkpoint that has it, in whole or compacted")
  func failures() throws {
    let folder = try TemporaryFolder()
    var journal = try KeyedJournal(directory: folder.path, name: "map", restoring: nil) { _ in }
    let many = (0..<10_001).map { (key: Array("\($0)".utf8), value: Optional([UInt8(0)])) }
    let first = try journal.checkpoint(changes: many, count: 10_001) { many }
    // The new file's name is taken, so that writing it anew fails.
    try folder.makeFolder("map-2")
    let last: [KeyedJournal.Change] = [([7], [7])]
    #expect(throws: (any Error).self) {
      try journal.checkpoint(changes: many.map { ($0.key, nil) } + last, count: 1) { last }
    }
    #expect(try Self.restored(folder, first).1.count == 10_001)
    // The change of [7] is not told again where the whole map is.
    let second = try journal.checkpoint(changes: many.map { ($0.key, [1]) } + last, count: 10_002) { [] }
    let (_, found) = try Self.restored(folder, second)
    #expect(found.count == 10_002 && found[[7]] == [7] && found[Array("5".utf8)] == [1])
    try folder.remove("map-2")
    let third = try journal.checkpoint(changes: many.map { ($0.key, nil) }, count: 1) { last }
    #expect(try Self.restored(folder, third).1 == [[7]: [7]])
  }

  @Test("a manifest that ends early is damage, not a trap")
  func manifests() throws {
    let folder = try TemporaryFolder()
    var journal = try KeyedJournal(directory: folder.path, name: "map", restoring: nil) { _ in }
    let manifest = try journal.checkpoint(changes: [([1], [2])], count: 1) { [] }
    for count in 0..<manifest.count {
      #expect(throws: ProjectionError.self, "\(count) bytes") {
        try Self.restored(folder, Array(manifest.prefix(count)))
      }
    }
  }

  @Test("of changes to one key in one checkpoint the last counts; empty keys and values are kept apart from none")
  func edges() throws {
    let folder = try TemporaryFolder()
    var journal = try KeyedJournal(directory: folder.path, name: "map", restoring: nil) { _ in }
    let manifest = try journal.checkpoint(
      changes: [([], [1]), ([], []), ([2], [3]), ([2], nil), ([3], [])], count: 2
    ) { [] }
    #expect(try Self.restored(folder, manifest).1 == [[]: [], [3]: []])
  }
}
