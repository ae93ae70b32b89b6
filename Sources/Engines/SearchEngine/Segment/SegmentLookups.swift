internal import Suggestions
internal import Synchronization

/// What finds a segment's terms and words by what is near them, and what is known of its columns as wholes. It is made of
/// the segment's tables when it is first asked for, once, however many threads ask, and shared by all snapshots that have
/// the segment.
///
/// A segment that is read from its file goes on with the lookups that it had in memory, since its tables are the same.
final class SegmentLookups: Sendable {
  private let nearTerms = Mutex<TermIndex?>(nil)
  private let words = Mutex<Vocabulary?>(nil)
  private let attributeNames = Mutex<[Int: AttributeNames]>([:])
  /// By column the number of documents without any text.
  private let textless = Mutex<[Int: Int]>([:])
  /// How texts are numbered in other segments.
  let ordinalMaps = OrdinalMaps()

  /// The terms of a segment, to find those near a word.
  func nearTerms(of segment: Segment) -> TermIndex {
    nearTerms.withLock { made in
      if let made { return made }
      let index = TermIndex(segment.terms, finds: .wholes)
      made = index
      return index
    }
  }

  /// Whether somebody looked for terms near a word.
  var hasNearTerms: Bool { nearTerms.withLock { $0 != nil } }

  /// The names of a family of attributes.
  func attributeNames(ofColumn number: Int, _ column: TextColumn, of segment: Segment) -> AttributeNames {
    attributeNames.withLock { made in
      if let names = made[number] { return names }
      let names = AttributeNames(of: column, documentCount: segment.documentCount)
      made[number] = names
      return names
    }
  }

  /// The columns of whose attributes somebody counted the names.
  var columnsWithNames: [Int] { attributeNames.withLock { Array($0.keys) } }

  /// How many documents have no text of a column, deleted ones included.
  func textless(ofColumn number: Int, _ column: TextColumn, of segment: Segment) -> Int {
    textless.withLock { made in
      if let count = made[number] { return count }
      var lists = Array(repeating: UInt32(0), count: column.listCount)
      column.countLists(of: DocumentSet(capacity: segment.documentCount, full: true), into: &lists)
      let count = lists.indices.reduce(0) { column.count(ofList: $1) == 0 ? $0 + Int(lists[$1]) : $0 }
      made[number] = count
      return count
    }
  }

  /// Makes what others, who are to be replaced by a segment, were asked for: who asks again should not have to wait.
  func prepare(as others: [SegmentLookups], for segment: Segment) {
    if others.contains(where: \.hasNearTerms) { _ = nearTerms(of: segment) }
    for number in Set(others.flatMap(\.columnsWithNames)) {
      guard case .texts(let column) = segment.columns[number] else { continue }
      _ = attributeNames(ofColumn: number, column, of: segment)
    }
  }

  /// The words that a segment is spelled by, with the numbers of their documents; none with digits, since these are
  /// never corrections.
  func words(of segment: Segment) -> Vocabulary {
    words.withLock { made in
      if let made { return made }
      var builder = Vocabulary.Builder()
      Self.addWords(of: segment, to: &builder)
      let vocabulary = builder.finish()
      made = vocabulary
      return vocabulary
    }
  }

  /// Adds a segment's words to a vocabulary.
  static func addWords(of segment: Segment, to builder: inout Vocabulary.Builder) {
    var word: [UInt8] = []
    for index in 0..<segment.vocabulary.count {
      segment.vocabulary.readTerm(index, into: &word)
      if word.contains(where: { $0 &- UInt8(ascii: "0") < 10 }) { continue }
      builder.add(word.span, count: Int64(segment.vocabularyCount(index)))
    }
  }
}

extension TextTable: SortedTerms {
  func readTerm(_ index: Int, into buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    append(index, to: &buffer)
  }
}
