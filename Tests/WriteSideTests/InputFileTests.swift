import Foundation
import Testing

@testable import WriteSide

@Suite("Files to import, compressed or not")
struct InputFileTests {
  static func read(_ path: String) throws -> [UInt8] {
    var input = try InputFile(path: path)
    var all: [UInt8] = []
    while true {
      let bytes = try input.read()
      if bytes.isEmpty { return all }
      all += bytes
    }
  }

  /// More than one read's worth of text that compresses badly enough.
  static let content: [UInt8] = {
    var generator = SeededGenerator(seed: 5)
    return (0..<400_000).map { _ in UInt8(generator.number(97...122)) }
  }()

  @Test(
    "the content is the same with and without compression",
    arguments: [("gzip", ".gz"), ("xz", ".xz"), ("zstd", ".zst")])
  func compressed(tool: String, ending: String) throws {
    let folder = try TemporaryFolder()
    let plain = try folder.write(Self.content, as: "plain")
    #expect(try Self.read(plain) == Self.content)
    let packed = try #require(try folder.compress(plain, with: tool, ending: ending))
    #expect(try Self.read(packed) == Self.content)
    #expect(
      try Self.read(try #require(try folder.compress(try folder.write("", as: "e"), with: tool, ending: ending)))
        .isEmpty)
  }

  @Test(
    "a file that was cut off or changed is told, with the tool that found it",
    arguments: [("gzip", ".gz"), ("xz", ".xz"), ("zstd", ".zst")])
  func damaged(tool: String, ending: String) throws {
    let folder = try TemporaryFolder()
    let packed = try #require(
      try folder.compress(try folder.write(Self.content, as: "plain"), with: tool, ending: ending))
    // Compressed bytes are read back as they are under another beginning.
    let bytes = try Self.raw(packed)
    for damaged in [Array(bytes.prefix(bytes.count / 2)), Self.flipped(bytes, at: bytes.count / 2)] {
      let path = try folder.write(damaged, as: "damaged" + ending)
      do {
        let found = try Self.read(path)
        Issue.record("read \(found.count) bytes")
      } catch let error as WriteSideError {
        guard case .decompressionFailed(tool, path, let status) = error, status != 0 else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }

  private static func raw(_ path: String) throws -> [UInt8] { try TemporaryFolder.read(path) }

  private static func flipped(_ bytes: [UInt8], at place: Int) -> [UInt8] {
    var bytes = bytes
    bytes[place] ^= 0xff
    return bytes
  }

  @Test("a file that is left half read ends its program, again and again")
  func abandoned() throws {
    let folder = try TemporaryFolder()
    let packed = try #require(
      try folder.compress(try folder.write(Self.content, as: "plain"), with: "gzip", ending: ".gz"))
    for _ in 0..<20 {
      var input = try InputFile(path: packed)
      #expect(try !input.read().isEmpty)
    }
  }

  @Test("a name that is no file, and a folder, can't be read")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    for path in [folder.url.path + "/nothing.csv", folder.url.path] {
      do {
        _ = try Self.read(path)
        Issue.record("read \(path)")
      } catch let error as WriteSideError {
        guard case .unreadable(path, let reason) = error, !reason.isEmpty else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }

  @Test("short files that begin like compressed ones are read as they are")
  func shortFiles() throws {
    let folder = try TemporaryFolder()
    for bytes in [[], [0x1f], [0xfd, 0x37, 0x7a], [0x28, 0xb5, 0x2f]] as [[UInt8]] {
      #expect(try Self.read(try folder.write(bytes, as: "short")) == bytes)
    }
  }
}
