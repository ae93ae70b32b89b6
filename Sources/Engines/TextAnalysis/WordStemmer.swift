internal import CStemmer

/// Makes terms of words: where a text's words are few different ones, each is stemmed once.
///
/// Not thread-safe: each thread has its own.
public struct WordStemmer {
  /// The language whose rules it follows.
  public let language: TextLanguage
  private let english = EnglishStemmer()
  private let other: SnowballStemmer?
  private var bytes: [UInt8] = []

  /// A stemmer.
  public init(_ language: TextLanguage = .english) {
    self.language = language
    other = language.algorithm.map { SnowballStemmer($0) }
  }

  /// Words up to this many bytes have the same term whether the text is analyzed to words or to terms; a longer one may
  /// have been cut.
  public static let longestWord = TermBuffer.longestTerm - 4

  /// Words that a folded one may be written as with a preposition before it: Arabic writes some on to the word.
  public static func withPrepositions(_ word: ArraySlice<UInt8>) -> [[UInt8]] {
    ArabicStemming.withPrepositions(word)
  }

  /// The term of a word that ``Analyzer/words`` gives: in English the one that ``Analyzer/text`` makes of it, if it has at
  /// most ``longestWord`` bytes.
  public mutating func term(of word: ArraySlice<UInt8>) -> [UInt8] {
    bytes.removeAll(keepingCapacity: true)
    bytes += word
    guard let other else {
      if language != .none { english.stemWord(&bytes, from: 0) }
      return bytes
    }
    let isASCII = word.allSatisfy(ASCII.isLetter)
    if isASCII ? language.isLatin : isOfScript(word) {
      other.stem(&bytes, from: 0)
    } else {
      english.stemWord(&bytes, from: 0)
    }
    return bytes
  }

  /// Whether a word is of letters of the language's script alone; those of ASCII are Latin.
  private func isOfScript(_ word: ArraySlice<UInt8>) -> Bool {
    word.allSatisfy { byte in
      byte & 0xC0 == 0x80 || language.leads.contains(byte) || language.isLatin && ASCII.isLetter(byte)
    }
  }
}

/// The stemmer of English words, and of Arabic ones lightly.
struct EnglishStemmer {
  private let porter = SnowballStemmer("english")

  /// Replaces the folded word of any script that `bytes` has from `start` on with its stem.
  func stemWord(_ bytes: inout [UInt8], from start: Int) {
    let word = bytes[start...]
    if word.allSatisfy(ASCII.isLetter) {
      stem(&bytes, from: start)
    } else if ArabicStemming.isArabic(word) {
      ArabicStemming.stem(&bytes, from: start)
    }
  }

  /// Replaces the English word that `bytes` has from `start` on with its stem (Porter2), irregular plurals with that of
  /// their singular.
  func stem(_ bytes: inout [UInt8], from start: Int) {
    if bytes.count - start <= 8, let singular = Self.singulars[Self.key(bytes[start...])] {
      bytes.replaceSubrange(start..., with: singular)
    }
    porter.stem(&bytes, from: start)
  }

  /// Plurals that are not made by an ending alone, of up to eight letters; `leaves` and its like are taken for nouns.
  private static let singulars = Dictionary(
    uniqueKeysWithValues: [
      ("mice", "mouse"), ("lice", "louse"), ("men", "man"), ("women", "woman"), ("children", "child"), ("feet", "foot"),
      ("teeth", "tooth"), ("geese", "goose"), ("oxen", "ox"), ("knives", "knife"), ("shelves", "shelf"),
      ("scarves", "scarf"), ("leaves", "leaf"), ("loaves", "loaf"), ("halves", "half"), ("calves", "calf"),
      ("wolves", "wolf"), ("thieves", "thief"), ("wives", "wife"), ("hooves", "hoof"), ("elves", "elf"),
      ("dwarves", "dwarf"),
    ].map { (key(Array($0.utf8)[...]), Array($1.utf8)) })

  private static func key(_ word: ArraySlice<UInt8>) -> UInt64 { word.reduce(0) { $0 << 8 | UInt64($1) } }
}

/// One of Snowball's stemmers, one for each thread since it keeps state between calls.
// Safety: the handle is owned by this value alone and deleted once, in `deinit`.
@safe final class SnowballStemmer {
  private let handle: OpaquePointer?

  init(_ algorithm: String) {
    unsafe handle = unsafe sb_stemmer_new(algorithm, "UTF_8")
  }

  deinit {
    if let handle = unsafe handle { unsafe sb_stemmer_delete(handle) }
  }

  /// Whether the library has the algorithm.
  var isThere: Bool { unsafe handle != nil }

  /// Replaces the word that `bytes` has from `start` on with its stem.
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
