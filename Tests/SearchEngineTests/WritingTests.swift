import SearchEngine
import Testing

@Suite("Writing an index")
struct WritingTests {
  @Test("segments are merged, so that their number stays small")
  func merging() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    for number in 0..<300 {
      writer.put(Product(id: "P-\(number)", title: "Kettle \(number)").document)
      _ = try writer.refresh()
    }
    let snapshot = try writer.refresh()
    #expect(snapshot.segmentCount <= 12)
    #expect(snapshot.documentCount == 300)
    #expect(try snapshot.search(request("kettle")).total == 300)
  }

  @Test("a replaced document starts with no live values, and is never found by its old words")
  func replacing() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.put(Product(id: "P", title: "Kettle").document)
    writer.setLive(id: "P", field: TestField.stock, value: 7)
    _ = try writer.refresh()
    writer.put(Product(id: "P", title: "Lamp").document)
    #expect(writer.stored(id: "P") == Array("Lamp|".utf8))
    let snapshot = try writer.refresh()
    #expect(try snapshot.search(request("kettle")).total == 0)
    let hit = try #require(try snapshot.search(request("lamp")).hits.first)
    #expect(hit.live.isEmpty)
    writer.delete(id: "P")
    #expect(!writer.contains(id: "P"))
    #expect(try writer.refresh().documentCount == 0)
  }

  @Test(
    "definitions that can't work are refused with the field",
    arguments: [
      ([FieldDefinition](), ""), ([FieldDefinition(name: "", type: .text)], ""),
      ([FieldDefinition(name: "a", type: .text), FieldDefinition(name: "a", type: .keyword)], "a"),
      ([FieldDefinition(name: "a", type: .text, weight: 0)], "a"),
      ([FieldDefinition(name: "a", type: .text, isLive: true)], "a"),
      ([FieldDefinition(name: "a", type: .number, isHierarchical: true)], "a"),
      ([FieldDefinition(name: "_score", type: .number)], "_score"),
    ])
  func definitions(fields: [FieldDefinition], name: String) throws {
    do throws(IndexError) {
      try IndexDefinition(fields: fields).validate()
      Issue.record("accepted")
    } catch {
      guard case .invalidDefinition(name, _) = error else { throw error }
    }
  }
}
