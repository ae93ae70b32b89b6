extension Judgments {
  /// Judgments as TREC's collections have them: topics (`<num>` and `<title>` for each query) and qrels (a line for each
  /// judgment: the query's number, a number that means nothing, the document, the rating).
  ///
  /// Ratings of queries that the topics lack are passed over, as are topics without ratings.
  public init(topics: [UInt8], qrels: [UInt8]) throws(RelevanceError) {
    self.init()
    let topics = try TopicReader.topics(in: topics)
    for topic in topics where !contains(query: topic.number) { add(query: topic.number, text: topic.title) }
    var known = 0
    for (index, line) in qrels.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      let place = "line \(index + 1)"
      guard let text = String(validating: line, as: UTF8.self) else {
        throw RelevanceError(place, "has bytes that are not UTF-8")
      }
      let fields = text.split { $0.isWhitespace }.map(String.init)
      if fields.isEmpty { continue }
      guard fields.count == 4 else {
        throw RelevanceError(place, "has \(fields.count) fields; write QUERY 0 DOCUMENT RATING")
      }
      if contains(query: fields[0]) { known += 1 }
      try add(rating: fields[3], document: fields[2], query: fields[0], place: place)
    }
    guard known > 0 else {
      throw RelevanceError(
        nil, "no judgment is of a query that there is; the queries are \(topics.prefix(3).map(\.number)) and so on")
    }
  }
}

/// Reads TREC's topics: `<num> 7 </num> <title> what is searched for </title>`, the ends perhaps left out.
enum TopicReader {
  struct Topic: Equatable {
    let number: String
    let title: String
  }

  static func topics(in bytes: [UInt8]) throws(RelevanceError) -> [Topic] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RelevanceError(nil, "the queries have bytes that are not UTF-8")
    }
    var topics: [Topic] = []
    var number: String?
    // What stands between one tag and the next belongs to the tag before it.
    for piece in text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1) {
      guard let end = piece.firstIndex(of: ">") else { continue }
      let content = words(piece[piece.index(after: end)...])
      switch piece[..<end].lowercased() {
      case "num":
        number = content.hasPrefix("Number:") ? words(content.dropFirst("Number:".count)) : content
      case "title":
        guard let known = number, !known.isEmpty, !content.isEmpty else {
          throw RelevanceError(
            "query \(topics.count + 1)", "has no \(content.isEmpty ? "title" : "num"); write <num>, then <title>")
        }
        topics.append(Topic(number: known, title: content))
        number = nil
      default: break
      }
    }
    guard !topics.isEmpty else {
      throw RelevanceError(nil, "no queries were found; write <num> and <title> for each")
    }
    return topics
  }

  /// A text's words with one space between, without the references that stand for marks of the syntax.
  private static func words(_ text: some StringProtocol) -> String {
    var text = text.split { $0.isWhitespace }.joined(separator: " ")
    for (reference, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ] {
      text = text.replacing(reference, with: character)
    }
    return text
  }
}
