internal import ByteCoding

/// How often shoppers searched for a text, and whether it found something the last time.
struct QueryCounts: Equatable, Sendable {
  /// The text as its first searcher wrote it, in lower case: folding is for finding, not for showing.
  let text: String
  /// Searches for the text.
  var searches: UInt64 = 0
  /// The hits of the latest search that told how many it had; nil where none did.
  var latestResults: Int64?

  /// Whether the text may be suggested: what found nothing is of no help.
  var isSuggested: Bool { latestResults != 0 }

  /// The counts as bytes, the same for equal counts.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writePrefixed(text)
    writer.writeVarint(searches)
    writer.writeSignedVarint(latestResults ?? -1)
    return writer.bytes
  }

  init(text: String) { self.text = text }

  /// Reads what ``bytes`` wrote.
  init(bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes.rawBytes)
    text = try reader.readPrefixedString()
    searches = try reader.readVarint()
    let results = try reader.readSignedVarint()
    latestResults = results < 0 ? nil : results
  }
}
