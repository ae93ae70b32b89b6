/// A set of Unicode code points: ranges, classes of Unicode properties, or all but these.
struct CharacterSet: Sendable {
  /// A class that is asked of a character's properties.
  indirect enum Class: Sendable {
    case categories(Set<Unicode.GeneralCategory>)
    case alphabetic, uppercase, lowercase, whitespace
    case inverted(CharacterSet)
  }

  private(set) var ranges: [ClosedRange<UInt32>] = []
  private(set) var classes: [Class] = []
  var isInverted = false
  /// Whether each of the characters below 128 is in the set, all said.
  private var ascii: (UInt64, UInt64) = (0, 0)

  mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }
  mutating func insert(_ scalar: UInt32) { ranges.append(scalar...scalar) }
  mutating func insert(_ other: Class) { classes.append(other) }

  mutating func insert(_ other: CharacterSet) {
    if other.isInverted {
      classes.append(.inverted(other))
    } else {
      ranges += other.ranges
      classes += other.classes
    }
  }

  /// The set ready for look-ups, after all is inserted.
  func prepared() -> CharacterSet {
    var set = self
    set.ranges.sort { $0.lowerBound < $1.lowerBound }
    var merged: [ClosedRange<UInt32>] = []
    for range in set.ranges {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    set.ranges = merged
    for value in UInt32(0)..<128 where set.finds(value) != isInverted {
      if value < 64 { set.ascii.0 |= 1 << UInt64(value) } else { set.ascii.1 |= 1 << UInt64(value - 64) }
    }
    return set
  }

  /// Whether the character is in the set. O(log ranges).
  func contains(_ value: UInt32) -> Bool {
    if value < 64 { return ascii.0 >> UInt64(value) & 1 == 1 }
    if value < 128 { return ascii.1 >> UInt64(value - 64) & 1 == 1 }
    return finds(value) != isInverted
  }

  private func finds(_ value: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    if low < ranges.count, ranges[low].contains(value) { return true }
    guard !classes.isEmpty, let scalar = Unicode.Scalar(value) else { return false }
    return classes.contains { $0.contains(scalar) }
  }
}

extension CharacterSet.Class {
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .categories(let categories): categories.contains(scalar.properties.generalCategory)
    case .alphabetic: scalar.properties.isAlphabetic
    case .uppercase: scalar.properties.isUppercase
    case .lowercase: scalar.properties.isLowercase
    case .whitespace: scalar.properties.isWhitespace
    case .inverted(let set): set.contains(scalar.value)
    }
  }

  /// The class that `\p{name}` names; nil for one that is not known.
  init?(name: Substring) {
    let name =
      name.hasPrefix("General_Category=") ? name.dropFirst(17) : name.hasPrefix("gc=") ? name.dropFirst(3) : name
    switch name {
    case "Alphabetic", "Alpha": self = .alphabetic
    case "Uppercase", "Upper": self = .uppercase
    case "Lowercase", "Lower": self = .lowercase
    case "White_Space", "space": self = .whitespace
    default:
      guard let categories = Self.categories[String(name)] else { return nil }
      self = .categories(categories)
    }
  }

  private static let categories: [String: Set<Unicode.GeneralCategory>] = {
    typealias Category = Unicode.GeneralCategory
    let single: [(String, String, Category)] = [
      ("Lu", "Uppercase_Letter", .uppercaseLetter), ("Ll", "Lowercase_Letter", .lowercaseLetter),
      ("Lt", "Titlecase_Letter", .titlecaseLetter), ("Lm", "Modifier_Letter", .modifierLetter),
      ("Lo", "Other_Letter", .otherLetter), ("Mn", "Nonspacing_Mark", .nonspacingMark),
      ("Mc", "Spacing_Mark", .spacingMark), ("Me", "Enclosing_Mark", .enclosingMark),
      ("Nd", "Decimal_Number", .decimalNumber), ("Nl", "Letter_Number", .letterNumber),
      ("No", "Other_Number", .otherNumber), ("Pc", "Connector_Punctuation", .connectorPunctuation),
      ("Pd", "Dash_Punctuation", .dashPunctuation), ("Ps", "Open_Punctuation", .openPunctuation),
      ("Pe", "Close_Punctuation", .closePunctuation), ("Pi", "Initial_Punctuation", .initialPunctuation),
      ("Pf", "Final_Punctuation", .finalPunctuation), ("Po", "Other_Punctuation", .otherPunctuation),
      ("Sm", "Math_Symbol", .mathSymbol), ("Sc", "Currency_Symbol", .currencySymbol),
      ("Sk", "Modifier_Symbol", .modifierSymbol), ("So", "Other_Symbol", .otherSymbol),
      ("Zs", "Space_Separator", .spaceSeparator), ("Zl", "Line_Separator", .lineSeparator),
      ("Zp", "Paragraph_Separator", .paragraphSeparator), ("Cc", "Control", .control), ("Cf", "Format", .format),
      ("Co", "Private_Use", .privateUse), ("Cn", "Unassigned", .unassigned),
    ]
    var table: [String: Set<Category>] = [:]
    for (short, long, category) in single {
      table[short] = [category]
      table[long] = [category]
      table[String(short.prefix(1)), default: []].insert(category)
    }
    for (short, long) in [
      ("L", "Letter"), ("M", "Mark"), ("N", "Number"), ("P", "Punctuation"), ("S", "Symbol"), ("Z", "Separator"),
      ("C", "Other"),
    ] { table[long] = table[short] }
    return table
  }()
}

extension CharacterSet {
  static let digits = of([0x30...0x39])
  static let word = of([0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
  /// White space and line terminators of ECMA-262.
  static let space = of([
    0x09...0x0d, 0x20...0x20, 0xa0...0xa0, 0x1680...0x1680, 0x2000...0x200a, 0x2028...0x2029, 0x202f...0x202f,
    0x205f...0x205f, 0x3000...0x3000, 0xfeff...0xfeff,
  ])
  /// What `.` stands for: all but line terminators.
  static let anyButLineEnds = of([0x0a...0x0a, 0x0d...0x0d, 0x2028...0x2029], isInverted: true)

  private static func of(_ ranges: [ClosedRange<UInt32>], isInverted: Bool = false) -> CharacterSet {
    var set = CharacterSet()
    for range in ranges { set.insert(range) }
    set.isInverted = isInverted
    return set.prepared()
  }
}
