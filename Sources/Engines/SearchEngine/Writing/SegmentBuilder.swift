internal import TextAnalysis

/// Makes a segment of documents in memory.
struct SegmentBuilder: ~Copyable {
  private let definition: IndexDefinition
  private let textFields: [Int]
  /// For each text field the place of its language among those of all.
  private let languages: [Int]
  private let documents: ArraySlice<IndexDocument>
  private var occurrences = OccurrenceTable()
  private var lengths: [UInt8] = []
  private var buffer = TermBuffer()
  private var numbers = Row<UInt32>()

  /// Between the values of a field: no phrase reaches across.
  private static let positionGap = 100

  /// A segment's bytes.
  ///
  /// - Parameters:
  ///   - documents: in the order of their ids' bytes, each id once.
  ///   - lexicon: what is known of words; nothing that the bytes depend on.
  ///   - dictionary: what stored documents refer to; nil where they stand alone.
  static func segment(
    of documents: ArraySlice<IndexDocument>, definition: IndexDefinition, lexicon: inout Lexicon,
    dictionary: StoredDictionary? = nil
  ) -> [UInt8] {
    var builder = SegmentBuilder(definition: definition, documents: documents)
    lexicon.begin(languages: definition.languages)
    for (number, document) in documents.enumerated() {
      builder.analyze(document, number: UInt32(number), &lexicon)
    }
    return builder.finish(&lexicon, dictionary)
  }

  private init(definition: IndexDefinition, documents: ArraySlice<IndexDocument>) {
    self.definition = definition
    self.documents = documents
    textFields = definition.textFields
    let all = definition.languages
    languages = textFields.map { all.firstIndex(of: definition.fields[$0].language) ?? 0 }
    lengths.reserveCapacity(documents.count * textFields.count)
  }

  private mutating func analyze(_ document: IndexDocument, number: UInt32, _ lexicon: inout Lexicon) {
    for (textField, ordinal) in textFields.enumerated() {
      let isVocabulary = definition.fields[ordinal].isVocabulary
      let isEnglish = definition.fields[ordinal].language == .english
      let language = languages[textField]
      var position = 0
      var length: UInt32 = 0
      for entry in document.texts where entry.field == ordinal {
        if position > 0 { position += Self.positionGap }
        buffer.removeAll()
        position = Analyzer.words.analyze(entry.text, into: &buffer, position: position)
        length += UInt32(buffer.tokens.count)
        let mayBeCut = isEnglish && buffer.tokens.contains { $0.count > WordStemmer.longestWord }
        numbers.removeAll()
        lexicon.look(up: buffer, into: &numbers)
        buffer.addWords(of: entry.text)
        let isPlain = !mayBeCut && buffer.added.isEmpty
        for index in 0..<numbers.count {
          let word = Int(numbers[index])
          if isVocabulary { lexicon.count(word, in: number) }
          guard isPlain else { continue }
          occurrences.add(
            term: lexicon.term(of: word, language: language), document: number, field: textField,
            position: buffer.tokens[index].position)
        }
        if !isPlain {
          let place = (document: number, field: textField)
          addTerms(of: entry.text, from: position, mayBeCut: mayBeCut, at: place, &lexicon)
        }
      }
      lengths.append(FieldLength.code(length))
    }
  }

  /// Adds the terms of a text that has more words than it is cut into, or words so long that they were cut; `end` is the
  /// position after its last word.
  private mutating func addTerms(
    of text: String, from end: Int, mayBeCut: Bool, at place: (document: UInt32, field: Int), _ lexicon: inout Lexicon
  ) {
    let added = buffer.added.map { word in
      (
        term: lexicon.term(of: lexicon.number(ofWord: buffer.term(word.token)), language: languages[place.field]),
        index: word.words.lowerBound
      )
    }
    if mayBeCut {
      let count = buffer.tokens.count
      buffer.removeAll()
      Analyzer.text.analyze(text, into: &buffer, position: end - count)
    }
    var next = 0
    for (index, token) in buffer.tokens.enumerated() {
      let term =
        mayBeCut
        ? lexicon.number(ofTerm: buffer.term(token))
        : lexicon.term(of: Int(numbers[index]), language: languages[place.field])
      occurrences.add(term: term, document: place.document, field: place.field, position: token.position)
      // Positions ascend, so that an added word comes right after the one that it stands for.
      while next < added.count, added[next].index == index {
        occurrences.add(
          term: added[next].term, document: place.document, field: place.field, position: token.position)
        next += 1
      }
    }
  }

  private mutating func finish(_ lexicon: inout Lexicon, _ dictionary: StoredDictionary?) -> [UInt8] {
    var encoder = SegmentEncoder(definition: definition, documentCount: documents.count, lengths: lengths)
    let packer = StoredBlob.Packer(orAlone: dictionary)
    if let dictionary = packer.dictionary { encoder.setDictionary(dictionary) }
    for document in documents {
      var id = document.id
      let stored = packer.packed(document.stored)
      id.withUTF8 { id in
        // Safety: the span is used within this closure, as long as the bytes are there.
        unsafe encoder.addDocument(id: Span(_unsafeElements: id), stored: stored.span)
      }
    }
    lexicon.forEachWord { encoder.addVocabulary(word: $0, documents: $1) }
    occurrences.write(to: &encoder, lexicon: &lexicon)
    encoder.setColumns(definition.fields.indices.map { column(of: $0) })
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
      var values = texts.finish()
      if field.type == .attributes { addNamed(ordinal, to: &values) }
      return .texts(values)
    }
  }

  private func addNamed(_ ordinal: Int, to values: inout TextColumnValues) {
    guard documents.contains(where: { $0.attributeNumbers.contains { $0.field == ordinal } }) else { return }
    var names = TermTable()
    for document in documents {
      for entry in document.attributeNumbers where entry.field == ordinal {
        _ = names.number(of: Array(entry.name.utf8).span)
      }
    }
    let order = names.order()
    var places = Array(repeating: UInt32(0), count: names.count)
    for (place, number) in order.enumerated() { places[number] = UInt32(place) }
    values.names = order.map { names.bytes($0) }
    for document in documents {
      var pairs: [(name: UInt32, number: Double)] = []
      for entry in document.attributeNumbers where entry.field == ordinal {
        if let name = names.find(Array(entry.name.utf8).span) { pairs.append((places[name], entry.number)) }
      }
      pairs.sort { ($0.name, $0.number) < ($1.name, $1.number) }
      values.pairs.append(pairs)
    }
  }
}
