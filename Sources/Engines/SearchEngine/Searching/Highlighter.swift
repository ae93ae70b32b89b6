internal import TextAnalysis

/// Marks a query's words in a text, as HTML that is safe to show.
struct Highlighter {
  private let terms: Set<[UInt8]>

  /// A longer text is cut to about this many bytes around its first match.
  private static let longestSnippet = 280

  init(plan: QueryPlan) {
    terms = Set(plan.groups.flatMap { $0.matchers.flatMap(\.terms) })
  }

  /// The first of several texts that has a match, marked; the first one unmarked where none has; nil for no text.
  func html(of texts: [String]) -> String? {
    for text in texts {
      if let marked = marked(text) { return marked }
    }
    return texts.first.map { Self.escaped(Array($0.utf8).prefix(Self.longestSnippet + 200)[...], whole: $0) }
  }

  private func marked(_ text: String) -> String? {
    var buffer = TermBuffer()
    Analyzer.text.analyze(text, into: &buffer)
    let ranges = buffer.tokens.filter { terms.contains(Array(buffer.term($0))) }.map(\.source)
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
