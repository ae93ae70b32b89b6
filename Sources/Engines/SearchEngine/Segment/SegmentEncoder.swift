internal import ByteCoding

/// Writes a segment: the documents are told first, in the order of their ids, then the terms in order, each with its
/// documents in order.
struct SegmentEncoder: ~Copyable {
  private let documentCount: Int
  private let textFieldCount: Int
  private let lengths: [UInt8]
  private var terms = TextTableWriter()
  private var places = ListPlaces.Writer()
  private var lists: PostingEncoder
  /// For each text field and code of a length what an occurrence counts, by this segment's own statistics.
  private let norms: FieldNorms
  private var weights: PostingWeights
  private var sections: [SegmentFormat.SectionID: [UInt8]] = [:]

  /// - Parameters:
  ///   - lengths: the codes of the lengths, by document and text field.
  init(definition: IndexDefinition, documentCount: Int, lengths: [UInt8]) {
    self.documentCount = documentCount
    self.lengths = lengths
    textFieldCount = definition.textFields.count
    lists = PostingEncoder(documentCount: documentCount)
    var totals = Array(repeating: 0, count: textFieldCount)
    var field = 0
    for code in lengths {
      totals[field] += Int(FieldLength.length(code))
      field = field + 1 < totals.count ? field + 1 : 0
    }
    var summary = ByteWriter()
    summary.write(UInt32(documentCount))
    summary.write(UInt32(textFieldCount))
    for total in totals { summary.write(UInt64(total)) }
    for weight in definition.textWeights { summary.write(weight) }
    sections[.summary] = summary.bytes
    sections[.lengths] = lengths
    norms = FieldNorms(
      definition: definition, weights: definition.textWeights, totalLengths: totals, documentCount: documentCount)
    weights = PostingWeights(patterns: [], lengths: lengths, fieldCount: textFieldCount, norms: norms)
  }

  // MARK: Terms

  /// Takes the patterns that postings are of; before terms are added.
  mutating func setPatterns(_ numbering: OccurrencePatterns.Numbering) -> [UInt32] {
    let (section, places) = numbering.finish()
    sections[.patterns] = section
    var patterns = Array(repeating: [UInt32](), count: places.count)
    for (number, place) in places.enumerated() { patterns[Int(place)] = numbering.patterns[number] }
    weights = PostingWeights(patterns: patterns, lengths: lengths, fieldCount: textFieldCount, norms: norms)
    return places
  }

  /// How many positions a posting of a pattern has.
  func positionCount(ofPattern pattern: UInt32) -> Int { weights.total(pattern) }

  /// Adds a term, which must come after the one before in the order of bytes, with its documents, the pattern of each, and
  /// their positions as differences to the one before in the same field.
  mutating func add(term: Span<UInt8>, documents: Span<UInt32>, patterns: Span<UInt32>, positions: Span<UInt32>) {
    guard documents.count > 0 else { return }
    terms.append(term)
    places.append(lists.add(documents: documents, patterns: patterns, positions: positions, weights: weights))
  }

  // MARK: What does not depend on terms

  /// Takes the dictionary that stored documents refer to.
  mutating func setDictionary(_ dictionary: StoredDictionary) { sections[.dictionary] = dictionary.bytes }

  /// Takes a document's id and its stored bytes as they are in a segment; by id.
  mutating func addDocument(id: Span<UInt8>, stored: Span<UInt8>) {
    ids.append(id)
    storedStarts.append(UInt64(storedBytes.count))
    storedBytes.append(stored)
  }

  private var ids = TextTableWriter()
  private var storedStarts = Row<UInt64>()
  private var storedBytes = Row<UInt8>()

  /// Takes a word of the vocabulary, in order, and in how many documents it is.
  mutating func addVocabulary(word: Span<UInt8>, documents: UInt32) {
    words.append(word)
    wordDocuments.append(UInt64(documents))
  }

  private var words = TextTableWriter()
  private var wordDocuments = Row<UInt64>()

  /// The columns.
  mutating func setColumns(_ columns: [ColumnValues]) {
    // A table of where each column starts comes first, so that opening a segment reads no column.
    var bodies: [[UInt8]] = []
    for column in columns {
      var bytes = Row<UInt8>()
      switch column {
      case .none: bytes.write(UInt32(1))
      case .numbers(let numbers):
        bytes.write(UInt32(2))
        bytes.append(NumberColumn.encoded(numbers).span)
      case .texts(let texts):
        bytes.write(UInt32(3))
        texts.write(to: &bytes, lists: &lists)
      }
      bodies.append(bytes.bytes)
    }
    var writer = ByteWriter()
    writer.write(UInt32(columns.count))
    var offset = 4 + bodies.count * 8
    for body in bodies {
      writer.write(UInt64(offset))
      offset += body.count
    }
    for body in bodies { writer.writeBytes(body) }
    sections[.columns] = writer.bytes
  }

  /// The segment.
  mutating func finish() -> [UInt8] {
    var bytes = Row<UInt8>()
    ids.write(to: &bytes)
    sections[.ids] = bytes.bytes
    bytes.removeAll()
    storedStarts.append(UInt64(storedBytes.count))
    NumberTable.write(storedStarts.span, to: &bytes)
    sections[.storedPlaces] = bytes.bytes
    sections[.stored] = storedBytes.bytes
    bytes.removeAll()
    words.write(to: &bytes)
    NumberTable.write(wordDocuments.span, to: &bytes)
    sections[.vocabulary] = bytes.bytes
    bytes.removeAll()
    terms.write(to: &bytes)
    sections[.terms] = bytes.bytes
    bytes.removeAll()
    places.write(to: &bytes)
    sections[.termPlaces] = bytes.bytes
    let lists = lists.finish()
    sections[.postings] = lists.postings
    sections[.positions] = lists.positions
    sections[.bitmaps] = lists.bitmaps
    return SegmentFormat.assemble(sections)
  }
}
