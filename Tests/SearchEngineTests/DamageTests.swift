import ByteCoding
import QueryLanguage
import Testing

@testable import SearchEngine

@Suite("Damaged and foreign index files")
struct DamageTests {
  /// An index of one segment with changes: the manifest that restores it.
  private static func saved(in folder: TemporaryFolder, count: Int = 3) throws -> [UInt8] {
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    for number in 0..<count {
      writer.put(
        Product(
          id: "P-\(number)", title: "Kettle \(number)", body: "steel", brand: "Acme", category: "Home > Kitchen",
          price: 3, colour: "red"
        ).document)
    }
    writer.setLive(id: "P-0", field: TestField.stock, value: 7)
    return try writer.checkpoint()
  }

  private func failure(
    _ folder: TemporaryFolder, _ manifest: [UInt8], definition: IndexDefinition = TestField.definition
  ) throws -> IndexError? {
    do throws(IndexError) {
      _ = try IndexWriter.restore(directory: folder.path, definition: definition, manifest: manifest)
      return nil
    } catch {
      return error
    }
  }

  @Test("damage in a section is told with the file and the section", arguments: SegmentFormat.SectionID.allCases)
  func sections(id: SegmentFormat.SectionID) throws {
    let folder = try TemporaryFolder()
    let manifest = try Self.saved(in: folder)
    let bytes = try folder.read("segment-1")
    let sections = try SegmentFormat.sections(of: SegmentBytes(bytes), path: "segment-1")
    let section = try #require(sections[id])
    // Only segments of many documents have bitmaps and a dictionary; `LargeSegmentTests` and `StoredDictionaryTests` damage
    // those.
    if id == .bitmaps || id == .dictionary { return #expect(section.count == 0) }
    #expect(section.count > 0)
    for at in [section.start, section.start + section.count / 2, section.start + section.count - 1] {
      var changed = bytes
      changed[at] ^= 0x10
      try folder.write(changed, as: "segment-1")
      let expected = IndexError.damagedFile(
        path: folder.path + "/segment-1", section: id.name, reason: "its checksum is wrong")
      #expect(try failure(folder, manifest) == expected)
    }
  }

  @Test("files of a later version say so")
  func versions() throws {
    let folder = try TemporaryFolder()
    let manifest = try Self.saved(in: folder)
    var segment = try folder.read("segment-1")
    segment[8] = 5
    try folder.write(segment, as: "segment-1")
    #expect(try failure(folder, manifest) == .unknownFormat(path: folder.path + "/segment-1", found: 5, known: 4))
    segment[8] = 4
    try folder.write(segment, as: "segment-1")
    var changes = Array(try folder.read("changes-1-1").dropLast(4))
    changes[8] = 2
    var writer = ByteWriter()
    writer.writeBytes(changes)
    writer.write(Checksum.crc32c(changes))
    try folder.write(writer.bytes, as: "changes-1-1")
    guard case .damagedFile(_, "the changes", _)? = try failure(folder, manifest) else {
      Issue.record("accepted")
      return
    }
  }

  @Test("empty, missing, swapped and foreign files are refused", arguments: ["segment-1", "changes-1-1"])
  func files(name: String) throws {
    let folder = try TemporaryFolder()
    let manifest = try Self.saved(in: folder)
    let other = try TemporaryFolder()
    _ = try Self.saved(in: other, count: 9)
    for bytes in [[], Array("other".utf8), try folder.read(name == "segment-1" ? "changes-1-1" : "segment-1")] {
      try folder.write(bytes, as: name)
      #expect(try failure(folder, manifest) != nil)
    }
    // Each is whole by itself, but they do not belong together.
    try folder.write(try other.read(name), as: name)
    #expect(try failure(folder, manifest) != nil)
    try folder.remove(name)
    guard case .storage? = try failure(folder, manifest) else {
      Issue.record("accepted without \(name)")
      return
    }
  }

  @Test("files of the same index that changed places are refused, and named")
  func exchangedFiles() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    for number in 1...2 {
      writer.put(Product(id: "P-\(number)", title: "Kettle \(number)").document)
      writer.setLive(id: "P-\(number)", field: TestField.stock, value: Double(number))
      _ = try writer.refresh()
    }
    let manifest = try writer.checkpoint()
    #expect(try failure(folder, manifest) == nil)
    for (first, second, section) in [
      ("segment-1", "segment-2", "the header"), ("changes-1-1", "changes-2-1", "the changes"),
    ] {
      let (left, right) = (try folder.read(first), try folder.read(second))
      try folder.write(right, as: first)
      try folder.write(left, as: second)
      guard case .damagedFile(let path, let found, _)? = try failure(folder, manifest) else {
        Issue.record("\(first) was taken for \(second)")
        continue
      }
      #expect(path == folder.path + "/" + first)
      #expect(found == section)
      try folder.write(left, as: first)
      try folder.write(right, as: second)
    }
    #expect(try failure(folder, manifest) == nil)
  }

  @Test("a file that ends early is refused wherever it ends", arguments: ["segment-1", "changes-1-1"])
  func truncatedFiles(name: String) throws {
    let folder = try TemporaryFolder()
    let manifest = try Self.saved(in: folder)
    let bytes = try folder.read(name)
    for count in (0..<bytes.count).filter({ $0 < 64 || $0 % 7 == 0 || $0 > bytes.count - 16 }) {
      try folder.write(Array(bytes.prefix(count)), as: name)
      let error = try failure(folder, manifest)
      guard case .damagedFile(let path, _, _)? = error else {
        Issue.record("\(count) of \(bytes.count) bytes: \(String(describing: error))")
        continue
      }
      #expect(path == folder.path + "/" + name)
    }
  }

  @Test("an index of other fields is refused, not misread")
  func definitions() throws {
    let folder = try TemporaryFolder()
    let manifest = try Self.saved(in: folder)
    var more = TestField.definition
    more.fields.append(FieldDefinition(name: "seller", type: .keyword))
    var fewer = TestField.definition
    fewer.fields.removeLast()
    var otherText = TestField.definition
    otherText.fields[TestField.brand].type = .text
    for definition in [more, fewer, otherText] { #expect(try failure(folder, manifest, definition: definition) != nil) }
    // What only counts when a query is asked may change.
    var weights = TestField.definition
    weights.fields[TestField.title].weight = 9
    #expect(try failure(folder, manifest, definition: weights) == nil)
  }

  @Test("cursors survive being written; changed ones are refused or harmless", arguments: 0..<4 as Range<UInt64>)
  func cursors(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let products = (0..<9).map { Product(id: "\($0)", title: "kettle", brand: $0 < 4 ? "Acme" : nil, price: 3) }
    let snapshot = try index([products], in: folder)
    var asked = request("kettle")
    asked.sort = [SortKey(field: "brand", isDescending: true), SortKey(field: "_score", isDescending: false)]
    asked.size = 2
    let cursor = try #require(try snapshot.search(asked).nextCursor)
    #expect(Cursor(bytes: cursor.bytes) == cursor)
    for _ in 0..<300 {
      var bytes = cursor.bytes
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
      case 1: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
      default: bytes = (0..<30).map { _ in UInt8.random(in: 0...255, using: &generator) }
      }
      #expect(Cursor(bytes: bytes) == nil, "seed \(seed)")
      // Even with a right checksum, any bytes are no cursor or one that is answered.
      var content = ByteWriter()
      content.writeBytes(bytes.dropLast(4))
      content.write(Checksum.crc32c(content.bytes))
      guard let forged = Cursor(bytes: content.bytes) else { continue }
      asked.cursor = forged
      do throws(SearchError) {
        _ = try snapshot.search(asked)
      } catch {
        #expect(error == .invalidCursor, "seed \(seed)")
      }
    }
  }
}
