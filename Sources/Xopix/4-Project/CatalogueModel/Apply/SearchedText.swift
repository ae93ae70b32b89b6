internal import TextAnalysis

/// A search text in the form in which it is counted, and in the form in which it is shown.
struct SearchedText {
  /// Case, accents and Arabic spelling variants folded, single spaces.
  let folded: String
  /// As the shopper wrote it, in lower case, single spaces.
  let shown: String

  /// Longer texts are pasted, not searched for again; shorter ones say nothing.
  private static let lengths = 2...80

  /// nil for what is not worth suggesting.
  init?(_ text: String) {
    guard text.utf8.count <= 400 else { return nil }
    folded = Self.singleSpaced(Folding.fold(text))
    shown = Self.singleSpaced(text.lowercased())
    guard Self.lengths.contains(folded.count) else { return nil }
  }

  private static func singleSpaced(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
