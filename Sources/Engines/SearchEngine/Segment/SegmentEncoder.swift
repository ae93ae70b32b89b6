internal import ByteCoding

/// Writes a segment: the documents are told first, in the order of their ids, then the terms in order, each with its
/// documents in order.
struct SegmentEncoder {
  private let documentCount: Int
  private let textFieldCount: Int
  private let definition: IndexDefinition
  private var terms: [[UInt8]] = []
  private var places = ByteWriter()
  private var lists: PostingEncoder
  private var lengths: [UInt8]
  /// For each text field and code of a length what an occurrence counts, by this segment's own statistics.
  private let norms: FieldNorms
  /// The entries of each pattern, by its place in the section.
  private var patterns: [[UInt32]] = []
  private var sections: [SegmentFormat.SectionID: [UInt8]] = [:]

  /// - Parameters:
  ///   - lengths: the codes of the lengths, by document and text field.
  init(definition: IndexDefinition, documentCount: Int, lengths: [UInt8]) {
    self.definition = definition
    self.documentCount = documentCount
    self.lengths = lengths
    textFieldCount = definition.textFields.count
    lists = PostingEncoder(documentCount: documentCount)
    var totals = Array(repeating: 0, count: textFieldCount)
    for (index, code) in lengths.enumerated() { totals[index % textFieldCount] += Int(FieldLength.length(code)) }
    var summary = ByteWriter()
    summary.write(UInt32(documentCount))
    summary.write(UInt32(textFieldCount))
    for total in totals { summary.write(UInt64(total)) }
    for weight in definition.textWeights { summary.write(weight) }
    sections[.summary] = summary.bytes
    sections[.lengths] = lengths
    norms = FieldNorms(weights: definition.textWeights, totalLengths: totals, documentCount: documentCount)
  }

  // MARK: Terms

  /// Takes the patterns that postings are of; before terms are added.
  mutating func setPatterns(_ numbering: OccurrencePatterns.Numbering) -> [UInt32] {
    let (section, places) = numbering.finish()
    sections[.patterns] = section
    patterns = Array(repeating: [], count: places.count)
    for (number, place) in places.enumerated() { patterns[Int(place)] = numbering.patterns[number] }
    return places
  }

  /// Adds a term, which must come after the one before in the order of bytes, with its postings by document.
  mutating func add(term: [UInt8], postings: [PostingEncoder.Posting], positions: ArraySlice<UInt32>) {
    guard !postings.isEmpty else { return }
    terms.append(term)
    let place = lists.add(
      postings, positions: positions,
      frequency: { posting in
        patterns[Int(posting.pattern)].reduce(0) { sum, entry in
          let code = lengths[Int(posting.document) * textFieldCount + Int(entry & 0xff)]
          return sum + Double(entry >> 8) * norms.value(field: Int(entry & 0xff), code: code)
        }
      },
      isAlike: { left, right in
        left.pattern == right.pattern
          && patterns[Int(left.pattern)].allSatisfy { entry in
            lengths[Int(left.document) * textFieldCount + Int(entry & 0xff)]
              == lengths[Int(right.document) * textFieldCount + Int(entry & 0xff)]
          }
      })
    place.write(to: &places)
  }

  // MARK: What does not depend on terms

  /// Ids and stored documents.
  mutating func setDocuments(ids: [[UInt8]], stored: [[UInt8]]) {
    sections[.ids] = Self.counted(ids)
    var places = ByteWriter(capacity: (stored.count + 1) * 8)
    var storedBytes: [UInt8] = []
    storedBytes.reserveCapacity(stored.reduce(0) { $0 + $1.count })
    for document in stored {
      places.write(UInt64(storedBytes.count))
      storedBytes += document
    }
    places.write(UInt64(storedBytes.count))
    sections[.storedPlaces] = places.bytes
    sections[.stored] = storedBytes
  }

  /// The vocabulary, in order.
  mutating func setVocabulary(_ vocabulary: [(word: [UInt8], documents: UInt32)]) {
    var writer = ByteWriter()
    writer.writeBytes(Self.counted(vocabulary.map(\.word)))
    for entry in vocabulary { writer.write(entry.documents) }
    sections[.vocabulary] = writer.bytes
  }

  /// The columns.
  mutating func setColumns(_ columns: [ColumnValues]) {
    // A table of where each column starts comes first, so that opening a segment reads no column.
    var bodies: [[UInt8]] = []
    for column in columns {
      var writer = ByteWriter()
      switch column {
      case .none: writer.write(UInt32(1))
      case .numbers(let numbers):
        writer.write(UInt32(2))
        writer.writeBytes(NumberColumn.encoded(numbers))
      case .texts(let texts):
        writer.write(UInt32(3))
        writer.writeBytes(texts.encoded(lists: &lists))
      }
      bodies.append(writer.bytes)
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
    lists.finish()
    sections[.terms] = Self.counted(terms)
    sections[.termPlaces] = places.bytes
    sections[.postings] = lists.postings
    sections[.positions] = lists.positions
    sections[.bitmaps] = lists.bitmaps
    return SegmentFormat.assemble(sections)
  }

  /// A count, then a text table.
  static func counted(_ texts: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt32(texts.count))
    return writer.bytes + SegmentFormat.textTable(texts)
  }
}
