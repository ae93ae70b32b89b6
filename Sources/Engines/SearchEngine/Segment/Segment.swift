internal import ByteCoding
internal import DurableFiles

/// An immutable part of an index: documents numbered from 0, their terms, columns and stored bytes.
final class Segment: Sendable {
  /// Names the segment's file, and tells it from others.
  let number: UInt64
  let documentCount: Int
  let bytes: SegmentBytes
  let terms: TextTable
  let ids: TextTable
  let vocabulary: TextTable
  let columns: [Column]
  /// For each text field the sum of its lengths.
  let totalLengths: [Int]

  private let termPlaces: Section
  private let postings: Section
  private let positions: Section
  private let lengths: Section
  private let idOrder: Section
  private let storedPlaces: Section
  private let stored: Section

  /// Opens a segment; `path` is for messages.
  init(number: UInt64, bytes: SegmentBytes, path: String) throws(IndexError) {
    let sections = try SegmentFormat.sections(of: bytes, path: path)
    func section(_ id: SegmentFormat.SectionID) throws(IndexError) -> Section {
      guard let section = sections[id] else {
        throw .damagedFile(path: path, section: id.name, reason: "it is missing")
      }
      return section
    }
    func table(_ id: SegmentFormat.SectionID) throws(IndexError) -> TextTable {
      let section = try section(id)
      return TextTable(bytes: bytes, start: section.start + 4, count: section.uint32(0))
    }
    self.number = number
    self.bytes = bytes
    let summary = try section(.summary)
    documentCount = summary.uint32(0)
    let fieldCount = summary.uint32(1)
    totalLengths = (0..<fieldCount).map {
      Int(truncatingIfNeeded: bytes.load(UInt64.self, at: summary.start + 8 + $0 * 8))
    }
    terms = try table(.terms)
    ids = try table(.ids)
    vocabulary = try table(.vocabulary)
    termPlaces = try section(.termPlaces)
    postings = try section(.postings)
    positions = try section(.positions)
    lengths = try section(.lengths)
    idOrder = try section(.idOrder)
    storedPlaces = try section(.storedPlaces)
    stored = try section(.stored)
    let columnSection = try section(.columns)
    columns = (0..<columnSection.uint32(0)).map { index in
      let offset = Int(truncatingIfNeeded: bytes.load(UInt64.self, at: columnSection.start + 4 + index * 8))
      return Column(bytes: bytes, start: columnSection.start + offset, documentCount: summary.uint32(0))
    }
    guard ids.count == documentCount, idOrder.count == documentCount * 4,
      lengths.count == fieldCount * documentCount * 4, storedPlaces.count == (documentCount + 1) * 8
    else { throw .damagedFile(path: path, section: "section summary", reason: "the sections disagree") }
  }

  /// The number of words of a text field in a document.
  @inline(__always)
  func length(field: Int, document: Int) -> Int { lengths.uint32(field * documentCount + document) }

  /// A document's id.
  func id(of document: Int) -> String { ids.text(document) }

  /// The document with this id.
  func document(id: [UInt8]) -> Int? {
    var low = 0
    var high = documentCount
    while low < high {
      let middle = (low + high) / 2
      if bytes.compare(ids.range(idOrder.uint32(middle)), with: id) < 0 { low = middle + 1 } else { high = middle }
    }
    guard low < documentCount, bytes.compare(ids.range(idOrder.uint32(low)), with: id) == 0 else { return nil }
    return idOrder.uint32(low)
  }

  /// A document's stored bytes, as they are in the segment.
  func storedBlob(of document: Int) -> [UInt8] {
    bytes.bytes(stored.start + storedPlaces.uint64(document)..<stored.start + storedPlaces.uint64(document + 1))
  }

  /// A document's stored bytes.
  func storedDocument(_ document: Int) -> [UInt8] { StoredBlob.unpacked(storedBlob(of: document)) }

  /// The number of documents that have a term, deleted ones included.
  func documents(ofTerm term: Int) -> Int { Int(bytes.load(UInt32.self, at: termPlaces.start + term * 20)) }

  /// A cursor over a term's documents.
  func cursor(ofTerm term: Int) -> PostingCursor {
    let place = termPlaces.start + term * 20
    return PostingCursor(
      bytes: bytes, count: documents(ofTerm: term),
      postings: postings.start + Int(truncatingIfNeeded: bytes.load(UInt64.self, at: place + 4)),
      positions: positions.start + Int(truncatingIfNeeded: bytes.load(UInt64.self, at: place + 12)))
  }

  /// In how many documents a word of the vocabulary stands.
  func vocabularyCount(_ word: Int) -> Int { Int(bytes.load(UInt32.self, at: vocabulary.end + word * 4)) }
}

/// Walks over a term's documents in order; one pass, no allocation.
struct PostingCursor {
  private let bytes: SegmentBytes
  private var remaining: Int
  private var at: Int
  private var positionsAt: Int
  /// The current document; before the first `next()` there is none.
  private(set) var document = 0
  /// Fields of the current document still to be read.
  private var fieldsLeft = 0

  init(bytes: SegmentBytes, count: Int, postings: Int, positions: Int) {
    self.bytes = bytes
    remaining = count
    at = postings
    positionsAt = positions
  }

  /// Goes to the next document; false after the last one. The fields of the one before must have been read.
  mutating func next() -> Bool {
    while let field = nextField() { skipPositions(field.frequency) }
    guard remaining > 0 else { return false }
    remaining -= 1
    document += varint(&at)
    fieldsLeft = varint(&at)
    return true
  }

  /// The next field of the current document and how often the term stands in it; then its positions must be read or
  /// skipped.
  mutating func nextField() -> (field: Int, frequency: Int)? {
    guard fieldsLeft > 0 else { return nil }
    fieldsLeft -= 1
    let field = varint(&at)
    return (field, varint(&at))
  }

  /// Passes over the positions of the field just read.
  mutating func skipPositions(_ count: Int) {
    for _ in 0..<count { while bytes.load(UInt8.self, at: skipOne()) >= 0x80 {} }
  }

  private mutating func skipOne() -> Int {
    defer { positionsAt += 1 }
    return positionsAt
  }

  /// The positions of the field just read.
  mutating func readPositions(_ count: Int) -> [Int] {
    var positions: [Int] = []
    positions.reserveCapacity(count)
    var last = 0
    for _ in 0..<count {
      last += varint(&positionsAt)
      positions.append(last)
    }
    return positions
  }

  @inline(__always)
  private func varint(_ at: inout Int) -> Int {
    var result = 0
    var shift = 0
    while true {
      let byte = bytes.load(UInt8.self, at: at)
      at &+= 1
      result |= Int(byte & 0x7f) << shift
      if byte < 0x80 || shift > 56 { return result }
      shift &+= 7
    }
  }
}
