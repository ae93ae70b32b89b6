/// What speaks for a correction, in bits: a correction's score is its frequency's logarithm, less what its edits cost.
///
/// A cost of b bits says that one in 2^b writers errs so: an edit that costs 3 bits less than another wins over a word
/// that is eight times as frequent. The values that are set were found on part of a list of real misspellings and on
/// made-up Arabic ones, by changing one after the other while more of them came out right.
public struct SpellingWeights: Sendable, Hashable {
  /// How much a doubling of the frequency counts.
  public var frequency: Float = 0.85
  /// A letter for another.
  public var substitution: Float = 14.5
  /// A letter for one whose key is beside its key.
  public var nearKey: Float = 9
  /// A letter for one that sounds or looks like it.
  public var likeLetter: Float = 8
  /// An Arabic letter for one that sounds or looks like it.
  public var likeArabicLetter: Float = 4
  /// A letter that was left out.
  public var missingLetter: Float = 4
  /// A letter that was left out beside its like.
  public var missingDouble: Float = 2
  /// A vowel that was left out.
  public var missingVowel: Float = 5
  /// A letter too many.
  public var extraLetter: Float = 10.5
  /// A letter too many beside its like.
  public var extraDouble: Float = 5.5
  /// A vowel too many.
  public var extraVowel: Float = 10.5
  /// Two letters swapped.
  public var swap: Float = 6
  /// What an edit of the first letter costs more.
  public var firstLetter: Float = 1.5
  /// What an edit of the last letter costs more.
  public var lastLetter: Float = 3
  /// What a second edit costs more.
  public var secondEdit: Float = 4
  /// What a correction that sounds like the word gains.
  public var sameSound: Float = 3
  /// A space that was left out between two words, or that parts one.
  public var space: Float = 9

  /// A correction by one edit is taken without trying two where its score is at most so far below the score of a word
  /// that makes up all text.
  public var doubt: Float = 24
  /// How much of a word's likelihood comes from its neighbours where they are known, from 0 to 1.
  public var context: Float = 0.7

  /// The weights that were found.
  public init() {}
}
