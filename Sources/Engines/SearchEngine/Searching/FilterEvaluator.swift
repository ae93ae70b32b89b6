internal import ByteCoding
internal import QueryLanguage

/// Finds the documents of a segment that fulfil a filter.
struct FilterEvaluator {
  let view: SegmentView
  let definition: IndexDefinition
  let liveFields: [Int: Int]

  private var capacity: Int { view.segment.documentCount }

  /// The documents that fulfil `filter`, deleted ones included.
  func documents(fulfilling filter: Filter) throws(SearchError) -> DocumentSet {
    switch filter {
    case .all: return DocumentSet(capacity: capacity, full: true)
    case .and(let parts):
      var result = DocumentSet(capacity: capacity, full: true)
      for part in parts { result.formIntersection(try documents(fulfilling: part)) }
      return result
    case .or(let parts):
      var result = DocumentSet(capacity: capacity)
      for part in parts { result.formUnion(try documents(fulfilling: part)) }
      return result
    case .not(let part): return try documents(fulfilling: part).inverted()
    case .exists(let field): return try documents(having: field)
    case .comparison(let field, .notEqual, let value):
      // A document without value is not equal to anything: it does not fulfil `!=` either.
      var result = try documents(where: field, .equal, value).inverted()
      result.formIntersection(try documents(having: field))
      return result
    case .comparison(let field, let comparison, let value): return try documents(where: field, comparison, value)
    case .range(let field, let from, let to):
      if let found = try documents(from: from, to: to, of: field) { return found }
      var result = try documents(where: field, .greaterOrEqual, from)
      result.formIntersection(try documents(where: field, .lessOrEqual, to))
      return result
    case .set(let field, let values):
      var result = DocumentSet(capacity: capacity)
      for value in values { result.formUnion(try documents(where: field, .equal, value)) }
      return result
    }
  }

  private func documents(having field: String) throws(SearchError) -> DocumentSet {
    var result = DocumentSet(capacity: capacity)
    switch try FieldReference(field, in: definition) {
    case .keyword(let ordinal), .attributes(let ordinal):
      guard case .texts(let column) = view.segment.columns[ordinal] else { return result }
      insert(into: &result, column) { column.count(ofList: $0) > 0 }
    case .number(let ordinal), .boolean(let ordinal), .date(let ordinal):
      insert(into: &result, from: -.infinity, to: .infinity, of: ordinal)
    case .attribute(let family, let name):
      guard case .texts(let column) = view.segment.columns[family] else { return result }
      insert(into: &result, column, ordinals: column.dictionary.indexes(startingWith: Self.prefix(name)))
    case .text: throw .unsuitableField(field, reason: "is searched, not filtered; use \(field):WORD in the query")
    }
    return result
  }

  /// The documents with a value in a range; nil for fields of kinds that have no ranges.
  private func documents(
    from: Filter.Value, to: Filter.Value, of field: String
  ) throws(SearchError) -> DocumentSet? {
    var result = DocumentSet(capacity: capacity)
    switch try FieldReference(field, in: definition) {
    case .number(let ordinal):
      insert(into: &result, from: try Self.number(from, field), to: try Self.number(to, field), of: ordinal)
    case .date(let ordinal):
      insert(into: &result, from: try Self.moment(from, field), to: try Self.moment(to, field), of: ordinal)
    case .keyword(let ordinal):
      guard case .texts(let column) = view.segment.columns[ordinal] else { return result }
      let low = column.dictionary.lowerBound(Array(from.text.utf8))
      let last = Array(to.text.utf8)
      let high = column.dictionary.index(of: last).map { $0 + 1 } ?? column.dictionary.lowerBound(last)
      if low < high { insert(into: &result, column, ordinals: low..<high) }
    case .attribute(let family, let name):
      let (low, high) = (try Self.number(from, field), try Self.number(to, field))
      guard case .texts(let column) = view.segment.columns[family] else { return result }
      insert(into: &result, column, numbersOf: name) { $0 >= low && $0 <= high }
    default: return nil
    }
    return result
  }

  private static func number(_ value: Filter.Value, _ field: String) throws(SearchError) -> Double {
    guard case .number(let number, _) = value else {
      throw .unsuitableValue(field: field, value: value.text, expected: "a number")
    }
    return number
  }

  private static func moment(_ value: Filter.Value, _ field: String) throws(SearchError) -> Double {
    guard let moment = Timestamp(rfc3339: value.text) ?? Timestamp(rfc3339: value.text + "T00:00:00Z") else {
      throw .unsuitableValue(field: field, value: value.text, expected: "a time (RFC 3339) or a date")
    }
    return Double(moment.rawValue)
  }

  /// The least and the greatest number that a comparison holds for.
  private static func bounds(_ comparison: Filter.Comparison, _ number: Double) -> (Double, Double) {
    switch comparison {
    case .equal, .notEqual: (number, number)
    case .less: (-.infinity, number.nextDown)
    case .lessOrEqual: (-.infinity, number)
    case .greater: (number.nextUp, .infinity)
    case .greaterOrEqual: (number, .infinity)
    }
  }

  private func documents(
    where field: String, _ comparison: Filter.Comparison, _ value: Filter.Value
  ) throws(SearchError) -> DocumentSet {
    var result = DocumentSet(capacity: capacity)
    switch try FieldReference(field, in: definition) {
    case .keyword(let ordinal):
      guard case .texts(let column) = view.segment.columns[ordinal] else { return result }
      insert(into: &result, column, ordinals: Self.ordinals(of: column.dictionary, comparison, Array(value.text.utf8)))
    case .number(let ordinal):
      let (from, to) = Self.bounds(comparison, try Self.number(value, field))
      insert(into: &result, from: from, to: to, of: ordinal)
    case .boolean(let ordinal):
      guard case .boolean(let flag) = value, comparison == .equal else {
        throw .unsuitableValue(field: field, value: value.text, expected: "true or false, by = or !=")
      }
      if flag {
        insert(into: &result, from: -.infinity, to: (0.0).nextDown, of: ordinal)
        insert(into: &result, from: (0.0).nextUp, to: .infinity, of: ordinal)
      } else {
        insert(into: &result, from: 0, to: 0, of: ordinal)
      }
    case .date(let ordinal):
      let (from, to) = Self.bounds(comparison, try Self.moment(value, field))
      insert(into: &result, from: from, to: to, of: ordinal)
    case .attribute(let family, let name):
      guard case .texts(let column) = view.segment.columns[family] else { return result }
      try insertAttribute(name, comparison, value, column, into: &result)
    case .attributes: throw .unsuitableField(field, reason: "is a family; name an attribute, e.g. \(field).colour")
    case .text: throw .unsuitableField(field, reason: "is searched, not filtered; use \(field):WORD in the query")
    }
    return result
  }

  private func insertAttribute(
    _ name: String, _ comparison: Filter.Comparison, _ value: Filter.Value, _ column: TextColumn,
    into result: inout DocumentSet
  ) throws(SearchError) {
    if case .number(let number, _) = value {
      insert(into: &result, column, numbersOf: name) { Self.holds($0, comparison, number) }
    }
    if comparison == .equal {
      let text = Self.prefix(name) + Array(value.text.utf8)
      if let ordinal = column.dictionary.index(of: text) {
        insert(into: &result, column, ordinals: ordinal..<ordinal + 1)
      }
    } else if case .number = value {
      return
    } else {
      throw .unsuitableValue(field: name, value: value.text, expected: "a number, or by = and IN a text")
    }
  }

  /// Adds the documents with a number of this name that fulfils a condition.
  private func insert(
    into result: inout DocumentSet, _ column: TextColumn, numbersOf name: String, where holds: (Double) -> Bool
  ) {
    guard let nameOrdinal = column.names.index(of: Array(name.utf8)) else { return }
    // Every number stands among the texts too: the documents of those that fulfil the condition are looked at. They may
    // have it as a text only.
    let prefix = Self.prefix(name)
    let ordinals = column.dictionary.indexes(startingWith: prefix)
    var candidates = DocumentSet(capacity: capacity, full: ordinals.count > capacity / Self.documentsPerText)
    // Where there are many texts, reading them costs more than looking at all documents.
    if ordinals.count <= capacity / Self.documentsPerText {
      insertDocuments(of: ordinals, into: &candidates, column, after: prefix.count, where: holds)
    }
    candidates.forEach { document in
      column.forEachPair(of: document) { pair, number in
        if pair == nameOrdinal, holds(number) { result.insert(document) }
      }
    }
  }

  /// A text costs as much as so many documents to look at.
  private static let documentsPerText = 16

  /// Adds the documents of the texts that are numbers which fulfil a condition.
  private func insertDocuments(
    of ordinals: Range<Int>, into candidates: inout DocumentSet, _ column: TextColumn, after prefix: Int,
    where holds: (Double) -> Bool
  ) {
    for ordinal in ordinals {
      let text = String(decoding: column.dictionary.bytes(ordinal).dropFirst(prefix), as: UTF8.self)
      if let number = Double(text), holds(number) { candidates.insert(view.segment.list(ofText: ordinal, in: column)) }
    }
  }

  /// So many texts are looked up by their documents; for more the documents are looked through.
  private static let mostListedTexts = 32

  private func insert(into result: inout DocumentSet, _ column: TextColumn, ordinals: Range<Int>) {
    guard ordinals.count > Self.mostListedTexts else {
      for ordinal in ordinals { result.insert(view.segment.list(ofText: ordinal, in: column)) }
      return
    }
    insert(into: &result, column) { column.list($0, meets: ordinals) }
  }

  /// Adds the documents whose lists of texts fulfil a condition.
  private func insert(into result: inout DocumentSet, _ column: TextColumn, where holds: (Int) -> Bool) {
    let isWanted = (0..<column.listCount).map(holds)
    result.insert(upTo: capacity) { isWanted[column.list(of: $0)] }
  }

  /// Adds the documents whose numbers in a field, stored or live, are in a range.
  private func insert(into result: inout DocumentSet, from low: Double, to high: Double, of field: Int) {
    if let live = liveFields[field] {
      view.liveColumn(live).insert(into: &result) { $0 >= low && $0 <= high }
    } else if case .numbers(let column) = view.segment.columns[field] {
      column.insert(from: low, to: high, into: &result)
    }
  }

  /// Gives each document that has a number in a field, stored or live.
  func forEachNumber(of field: Int, _ body: (Int, Double) -> Void) {
    if let live = liveFields[field] {
      for document in 0..<capacity {
        let value = view.liveValue(live, of: document)
        if !value.isNaN { body(document, value) }
      }
    } else if case .numbers(let column) = view.segment.columns[field] {
      for document in 0..<capacity {
        let value = column.value(of: document)
        if !value.isNaN { body(document, value) }
      }
    }
  }

  /// The start of an attribute's entries in its family's dictionary.
  static func prefix(_ name: String) -> [UInt8] { Array((name + IndexDocument.attributeSeparator).utf8) }

  private static func ordinals(
    of dictionary: TextTable, _ comparison: Filter.Comparison, _ text: [UInt8]
  ) -> Range<Int> {
    let low = dictionary.lowerBound(text)
    let high = dictionary.index(of: text).map { $0 + 1 } ?? low
    return switch comparison {
    case .equal: low..<high
    case .less: 0..<low
    case .lessOrEqual: 0..<high
    case .greater: high..<dictionary.count
    case .greaterOrEqual: low..<dictionary.count
    case .notEqual: 0..<0
    }
  }

  private static func holds(_ left: Double, _ comparison: Filter.Comparison, _ right: Double) -> Bool {
    switch comparison {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}
