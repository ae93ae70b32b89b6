internal import CStemmer

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

/// Makes terms of words: where a text's words are few different ones, each is stemmed once.
///
/// Not thread-safe: each thread has its own.
public struct WordStemmer {
  private let stemmer = EnglishStemmer()
  private var bytes: [UInt8] = []

  /// A stemmer.
  public init() {}

  /// Words up to this many bytes have the same term whether the text is analyzed to words or to terms; a longer one may
  /// have been cut.
  public static let longestWord = TermBuffer.longestTerm - 4

  /// The term that ``Analyzer/text`` makes of a word that ``Analyzer/words`` gives, of at most ``longestWord`` bytes.
  public mutating func term(of word: ArraySlice<UInt8>) -> [UInt8] {
    bytes.removeAll(keepingCapacity: true)
    bytes += word
    stemmer.stemWord(&bytes, from: 0)
    return bytes
  }
}

/// Snowball's English stemmer (Porter2), one for each buffer since it keeps state between calls.
// Safety: the handle is owned by this value alone and deleted once, in `deinit`.
@safe final class EnglishStemmer {
  private let handle: OpaquePointer?

  init() {
    unsafe handle = unsafe sb_stemmer_new("english", "UTF_8")
  }

  deinit {
    if let handle = unsafe handle { unsafe sb_stemmer_delete(handle) }
  }

  /// Replaces the folded word of any script that `bytes` has from `start` on with its stem.
  func stemWord(_ bytes: inout [UInt8], from start: Int) {
    let word = bytes[start...]
    if word.allSatisfy(ASCII.isLetter) {
      stem(&bytes, from: start)
    } else if ArabicStemming.isArabic(word) {
      ArabicStemming.stem(&bytes, from: start)
    }
  }

  /// Replaces the English word that `bytes` has from `start` on with its stem.
  func stem(_ bytes: inout [UInt8], from start: Int) {
    guard let handle = unsafe handle else { return }
    let count = Int32(bytes.count - start)
    let stem: [UInt8] = unsafe bytes.withUnsafeBufferPointer { buffer in
      // Safety: the stemmer reads `count` bytes from `start` on, which the buffer has; its answer is valid until its next
      // call and is copied at once.
      guard let word = unsafe buffer.baseAddress.map({ unsafe $0 + start }),
        let result = unsafe sb_stemmer_stem(handle, word, count)
      else { return [] }
      return unsafe Array(UnsafeBufferPointer(start: result, count: Int(sb_stemmer_length(handle))))
    }
    guard !stem.isEmpty else { return }
    bytes.replaceSubrange(start..., with: stem)
  }
}
