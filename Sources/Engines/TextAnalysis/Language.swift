/// The language of a text as far as its script tells it.
public enum Language: String, Sendable, CaseIterable {
  case arabic = "ar"
  case english = "en"
  /// Neither Arabic nor Latin letters.
  case other = "und"

  /// The language whose letters are the most in `text`; English where there are none.
  public static func detect(_ text: String) -> Language {
    var arabic = 0
    var latin = 0
    var other = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F: latin += 1
      case 0x0600...0x06FF, 0x0750...0x077F, 0xFB50...0xFDFF, 0xFE70...0xFEFF: arabic += 1
      case 0x0250...: if scalar.properties.isAlphabetic { other += 1 }
      default: break
      }
    }
    if arabic > 0, arabic >= latin, arabic >= other { return .arabic }
    return other > latin ? .other : .english
  }
}
