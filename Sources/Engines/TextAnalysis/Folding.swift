internal import CICU

/// Brings text into a form in which spellings that mean the same are the same.
///
/// NFKC_Casefold, then NFKD without Latin accents and Arabic marks: so é is e, and أ إ آ are ا, ؤ is و, ئ is ي, since their
/// hamzas and maddas are marks in decomposed form; й stays. Then ى becomes ي, ة ه, Persian ک ی the Arabic letters, and the digits of
/// Arabic and Persian the ASCII ones; tatweel and joiners go.
public enum Folding {
  /// The folded form of a whole text; spaces and punctuation stay.
  public static func fold(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    var bytes: [UInt8] = []
    fold(Array(text.utf16), into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the folded form of UTF-16 text as UTF-8.
  static func fold(_ units: [UInt16], into bytes: inout [UInt8]) {
    let decomposed = Normalization.nfkd(Normalization.nfkcCasefold(units))
    var iterator = decomposed.makeIterator()
    var decoder = UTF16()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      guard let folded = folded(scalar) else {
        // й is a letter, not an и with an accent.
        if scalar.value == 0x0306, bytes.suffix(2) == [0xD0, 0xB8] { bytes[bytes.count - 1] = 0xB9 }
        continue
      }
      UTF8.encode(folded) { bytes.append($0) }
    }
  }

  /// A decomposed scalar's folded form; nil where it goes.
  private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x0300...0x036F: nil  // combining accents
    // Arabic marks
    case 0x0610...0x061A, 0x064B...0x065F, 0x0670, 0x06D6...0x06DC, 0x06DF...0x06E8, 0x06EA...0x06ED: nil
    case 0x0640, 0x200C, 0x200D: nil  // tatweel and joiners
    case 0x0649, 0x06CC: "\u{064A}"
    case 0x0629: "\u{0647}"
    case 0x06A9: "\u{0643}"
    case 0x0671: "\u{0627}"
    case 0x0660...0x0669: Unicode.Scalar(UInt8(scalar.value - 0x0660 + 0x30))
    case 0x06F0...0x06F9: Unicode.Scalar(UInt8(scalar.value - 0x06F0 + 0x30))
    default: scalar
    }
  }
}

/// ICU's normalisation forms.
enum Normalization {
  static func nfkcCasefold(_ units: [UInt16]) -> [UInt16] {
    var status = U_ZERO_ERROR
    // Safety: ICU owns the normalizers; they are immutable and live as long as the process.
    return unsafe normalize(units, xopix_icu_nfkc_casefold(&status))
  }

  static func nfkd(_ units: [UInt16]) -> [UInt16] {
    var status = U_ZERO_ERROR
    // Safety: as above.
    return unsafe normalize(units, xopix_icu_nfkd(&status))
  }

  @unsafe private static func normalize(_ units: [UInt16], _ normalizer: OpaquePointer?) -> [UInt16] {
    guard let normalizer = unsafe normalizer else { preconditionFailure("ICU's data is missing") }
    var capacity = units.count * 3 + 16
    while true {
      var status = U_ZERO_ERROR
      var needed: Int32 = 0
      // Safety: ICU reads `units.count` units and writes at most `capacity`, the buffers' sizes.
      let result = unsafe [UInt16](unsafeUninitializedCapacity: capacity) { output, count in
        needed = unsafe units.withUnsafeBufferPointer { input in
          unsafe xopix_icu_normalize(
            normalizer, input.baseAddress, Int32(input.count), output.baseAddress, Int32(capacity), &status)
        }
        count = status.rawValue <= U_ZERO_ERROR.rawValue ? Int(needed) : 0
      }
      guard status == U_BUFFER_OVERFLOW_ERROR else { return result }
      capacity = Int(needed)
    }
  }
}

/// ICU's word boundaries, for scripts that write no spaces.
enum WordBreaks {
  /// The boundaries in UTF-16 text, in units, the end included.
  static func boundaries(of units: [UInt16]) -> [Int] {
    // Safety: the iterator reads the units while they are borrowed, and is closed before that ends.
    unsafe units.withUnsafeBufferPointer { buffer in
      var status = U_ZERO_ERROR
      let iterator = unsafe xopix_icu_open_words(buffer.baseAddress, Int32(buffer.count), &status)
      guard status.rawValue <= U_ZERO_ERROR.rawValue, let iterator = unsafe iterator else { return [buffer.count] }
      defer { unsafe xopix_icu_close(iterator) }
      var boundaries: [Int] = []
      while true {
        let next = unsafe xopix_icu_next(iterator)
        if next < 0 { return boundaries }
        boundaries.append(Int(next))
      }
    }
  }
}
