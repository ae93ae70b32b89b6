internal import QueryLanguage
internal import TextAnalysis

/// What the words of a query may also be found by, so that a thing is found however it is written: `17 inch` by `17"`,
/// `dv7 1211ea` by `dv7-1211ea`, `lap top` by `laptop` and the other way round.
///
/// Two words that are written as one each have the one as an alternative: documents that have both words or the one match
/// both groups. Only what the index has is an alternative, so most words have none.
struct QueryAlternatives {
  /// A term, or several one after the other, that stand for a word, and what an occurrence counts.
  struct Alternative: Hashable {
    let terms: [[UInt8]]
    let weight: Double
    /// Whether its occurrences add to those before it, as those of synonyms do, rather than being compared with them.
    var isAdded = false
  }

  /// A quantity that words stand for, which is looked for in their place.
  struct Quantity: Hashable {
    /// The words, by their places among those that were read together.
    let words: Range<Int>
    let term: [UInt8]
  }

  /// What was found for words that follow each other in a query.
  struct Reading {
    /// For each word its alternatives.
    var alternatives: [[Alternative]]
    /// Each word is in one at most.
    var quantities: [Quantity] = []
  }

  let views: [SegmentView]
  private var buffer = TermBuffer()
  private var stems: QueryTerms

  /// How much a word in another spelling counts: no less than the word.
  private static let spellingWeight = 1.0
  /// How much two words that are written as one, or one that is written as two, count: who types it so may mean it so.
  private static let compoundWeight = 0.3
  /// The most words that are joined to one with digits.
  private static let mostJoined = 4

  /// - Parameter languages: those of the fields that are searched.
  init(views: [SegmentView], languages: [TextLanguage]) {
    self.views = views
    stems = QueryTerms(languages)
  }

  /// Reads words that follow each other, as if they were one text.
  ///
  /// - Parameter hasCompounds: whether words of letters are joined and cut too.
  mutating func read(_ texts: [String], hasCompounds: Bool = true) -> Reading {
    let run = WordRun(texts, &buffer)
    var reading = Reading(alternatives: Array(repeating: [], count: texts.count))
    // Words that are read as quantities are nothing else.
    var isQuantity = Array(repeating: false, count: texts.count)
    for added in buffer.added {
      guard let places = run.places(of: added.words) else { continue }
      switch added.kind {
      case .part: continue
      case .amount: isQuantity[places.lowerBound] = true
      case .quantity(isLoose: false):
        guard let term = known(buffer.term(added.token)).first else { continue }
        reading.quantities.append(Quantity(words: places, term: term))
        for place in places { isQuantity[place] = true }
      case .quantity, .number, .joined:
        for term in known(buffer.term(added.token)) {
          for place in places { reading.add([term], Self.spellingWeight, to: place) }
        }
      }
    }
    let isWhole = zip(run.isOfOnePiece, isQuantity).map { $0 && !$1 }
    for place in texts.indices where isWhole[place] {
      addJoined(from: place, run, isWhole, hasCompounds, to: &reading)
      addSplits(of: run.words[place], hasCompounds, at: place, to: &reading)
      guard run.words[place].count == 1 else { continue }
      for word in WordStemmer.withPrepositions(run.words[place][0][...]) {
        for term in known(word[...]) { reading.add([term], Self.compoundWeight, to: place) }
      }
    }
    return reading
  }

  /// Adds words written as one, from one on.
  private mutating func addJoined(
    from first: Int, _ run: WordRun, _ isWhole: [Bool], _ hasCompounds: Bool, to reading: inout Reading
  ) {
    var joined: [UInt8] = []
    for last in first..<min(first + Self.mostJoined, run.words.count) {
      guard isWhole[last], !run.words[last].isEmpty else { return }
      for word in run.words[last] { joined += word }
      guard last > first, joined.count <= WordStemmer.longestWord else { continue }
      let hasDigits = joined.contains(where: WordSplits.isDigit)
      if hasDigits {
        guard WordSplits.hasLetters(joined) else { continue }
      } else {
        guard hasCompounds, last == first + 1, run.words[first].count == 1, run.words[last].count == 1,
          WordSplits.mayBeJoined(run.words[first][0], run.words[last][0])
        else { continue }
      }
      for term in known(joined[...]) {
        for place in first...last {
          reading.add([term], hasDigits ? Self.spellingWeight : Self.compoundWeight, to: place)
        }
      }
    }
  }

  /// Adds what a text's words are when they are cut into others.
  private mutating func addSplits(
    of words: [[UInt8]], _ hasCompounds: Bool, at place: Int, to reading: inout Reading
  ) {
    var splits = WordSplits(words)
    guard splits.hasDigits || hasCompounds else { return }
    let found = splits.find { part in
      for term in stems.terms(ofWord: part) {
        if let documents = documents(of: term) { return (term, documents) }
      }
      return nil
    }
    for split in found {
      reading.add(split, splits.hasDigits ? Self.spellingWeight : Self.compoundWeight, to: place)
    }
  }

  /// The terms of a word that the index has.
  private mutating func known(_ word: ArraySlice<UInt8>) -> [[UInt8]] {
    stems.terms(ofWord: word).filter { term in views.contains { $0.segment.terms.index(of: term) != nil } }
  }

  /// How many documents have a term, deleted ones included; nil where none has.
  private func documents(of term: [UInt8]) -> Int? {
    var count = 0
    for view in views {
      if let index = view.segment.terms.index(of: term) { count += view.segment.documents(ofTerm: index) }
    }
    return count > 0 ? count : nil
  }
}

extension QueryAlternatives.Reading {
  fileprivate mutating func add(_ terms: [[UInt8]], _ weight: Double, to place: Int) {
    guard !alternatives[place].contains(where: { $0.terms == terms }) else { return }
    alternatives[place].append(QueryAlternatives.Alternative(terms: terms, weight: weight))
  }
}

/// Texts that follow each other, and the words of each.
private struct WordRun {
  /// For each text its words.
  let words: [[[UInt8]]]
  /// For each text whether only signs that hold words together stand between its words: others part numbers.
  let isOfOnePiece: [Bool]
  /// For each text the places of its words among all.
  private let ranges: [Range<Int>]

  /// Reads texts into `buffer`, with the words that are added to them.
  init(_ texts: [String], _ buffer: inout TermBuffer) {
    let text = texts.joined(separator: " ")
    buffer.removeAll()
    Analyzer.words.analyze(text, into: &buffer)
    buffer.addWords(of: text)
    let tokens = buffer.tokens
    var ranges: [Range<Int>] = []
    var place = 0
    var end = 0
    for text in texts {
      let start = place
      end += text.utf8.count
      while place < tokens.count, tokens[place].source.lowerBound < end { place += 1 }
      ranges.append(start..<place)
      end += 1
    }
    self.ranges = ranges
    words = ranges.map { range in tokens[range].map { Array(buffer.term($0)) } }
    let bytes = Array(text.utf8)
    isOfOnePiece = ranges.map { range in
      zip(tokens[range], tokens[range].dropFirst()).allSatisfy {
        Self.joints.contains(bytes[$0.source.upperBound..<$1.source.lowerBound])
      }
    }
  }

  /// What holds words together: a hyphen, one that is not broken after, an underscore, a slash, or nothing.
  private static let joints: Set<ArraySlice<UInt8>> = Set(
    ["-", "\u{2010}", "\u{2011}", "_", "/", ""].map { Array($0.utf8)[...] })

  /// The texts that some of the words make up, and no other words; nil where there are none.
  func places(of range: Range<Int>) -> Range<Int>? {
    guard let first = ranges.firstIndex(where: { $0.lowerBound == range.lowerBound && !$0.isEmpty }),
      let last = ranges.lastIndex(where: { $0.upperBound == range.upperBound && !$0.isEmpty }), first <= last
    else { return nil }
    return first..<last + 1
  }
}
