internal import ByteCoding
internal import DurableFiles

/// An immutable part of an index: documents numbered from 0 in the order of their ids, their terms, columns and stored
/// bytes.
final class Segment: Sendable {
  /// Names the segment's file, and tells it from others.
  let number: UInt64
  let documentCount: Int
  let bytes: SegmentBytes
  let terms: TextTable
  /// Ascending, so that the order of documents is that of their ids.
  let ids: TextTable
  let vocabulary: TextTable
  let columns: [Column]
  let textFieldCount: Int
  /// For each text field the sum of its lengths.
  let totalLengths: [Int]
  let patterns: OccurrencePatterns
  /// What occurrences counted when the segment was made, by its own statistics.
  let norms: FieldNorms
  let lookups: SegmentLookups
  /// What stored documents refer to; nil where none does.
  let dictionary: StoredDictionary?

  private let termPlaces: ListPlaces
  private let postings: Section
  private let positions: Section
  private let bitmaps: Section
  private let lengths: Section
  private let storedStarts: NumberTable
  private let vocabularyCounts: NumberTable
  private let stored: Section

  /// Opens a segment; `path` is for messages. `lookups` are those of the segment whose bytes these are a copy of.
  init(
    number: UInt64, bytes: SegmentBytes, path: String, definition: IndexDefinition,
    lookups: SegmentLookups = SegmentLookups()
  ) throws(IndexError) {
    let sections = try SegmentFormat.sections(of: bytes, path: path)
    func damaged(_ id: SegmentFormat.SectionID, _ reason: String) -> IndexError {
      .damagedFile(path: path, section: id.name, reason: reason)
    }
    func section(_ id: SegmentFormat.SectionID, atLeast count: Int = 0) throws(IndexError) -> Section {
      guard let section = sections[id], section.count >= count else { throw damaged(id, "it ends early") }
      return section
    }
    func table(_ id: SegmentFormat.SectionID) throws(IndexError) -> TextTable {
      let section = try section(id, atLeast: 8)
      return TextTable(bytes: bytes, start: section.start + 4, count: section.uint32(0))
    }
    self.number = number
    self.bytes = bytes
    self.lookups = lookups
    let summary = try section(.summary, atLeast: 8)
    let documents = summary.uint32(0)
    documentCount = documents
    let fieldCount = summary.uint32(1)
    guard summary.count == 8 + fieldCount * 16 else { throw damaged(.summary, "it does not add up") }
    textFieldCount = fieldCount
    totalLengths = (0..<fieldCount).map {
      Int(truncatingIfNeeded: bytes.load(UInt64.self, at: summary.start + 8 + $0 * 8))
    }
    terms = try table(.terms)
    ids = try table(.ids)
    vocabulary = try table(.vocabulary)
    let placeSection = try section(.termPlaces, atLeast: 4)
    termPlaces = ListPlaces(bytes: bytes, start: placeSection.start, count: terms.count)
    vocabularyCounts = NumberTable(bytes: bytes, start: vocabulary.end, count: vocabulary.count)
    postings = try section(.postings, atLeast: BitPacking.readAhead)
    positions = try section(.positions, atLeast: BitPacking.readAhead)
    bitmaps = try section(.bitmaps)
    lengths = try section(.lengths)
    let storedSection = try section(.storedPlaces, atLeast: 4)
    storedStarts = NumberTable(bytes: bytes, start: storedSection.start, count: documents + 1)
    stored = try section(.stored)
    let dictionarySection = try section(.dictionary)
    if dictionarySection.count > 0 {
      guard let dictionary = StoredDictionary(bytes.bytes(dictionarySection.start..<dictionarySection.end)) else {
        throw damaged(.dictionary, "it can't be used")
      }
      self.dictionary = dictionary
    } else {
      dictionary = nil
    }
    let patternSection = try section(.patterns)
    do throws(IndexError.Damage) {
      patterns = try OccurrencePatterns(section: patternSection, textFields: fieldCount)
    } catch {
      throw damaged(.patterns, error.reason)
    }
    let columnSection = try section(.columns, atLeast: 4)
    columns = (0..<columnSection.uint32(0)).map { index in
      let offset = Int(truncatingIfNeeded: bytes.load(UInt64.self, at: columnSection.start + 4 + index * 8))
      return Column(bytes: bytes, start: columnSection.start + offset, documentCount: documents)
    }
    guard columns.count == definition.fields.count, fieldCount == definition.textFields.count else {
      throw damaged(.columns, "it has other fields than the definition")
    }
    // The weights of then, not those of now: bounds were made by them.
    let weights = (0..<fieldCount).map {
      Double(bitPattern: bytes.load(UInt64.self, at: summary.start + 8 + (fieldCount + $0) * 8))
    }
    guard weights.allSatisfy({ $0.isFinite && $0 > 0 }) else { throw damaged(.summary, "a weight is none") }
    norms = FieldNorms(definition: definition, weights: weights, totalLengths: totalLengths, documentCount: documents)
    guard ids.count == documents, lengths.count == fieldCount * documents, storedStarts.end == storedSection.end,
      termPlaces.end == placeSection.end
    else { throw damaged(.summary, "the sections disagree") }
  }

  // MARK: Documents

  /// The code of the number of words of a text field in a document.
  @inline(__always)
  func lengthCode(field: Int, document: Int) -> UInt8 { lengths.uint8(document &* textFieldCount &+ field) }

  /// The codes of all lengths, by document and field.
  // Safety: `init` has checked that there is one for each document and text field.
  @unsafe var lengthCodes: UnsafeRawPointer { unsafe bytes.pointer(at: lengths.start) }

  /// A document's id.
  func id(of document: Int) -> String { ids.text(document) }

  /// The document with this id.
  func document(id: [UInt8]) -> Int? { ids.index(of: id) }

  /// A document's stored bytes, as they are in the segment.
  func storedBlob(of document: Int) -> [UInt8] {
    let from = storedStarts[document]
    let to = storedStarts[document + 1]
    precondition(0 <= from && from <= to && to <= stored.count, "a segment's table points outside of it")
    return bytes.bytes(stored.start + from..<stored.start + to)
  }

  /// A document's stored bytes.
  func storedDocument(_ document: Int) -> [UInt8] {
    StoredBlob.unpacked(storedBlob(of: document), dictionary: dictionary)
  }

  // MARK: Terms

  /// The number of documents that have a term, deleted ones included.
  func documents(ofTerm term: Int) -> Int { termPlaces.documents(term) }

  /// A term's documents.
  func list(ofTerm term: Int) -> PostingList { list(at: termPlaces[term]) }

  /// The documents of a column's text.
  func list(ofText ordinal: Int, in column: TextColumn) -> PostingList { list(at: column.places[ordinal]) }

  private func list(at place: (count: Int, start: Int, positionsStart: Int)) -> PostingList {
    var start = postings.start + place.start
    var bitmap: DenseDocuments?
    if PostingEncoder.isDense(place.count, of: documentCount) {
      let number = Int(bytes.load(UInt32.self, at: start))
      start += 4
      bitmap = DenseDocuments(
        bytes: bytes, start: bitmaps.start + number * DenseDocuments.byteCount(documentCount), documents: documentCount,
        limit: bitmaps.end)
    }
    return PostingList(
      bytes: bytes, count: place.count, start: start, limit: postings.end - BitPacking.readAhead,
      positionsStart: positions.start + place.positionsStart, positionsLimit: positions.end - BitPacking.readAhead,
      bitmap: bitmap)
  }

  /// In how many documents a word of the vocabulary stands.
  func vocabularyCount(_ word: Int) -> Int { vocabularyCounts[word] }
}
