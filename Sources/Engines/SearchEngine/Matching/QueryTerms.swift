internal import TextAnalysis

/// Makes terms of a query's texts, in each of the languages of the fields that are searched.
struct QueryTerms {
  private var stemmers: [WordStemmer]
  private var buffer = TermBuffer()

  init(_ languages: [TextLanguage]) { stemmers = languages.map { WordStemmer($0) } }

  /// A text's terms, by language, the same ones once.
  mutating func terms(of text: String) -> [[[UInt8]]] {
    var all: [[[UInt8]]] = []
    for index in stemmers.indices {
      buffer.removeAll()
      let isEnglish = stemmers[index].language == .english
      (isEnglish ? Analyzer.text : .words).analyze(text, into: &buffer)
      var terms = buffer.tokens.map { Array(buffer.term($0)) }
      if !isEnglish { for place in terms.indices { terms[place] = stemmers[index].term(of: terms[place][...]) } }
      if !all.contains(terms) { all.append(terms) }
    }
    return all
  }

  /// The terms of a folded word, by language, the same ones once.
  mutating func terms(ofWord word: ArraySlice<UInt8>) -> [[UInt8]] {
    var terms: [[UInt8]] = []
    for index in stemmers.indices {
      let term = stemmers[index].term(of: word)
      if !terms.contains(term) { terms.append(term) }
    }
    return terms
  }
}
