import ByteCoding
import DurableFiles
import Testing

@Suite("Mapped files")
struct MappedFileTests {
  @Test("a map has the bytes of the file", arguments: [0, 1, 4095, 4096, 4097, 100_000])
  func content(count: Int) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: UInt64(count))
    let bytes = generator.bytes(count...count)
    try folder.write(bytes, as: "a")
    let map = try MappedFile(path: folder.file("a"))
    #expect(map.byteCount == count && map.bytes.byteCount == count)
    #expect(map.path == folder.file("a"))
    var reader = ByteReader(map.bytes)
    let read = try reader.readBytes(count)
    #expect(read == bytes)
    #expect(throws: ByteReaderError.endOfBytes(offset: count, needed: 1)) {
      var reader = ByteReader(map.bytes)
      try reader.skip(count)
      _ = try reader.read(UInt8.self)
    }
  }

  @Test("a map keeps the bytes of a file that is replaced or removed")
  func snapshot() throws {
    let folder = try TemporaryFolder()
    try Files.replace(folder.file("a"), with: [1, 2, 3])
    let old = try MappedFile(path: folder.file("a"))
    try Files.replace(folder.file("a"), with: [4, 5])
    let new = try MappedFile(path: folder.file("a"))
    try Files.remove(folder.file("a"))
    var reader = ByteReader(old.bytes)
    #expect(try reader.readBytes(3) == [1, 2, 3])
    var other = ByteReader(new.bytes)
    #expect(try other.readBytes(2) == [4, 5])
  }

  @Test("what is no file is refused")
  func refused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try MappedFile(path: folder.path) }
    #expect(throws: FileError.self) { try MappedFile(path: folder.file("none")) }
  }
}
