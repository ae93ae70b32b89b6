import ByteCoding
import QueryLanguage
import SearchEngine
import Testing

@Suite("Answers depend on the documents, not on their history")
struct HistoryTests {
  /// Everything that an answer says, in a form that can be compared.
  private static func answers(_ snapshot: IndexSnapshot) throws -> [String] {
    var answers: [String] = []
    for text in ["", "kettle", "wireless mouse", "\"mouse blue\"", "desk -lamp", "غلاية", "steel OR lamp", "mo*"] {
      var asked = request(text)
      asked.size = 1000
      asked.facets = ["brand", "category", "attributes.colour", "attributes", "price", "stock"].map {
        FacetRequest(field: $0, size: 3)
      }
      let answer = try snapshot.search(asked)
      answers.append("\(text): \(answer.total) \(answer.droppedWords)")
      for hit in answer.hits {
        answers.append("\(hit.id) \((hit.score * 1e6).rounded()) \(hit.live.map(\.value)) \(hit.stored)")
      }
      for facet in answer.facets {
        answers.append("\(facet.field) \(facet.values) \(facet.other) \(facet.missing)")
        answers.append("\(String(describing: facet.minimum)) \(String(describing: facet.maximum))")
      }
    }
    return answers
  }

  @Test("an index of long history answers as one made at once", arguments: 0..<6 as Range<UInt64>)
  func history(seed: UInt64) throws {
    var latest: (snapshot: IndexSnapshot, naive: NaiveIndex)?
    try OracleTests.run(seed: seed, steps: 150) { snapshot, naive, _ in latest = (snapshot, naive) }
    let (snapshot, naive) = try #require(latest)
    let folder = try TemporaryFolder()
    let anew = try index([naive.products.values.sorted { $0.id < $1.id }], in: folder)
    #expect(try Self.answers(snapshot) == Self.answers(anew), "seed \(seed)")
  }

  @Test("every snapshot answers for ever as it did when it was taken", arguments: 0..<4 as Range<UInt64>)
  func snapshots(seed: UInt64) throws {
    var taken: [(snapshot: IndexSnapshot, answers: [String], checksum: LogicalChecksum)] = []
    try OracleTests.run(seed: seed, steps: 60) { snapshot, _, generator in
      guard Int.random(in: 0..<3, using: &generator) == 0 else { return }
      taken.append((snapshot, try Self.answers(snapshot), snapshot.checksum))
    }
    #expect(taken.count > 3, "seed \(seed)")
    for (snapshot, answers, checksum) in taken {
      #expect(try Self.answers(snapshot) == answers, "seed \(seed)")
      #expect(snapshot.checksum == checksum, "seed \(seed)")
    }
  }

  @Test("ids are their bytes: two spellings of a letter are two documents, whenever they are made visible")
  func equivalentIDs() throws {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    var checksums: Set<LogicalChecksum> = []
    for refreshes in [true, false] {
      let folder = try TemporaryFolder()
      let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
      writer.put(Product(id: composed, title: "kettle").document)
      if refreshes { _ = try writer.refresh() }
      #expect(!writer.contains(id: decomposed))
      writer.put(Product(id: decomposed, title: "lamp").document)
      writer.setLive(id: composed, field: TestField.stock, value: 3)
      let snapshot = try writer.refresh()
      #expect(snapshot.documentCount == 2)
      #expect(try snapshot.search(request("kettle")).hits.first?.live.first?.value == 3)
      checksums.insert(snapshot.checksum)
    }
    #expect(checksums.count == 1)
  }

  @Test("put, delete and live values of one document agree, visible or not", arguments: [false, true])
  func oneDocument(refreshes: Bool) throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    func settle() throws { if refreshes { _ = try writer.refresh() } }
    #expect(!writer.setLive(id: "P", field: TestField.stock, value: 1))
    writer.delete(id: "P")
    writer.put(Product(id: "P", title: "kettle").document)
    try settle()
    #expect(writer.setLive(id: "P", field: TestField.stock, value: 2))
    #expect(try writer.refresh().document(id: "P")?.live.map(\.value) == [2])
    writer.delete(id: "P")
    #expect(writer.stored(id: "P") == nil)
    #expect(!writer.setLive(id: "P", field: TestField.stock, value: 1))
    try settle()
    writer.put(Product(id: "P", title: "lamp").document)
    writer.put(Product(id: "P", title: "desk").document)
    try settle()
    let snapshot = try writer.refresh()
    #expect(snapshot.documentCount == 1)
    #expect(snapshot.document(id: "P")?.live.isEmpty == true)
    #expect(try snapshot.search(request("lamp")).total == 0)
    #expect(try snapshot.search(request("desk")).total == 1)
  }
}
