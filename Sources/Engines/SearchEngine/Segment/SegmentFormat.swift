internal import ByteCoding

/// The layout of a segment, byte by byte in `docs/formats/search-segment.md`.
///
/// Magic (8), version (4), number of sections (4), then for each section its id (4), CRC-32C (4), offset (8) and length
/// (8), then the CRC-32C of all that (4), then the sections.
enum SegmentFormat {
  static let magic = Array("XOPIXSEG".utf8)
  static let version: UInt32 = 4

  enum SectionID: UInt32, CaseIterable {
    /// Number of documents and of text fields (4 each), then for each text field the sum of its lengths (8),
    /// then for each its weight when the segment was made (8).
    case summary = 1
    /// The terms in order, as a text table.
    case terms = 2
    /// Where the terms' lists are.
    case termPlaces = 3
    /// The lists of terms and of keywords.
    case postings = 4
    case positions = 5
    /// For each document and text field the code of the number of words (1).
    case lengths = 6
    /// The ids by document, ascending, as a text table.
    case ids = 7
    /// The bitmaps of lists of many documents.
    case bitmaps = 8
    /// For each document the start of its stored bytes, one more for the end, as a table of numbers.
    case storedPlaces = 9
    case stored = 10
    case columns = 11
    /// The vocabulary in order, as a text table, then for each word its number of documents.
    case vocabulary = 12
    /// The patterns of occurrences.
    case patterns = 13
    /// The dictionary that stored documents refer to; empty where none does.
    case dictionary = 14

    var name: String { "section \(self)" }
  }

  private static let headerBytes = 16 + SectionID.allCases.count * 24 + 4

  /// Joins sections into a segment.
  static func assemble(_ sections: [SectionID: [UInt8]]) -> [UInt8] {
    let ids = SectionID.allCases
    var header = ByteWriter(capacity: headerBytes)
    header.writeBytes(magic)
    header.write(version)
    header.write(UInt32(ids.count))
    var offset = headerBytes
    for id in ids {
      let section = sections[id] ?? []
      header.write(id.rawValue)
      header.write(Checksum.crc32c(section))
      header.write(UInt64(offset))
      header.write(UInt64(section.count))
      offset += section.count
    }
    header.write(Checksum.crc32c(header.bytes))
    var segment = header.bytes
    segment.reserveCapacity(offset)
    for id in ids { segment += sections[id] ?? [] }
    return segment
  }

  /// The checksum of a whole segment: that of its header, which has those of the sections.
  static func checksum(of segment: SegmentBytes) -> UInt32 { segment.load(UInt32.self, at: headerBytes - 4) }

  /// Checks a segment's header and checksums and returns its sections.
  static func sections(of bytes: SegmentBytes, path: String) throws(IndexError) -> [SectionID: Section] {
    let ids = SectionID.allCases
    func damaged(_ section: String, _ reason: String) -> IndexError {
      .damagedFile(path: path, section: section, reason: reason)
    }
    guard bytes.count >= 16 else { throw damaged("the header", "it ends early") }
    guard bytes.bytes(0..<8) == magic else { throw damaged("the header", "it does not start as a segment does") }
    let found = bytes.load(UInt32.self, at: 8)
    guard found == version else { throw .unknownFormat(path: path, found: found, known: version) }
    guard bytes.count >= headerBytes else { throw damaged("the header", "it ends early") }
    guard Checksum.crc32c(bytes.bytes(0..<headerBytes - 4)) == bytes.load(UInt32.self, at: headerBytes - 4),
      bytes.load(UInt32.self, at: 12) == UInt32(ids.count)
    else { throw damaged("the header", "its checksum is wrong") }
    var sections: [SectionID: Section] = [:]
    for (index, id) in ids.enumerated() {
      let at = 16 + index * 24
      let offset = bytes.load(UInt64.self, at: at + 8)
      let length = bytes.load(UInt64.self, at: at + 16)
      guard bytes.load(UInt32.self, at: at) == id.rawValue, offset <= UInt64(bytes.count),
        length <= UInt64(bytes.count) - offset
      else { throw damaged(id.name, "it lies outside of the file") }
      let range = Int(offset)..<Int(offset + length)
      guard Checksum.crc32c(bytes.span.extracting(range)) == bytes.load(UInt32.self, at: at + 4) else {
        throw damaged(id.name, "its checksum is wrong")
      }
      sections[id] = Section(bytes: bytes, start: range.lowerBound, count: range.count)
    }
    return sections
  }
}
