internal import Suggestions
internal import Synchronization

/// What finds a segment's terms and words by what is near them. It is made of the segment's tables when it is first
/// asked for, once, however many threads ask, and shared by all snapshots that have the segment.
///
/// A segment that is read from its file goes on with the lookups that it had in memory, since its tables are the same.
final class SegmentLookups: Sendable {
  private let nearTerms = Mutex<TermIndex?>(nil)
  private let words = Mutex<Vocabulary?>(nil)

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
