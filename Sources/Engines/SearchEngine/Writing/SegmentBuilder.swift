internal import ByteCoding
internal import TextAnalysis

/// Makes a segment of documents in memory.
struct SegmentBuilder {
  private let definition: IndexDefinition
  private let textFields: [Int]
  private let documents: [IndexDocument]
  private var table = TermTable()
  private var occurrences = OccurrenceTable()
  private var vocabularyTable = TermTable()
  private var vocabularyCounts: [UInt32] = []
  private var vocabularyLast: [Int32] = []
  private var lengths: [UInt8] = []
  private var buffer = TermBuffer()

  /// Between the values of a field: no phrase reaches across.
  private static let positionGap = 100

  /// - Parameter documents: in the order of their ids' bytes, each id once.
  init(definition: IndexDefinition, documents: [IndexDocument]) {
    self.definition = definition
    self.documents = documents
    textFields = definition.textFields
    lengths.reserveCapacity(documents.count * textFields.count)
    for number in documents.indices { analyze(documents[number], number: number) }
  }

  private mutating func analyze(_ document: IndexDocument, number: Int) {
    for (textField, ordinal) in textFields.enumerated() {
      let isVocabulary = definition.fields[ordinal].isVocabulary
      var position = 0
      var length: UInt32 = 0
      for entry in document.texts where entry.field == ordinal {
        if position > 0 { position += Self.positionGap }
        buffer.removeAll()
        position = Analyzer.text.analyze(entry.text, into: &buffer, position: position)
        length += UInt32(buffer.tokens.count)
        for token in buffer.tokens {
          occurrences.add(
            term: table.number(of: buffer.term(token)), document: UInt32(number), field: textField,
            position: token.position)
        }
        if isVocabulary { addVocabulary(entry.text, document: number) }
      }
      lengths.append(FieldLength.code(length))
    }
    occurrences.end(document: UInt32(number))
  }

  private mutating func addVocabulary(_ text: String, document: Int) {
    buffer.removeAll()
    Analyzer.words.analyze(text, into: &buffer)
    for token in buffer.tokens where token.count >= 2 {
      let word = vocabularyTable.number(of: buffer.term(token))
      if word == vocabularyCounts.count {
        vocabularyCounts.append(0)
        vocabularyLast.append(-1)
      }
      // A word counts once a document, in however many fields it stands.
      if vocabularyLast[word] != Int32(document) {
        vocabularyLast[word] = Int32(document)
        vocabularyCounts[word] += 1
      }
    }
  }

  /// The segment's bytes.
  func finish() -> [UInt8] {
    var encoder = SegmentEncoder(definition: definition, documentCount: documents.count, lengths: lengths)
    encoder.setDocuments(
      ids: documents.map { Array($0.id.utf8) }, stored: documents.map { StoredBlob.packed($0.stored) })
    encoder.setVocabulary(
      vocabularyTable.order.map { (word: Array(vocabularyTable.bytes($0)), documents: vocabularyCounts[$0]) })
    occurrences.write(to: &encoder, order: table.order) { Array(table.bytes($0)) }
    encoder.setColumns(definition.fields.indices.map(column(of:)))
    return encoder.finish()
  }

  private func column(of ordinal: Int) -> ColumnValues {
    let field = definition.fields[ordinal]
    switch field.type {
    case .text: return .none
    case .number, .boolean, .date:
      // Live values are kept beside the segment.
      if field.isLive { return .none }
      return .numbers(documents.map { $0.numbers.last { $0.field == ordinal }?.number ?? .nan })
    case .keyword, .attributes:
      let texts = documents.map { document in
        Set(
          document.keywords.filter { $0.field == ordinal }.flatMap { entry in
            field.isHierarchical
              ? CategoryPath.prefixes(of: entry.text).map { Array($0.utf8) } : [Array(entry.text.utf8)]
          })
      }
      let dictionary = TextDictionary(texts)
      var values = TextColumnValues()
      values.dictionary = dictionary.texts
      values.ordinals = dictionary.ordinals(of: texts)
      if field.type == .attributes { addNamed(ordinal, to: &values) }
      return .texts(values)
    }
  }

  private func addNamed(_ ordinal: Int, to values: inout TextColumnValues) {
    let names = documents.map { document in
      Set(document.attributeNumbers.filter { $0.field == ordinal }.map { Array($0.name.utf8) })
    }
    let dictionary = TextDictionary(names)
    values.names = dictionary.texts
    values.pairs = documents.map { document in
      document.attributeNumbers.filter { $0.field == ordinal }
        .map { (name: dictionary.ordinal(of: Array($0.name.utf8)), number: $0.number) }
        .sorted { ($0.name, $0.number) < ($1.name, $1.number) }
    }
  }
}

/// Numbers texts by their order.
struct TextDictionary {
  let texts: [[UInt8]]
  private let places: [[UInt8]: UInt32]

  init(_ lists: [Set<[UInt8]>]) {
    self.init(texts: lists.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) })
  }

  init(texts: Set<[UInt8]>) {
    let sorted = texts.sorted { $0.lexicographicallyPrecedes($1) }
    self.texts = sorted
    places = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, UInt32($0)) })
  }

  func ordinal(of text: [UInt8]) -> UInt32 {
    guard let place = places[text] else { preconditionFailure("a text that is not in its own dictionary") }
    return place
  }

  func ordinals(of lists: [Set<[UInt8]>]) -> [[UInt32]] {
    lists.map { $0.map(ordinal(of:)).sorted() }
  }
}

/// Paths from broad to narrow, `Home > Kitchen > Kettles`.
enum CategoryPath {
  static let separator = " > "

  /// The path's beginnings, from its first step to the whole.
  static func prefixes(of path: String) -> [String] {
    let steps = path.components(separatedBy: separator)
    return steps.indices.map { steps[...$0].joined(separator: separator) }
  }
}

extension String {
  /// The parts between occurrences of `separator`.
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
