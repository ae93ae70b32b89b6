import ByteCoding
import SearchEngine
import Testing

@Suite("Index files")
struct FileTests {
  private static let products = (0..<20).map { number in
    Product(
      id: "P-\(number)", title: "Kettle number \(number)", body: "steel and glass", brand: "Acme",
      category: "Home > Kitchen", price: Double(number), colour: "red", stock: Double(number))
  }

  /// An index whose files hold a segment and a file of changes.
  private static func saved(in folder: TemporaryFolder) throws -> (manifest: [UInt8], snapshot: IndexSnapshot) {
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    for product in products { writer.put(product.document) }
    _ = try writer.checkpoint()
    for product in products {
      writer.setLive(id: product.id, field: TestField.stock, value: product.stock ?? 0)
    }
    writer.delete(id: "P-3")
    let manifest = try writer.checkpoint()
    writer.discardFiles(notIn: manifest)
    return (manifest, try writer.refresh())
  }

  @Test("an index is as it was at its checkpoint, whatever came after")
  func restoring() throws {
    let folder = try TemporaryFolder()
    let (manifest, before) = try Self.saved(in: folder)
    let later = try IndexWriter.restore(directory: folder.path, definition: TestField.definition, manifest: manifest)
    later.put(Product(id: "new", title: "Lamp").document)
    later.delete(id: "P-1")
    _ = try later.checkpoint()
    let restored = try IndexWriter.restore(
      directory: folder.path, definition: TestField.definition, manifest: manifest)
    #expect(try restored.refresh().checksum == before.checksum)
    #expect(try restored.refresh().search(request("kettle")).total == 19)
  }

  @Test("a snapshot answers as before, whatever is written, merged and discarded after it")
  func snapshots() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    for product in Self.products { writer.put(product.document) }
    _ = try writer.checkpoint()
    let snapshot = try writer.refresh()
    let before = try snapshot.search(request("kettle"))
    for round in 0..<30 {
      for product in Self.products { writer.put(Product(id: product.id, title: "Lamp \(round)").document) }
      let manifest = try writer.checkpoint()
      writer.discardFiles(notIn: manifest)
    }
    let after = try snapshot.search(request("kettle"))
    #expect(after.ids == before.ids)
    #expect(after.hits.map(\.stored) == before.hits.map(\.stored))
    #expect(try writer.refresh().search(request("kettle")).total == 0)
  }

  @Test("a changed or missing byte in any file is refused, and never a crash")
  func damage() throws {
    let folder = try TemporaryFolder()
    let (manifest, _) = try Self.saved(in: folder)
    func restore() throws(IndexError) {
      _ = try IndexWriter.restore(directory: folder.path, definition: TestField.definition, manifest: manifest)
    }
    let files = try folder.files()
    #expect(files.count == 2)
    for file in files {
      let bytes = try folder.read(file)
      for index in stride(from: 0, to: bytes.count, by: 3) {
        var changed = bytes
        changed[index] ^= 1 << UInt8(index % 8)
        try folder.write(changed, as: file)
        #expect(throws: IndexError.self, "\(file), byte \(index)") { try restore() }
      }
      for count in stride(from: 0, to: bytes.count, by: 41) {
        try folder.write(Array(bytes[..<count]), as: file)
        #expect(throws: IndexError.self, "\(file) of \(count) bytes") { try restore() }
      }
      try folder.write(bytes, as: file)
      try restore()
    }
    for index in manifest.indices {
      var changed = manifest
      changed[index] ^= 1 << UInt8(index % 8)
      // Another manifest may name other files or be none; either way it is a typed error or an index.
      do throws(IndexError) {
        _ = try IndexWriter.restore(directory: folder.path, definition: TestField.definition, manifest: changed)
      } catch {
        continue
      }
    }
  }

  @Test("a small segment has the bytes that its format says")
  func golden() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.put(Product(id: "P-1", title: "Kettle", body: "steel", brand: "Acme", price: 35, colour: "red").document)
    _ = try writer.checkpoint()
    let bytes = try #require(try folder.files().map(folder.read).first { $0.starts(with: Array("XOPIXSEG".utf8)) })
    #expect(bytes.starts(with: Array("XOPIXSEG".utf8) + [4, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0]))
    // Where these change, so does the format: give it a new version.
    #expect(bytes.count == Self.goldenCount)
    #expect(XXHash64.hash(bytes.rawBytes) == Self.goldenHash, "\(XXHash64.hash(bytes.rawBytes)) of \(bytes.count)")
  }

  private static let goldenCount = 1380
  private static let goldenHash: UInt64 = 10_159_518_065_392_227_939
}
