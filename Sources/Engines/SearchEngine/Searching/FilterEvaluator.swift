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
      for document in 0..<capacity where column.count(of: document) > 0 { result.insert(document) }
    case .number(let ordinal), .boolean(let ordinal), .date(let ordinal):
      forEachNumber(of: ordinal) { document, _ in result.insert(document) }
    case .attribute(let family, let name):
      guard case .texts(let column) = view.segment.columns[family] else { return result }
      insert(into: &result, column, ordinals: column.dictionary.indexes(startingWith: Self.prefix(name)))
    case .text: throw .unsuitableField(field, reason: "is searched, not filtered; use \(field):WORD in the query")
    }
    return result
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
      guard case .number(let number, _) = value else {
        throw .unsuitableValue(field: field, value: value.text, expected: "a number")
      }
      forEachNumber(of: ordinal) { if Self.holds($1, comparison, number) { result.insert($0) } }
    case .boolean(let ordinal):
      guard case .boolean(let flag) = value, comparison == .equal else {
        throw .unsuitableValue(field: field, value: value.text, expected: "true or false, by = or !=")
      }
      forEachNumber(of: ordinal) { if ($1 != 0) == flag { result.insert($0) } }
    case .date(let ordinal):
      guard let time = Self.time(value.text) else {
        throw .unsuitableValue(field: field, value: value.text, expected: "a time (RFC 3339) or a date")
      }
      forEachNumber(of: ordinal) { if Self.holds($1, comparison, time) { result.insert($0) } }
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
    if case .number(let number, _) = value, let nameOrdinal = column.names.index(of: Array(name.utf8)) {
      for document in 0..<capacity {
        column.forEachPair(of: document) { pair, attribute in
          if pair == nameOrdinal, Self.holds(attribute, comparison, number) { result.insert(document) }
        }
      }
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

  private func insert(into result: inout DocumentSet, _ column: TextColumn, ordinals: Range<Int>) {
    guard !ordinals.isEmpty else { return }
    for document in 0..<capacity {
      var holds = false
      column.forEachOrdinal(of: document) { holds = holds || ordinals.contains($0) }
      if holds { result.insert(document) }
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

  private static func time(_ text: String) -> Double? {
    let moment = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z")
    return moment.map { Double($0.rawValue) }
  }
}
