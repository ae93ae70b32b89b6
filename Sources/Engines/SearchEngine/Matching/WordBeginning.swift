internal import TextAnalysis

/// The beginning of a word, as somebody types it: which terms words that go on from it may have.
///
/// Most terms start as their words do. Stemming hides the others: "runni" goes on as "running", whose term is "run", and
/// behind the Arabic article the term starts later than the word. So endings and articles that stemming cuts are tried.
struct WordBeginning {
  /// Terms of such words start with one of these; none of them starts with another.
  let prefixes: [[UInt8]]
  /// Other terms that such words may have.
  let terms: [[UInt8]]

  /// A beginning by its text, one word, and by the term of that word.
  init(_ text: String, term: [UInt8]) {
    var buffer = TermBuffer()
    Analyzer.words.analyze(text, into: &buffer)
    let word = buffer.tokens.first.map { Array(buffer.term($0)) } ?? term
    var prefixes = [word]
    if let bare = Self.withoutArticle(word, term: term) { prefixes.append(bare) }
    self.prefixes = prefixes
    var terms: [[UInt8]] = []
    func add(_ term: [UInt8]) {
      if !terms.contains(term), !prefixes.contains(where: term.starts) { terms.append(term) }
    }
    add(term)
    for completion in Self.completions(of: word) {
      buffer.removeAll()
      Analyzer.text.analyze(completion, into: &buffer)
      if buffer.tokens.count == 1 { add(Array(buffer.term(buffer.tokens[0]))) }
    }
    self.terms = terms
  }

  /// An Arabic word from where its term starts on; nil where both start alike.
  private static func withoutArticle(_ word: [UInt8], term: [UInt8]) -> [UInt8]? {
    guard let first = word.first, first >= 0x80, !term.isEmpty, !word.starts(with: term) else { return nil }
    return word.indices.dropFirst().first { word[$0...].starts(with: term) }.map { Array(word[$0...]) }
  }

  /// The beginning gone on to each ending of which it already has a part, or nothing.
  private static func completions(of word: [UInt8]) -> [String] {
    guard let first = word.first, word.count >= shortestCompleted else { return [] }
    return (first < 0x80 ? englishEndings : arabicEndings).flatMap { ending in
      ending.indices.filter { word.count > $0 && word.suffix($0).elementsEqual(ending[..<$0]) }.map {
        String(decoding: word + ending[$0...], as: UTF8.self)
      }
    }
  }

  /// Of fewer bytes no ending is cut.
  private static let shortestCompleted = 3

  private static let englishEndings = [
    "ing", "ings", "ed", "er", "ers", "es", "ly", "ness", "able", "ation", "ations", "ator", "ators", "ion", "ions",
    "ment", "ments", "ful", "ity", "ive", "al", "ance", "ence", "ous", "ize", "izer", "ization", "izations",
  ].map { Array($0.utf8) }
  private static let arabicEndings = [
    "ها", "ات", "ان", "ون", "ين", "ه", "ي", "يه", "تين", "تان", "ته", "تها", "هم", "كم", "نا", "ك", "ء",
  ].map { Array($0.utf8) }
}
