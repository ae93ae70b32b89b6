import ByteCoding
import RecordBatches
import Testing

@testable import Projections

@Suite("The checkpoint file")
struct CheckpointFormatTests {
  static let checkpoint: ProjectionCheckpoint = {
    var statistics = ProjectionStatistics()
    statistics.read = 300
    statistics.applied = 5
    statistics.duplicates = 1
    statistics.rejected = ["b": 2, "a": 1]
    statistics.unknownTypes = ["a/T": 4]
    return ProjectionCheckpoint(
      number: 3, nextOrdinal: 0x0102,
      position: Position([
        TopicPartition(topic: "b", partition: 1): Offset(rawValue: 7),
        TopicPartition(topic: "a", partition: 0): Offset(rawValue: 130),
      ]), outputEnds: Position([TopicPartition(topic: "o", partition: 0): Offset(rawValue: 9)]),
      statistics: statistics,
      identities: EventIdentityJournal.Manifest(
        older: nil, newer: CheckpointedFile(number: 1, byteCount: 24)),
      modelManifests: ["m": [0xaa, 0xbb], "l": []])
  }()

  /// The file as the format says it, byte by byte.
  static let golden: [UInt8] =
    Array("XOPIXCKP".utf8) + [2, 0, 0, 0]
    + [3, 0, 0, 0, 0, 0, 0, 0]  // number
    + [2, 1, 0, 0, 0, 0, 0, 0]  // next ordinal
    + [2, 1, 0x61, 0, 0x82, 1, 1, 0x62, 1, 7]  // position: a:0 at 130, b:1 at 7
    + [1, 1, 0x6f, 0, 9]  // ends of the outputs: o:0 at 9
    + [0xac, 2, 5, 1]  // read, applied, duplicates
    + [2, 1, 0x61, 1, 1, 0x62, 2]  // rejected
    + [1, 3, 0x61, 0x2f, 0x54, 4]  // unknown types
    + [UInt8](repeating: 0, count: 16)  // no older half
    + [1, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0]  // newer half
    + [2, 1, 0x6c, 0, 1, 0x6d, 2, 0xaa, 0xbb]  // manifests: l, m
    + [0x2a, 0x22, 0xc2, 0x8d]  // CRC-32C

  @Test("a checkpoint is written as the format says, byte by byte")
  func goldenBytes() throws {
    let folder = try TemporaryFolder()
    try Self.checkpoint.write(to: folder.path)
    #expect(try folder.read("checkpoint") == Self.golden)
    #expect(try folder.names() == ["checkpoint"])
  }

  @Test("what is written is read back, with and without an older half of identities")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    #expect(try ProjectionCheckpoint.read(from: folder.path) == nil)
    var checkpoint = Self.checkpoint
    try checkpoint.write(to: folder.path)
    #expect(try ProjectionCheckpoint.read(from: folder.path) == checkpoint)
    checkpoint.identities.older = CheckpointedFile(number: 4, byteCount: 1 << 40)
    checkpoint.number = .max
    try checkpoint.write(to: folder.path)
    #expect(try ProjectionCheckpoint.read(from: folder.path) == checkpoint)
  }

  @Test("every cut and every flipped bit of the golden file is refused")
  func damage() {
    for count in 0..<Self.golden.count {
      #expect(throws: ProjectionError.self) {
        try ProjectionCheckpoint.decode(Array(Self.golden.prefix(count)), path: "c")
      }
    }
    for bit in 0..<Self.golden.count * 8 {
      var bytes = Self.golden
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: ProjectionError.self) { try ProjectionCheckpoint.decode(bytes, path: "c") }
    }
  }

  @Test("bytes after the content are refused, though the checksum covers them")
  func trailingBytes() throws {
    var content = Array(Self.golden.dropLast(4)) + [0]
    var writer = ByteWriter()
    writer.write(Checksum.crc32c(content))
    content += writer.bytes
    #expect(throws: ProjectionError.damagedFile(path: "c", reason: "bytes follow its content")) {
      try ProjectionCheckpoint.decode(content, path: "c")
    }
  }

  @Test("people can read what a checkpoint says")
  func description() throws {
    #expect(
      try CheckpointDescription.lines(of: Self.golden, path: "c") == [
        "checkpoint 3, format 2", "next batch: 258", "records: 300 read, 5 applied, 1 duplicates", "read a:0 up to 130",
        "read b:1 up to 7", "wrote o:0 up to 9", "refused of a: 1", "refused of b: 2", "model l: manifest of 0 bytes",
        "model m: manifest of 2 bytes",
      ])
  }
}
