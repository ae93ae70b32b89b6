internal import TextAnalysis

/// Marks a query's words in a text, as HTML that is safe to show.
struct Highlighter {
  private let terms: Set<[UInt8]>
  /// Terms that are marked only where they follow each other: words that one was cut into.
  private let sequences: [[[UInt8]]]

  /// A longer text is cut to about this many bytes around its first match.
  private static let longestSnippet = 280

  private let languages: [TextLanguage]

  init(plan: QueryPlan, languages: [TextLanguage]) {
    self.languages = languages
    let matchers = plan.groups.flatMap(\.matchers)
    terms = Set(matchers.flatMap(\.terms))
    sequences = matchers.flatMap { matcher -> [[[UInt8]]] in
      guard case .bestOf(let alternatives) = matcher.kind else { return [] }
      return alternatives.dropFirst().map(\.terms).filter { $0.count > 1 }
    }
  }

  /// The first of several texts that has a match, marked; the first one unmarked where none has; nil for no text.
  func html(of texts: [String]) -> String? {
    for text in texts {
      if let marked = marked(text) { return marked }
    }
    return texts.first.map { Self.escaped(Array($0.utf8).prefix(Self.longestSnippet + 200)[...], whole: $0) }
  }

  private func marked(_ text: String) -> String? {
    let ranges = ranges(in: text)
    guard let first = ranges.first else { return nil }
    let bytes = Array(text.utf8)
    let window = Self.window(of: bytes, around: first)
    var html = window.lowerBound > 0 ? "…" : ""
    var at = window.lowerBound
    for range in ranges where range.lowerBound >= at && range.upperBound <= window.upperBound {
      html += Self.escaped(bytes[at..<range.lowerBound])
      html += "<mark>" + Self.escaped(bytes[range]) + "</mark>"
      at = range.upperBound
    }
    return html + Self.escaped(bytes[at..<window.upperBound]) + (window.upperBound < bytes.count ? "…" : "")
  }

  /// Where what is marked stands, in order, of ranges that begin alike the longest first.
  private func ranges(in text: String) -> [Range<Int>] {
    var buffer = TermBuffer()
    Analyzer.words.analyze(text, into: &buffer)
    buffer.addWords(of: text)
    var ranges: [Range<Int>] = []
    for language in languages {
      var stemmer = WordStemmer(language)
      let words = buffer.tokens.map { (term: stemmer.term(of: buffer.term($0)), source: $0.source) }
      ranges += words.filter { terms.contains($0.term) }.map(\.source)
      for sequence in sequences where sequence.count <= words.count {
        for start in 0...words.count - sequence.count
        where zip(words[start...], sequence).allSatisfy({ $0.term == $1 }) {
          ranges += words[start..<start + sequence.count].map(\.source)
        }
      }
      for word in buffer.added where terms.contains(stemmer.term(of: buffer.term(word.token))) {
        ranges.append(word.token.source)
      }
    }
    return ranges.sorted { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }
  }

  /// Where to cut a long text, at spaces.
  private static func window(of bytes: [UInt8], around first: Range<Int>) -> Range<Int> {
    guard bytes.count > longestSnippet else { return 0..<bytes.count }
    var start = max(0, first.lowerBound - longestSnippet / 4)
    while start > 0, bytes[start - 1] != 0x20 { start -= 1 }
    if first.lowerBound - start > longestSnippet { start = first.lowerBound }
    var end = min(bytes.count, max(first.upperBound, start + longestSnippet))
    while end < bytes.count, bytes[end] != 0x20, end - start < longestSnippet * 2 { end += 1 }
    // A text without spaces is cut between scalars.
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return start..<end
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>, whole: String) -> String {
    bytes.count < whole.utf8.count ? escaped(Array(whole.prefix(longestSnippet).utf8)[...]) + "…" : escaped(bytes)
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    var html: [UInt8] = []
    html.reserveCapacity(bytes.count)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "<"): html += Array("&lt;".utf8)
      case UInt8(ascii: ">"): html += Array("&gt;".utf8)
      case UInt8(ascii: "&"): html += Array("&amp;".utf8)
      case UInt8(ascii: "\""): html += Array("&quot;".utf8)
      case UInt8(ascii: "'"): html += Array("&#39;".utf8)
      default: html.append(byte)
      }
    }
    return String(decoding: html, as: UTF8.self)
  }
}
