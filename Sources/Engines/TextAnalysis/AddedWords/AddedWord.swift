extension TermBuffer {
  /// A word that a text has beside those that it is cut into, so that it is found however it is written.
  public struct AddedWord: Sendable, Hashable {
    /// Why the word was added.
    public enum Kind: Sendable, Hashable {
      /// A number and its unit: `17 inch`, `17"` and `17in` are all `17in`. It is loose where the unit's name is a word of
      /// its own, written apart from the number.
      case quantity(isLoose: Bool)
      /// A number with signs that part its digits, without them: `1,000` is `1000`.
      case number
      /// Words that are joined by hyphens, or with digits by other signs too: `wi-fi` is `wifi`.
      case joined
      /// The letters or digits of a word that has both: `iphone12` is `iphone` too.
      case part
      /// The number of a quantity that is one word: `500ml` is `500` too.
      case amount
    }
    /// Why it was added.
    public let kind: Kind
    /// The word, at the position of the first word that it stands for, with all that it was made of as its source.
    public let token: Token
    /// The words that it stands for, by their places among ``TermBuffer/tokens``.
    public let words: Range<Int>
  }

  /// Finds the words to add to those of `text`, which the buffer has, made by ``Analyzer/words``, and no others.
  public mutating func addWords(of text: String) {
    var text = text
    text.withUTF8 { utf8 in
      // Safety: the span is used only within this closure, as long as the bytes are there.
      addWords(of: unsafe Span(_unsafeElements: utf8))
    }
  }

  /// As above, for UTF-8.
  public mutating func addWords(of text: Span<UInt8>) {
    guard AddedWords.mayBeAny(in: text) else { return }
    var words = AddedWords()
    // Moved there and back, so that nothing is copied.
    swap(&words.bytes, &bytes)
    swap(&words.tokens, &tokens)
    swap(&words.found, &added)
    words.find(in: text)
    swap(&words.bytes, &bytes)
    swap(&words.tokens, &tokens)
    swap(&words.found, &added)
  }
}
