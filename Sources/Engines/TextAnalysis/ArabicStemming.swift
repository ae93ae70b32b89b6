/// Light stemming of folded Arabic words, after Larkey, Ballesteros and Connell, "Light Stemming for Arabic Information
/// Retrieval" (2007): the article with what is written on to it, the conjunction, and the endings of number and gender.
enum ArabicStemming {
  // Two bytes a letter: every letter here is from U+0600 to U+06FF.
  private static let prefixes = ["وال", "بال", "كال", "فال", "لل", "ال"].map { Array($0.utf8) }
  private static let conjunction = Array("و".utf8)
  private static let suffixes = ["ها", "ات", "ان", "ون", "ين", "ه"].map { Array($0.utf8) }

  /// Whether every letter of a folded word is Arabic.
  static func isArabic(_ word: ArraySlice<UInt8>) -> Bool {
    word.count >= 2 && word.count.isMultiple(of: 2)
      && zip(word.indices, word).allSatisfy { index, byte in
        (index - word.startIndex).isMultiple(of: 2) ? (0xD8...0xDB).contains(byte) : byte & 0xC0 == 0x80
      }
  }

  /// Replaces the word that `bytes` has from `start` on with its stem.
  static func stem(_ bytes: inout [UInt8], from start: Int) {
    func letters() -> Int { (bytes.count - start) / 2 }
    if let prefix = prefixes.first(where: { bytes[start...].starts(with: $0) && letters() - $0.count / 2 >= 2 }) {
      bytes.removeSubrange(start..<start + prefix.count)
    } else if bytes[start...].starts(with: conjunction), letters() >= 5 {
      // Many words begin with a waw of their own; a long one is more likely to have it as "and".
      bytes.removeSubrange(start..<start + conjunction.count)
    }
    for suffix in suffixes where bytes[start...].count > suffix.count && letters() - suffix.count / 2 >= 3 {
      if bytes[start...].suffix(suffix.count).elementsEqual(suffix) {
        bytes.removeLast(suffix.count)
        return
      }
    }
  }
}
