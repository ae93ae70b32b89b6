/// What letters have to do with each other: where their keys are, and how they sound or look.
///
/// Keyboards are QWERTY (US) and Arabic (101), whose rows are shifted as those of real keyboards are.
struct LetterTraits: Sendable {
  /// For the letters up to U+067F, packed: see ``Trait``.
  private let traits: [UInt32]

  static let shared = LetterTraits()

  /// One letter's traits: bits 0-7 the key's column in quarters plus 1 (0 where there is no key), 8-11 its row, 12-15
  /// the keyboard, 16-23 the group of letters that are confused with it by sound or look, 24 whether it is a vowel.
  struct Trait {
    let bits: UInt32

    @inline(__always)
    var isVowel: Bool { bits & 1 << 24 != 0 }
    @inline(__always)
    var group: UInt32 { bits >> 16 & 0xFF }

    /// Whether the group is one of Arabic letters.
    @inline(__always)
    var isArabicGroup: Bool { group > 9 }

    /// Whether the keys of both letters touch.
    @inline(__always)
    func isNear(_ other: Trait) -> Bool {
      guard bits & 0xFF != 0, other.bits & 0xFF != 0, bits >> 12 & 15 == other.bits >> 12 & 15 else { return false }
      let columns = Int32(bits & 0xFF) - Int32(other.bits & 0xFF)
      let rows = Int32(bits >> 8 & 15) - Int32(other.bits >> 8 & 15)
      // Columns are in quarters of a key: neighbours in a row are 4 apart, those in the next row at most 3.
      return rows == 0 ? abs(columns) == 4 : abs(rows) == 1 && abs(columns) <= 3
    }
  }

  /// A letter's traits; none where it is neither Latin nor Arabic.
  @inline(__always)
  func of(_ letter: UInt32) -> Trait { Trait(bits: letter < UInt32(traits.count) ? traits[Int(letter)] : 0) }

  private init() {
    var traits = [UInt32](repeating: 0, count: 0x680)
    let keyboards: [[(shift: Int, row: String)]] = [
      [(0, "qwertyuiop"), (1, "asdfghjkl"), (3, "zxcvbnm")],
      [(0, "ضصثقفغعهخحجد"), (1, "شسيبلاتنمكط"), (3, "ئءؤر ىةوزظ")],
    ]
    for (keyboard, rows) in keyboards.enumerated() {
      for (row, (shift, keys)) in rows.enumerated() {
        for (column, key) in keys.unicodeScalars.enumerated() where key != " " {
          traits[Int(key.value)] |= UInt32(column * 4 + shift + 1) | UInt32(row) << 8 | UInt32(keyboard + 1) << 12
        }
      }
    }
    // Letters that stand for like sounds, or that are written alike; a letter is in one group only.
    // The first nine are Latin.
    let groups = [
      "aeiouy", "ckqx", "sz", "gj", "fv", "dt", "bp", "mn", "lr",
      "اأإآٱء", "هة", "تط", "سصشث", "دض", "ذزظ", "قك", "عغ", "حخج", "يىئ", "وؤ",
    ]
    for (index, group) in groups.enumerated() {
      for letter in group.unicodeScalars { traits[Int(letter.value)] |= UInt32(index + 1) << 16 }
    }
    for vowel in "aeiouyاويىأإآ".unicodeScalars { traits[Int(vowel.value)] |= 1 << 24 }
    self.traits = traits
  }
}
