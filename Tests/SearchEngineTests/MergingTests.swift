import Testing

@testable import SearchEngine

@Suite("Merging beside the writer")
struct MergingTests {
  /// The content of an index by the ids, titles and stock of its products.
  private static func content(_ snapshot: IndexSnapshot, _ ids: some Sequence<String>) -> [String] {
    ids.compactMap { id in
      snapshot.document(id: id).map { "\(id) \(String(decoding: $0.stored, as: UTF8.self)) \($0.live.map(\.value))" }
    }
  }

  @Test("changes while segments are merged are in the result", arguments: 0..<6 as Range<UInt64>)
  func changes(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.policy.mostAtOnce = 8
    var naive: [String: (title: String, stock: Double?)] = [:]
    var mergeCount = 0
    for step in 0..<60 {
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let id = "P-\(Int.random(in: 0..<60, using: &generator))"
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
          writer.delete(id: id)
          naive[id] = nil
        case 1:
          let stock = Double(Int.random(in: 0..<9, using: &generator))
          if writer.setLive(id: id, field: TestField.stock, value: stock) { naive[id]?.stock = stock }
        default:
          let title = "kettle \(step)"
          writer.put(Product(id: id, title: title).document)
          naive[id] = (title, nil)
        }
      }
      if Bool.random(using: &generator) {
        writer.waitForMerges()
        mergeCount += 1
      }
      var snapshot = try writer.refresh()
      if Int.random(in: 0..<10, using: &generator) == 0 {
        let manifest = try writer.checkpoint()
        snapshot = try IndexWriter.restore(
          directory: folder.path, definition: TestField.definition, manifest: manifest
        ).refresh()
      }
      let ids = naive.keys.sorted()
      #expect(
        Self.content(snapshot, ids)
          == ids.map { id in "\(id) \(naive[id]?.title ?? "")| \(naive[id]?.stock.map { [$0] } ?? [])" },
        "seed \(seed), step \(step)")
      #expect(snapshot.documentCount == naive.count, "seed \(seed), step \(step)")
      #expect(try snapshot.search(request("kettle")).total == naive.count, "seed \(seed), step \(step)")
      #expect(snapshot.segmentCount <= 25)
    }
    #expect(mergeCount > 0)
  }

  @Test("many documents become searchable at once, made by several threads")
  func many() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    for number in 0..<5000 { writer.put(Product(id: "P-\(number)", title: "kettle w\(number)", stock: 1).document) }
    for number in 0..<5000 where number % 2 == 0 {
      writer.setLive(id: "P-\(number)", field: TestField.stock, value: Double(number))
    }
    let snapshot = try writer.refresh()
    #expect(snapshot.documentCount == 5000)
    for number in [0, 1, 2499, 2500, 4998, 4999] {
      let answer = try snapshot.search(request("w\(number)"))
      #expect(answer.ids == ["P-\(number)"])
      #expect(answer.hits.first?.live.map(\.value) == (number % 2 == 0 ? [Double(number)] : []))
    }
  }

  /// The sizes of segments after flushes, each merged by the policy at once.
  private static func sizes(_ flushes: [Int], _ policy: MergePolicy = MergePolicy()) -> (sizes: [Int], written: Int) {
    var sizes: [Int] = []
    var written = 0
    for flush in flushes {
      sizes.append(flush)
      while let first = policy.first(of: sizes, isCrowded: sizes.count > MergePolicy.mostSegments) {
        let merged = sizes[first...].reduce(0, +)
        written += merged
        sizes.replaceSubrange(first..., with: [merged])
      }
    }
    return (sizes, written)
  }

  @Test("a load is written again once and ends with few segments")
  func load() {
    let (sizes, written) = Self.sizes(Array(repeating: 25_000, count: 40))
    #expect(sizes == Array(repeating: 200_000, count: 5))
    #expect(written == 1_000_000)
    #expect(Self.sizes(Array(repeating: 25_000, count: 400)).sizes.count <= MergePolicy.mostSegments)
  }

  @Test(
    "whatever becomes searchable together, there are few segments, and none is written again often",
    arguments: 0..<8 as Range<UInt64>)
  func policy(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let most = [1, 3, 50, 1000, 30_000][Int.random(in: 0..<5, using: &generator)]
    let flushes = (0..<2000).map { _ in Int.random(in: 1...most, using: &generator) }
    let (sizes, written) = Self.sizes(flushes)
    let total = flushes.reduce(0, +)
    #expect(sizes.reduce(0, +) == total)
    #expect(sizes.count <= MergePolicy.mostSegments, "seed \(seed), up to \(most) at once")
    #expect(written <= 12 * total, "seed \(seed), up to \(most) at once")
  }

  @Test("a checkpoint waits for merges of what was loaded, so that its files are what will be searched")
  func checkpoint() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.policy.mostAtOnce = 8
    for number in 0..<128 {
      writer.put(Product(id: "P-\(number)", title: "kettle w\(number)").document)
      writer.setLive(id: "P-\(number)", field: TestField.stock, value: Double(number))
      if number % 16 == 15 { _ = try writer.refresh() }
    }
    let manifest = try writer.checkpoint()
    #expect(try writer.refresh().segmentCount == 1)
    writer.discardFiles(notIn: manifest)
    #expect(try folder.files().count { $0.hasPrefix("segment-") } == 1)
    let snapshot = try IndexWriter.restore(
      directory: folder.path, definition: TestField.definition, manifest: manifest
    ).refresh()
    #expect(try snapshot.search(request("kettle")).total == 128)
    #expect(try snapshot.search(request("w77")).hits.first?.live.map(\.value) == [77])
  }

  /// An index of so many documents, in many segments.
  private static func loaded(_ folder: TemporaryFolder, _ count: Int) throws -> IndexWriter {
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.policy.mostAtOnce = 8
    for number in 0..<count {
      writer.put(Product(id: "P-\(number)", title: "kettle w\(number)").document)
      writer.setLive(id: "P-\(number)", field: TestField.stock, value: Double(number))
      if number % 16 == 15 { _ = try writer.refresh() }
    }
    return writer
  }

  @Test("while nothing changes, segments are merged until few are left, and not for ever")
  func idle() throws {
    let folder = try TemporaryFolder()
    let writer = try Self.loaded(folder, 1600)
    let before = try writer.refresh()
    var rests = 0
    for _ in 0..<40 {
      writer.waitForMerges()
      guard writer.rest() else { continue }
      rests += 1
      _ = try writer.refresh()
    }
    let after = try writer.refresh()
    #expect(after.segmentCount <= MergePolicy.fewSegments)
    #expect(rests < 10)
    #expect(after.checksum == before.checksum)
    // A few changes don't make the whole be written again.
    for number in 0..<32 {
      writer.put(Product(id: "P-\(number)", title: "lamp").document)
      _ = try writer.refresh()
      let isMerging = writer.rest()
      writer.waitForMerges()
      #expect(!isMerging)
      if writer.rest() { _ = try writer.refresh() }
    }
    #expect(try writer.refresh().search(request("lamp")).total == 32)
    let manifest = try writer.checkpoint()
    writer.discardFiles(notIn: manifest)
    let restored = try IndexWriter.restore(
      directory: folder.path, definition: TestField.definition, manifest: manifest)
    #expect(try restored.refresh().checksum == writer.refresh().checksum)
  }

  @Test("an index is compacted to as many segments as are wanted", arguments: [1, 2, 5])
  func compaction(count: Int) throws {
    let folder = try TemporaryFolder()
    let writer = try Self.loaded(folder, 800)
    for number in 0..<100 { writer.delete(id: "P-\(number)") }
    let before = try writer.refresh().checksum
    try writer.compact(to: count)
    #expect(try writer.refresh().segmentCount <= count)
    #expect(try writer.refresh().checksum == before)
    #expect(try writer.refresh().search(request("w777")).hits.first?.live.map(\.value) == [777])
    let manifest = try writer.checkpoint()
    writer.discardFiles(notIn: manifest)
    #expect(try folder.files().count { $0.hasPrefix("segment-") } <= count)
  }

  @Test("what is merged for want of anything else is the smallest, within what may be written")
  func idlePolicy() {
    let policy = MergePolicy()
    #expect(policy.idle(of: [200, 200, 200, 200, 200], documents: 1000) == [0, 1, 2])
    #expect(policy.idle(of: [900, 10, 800, 20, 30], documents: 1000) == [1, 3, 4])
    #expect(policy.idle(of: [900, 10, 800, 20, 30], documents: 35) == [1, 3])
    #expect(policy.idle(of: [900, 10, 800, 20, 30], documents: 15) == [])
    #expect(policy.idle(of: [1, 1, 1], documents: 1000) == [])
  }
}
