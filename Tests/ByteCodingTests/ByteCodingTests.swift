import ByteCoding
import Testing

@Suite("Bytes in memory")
struct ByteCodingTests {
  @Test("what is written is read back")
  func roundTrip() throws {
    var writer = ByteWriter()
    writer.write(UInt8(7))
    writer.write(UInt32(0xdead_beef))
    writer.writeBigEndian(Int64(-5))
    writer.write(3.5)
    for value in [0, 1, 127, 128, 300, UInt64.max] { writer.writeVarint(value) }
    for value in [0, -1, 1, Int64.min, Int64.max] { writer.writeSignedVarint(value) }
    writer.writePrefixed("غلاية kettle")
    var reader = ByteReader(writer.bytes.rawBytes)
    #expect(try reader.read(UInt8.self) == 7)
    #expect(try reader.read(UInt32.self) == 0xdead_beef)
    #expect(try reader.readBigEndian(Int64.self) == -5)
    #expect(try reader.readDouble() == 3.5)
    for value in [0, 1, 127, 128, 300, UInt64.max] { #expect(try reader.readVarint() == value) }
    for value in [0, -1, 1, Int64.min, Int64.max] { #expect(try reader.readSignedVarint() == value) }
    #expect(try reader.readPrefixedString() == "غلاية kettle")
    #expect(reader.remaining == 0)
  }

  @Test("truncated and malformed bytes throw and name the offset")
  func malformed() {
    func failure(_ bytes: [UInt8], _ read: (inout ByteReader) throws(ByteReaderError) -> Void) -> ByteReaderError? {
      var reader = ByteReader(bytes.rawBytes)
      do throws(ByteReaderError) {
        try read(&reader)
        return nil
      } catch {
        return error
      }
    }
    #expect(
      failure([1, 2, 3]) { r throws(ByteReaderError) in _ = try r.read(UInt32.self) }
        == .endOfBytes(offset: 0, needed: 4))
    #expect(
      failure(Array(repeating: 0xff, count: 11)) { r throws(ByteReaderError) in _ = try r.readVarint() }
        == .malformedVarint(offset: 0))
    #expect(
      failure([200, 1]) { r throws(ByteReaderError) in _ = try r.readCount() } == .endOfBytes(offset: 0, needed: 200))
    #expect(
      failure([1, 0xff]) { r throws(ByteReaderError) in _ = try r.readPrefixedString() } == .malformedText(offset: 0))
  }

  @Test("CRC-32C agrees with RFC 3720's examples, whole and in parts")
  func checksum() {
    #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(Checksum.crc32c([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
    let ascending = [UInt8](0..<32)
    #expect(Checksum.crc32c(ascending) == 0x46dd_794e)
    let first = Checksum.crc32c(Array(ascending[..<13]))
    let rest = Array(ascending[13...])
    #expect(Checksum.crc32c(rest.rawBytes, seed: first) == 0x46dd_794e)
  }

  @Test("CRC-32C of long bytes agrees with going through them bit by bit, wherever they begin and end")
  func longChecksum() {
    func naive(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      ~bytes.reduce(UInt32.max) { sum, byte in
        (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0x82f6_3b78 : 0) }
      }
    }
    var state: UInt32 = 1
    let bytes = (0..<10_000).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
    for range in [0..<3071, 0..<3072, 0..<3073, 5..<6149, 3..<6146, 1..<9999, 0..<10_000] {
      #expect(Checksum.crc32c(Array(bytes[range])) == naive(bytes[range]), "\(range)")
    }
    let half = Checksum.crc32c(Array(bytes[..<4000]))
    #expect(Checksum.crc32c(Array(bytes[4000...]).rawBytes, seed: half) == naive(bytes[...]))
  }

  @Test("XXH64 agrees with the published digests")
  func xxHash() {
    func hash(_ text: String, seed: UInt64 = 0) -> UInt64 { XXHash64.hash(Array(text.utf8).rawBytes, seed: seed) }
    #expect(hash("") == 0xef46_db37_51d8_e999)
    #expect(hash("a") == 0xd24e_c4f1_a98c_6e5b)
    #expect(hash("abc") == 0x44bc_2cf5_ad77_0999)
    #expect(hash("Nobody inspects the spammish repetition") == 0xfbce_a83c_8a37_8bf1)
  }

  @Test("a logical checksum forgets the order and remembers multiplicity")
  func logicalChecksum() {
    let items = (0..<50).map { Array("item \($0)".utf8) }
    var forward = LogicalChecksum()
    var backward = LogicalChecksum()
    for item in items { forward.insert(item) }
    for item in items.reversed() { backward.insert(item) }
    #expect(forward == backward)
    forward.insert(items[0])
    #expect(forward != backward)
    forward.remove(items[0])
    #expect(forward == backward)
  }

  @Test(
    "RFC 3339 texts are read",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-23T02:41:00.123Z", 1_795_401_660_123_000),
      ("2026-11-23 05:41:00.123+03:00", 1_795_401_660_123_000), ("1969-12-31T23:59:59.999999Z", -1),
      ("2000-02-29T12:00:00.1234567Z", 951_825_600_123_456),
    ])
  func timestamps(text: String, microseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.rawValue == microseconds)
  }

  @Test(
    "what is not RFC 3339 is refused",
    arguments: [
      "", "2026-11-23", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-23T02:41:00", "2026-11-23T24:00:00Z",
      "2026-11-23T02:41:00.Z", "2026-11-23T02:41:00Zx", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00",
    ])
  func refusedTimestamps(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test("any moment has a text; those that no calendar has get the nearest one")
  func extremeTimestamps() {
    #expect(Timestamp(rawValue: .min).rfc3339 == "0001-01-01T00:00:00Z")
    #expect(Timestamp(rawValue: .max).rfc3339 == "9999-12-31T23:59:59Z")
    for raw in [-62_135_596_800_000_000, 253_402_300_799_999_999] as [Int64] {
      #expect(Timestamp(rfc3339: Timestamp(rawValue: raw).rfc3339)?.rawValue == raw)
    }
  }

  @Test("a moment's text reads back as the same moment")
  func timestampProperty() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let moment = Timestamp(
        rawValue: Int64.random(in: -62_000_000_000_000_000...250_000_000_000_000_000, using: &generator))
      #expect(Timestamp(rfc3339: moment.rfc3339) == moment, "\(moment.rawValue)")
    }
  }
}
