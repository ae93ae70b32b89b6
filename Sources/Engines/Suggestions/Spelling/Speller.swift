/// Corrects words that a vocabulary does not have to words that it has. Immutable, safe on any thread.
///
/// A word's corrections are those of the vocabulary's words that are at most ``Options/edits`` edits away (letters
/// inserted, deleted, substituted; neighbours swapped), best first by ``SpellingWeights``.
public struct Speller: Sendable {
  /// The words that are known.
  public let vocabulary: LayeredVocabulary
  /// What is corrected.
  public let options: Options
  /// What speaks for a correction.
  public let weights: SpellingWeights

  /// What is done with words that have digits, such as the names of models.
  public enum DigitRule: Sendable, Hashable {
    /// They are never corrected, and never corrections.
    case exact
    /// They are corrected to such words, by one edit that is no swap and leaves the digits as they are.
    case oneEditOfLetters
    /// They are words like any other.
    case free
  }

  /// What is corrected.
  public struct Options: Sendable, Hashable {
    /// The most edits: 0, 1 or 2.
    public var edits = 2
    /// The fewest letters that a word has to which an edit is made.
    public var shortestForOneEdit = 2
    /// The fewest letters that a word has to which two edits are made.
    public var shortestForTwoEdits = 3
    /// What is done with words that have digits.
    public var digits = DigitRule.exact

    /// The usual options.
    public init() {}
  }

  /// A word that could be meant.
  public struct Correction: Sendable, Equatable {
    /// The word.
    public let word: String
    /// Edits between the typed word and this one.
    public let edits: Int
    /// The vocabulary's count of the word.
    public let count: Int64
    /// How likely it is meant, in bits, to compare with other corrections of the same word.
    public let score: Float
  }

  /// A speller.
  public init(
    _ vocabulary: LayeredVocabulary, options: Options = Options(), weights: SpellingWeights = SpellingWeights()
  ) {
    self.vocabulary = vocabulary
    self.options = options
    self.weights = weights
  }

  /// A speller of one vocabulary.
  public init(_ vocabulary: Vocabulary, options: Options = Options(), weights: SpellingWeights = SpellingWeights()) {
    self.init(LayeredVocabulary(layers: [vocabulary]), options: options, weights: weights)
  }
}
