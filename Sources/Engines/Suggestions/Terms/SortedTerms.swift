/// Terms in the order of their bytes, each once, such as a segment's dictionary.
///
/// A dictionary that compresses terms is asked for neighbours one after the other, so it may keep the place of its last
/// answer.
public protocol SortedTerms {
  /// How many terms there are.
  var count: Int { get }

  /// Puts a term's bytes in place of what `buffer` holds.
  func readTerm(_ index: Int, into buffer: inout [UInt8])
}

/// Terms in an array.
public struct TermArray: SortedTerms, Sendable {
  /// The terms, in the order of their bytes.
  public let terms: [[UInt8]]

  /// Terms in any order; each is kept once.
  public init(_ terms: some Sequence<String>) {
    self.terms = Set(terms.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// How many terms there are.
  public var count: Int { terms.count }

  /// Puts a term's bytes in place of what `buffer` holds.
  public func readTerm(_ index: Int, into buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    buffer.append(contentsOf: terms[index])
  }
}
