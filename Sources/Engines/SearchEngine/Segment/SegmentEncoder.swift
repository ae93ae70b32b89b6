internal import ByteCoding

/// One field's words of a term in a document.
struct FieldOccurrences: Equatable {
  /// The field's number among the text fields.
  let field: Int
  /// The positions of the words, ascending.
  let positions: [Int]
}

/// Writes a segment: documents first, then terms in order, each with its documents in order.
struct SegmentEncoder {
  private let documentCount: Int
  private var terms: [[UInt8]] = []
  private var termPlaces = ByteWriter()
  private var postings = ByteWriter()
  private var positions = ByteWriter()
  private var lastDocument = 0
  private var documentsOfTerm: UInt32 = 0
  private var start: (postings: Int, positions: Int) = (0, 0)
  /// Everything but terms and postings.
  var rest: [SegmentFormat.SectionID: [UInt8]] = [:]

  init(documentCount: Int) { self.documentCount = documentCount }

  /// Starts a term, which must come after the one before it in the order of bytes.
  mutating func beginTerm(_ term: [UInt8]) {
    terms.append(term)
    start = (postings.count, positions.count)
    lastDocument = 0
    documentsOfTerm = 0
  }

  /// Adds a document to the current term.
  mutating func add(document: Int, _ occurrences: [FieldOccurrences]) {
    postings.writeVarint(UInt64(document - lastDocument))
    lastDocument = document
    documentsOfTerm += 1
    postings.writeVarint(UInt64(occurrences.count))
    for occurrence in occurrences {
      postings.writeVarint(UInt64(occurrence.field))
      postings.writeVarint(UInt64(occurrence.positions.count))
      var last = 0
      for position in occurrence.positions {
        positions.writeVarint(UInt64(position - last))
        last = position
      }
    }
  }

  /// Ends the current term; one without documents is left out.
  mutating func endTerm() {
    guard documentsOfTerm > 0 else {
      terms.removeLast()
      return
    }
    termPlaces.write(documentsOfTerm)
    termPlaces.write(UInt64(start.postings))
    termPlaces.write(UInt64(start.positions))
  }

  /// The segment.
  func finish() -> [UInt8] {
    var sections = rest
    sections[.terms] = Self.counted(terms)
    sections[.termPlaces] = termPlaces.bytes
    sections[.postings] = postings.bytes
    sections[.positions] = positions.bytes
    return SegmentFormat.assemble(sections)
  }

  /// A count, then a text table.
  static func counted(_ texts: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt32(texts.count))
    return writer.bytes + SegmentFormat.textTable(texts)
  }

  // MARK: What does not depend on terms

  /// Ids, stored documents, lengths and vocabulary.
  mutating func setDocuments(
    ids: [[UInt8]], stored: [[UInt8]], lengths: [[UInt32]], vocabulary: [(word: [UInt8], documents: UInt32)]
  ) {
    var summary = ByteWriter()
    summary.write(UInt32(documentCount))
    summary.write(UInt32(lengths.count))
    for field in lengths { summary.write(field.reduce(UInt64(0)) { $0 + UInt64($1) }) }
    rest[.summary] = summary.bytes
    var lengthBytes = ByteWriter(capacity: lengths.count * documentCount * 4)
    for field in lengths { for length in field { lengthBytes.write(length) } }
    rest[.lengths] = lengthBytes.bytes
    rest[.ids] = Self.counted(ids)
    var order = ByteWriter(capacity: ids.count * 4)
    for document in ids.indices.sorted(by: { ids[$0].lexicographicallyPrecedes(ids[$1]) }) {
      order.write(UInt32(document))
    }
    rest[.idOrder] = order.bytes
    var places = ByteWriter(capacity: (stored.count + 1) * 8)
    var storedBytes = ByteWriter()
    for document in stored {
      places.write(UInt64(storedBytes.count))
      storedBytes.writeBytes(document)
    }
    places.write(UInt64(storedBytes.count))
    rest[.storedPlaces] = places.bytes
    rest[.stored] = storedBytes.bytes
    var words = Self.counted(vocabulary.map(\.word))
    var counts = ByteWriter(capacity: vocabulary.count * 4)
    for entry in vocabulary { counts.write(entry.documents) }
    words += counts.bytes
    rest[.vocabulary] = words
  }

  /// The columns.
  mutating func setColumns(_ columns: [ColumnValues]) {
    var writer = ByteWriter()
    writer.write(UInt32(columns.count))
    // A table of where each column starts comes first, so that opening a segment reads no column.
    var bodies: [[UInt8]] = []
    for column in columns { bodies.append(column.encoded(documentCount: documentCount)) }
    var offset = 4 + bodies.count * 8
    for body in bodies {
      writer.write(UInt64(offset))
      offset += body.count
    }
    rest[.columns] = writer.bytes + bodies.flatMap { $0 }
  }
}

/// The values of a field in all documents of a segment, before they are written.
enum ColumnValues {
  /// A field without column.
  case none
  /// Doubles, NaN where a document has none.
  case numbers([Double])
  /// The texts of each document, ascending, each once; and numbers by name, for families of attributes.
  case texts(dictionary: [[UInt8]], ordinals: [[UInt32]], named: NamedNumbers)

  /// The numbers that belong to names.
  struct NamedNumbers {
    var names: [[UInt8]] = []
    /// For each document its pairs of a name's ordinal and a number, by ordinal.
    var pairs: [[(name: UInt32, number: Double)]] = []
  }

  /// Kind (1: none, 2: numbers, 3: texts), then the values.
  func encoded(documentCount: Int) -> [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .none: writer.write(UInt32(1))
    case .numbers(let numbers):
      writer.write(UInt32(2))
      writer.write(UInt32(0))
      for number in numbers { writer.write(number) }
    case .texts(let dictionary, let ordinals, let named):
      writer.write(UInt32(3))
      Self.writeLists(ordinals.map { $0.map { [$0] } }, to: &writer) { writer, ordinal in writer.write(ordinal[0]) }
      writer.writeBytes(SegmentEncoder.counted(dictionary))
      Self.writeLists(named.pairs.isEmpty ? ordinals.map { _ in [] } : named.pairs, to: &writer) { writer, pair in
        writer.write(pair.name)
        writer.write(pair.number)
      }
      writer.writeBytes(SegmentEncoder.counted(named.names))
    }
    return writer.bytes
  }

  /// The number of all elements, where each document's list starts, and the elements.
  private static func writeLists<Element>(
    _ lists: [[Element]], to writer: inout ByteWriter, _ write: (inout ByteWriter, Element) -> Void
  ) {
    var offset: UInt32 = 0
    for list in lists {
      writer.write(offset)
      offset += UInt32(list.count)
    }
    writer.write(offset)
    for list in lists { for element in list { write(&writer, element) } }
  }
}
