/// Light stemming of folded Arabic words, after Larkey, Ballesteros and Connell, "Light Stemming for Arabic Information
/// Retrieval" (2007): the article with what is written on to it, the conjunction, and the endings of number, gender and
/// possession.
///
/// Prefixes go as long as there are any, and so do endings, so that a word has one stem with and without each of them. How
/// many letters must be left depends on how many words end so by themselves. Plurals that change a word within are other
/// words here.
enum ArabicStemming {
  // Two bytes a letter: every letter here is from U+0600 to U+06FF.
  private typealias Affix = (letters: [UInt8], left: Int)

  /// The article, with a conjunction or a preposition or both before it; longer ones first. A preposition's lam and the
  /// article's are two lams.
  private static let articles: [Affix] = affixes([
    (3, ["وبال", "وكال", "ولال", "فبال", "فكال", "ولل", "فلل", "وال", "فال", "بال", "كال"]), (2, ["لل", "ال"]),
  ])

  private static let conjunction = Array("و".utf8)
  private static let lam = Array("ل".utf8)

  /// Longer ones first.
  private static let endings: [Affix] = affixes([
    (4, ["هما", "كما"]), (3, ["تها", "تهم", "تين", "تان", "ات", "ها", "ين", "ته", "تك"]),
    (4, ["ان", "ون", "هم", "هن", "كم", "كن", "نا"]), (3, ["ه", "ي", "ء"]), (4, ["ك"]),
  ])

  private static func affixes(_ groups: [(left: Int, affixes: [String])]) -> [Affix] {
    groups.flatMap { group in group.affixes.map { (Array($0.utf8), group.left) } }
  }

  private static func words(_ text: String) -> Set<[UInt8]> { Set(text.split(separator: " ").map { Array($0.utf8) }) }

  /// Words of five letters or more that begin with a waw of their own.
  private static let withOwnWaw = words(
    """
    وساده وسادات وسايد ولاعه ولاعات ورقيه ورقات وصلات وصفات وجبات واجهه واجهات واقيه واقيات وظيفه وظايف وحدات وثيقه وثايق وقايه \
    وقايي وسيله وسايل وسيط وسطيه وايرلس واتساب ورديه وزاره وشاحات وكاله وطنيه ويندوز ولاده واسعه واضحه وحيده وجهات وزنيه ورود \
    والدين والدي والده ويسكي وافر وافره واقعي واقعيه وارده واحده ونيش ورنيش وليمه وسامه وصيفه وقود وقوف وضوح وصول
    """)

  /// Words with a lam of their own, which is written once after the article's and a preposition's.
  private static let withOwnLam = words(
    "لابتوب لابتوبات لاب لوحه لوحات لوح لعبه لعب لون لمبه لمبات ليزر لاسلكي لاسلكيه لحوم لحم لحيه لبن ليل ليله لغه لياقه لوازم لقاح لاعب لاصق لاصقه"
  )

  /// Words that begin as with the article or end as with an ending, and without it would be other words.
  private static let whole = words(
    "العاب الوان الات الياف الواح الام كرسي كراسي وردي ورديه عشرين ثلاثين اربعين خمسين سبعين ثمانين بالون فالنتاين كالسيوم بالغين قران انسان امان ضمان زمان مكان ايمان برهان دخان دكان"
  )

  /// Whether every letter of a folded word is Arabic.
  static func isArabic(_ word: ArraySlice<UInt8>) -> Bool {
    word.count >= 2 && word.count.isMultiple(of: 2)
      && zip(word.indices, word).allSatisfy { index, byte in
        (index - word.startIndex).isMultiple(of: 2) ? (0xD8...0xDB).contains(byte) : byte & 0xC0 == 0x80
      }
  }

  /// Replaces the word that `bytes` has from `start` on with its stem.
  static func stem(_ bytes: inout [UInt8], from start: Int) {
    while !isWhole(bytes[start...]), removePrefix(&bytes, from: start) {}
    while !isWhole(bytes[start...]), removeEnding(&bytes, from: start) {}
  }

  private static func isWhole(_ word: ArraySlice<UInt8>) -> Bool { whole.contains(Array(word)) }

  private static func removePrefix(_ bytes: inout [UInt8], from start: Int) -> Bool {
    let word = bytes[start...]
    let letters = word.count / 2
    for (prefix, left) in articles where word.starts(with: prefix) && letters - prefix.count / 2 >= left {
      if prefix.suffix(4).elementsEqual(lam + lam), withOwnLam.contains(lam + word.dropFirst(prefix.count)) {
        bytes.replaceSubrange(start..<start + prefix.count, with: lam)
      } else {
        bytes.removeSubrange(start..<start + prefix.count)
      }
      return true
    }
    // Many words begin with a waw of their own; a long one is more likely to have it as "and".
    guard letters >= 5, word.starts(with: conjunction), !withOwnWaw.contains(Array(word)) else { return false }
    bytes.removeSubrange(start..<start + conjunction.count)
    return true
  }

  private static func removeEnding(_ bytes: inout [UInt8], from start: Int) -> Bool {
    let word = bytes[start...]
    let letters = word.count / 2
    for (ending, left) in endings
    where letters - ending.count / 2 >= left && word.suffix(ending.count).elementsEqual(ending) {
      // A noun of action such as تخزين has its own yeh and noon.
      if letters == 5, ending == Self.dual, word.starts(with: Self.teh) { continue }
      // A teh behind an alef is that of the plural, which goes with it.
      if ending.count > 2, ending.starts(with: Self.teh), word.dropLast(ending.count).suffix(2).elementsEqual(Self.alef)
      {
        continue
      }
      bytes.removeLast(ending.count)
      return true
    }
    return false
  }

  /// The words that an indefinite word may be written as with a preposition, or a conjunction and one, before it: `بX`, `لX`.
  /// None for words so short, or such, that they would be other words.
  static func withPrepositions(_ word: ArraySlice<UInt8>) -> [[UInt8]] {
    guard word.count / 2 >= 4, isArabic(word), !word.starts(with: article), !withoutPreposition.contains(Array(word))
    else {
      return []
    }
    return prepositions.map { $0 + word }
  }

  private static let article = Array("ال".utf8)
  private static let prepositions = ["ب", "ل", "وب", "ول"].map { Array($0.utf8) }

  /// Words that are others with a letter of a preposition before them.
  private static let withoutPreposition = words("طاقه طاقات لاستيك حريه دايه ساطه راءه حيره عيده ريده راده")

  private static let dual = Array("ين".utf8)
  private static let teh = Array("ت".utf8)
  private static let alef = Array("ا".utf8)
}
