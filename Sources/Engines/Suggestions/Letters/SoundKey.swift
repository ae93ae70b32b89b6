/// How an English word sounds, in 64 bits: its consonants in classes of like sound, four bits each, and whether it
/// starts with a vowel.
///
/// Digraphs count as the sound that they stand for (ph as f, ck as k, silent gh, kn, wr), c and g by the vowel that
/// follows; letters doubled count once; vowels, h, w and y inside a word do not count. So `accomodation` and
/// `accommodation`, `fone` and `phone` are alike. A word with a letter that is not Latin has no key.
struct SoundKey: Equatable {
  /// The classes, the first in the highest bits that are used; 0 where there is no key.
  let bits: UInt64

  init(_ letters: some RandomAccessCollection<UInt32>) {
    var codes: UInt64 = 0
    var last: UInt64 = 0
    var index = letters.startIndex
    let end = letters.endIndex
    func letter(_ offset: Int) -> UInt8 {
      let place = letters.index(index, offsetBy: offset)
      return place < end ? UInt8(truncatingIfNeeded: letters[place]) : 0
    }
    while index < end {
      guard letters[index] &- 0x61 < 26 else {
        bits = 0
        return
      }
      let isFirst = index == letters.startIndex
      let next = letter(1)
      var used = 1
      let code: UInt64
      switch letter(0) {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
        code = isFirst ? 1 : 0
      case UInt8(ascii: "y"): code = isFirst ? 14 : 0
      case UInt8(ascii: "h"): code = isFirst ? 15 : 0
      case UInt8(ascii: "w"):
        if isFirst, next == UInt8(ascii: "r") {
          code = 12
          used = 2
        } else {
          code = isFirst ? 13 : 0
        }
      case UInt8(ascii: "b"): code = 2
      case UInt8(ascii: "p"):
        if next == UInt8(ascii: "h") {
          code = 4
          used = 2
        } else {
          code = isFirst && next == UInt8(ascii: "s") ? 0 : 3
        }
      case UInt8(ascii: "f"), UInt8(ascii: "v"): code = 4
      case UInt8(ascii: "c"):
        if next == UInt8(ascii: "h") {
          code = 8
          used = 2
        } else {
          code = next == UInt8(ascii: "e") || next == UInt8(ascii: "i") || next == UInt8(ascii: "y") ? 6 : 5
        }
      case UInt8(ascii: "k"):
        code = isFirst && next == UInt8(ascii: "n") ? 0 : 5
      case UInt8(ascii: "q"): code = 5
      case UInt8(ascii: "x"): code = isFirst ? 6 : 5
      case UInt8(ascii: "s"):
        if next == UInt8(ascii: "h") {
          code = 8
          used = 2
        } else {
          code = 6
          // `sc` before e or i is one sound.
          if next == UInt8(ascii: "c"), [UInt8(ascii: "e"), UInt8(ascii: "i")].contains(letter(2)) { used = 2 }
        }
      case UInt8(ascii: "z"): code = 6
      case UInt8(ascii: "d"): code = next == UInt8(ascii: "g") && letter(2) == UInt8(ascii: "e") ? 0 : 7
      case UInt8(ascii: "t"): code = next == UInt8(ascii: "c") && letter(2) == UInt8(ascii: "h") ? 0 : 7
      case UInt8(ascii: "g"):
        if next == UInt8(ascii: "h") {
          code = isFirst ? 5 : 0
          used = 2
        } else if isFirst && next == UInt8(ascii: "n") {
          code = 0
        } else {
          code = next == UInt8(ascii: "e") || next == UInt8(ascii: "i") || next == UInt8(ascii: "y") ? 9 : 5
        }
      case UInt8(ascii: "j"): code = 9
      case UInt8(ascii: "l"): code = 10
      case UInt8(ascii: "m"), UInt8(ascii: "n"): code = 11
      default: code = 12  // r
      }
      if code != 0, code != last, codes >> 56 == 0 { codes = codes << 4 | code }
      if code != 0 { last = code }
      index = letters.index(index, offsetBy: used)
    }
    bits = codes
  }
}
