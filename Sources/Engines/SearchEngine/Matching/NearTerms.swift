internal import Suggestions

/// Terms of a segment that are near a word.
enum NearTerms {
  /// The terms within `edits` edits (0, 1 or 2) of a word, itself included, in the order of their numbers: letters
  /// inserted, deleted or substituted, and neighbours swapped.
  ///
  /// Documents that are deleted count like others. Words of more than 62 letters have no terms near them. The first
  /// call for a segment makes what finds them (``SegmentLookups``): about two microseconds a term.
  ///
  /// - Parameter word: a term as analysis makes it, since that is what it is compared with.
  static func terms(near word: [UInt8], edits: Int, in segment: Segment) -> [(term: Int, edits: Int)] {
    var found: [(term: Int, edits: Int)] = []
    segment.lookups.nearTerms(of: segment)
      .forEachTerm(near: word.span, edits: edits, part: .whole, in: segment.terms) { terms, edits in
        for term in terms { found.append((term, edits)) }
      }
    found.sort { $0.term < $1.term }
    return found
  }
}
