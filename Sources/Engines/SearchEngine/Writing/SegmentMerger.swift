/// Makes one segment of several, leaving out documents that are deleted.
struct SegmentMerger {
  private let definition: IndexDefinition
  private let parts: [SegmentView]
  /// For each part and document its number in the result; -1 where it is left out.
  private let numbers: [[Int32]]
  private let documentCount: Int

  init(definition: IndexDefinition, parts: [SegmentView]) {
    self.definition = definition
    self.parts = parts
    var next: Int32 = 0
    numbers = parts.map { part in
      (0..<part.segment.documentCount).map { document in
        guard !part.isDeleted(document) else { return -1 }
        defer { next += 1 }
        return next
      }
    }
    documentCount = Int(next)
  }

  /// The merged segment's bytes.
  func merged() -> [UInt8] {
    var encoder = SegmentEncoder(documentCount: documentCount)
    var ids: [[UInt8]] = []
    var stored: [[UInt8]] = []
    var lengths: [[UInt32]] = definition.textFields.map { _ in [] }
    forEachDocument { part, document in
      ids.append(part.segment.ids.bytes(document))
      stored.append(part.segment.storedBlob(of: document))
      for field in lengths.indices {
        lengths[field].append(UInt32(part.segment.length(field: field, document: document)))
      }
    }
    encoder.setDocuments(ids: ids, stored: stored, lengths: lengths, vocabulary: mergedVocabulary())
    encoder.setColumns(definition.fields.indices.map(mergedColumn))
    mergeTerms(into: &encoder)
    return encoder.finish()
  }

  private func forEachDocument(_ body: (SegmentView, Int) -> Void) {
    for (index, part) in parts.enumerated() {
      for document in 0..<part.segment.documentCount where numbers[index][document] >= 0 { body(part, document) }
    }
  }

  /// Walks over several tables in order at once: gives each distinct text with its place in the tables that have it.
  private func forEachText(of tables: [TextTable], _ body: ([UInt8], [(part: Int, index: Int)]) -> Void) {
    var places = tables.map { _ in 0 }
    var heads = tables.map { $0.count > 0 ? $0.bytes(0) : nil }
    while let least = heads.compactMap({ $0 }).min(by: { $0.lexicographicallyPrecedes($1) }) {
      var holders: [(part: Int, index: Int)] = []
      for (index, head) in heads.enumerated() where head == least {
        holders.append((index, places[index]))
        places[index] += 1
        heads[index] = places[index] < tables[index].count ? tables[index].bytes(places[index]) : nil
      }
      body(least, holders)
    }
  }

  private func mergeTerms(into encoder: inout SegmentEncoder) {
    forEachText(of: parts.map(\.segment.terms)) { term, holders in
      encoder.beginTerm(term)
      for (part, index) in holders {
        var cursor = parts[part].segment.cursor(ofTerm: index)
        while cursor.next() {
          let number = numbers[part][cursor.document]
          var occurrences: [FieldOccurrences] = []
          while let (field, frequency) = cursor.nextField() {
            occurrences.append(FieldOccurrences(field: field, positions: cursor.readPositions(frequency)))
          }
          if number >= 0 { encoder.add(document: Int(number), occurrences) }
        }
      }
      encoder.endTerm()
    }
  }

  /// Words with the sums of their counts. Deleted documents stay counted: the counts only order corrections, and every
  /// correction is checked against the live documents.
  private func mergedVocabulary() -> [(word: [UInt8], documents: UInt32)] {
    var words: [(word: [UInt8], documents: UInt32)] = []
    forEachText(of: parts.map(\.segment.vocabulary)) { word, holders in
      let count = holders.reduce(0) { $0 + parts[$1.part].segment.vocabularyCount($1.index) }
      words.append((word, UInt32(count)))
    }
    return words
  }

  private func mergedColumn(_ field: Int) -> ColumnValues {
    switch definition.fields[field].type {
    case .text: return .none
    case .number, .boolean, .date:
      if definition.fields[field].isLive { return .none }
      var values: [Double] = []
      forEachDocument { part, document in
        if case .numbers(let column) = part.segment.columns[field] {
          values.append(column.value(of: document))
        } else {
          values.append(.nan)
        }
      }
      return .numbers(values)
    case .keyword, .attributes: return mergedTexts(field)
    }
  }

  private func mergedTexts(_ field: Int) -> ColumnValues {
    let columns = parts.map { part -> TextColumn? in
      if case .texts(let column) = part.segment.columns[field] { return column }
      return nil
    }
    // Only texts that a document still has go into the dictionary.
    var used = columns.map { Array(repeating: false, count: $0?.dictionary.count ?? 0) }
    var usedNames = columns.map { Array(repeating: false, count: $0?.names.count ?? 0) }
    for (part, column) in columns.enumerated() {
      guard let column else { continue }
      for document in numbers[part].indices where numbers[part][document] >= 0 {
        column.forEachOrdinal(of: document) { used[part][$0] = true }
        column.forEachPair(of: document) { name, _ in usedNames[part][name] = true }
      }
    }
    let (texts, places) = union(columns.map { $0?.dictionary }, used: used)
    let (names, namePlaces) = union(columns.map { $0?.names }, used: usedNames)
    var ordinals: [[UInt32]] = []
    var named = ColumnValues.NamedNumbers(names: names, pairs: [])
    for (part, column) in columns.enumerated() {
      for document in numbers[part].indices where numbers[part][document] >= 0 {
        var list: [UInt32] = []
        var pairs: [(name: UInt32, number: Double)] = []
        column?.forEachOrdinal(of: document) { list.append(places[part][$0]) }
        column?.forEachPair(of: document) { pairs.append((namePlaces[part][$0], $1)) }
        ordinals.append(list)
        named.pairs.append(pairs)
      }
    }
    return .texts(dictionary: texts, ordinals: ordinals, named: named)
  }

  /// The union of dictionaries in order, and for each the new ordinals of its texts.
  private func union(_ tables: [TextTable?], used: [[Bool]]) -> (texts: [[UInt8]], places: [[UInt32]]) {
    var places = used.map { Array(repeating: UInt32(0), count: $0.count) }
    var texts: [[UInt8]] = []
    let present = tables.enumerated().compactMap { index, table in table.map { (index, $0) } }
    forEachText(of: present.map(\.1)) { text, holders in
      let kept = holders.filter { used[present[$0.part].0][$0.index] }
      guard !kept.isEmpty else { return }
      for holder in kept { places[present[holder.part].0][holder.index] = UInt32(texts.count) }
      texts.append(text)
    }
    return (texts, places)
  }
}
