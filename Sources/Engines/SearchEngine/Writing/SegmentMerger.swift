/// Makes one segment of several, leaving out documents that are deleted.
struct SegmentMerger {
  private let definition: IndexDefinition
  private let parts: [SegmentView]
  /// The documents in the order of their ids: which part each comes from, and its number there.
  let origins: [(part: Int, document: Int)]
  /// For each part and document its number in the result; -1 where it is left out.
  private let numbers: [[Int32]]
  private let fewestToTrain: Int

  /// - Parameter fewestToTrain: documents from which on a dictionary is made for them.
  init(definition: IndexDefinition, parts: [SegmentView], fewestToTrain: Int) {
    self.definition = definition
    self.fewestToTrain = fewestToTrain
    self.parts = parts
    origins = Self.order(of: parts)
    var numbers = parts.map { Array(repeating: Int32(-1), count: $0.segment.documentCount) }
    for (number, origin) in origins.enumerated() { numbers[origin.part][origin.document] = Int32(number) }
    self.numbers = numbers
  }

  /// The documents of all parts that are not deleted, by id.
  private static func order(of parts: [SegmentView]) -> [(part: Int, document: Int)] {
    var walks = parts.map { TextWalk($0.segment.ids) }
    func skipDeleted(_ part: Int) {
      while !walks[part].isOver, parts[part].isDeleted(walks[part].index) { walks[part].advance() }
    }
    for part in parts.indices { skipDeleted(part) }
    var order: [(part: Int, document: Int)] = []
    order.reserveCapacity(parts.reduce(0) { $0 + $1.liveCount })
    while true {
      var least: Int?
      for part in parts.indices where !walks[part].isOver {
        guard let other = least else {
          least = part
          continue
        }
        if walks[part].compare(with: walks[other]) < 0 { least = part }
      }
      guard let least else { return order }
      order.append((least, walks[least].index))
      walks[least].advance()
      skipDeleted(least)
    }
  }

  /// The merged segment's bytes.
  func merged() -> [UInt8] {
    var lengths: [UInt8] = []
    let fields = definition.textFields.count
    lengths.reserveCapacity(origins.count * fields)
    for (part, document) in origins {
      for field in 0..<fields { lengths.append(parts[part].segment.lengthCode(field: field, document: document)) }
    }
    var encoder = SegmentEncoder(definition: definition, documentCount: origins.count, lengths: lengths)
    StoredMerge(parts: parts, origins: origins, fewestToTrain: fewestToTrain).add(to: &encoder)
    mergeVocabulary(into: &encoder)
    mergeTerms(into: &encoder)
    encoder.setColumns(definition.fields.indices.map(mergedColumn))
    return encoder.finish()
  }

  /// Walks over several tables in order at once: gives each distinct text with its place in the tables that have it.
  private func forEachText(
    of tables: [TextTable], _ body: ([UInt8], [(part: Int, index: Int)]) -> Void
  ) {
    var walks = tables.map(TextWalk.init)
    var holders: [(part: Int, index: Int)] = []
    while true {
      holders.removeAll(keepingCapacity: true)
      for part in walks.indices where !walks[part].isOver {
        guard let first = holders.first else {
          holders.append((part, walks[part].index))
          continue
        }
        let order = walks[part].compare(with: walks[first.part])
        if order < 0 { holders.removeAll(keepingCapacity: true) }
        if order <= 0 { holders.append((part, walks[part].index)) }
      }
      guard let first = holders.first else { return }
      let bytes = walks[first.part].bytes
      for holder in holders { walks[holder.part].advance() }
      body(bytes, holders)
    }
  }

  private func mergeTerms(into encoder: inout SegmentEncoder) {
    let patterns = mergedPatterns(into: &encoder)
    var rows = PostingRows()
    var merge = PostingMerge()
    forEachText(of: parts.map(\.segment.terms)) { term, holders in
      rows.removeAll()
      merge.removeAll()
      for (part, index) in holders {
        let (first, firstPosition) = (rows.documents.count, rows.positions.count)
        let segment = parts[part].segment
        segment.list(ofTerm: index).read(patterns: segment.patterns, into: &rows)
        rows.renumber(
          from: first, positionsFrom: firstPosition, documents: numbers[part], patterns: patterns[part],
          total: segment.patterns.total)
        merge.endRun(rows)
      }
      if holders.count > 1 { merge.sort(&rows) { encoder.positionCount(ofPattern: $0) } }
      encoder.add(
        term: term.span, documents: rows.documents.span, patterns: rows.patterns.span, positions: rows.positions.span)
    }
  }

  /// Numbers the patterns of all parts anew; returns the new numbers by part.
  private func mergedPatterns(into encoder: inout SegmentEncoder) -> [[UInt32]] {
    var numbering = OccurrencePatterns.Numbering()
    let numbers = parts.map { part -> [UInt32] in
      var uses = Array(repeating: 0, count: part.segment.patterns.count)
      for term in 0..<part.segment.terms.count {
        part.segment.list(ofTerm: term).forEachPattern { uses[$0] += 1 }
      }
      return uses.indices.map { numbering.number(of: part.segment.patterns.entries(of: $0), uses: uses[$0]) }
    }
    let places = encoder.setPatterns(numbering)
    return numbers.map { $0.map { places[Int($0)] } }
  }

  /// Words with the sums of their counts. Deleted documents stay counted: the counts only order corrections, and every
  /// correction is checked against the live documents.
  private func mergeVocabulary(into encoder: inout SegmentEncoder) {
    forEachText(of: parts.map(\.segment.vocabulary)) { word, holders in
      let count = holders.reduce(0) { $0 + parts[$1.part].segment.vocabularyCount($1.index) }
      encoder.addVocabulary(word: word.span, documents: UInt32(count))
    }
  }

  private func mergedColumn(_ field: Int) -> ColumnValues {
    switch definition.fields[field].type {
    case .text: return .none
    case .number, .boolean, .date:
      if definition.fields[field].isLive { return .none }
      return .numbers(
        origins.map { part, document in
          guard case .numbers(let column) = parts[part].segment.columns[field] else { return .nan }
          return column.value(of: document)
        })
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
    var values = TextColumnValues()
    values.dictionary = texts
    values.names = names
    values.ends.reserveCapacity(origins.count)
    for (part, document) in origins {
      columns[part]?.forEachOrdinal(of: document) { values.ordinals.append(places[part][$0]) }
      values.ends.append(values.ordinals.count)
    }
    guard !names.isEmpty else { return .texts(values) }
    for (part, document) in origins {
      var pairs: [(name: UInt32, number: Double)] = []
      columns[part]?.forEachPair(of: document) { pairs.append((namePlaces[part][$0], $1)) }
      values.pairs.append(pairs)
    }
    return .texts(values)
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
