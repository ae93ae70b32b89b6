public import TextAnalysis

/// The fields of an index, as data.
public struct IndexDefinition: Codable, Sendable, Hashable {
  /// The fields; a field's place here is its ordinal.
  public var fields: [FieldDefinition]
  /// BM25's k1: how fast repetition stops to count; the frequencies that it is compared with are weighted. Robertson and
  /// Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.
  public var saturation: Double

  /// An index of these fields.
  public init(fields: [FieldDefinition], saturation: Double = usualSaturation) {
    self.fields = fields
    self.saturation = saturation
  }

  /// Reads a definition; everything but the fields may be absent.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      fields: try container.decode([FieldDefinition].self, forKey: .fields),
      saturation: try container.decodeIfPresent(Double.self, forKey: .saturation) ?? Self.usualSaturation)
  }

  /// What suits weights around 1.
  public static let usualSaturation = 1.2

  /// The most fields of an index, and the most text fields: postings hold a bit for each of the latter.
  public static let mostFields = 256
  /// The most text fields.
  public static let mostTextFields = 32

  /// The ordinal of the field called `name`.
  public func ordinal(of name: String) -> Int? { fields.firstIndex { $0.name == name } }

  /// The ordinals of the text fields.
  public var textFields: [Int] { fields.indices.filter { fields[$0].type == .text } }

  /// The languages of the text fields, each once, in the order of the fields; English where there are none.
  var languages: [TextLanguage] {
    var languages: [TextLanguage] = []
    for field in textFields where !languages.contains(fields[field].language) {
      languages.append(fields[field].language)
    }
    return languages.isEmpty ? [.english] : languages
  }

  /// The languages of the text that is searched: a field's, by its name, or those of all text fields.
  func languages(ofField name: String?) -> [TextLanguage] {
    guard let field = name.flatMap(ordinal), fields[field].type == .text else { return languages }
    return [fields[field].language]
  }

  /// The weights of the text fields.
  var textWeights: [Double] { textFields.map { fields[$0].weight } }

  /// How much long texts are held back, by text field.
  var textNormalizations: [Double] { textFields.map { fields[$0].normalization } }

  /// Refuses a definition that can't be used, naming the field.
  public func validate() throws(IndexError) {
    guard !fields.isEmpty, fields.count <= Self.mostFields else {
      throw .invalidDefinition(field: "", reason: "an index has 1 to \(Self.mostFields) fields")
    }
    guard textFields.count <= Self.mostTextFields else {
      throw .invalidDefinition(field: "", reason: "an index has at most \(Self.mostTextFields) text fields")
    }
    guard saturation.isFinite, saturation > 0 else {
      throw .invalidDefinition(field: "", reason: "saturation must be above 0")
    }
    var names: Set<String> = []
    for field in fields {
      func refuse(_ reason: String) -> IndexError { .invalidDefinition(field: field.name, reason: reason) }
      guard !field.name.isEmpty, field.name != "_score" else { throw refuse("a field needs a name, other than _score") }
      guard names.insert(field.name).inserted else { throw refuse("the name is used twice") }
      guard field.weight.isFinite, field.weight > 0 else { throw refuse("weight must be above 0") }
      // At 1, the bound of a text without words would have no end.
      guard field.normalization >= 0, field.normalization < 1 else {
        throw refuse("normalization must be 0 or more, and below 1")
      }
      if field.isLive, field.type != .number, field.type != .boolean {
        throw refuse("only numbers and booleans are live")
      }
      if field.language != .english, field.type != .text { throw refuse("only text has a language") }
      if field.isHierarchical, field.type != .keyword { throw refuse("only keywords are hierarchical") }
    }
  }
}

/// One field of an index.
public struct FieldDefinition: Codable, Sendable, Hashable {
  /// What a field holds.
  public enum FieldType: String, Codable, Sendable, CaseIterable {
    /// Words, searched.
    case text
    /// Texts taken as they are: filtered, counted, sorted.
    case keyword
    /// Doubles.
    case number
    /// True or false.
    case boolean
    /// Moments.
    case date
    /// Pairs of a name and a text or number, whose names need no declaration.
    case attributes
  }
  /// The name in queries, filters, facets and orders.
  public var name: String
  /// What the field holds.
  public var type: FieldType
  /// How much a word in this field counts.
  public var weight: Double
  /// BM25's b: how much long texts of this field are held back, from 0, not at all, to 1, in proportion to their length.
  public var normalization: Double
  /// Whether keywords are paths `A > B > C`, counted and filtered at each level.
  public var isHierarchical: Bool
  /// Whether the values change in place.
  public var isLive: Bool
  /// Whether the field's words are offered as corrections.
  public var isVocabulary: Bool
  /// The language whose rules make terms of the words of a text.
  public var language: TextLanguage

  enum CodingKeys: String, CodingKey {
    case name, type, weight, normalization, language
    case isHierarchical = "hierarchical"
    case isLive = "live"
    case isVocabulary = "vocabulary"
  }

  /// What suits most texts.
  public static let usualNormalization = 0.75

  /// A field.
  public init(
    name: String, type: FieldType, weight: Double = 1, normalization: Double = usualNormalization,
    isHierarchical: Bool = false, isLive: Bool = false, isVocabulary: Bool = false, language: TextLanguage = .english
  ) {
    self.name = name
    self.type = type
    self.weight = weight
    self.normalization = normalization
    self.isHierarchical = isHierarchical
    self.isLive = isLive
    self.isVocabulary = isVocabulary
    self.language = language
  }

  /// Reads a field; everything but name and type may be absent.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name), type: try container.decode(FieldType.self, forKey: .type),
      weight: try container.decodeIfPresent(Double.self, forKey: .weight) ?? 1,
      normalization: try container.decodeIfPresent(Double.self, forKey: .normalization) ?? Self.usualNormalization,
      isHierarchical: try container.decodeIfPresent(Bool.self, forKey: .isHierarchical) ?? false,
      isLive: try container.decodeIfPresent(Bool.self, forKey: .isLive) ?? false,
      isVocabulary: try container.decodeIfPresent(Bool.self, forKey: .isVocabulary) ?? false,
      language: try container.decodeIfPresent(TextLanguage.self, forKey: .language) ?? .english)
  }
}

/// Why an index can't be opened or written.
public enum IndexError: Error, Equatable, CustomStringConvertible {
  /// The definition is not one.
  case invalidDefinition(field: String, reason: String)
  /// A file is damaged; the index can be built anew from its source.
  case damagedFile(path: String, section: String, reason: String)
  /// A file was written by another version.
  case unknownFormat(path: String, found: UInt32, known: UInt32)
  /// The disk failed.
  case storage(String)

  /// What is wrong with a part of a file.
  struct Damage: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  /// One line.
  public var description: String {
    switch self {
    case .invalidDefinition(let field, let reason): field.isEmpty ? reason : "field \(field): \(reason)"
    case .damagedFile(let path, let section, let reason):
      "\(path) is damaged in \(section): \(reason)"
    case .unknownFormat(let path, let found, let known):
      "\(path) has format \(found), this version knows \(known)"
    case .storage(let reason): "the disk failed: \(reason)"
    }
  }
}

/// A document to index: its values by field.
public struct IndexDocument: Sendable {
  /// The document's id.
  public let id: String
  /// The bytes that a hit gives back.
  public let stored: [UInt8]
  var texts: [(field: Int, text: String)] = []
  var keywords: [(field: Int, text: String)] = []
  var numbers: [(field: Int, number: Double)] = []
  var attributeNumbers: [(field: Int, name: String, number: Double)] = []

  /// Room that is made at once for values of a kind.
  private static let usualValues = 4

  /// Between an attribute's name and its value, in the column of a family of attributes.
  static let attributeSeparator = "\u{0}"

  /// A document without values.
  public init(id: String, stored: [UInt8]) {
    self.id = id
    self.stored = stored
  }

  /// Adds a text to a text field; several texts of a field are parted by a gap that phrases don't cross.
  public mutating func addText(_ text: String, field: Int) { texts.append((field, text)) }
  /// Adds a keyword, or the path of a hierarchical one.
  public mutating func addKeyword(_ text: String, field: Int) {
    if keywords.isEmpty { keywords.reserveCapacity(Self.usualValues) }
    keywords.append((field, text))
  }
  /// Sets a number.
  public mutating func addNumber(_ number: Double, field: Int) {
    if numbers.isEmpty { numbers.reserveCapacity(Self.usualValues) }
    numbers.append((field, number))
  }
  /// Sets a boolean.
  public mutating func addBoolean(_ flag: Bool, field: Int) { numbers.append((field, flag ? 1 : 0)) }
  /// Sets a moment, in microseconds since 1970.
  public mutating func addDate(_ microseconds: Int64, field: Int) { numbers.append((field, Double(microseconds))) }

  /// Adds a pair of a name and a text.
  public mutating func addAttribute(_ name: String, _ text: String, field: Int) {
    keywords.append((field, name + Self.attributeSeparator + text))
  }

  /// Adds a pair of a name and a number; it is also filtered and counted by its text.
  public mutating func addAttribute(_ name: String, _ number: Double, field: Int) {
    attributeNumbers.append((field, name, number))
    addAttribute(name, Self.text(of: number), field: field)
  }

  static func text(of number: Double) -> String {
    if let integer = Int64(exactly: number), integer.magnitude < 1 << 53 { return String(integer) }
    return number.description
  }
}
