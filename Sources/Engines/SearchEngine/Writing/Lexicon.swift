internal import TextAnalysis

/// The words of texts, each with its term, and how often the segment that is being made has them.
///
/// It may serve for one segment after the other: what was once stemmed and sorted is known then.
struct Lexicon: ~Copyable {
  private var words = TermTable()
  private var terms = TermTable()
  private var entries = Row<Entry>()
  /// The languages of texts, each with its stemmer.
  private var languages: [TextLanguage] = [.english]
  private var stemmers = [WordStemmer()]
  /// For each language but the first the words' terms, −1 while they are not known.
  private var otherTerms: [[Int32]] = []
  /// The words and terms that were sorted last, in order.
  private var orderedWords: [TermTable.Ordered] = []
  private var orderedTerms: [TermTable.Ordered] = []
  private var hashes = Row<UInt64>()

  struct Entry: BitwiseCopyable {
    /// −1 while it is not known.
    var term: Int32 = -1
    /// The document that had the word last, and how many had it.
    var lastDocument: UInt32 = .max
    var documents: UInt32 = 0
  }

  /// Shorter words are no vocabulary.
  private static let shortestWord = 2
  /// With more words or bytes, it begins anew: texts that never repeat themselves would fill the memory.
  private static let mostWords = 1 << 19
  private static let mostBytes = 1 << 23

  /// Begins to count for a new segment, with texts of these languages.
  mutating func begin(languages: [TextLanguage]) {
    if words.count > Self.mostWords || words.byteCount > Self.mostBytes || languages != self.languages {
      self = Lexicon()
      self.languages = languages
      stemmers = languages.map { WordStemmer($0) }
      otherTerms = languages.dropFirst().map { _ in [] }
    }
    for index in 0..<entries.count {
      entries[index].lastDocument = .max
      entries[index].documents = 0
    }
  }

  /// Appends the numbers of a buffer's words.
  mutating func look(up buffer: borrowing TermBuffer, into numbers: inout Row<UInt32>) {
    let bytes = buffer.bytes.span
    let tokens = buffer.tokens.span
    hashes.removeAll()
    let secret = TermTable.secret
    for index in tokens.indices {
      let token = tokens[index]
      hashes.append(TermTable.hash(bytes.extracting(token.start..<token.start &+ token.count), secret))
    }
    // What the look-ups will need is asked for first, all at once: memory is far, and waits for several at a time as long as
    // for one.
    var touched: UInt8 = 0
    for index in 0..<hashes.count {
      let guess = words.guess(hashes[index])
      touched |= words.byte(guess.start)
      if guess.number >= 0 { touched |= UInt8(truncatingIfNeeded: entries[guess.number].documents) }
    }
    self.touched = touched
    for index in tokens.indices {
      let token = tokens[index]
      let text = bytes.extracting(token.start..<token.start &+ token.count)
      let number = words.number(of: text, hash: hashes[index])
      if number == entries.count { entries.append(Entry()) }
      numbers.append(UInt32(truncatingIfNeeded: number))
    }
  }

  /// The number of a word.
  mutating func number(ofWord word: ArraySlice<UInt8>) -> Int {
    let number = words.number(of: word.span)
    if number == entries.count { entries.append(Entry()) }
    return number
  }

  /// Nothing; it keeps what is only touched from being left out.
  private var touched: UInt8 = 0

  /// The number of a word's term.
  @inline(__always)
  mutating func term(of word: Int) -> Int {
    let term = entries[word].term
    return term >= 0 ? Int(term) : makeTerm(of: word)
  }

  @inline(never)
  private mutating func makeTerm(of word: Int) -> Int {
    let stem = stemmers[0].term(of: words.bytes(word)[...])
    let number = terms.number(of: stem.span)
    entries[word].term = Int32(number)
    return number
  }

  /// The number of a word's term in a language, by the language's place among those of the texts.
  @inline(__always)
  mutating func term(of word: Int, language: Int) -> Int {
    language == 0 ? term(of: word) : otherTerm(of: word, language: language)
  }

  private mutating func otherTerm(of word: Int, language: Int) -> Int {
    let place = language - 1
    if otherTerms[place].count <= word {
      otherTerms[place] += Array(repeating: -1, count: max(words.count, word + 1) - otherTerms[place].count)
    }
    if otherTerms[place][word] >= 0 { return Int(otherTerms[place][word]) }
    let stem = stemmers[language].term(of: words.bytes(word)[...])
    let number = terms.number(of: stem.span)
    otherTerms[place][word] = Int32(number)
    return number
  }

  mutating func number(ofTerm term: ArraySlice<UInt8>) -> Int { terms.number(of: term.span) }

  /// Counts a document that has a word: once, in however many fields it stands.
  @inline(__always)
  mutating func count(_ word: Int, in document: UInt32) {
    guard entries[word].lastDocument != document else { return }
    entries[word].lastDocument = document
    entries[word].documents &+= 1
  }

  /// The number of terms.
  var termCount: Int { terms.count }

  /// A term by its number.
  @_lifetime(borrow self)
  func term(_ number: Int) -> Span<UInt8> { terms.text(number) }

  /// The numbers of all terms, in the order of their bytes.
  mutating func termOrder() -> [Int] {
    orderedTerms = terms.order(after: orderedTerms)
    return orderedTerms.map(\.number)
  }

  /// Gives the words that documents of the segment have, in order, each with their number.
  mutating func forEachWord(_ body: (Span<UInt8>, UInt32) -> Void) {
    orderedWords = words.order(after: orderedWords)
    for word in orderedWords where entries[word.number].documents > 0 && words.length(word.number) >= Self.shortestWord
    { body(words.text(word.number), entries[word.number].documents) }
  }
}
