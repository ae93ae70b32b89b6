internal import ByteCoding
internal import TextAnalysis

/// Makes a segment of documents in memory.
struct SegmentBuilder {
  private let definition: IndexDefinition
  private let textFields: [Int]
  private let documents: [IndexDocument]
  private var words = WordTable()
  private var occurrences = OccurrenceTable()
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
        position = Analyzer.words.analyze(entry.text, into: &buffer, position: position)
        length += UInt32(buffer.tokens.count)
        let mayBeCut = buffer.tokens.contains { $0.count > WordStemmer.longestWord }
        for token in buffer.tokens {
          let word = words.number(of: buffer.term(token))
          if isVocabulary { words.count(word, in: Int32(number)) }
          guard !mayBeCut else { continue }
          occurrences.add(
            term: words.term(of: word), document: UInt32(number), field: textField, position: token.position)
        }
        if mayBeCut { addTerms(of: entry.text, from: position, field: textField, document: number) }
      }
      lengths.append(FieldLength.code(length))
    }
    occurrences.end(document: UInt32(number))
  }

  /// Adds the terms of a text that has words so long that they were cut; `end` is the position after its last word.
  private mutating func addTerms(of text: String, from end: Int, field: Int, document: Int) {
    let count = buffer.tokens.count
    buffer.removeAll()
    Analyzer.text.analyze(text, into: &buffer, position: end - count)
    for token in buffer.tokens {
      occurrences.add(
        term: words.number(ofTerm: buffer.term(token)), document: UInt32(document), field: field,
        position: token.position)
    }
  }

  /// The segment's bytes.
  mutating func finish() -> [UInt8] {
    var encoder = SegmentEncoder(definition: definition, documentCount: documents.count, lengths: lengths)
    let packer = StoredBlob.Packer()
    encoder.setDocuments(
      ids: documents.map { Array($0.id.utf8) }, stored: documents.map { packer.packed($0.stored) })
    encoder.setVocabulary(words.vocabulary)
    occurrences.write(to: &encoder, order: words.terms.order) { Array(words.terms.bytes($0)) }
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
      var texts = TextLists()
      for document in documents {
        for entry in document.keywords where entry.field == ordinal {
          if field.isHierarchical {
            for path in CategoryPath.prefixes(of: entry.text) { texts.add(path) }
          } else {
            texts.add(entry.text)
          }
        }
        texts.endDocument()
      }
      var values = TextColumnValues()
      (values.dictionary, values.ordinals) = texts.finish()
      if field.type == .attributes { addNamed(ordinal, to: &values) }
      return .texts(values)
    }
  }

  private func addNamed(_ ordinal: Int, to values: inout TextColumnValues) {
    guard documents.contains(where: { $0.attributeNumbers.contains { $0.field == ordinal } }) else { return }
    var names = TermTable()
    for document in documents {
      for entry in document.attributeNumbers where entry.field == ordinal {
        _ = names.number(of: ArraySlice(entry.name.utf8))
      }
    }
    let order = names.order
    var places = Array(repeating: UInt32(0), count: names.count)
    for (place, number) in order.enumerated() { places[number] = UInt32(place) }
    values.names = order.map { Array(names.bytes($0)) }
    values.pairs = documents.map { document in
      document.attributeNumbers.filter { $0.field == ordinal }
        .compactMap { entry in
          names.find(ArraySlice(entry.name.utf8)).map { (name: places[$0], number: entry.number) }
        }
        .sorted { ($0.name, $0.number) < ($1.name, $1.number) }
    }
  }
}

/// The words of a segment's texts, with the term of each and, for the vocabulary, how many documents have it.
private struct WordTable {
  private var words = TermTable()
  private(set) var terms = TermTable()
  private var termOfWord: [Int32] = []
  private var counts: [UInt32] = []
  private var lastDocument: [Int32] = []
  private var stemmer = WordStemmer()

  /// Shorter words are no vocabulary.
  private static let shortestWord = 2

  mutating func number(of word: ArraySlice<UInt8>) -> Int {
    let number = words.number(of: word)
    if number == termOfWord.count {
      termOfWord.append(-1)
      counts.append(0)
      lastDocument.append(-1)
    }
    return number
  }

  /// The number of a word's term.
  mutating func term(of word: Int) -> Int {
    if termOfWord[word] < 0 { termOfWord[word] = Int32(terms.number(of: stemmer.term(of: words.bytes(word))[...])) }
    return Int(termOfWord[word])
  }

  mutating func number(ofTerm term: ArraySlice<UInt8>) -> Int { terms.number(of: term) }

  /// Counts a document that has a word: once, in however many fields it stands.
  mutating func count(_ word: Int, in document: Int32) {
    guard lastDocument[word] != document else { return }
    lastDocument[word] = document
    counts[word] += 1
  }

  var vocabulary: [(word: [UInt8], documents: UInt32)] {
    words.order.filter { counts[$0] > 0 && words.bytes($0).count >= Self.shortestWord }
      .map { (word: Array(words.bytes($0)), documents: counts[$0]) }
  }
}

/// The texts of documents, one after the other.
private struct TextLists {
  private var table = TermTable()
  private var values: [UInt32] = []
  private var ends: [Int] = []

  mutating func add(_ text: String) {
    values.append(UInt32(table.number(of: ArraySlice(text.utf8))))
  }

  mutating func endDocument() { ends.append(values.count) }

  /// The texts in order, and for each document its texts' ordinals, ascending, each once.
  func finish() -> (dictionary: [[UInt8]], ordinals: [[UInt32]]) {
    let order = table.order
    var places = Array(repeating: UInt32(0), count: table.count)
    for (place, number) in order.enumerated() { places[number] = UInt32(place) }
    var start = 0
    let ordinals = ends.map { end -> [UInt32] in
      defer { start = end }
      if end - start == 1 { return [places[Int(values[start])]] }
      var list = values[start..<end].map { places[Int($0)] }
      list.sort()
      var last: UInt32?
      list.removeAll { ordinal in
        defer { last = ordinal }
        return ordinal == last
      }
      return list
    }
    return (order.map { Array(table.bytes($0)) }, ordinals)
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
