/// Where an analyzer puts its terms: flat arrays that are used again and again, so that a term costs no allocation.
///
/// Not thread-safe: each thread that analyzes has its own.
public struct TermBuffer {
  /// The terms' UTF-8, one after the other.
  public internal(set) var bytes: [UInt8] = []
  /// The terms, in the order of the text.
  public internal(set) var tokens: [Token] = []
  /// What ``addWords(of:)`` found beside the terms, by position.
  public internal(set) var added: [AddedWord] = []
  let stemmer = EnglishStemmer()

  /// One term.
  public struct Token: Sendable, Hashable {
    /// Where the term's UTF-8 starts in ``TermBuffer/bytes``.
    public let start: Int
    /// How many bytes it has.
    public let count: Int
    /// The number of the word in the text, from 0.
    public let position: Int
    /// The bytes of the source text that the term was made of.
    public let source: Range<Int>
  }

  /// An empty buffer.
  public init() {}

  /// Takes out all terms; their room is kept.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    added.removeAll(keepingCapacity: true)
  }

  /// A term's UTF-8.
  public func term(_ token: Token) -> ArraySlice<UInt8> { bytes[token.start..<token.start + token.count] }

  /// A term as a string.
  public func text(_ token: Token) -> String { String(decoding: term(token), as: UTF8.self) }

  /// The longest term in bytes; what is longer is cut at a scalar's boundary.
  static let longestTerm = 64

  /// Makes a token of the bytes from `start` on.
  mutating func finish(from start: Int, position: Int, source: Range<Int>) {
    if bytes.count - start > Self.longestTerm {
      var end = start + Self.longestTerm
      while end > start, bytes[end] & 0xC0 == 0x80 { end -= 1 }
      bytes.removeSubrange(end...)
    }
    tokens.append(Token(start: start, count: bytes.count - start, position: position, source: source))
  }
}
