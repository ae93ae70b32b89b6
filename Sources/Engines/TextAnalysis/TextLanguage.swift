/// The language by whose rules words are reduced to their stems.
///
/// It says what becomes of words in its script. Arabic words are stemmed lightly in every language but ``none``; words of
/// Latin letters are English where the language has another script.
public enum TextLanguage: String, Sendable, Hashable, Codable, CaseIterable {
  /// Words stay as they are, folded.
  case none
  case arabic = "ar"
  case armenian = "hy"
  case basque = "eu"
  case catalan = "ca"
  case danish = "da"
  case dutch = "nl"
  case english = "en"
  case finnish = "fi"
  case french = "fr"
  case german = "de"
  case greek = "el"
  case hungarian = "hu"
  case indonesian = "id"
  case irish = "ga"
  case italian = "it"
  case lithuanian = "lt"
  case norwegian = "no"
  case portuguese = "pt"
  case romanian = "ro"
  case russian = "ru"
  case spanish = "es"
  case swedish = "sv"
  case turkish = "tr"

  /// Snowball's name of the language; nil where its rules are not Snowball's, or English.
  var algorithm: String? {
    switch self {
    case .none, .arabic, .english: nil
    default: "\(self)"
    }
  }

  /// The first bytes of its letters beyond ASCII, in UTF-8.
  var leads: ClosedRange<UInt8> {
    switch self {
    case .russian: 0xD0...0xD1
    case .greek: 0xCE...0xCF
    case .armenian: 0xD4...0xD6
    default: 0xC3...0xC9
    }
  }

  /// Whether it is written in Latin letters.
  var isLatin: Bool { ![.arabic, .russian, .greek, .armenian].contains(self) }
}
