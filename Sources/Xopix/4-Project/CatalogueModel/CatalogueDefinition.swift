internal import JSONBytes
public import SearchEngine
internal import TextAnalysis
internal import Yams

/// How a product's document becomes an entry of the search index: the index's fields, and where each one's values come
/// from.
public struct CatalogueDefinition: Sendable {
  /// The index's fields.
  public let index: IndexDefinition
  /// For each field, by ordinal, where its values stand in a product's document, or which signal it holds.
  let sources: [FieldSource]
  /// For each word, folded, the others that shoppers mean the same by.
  let synonyms: [String: [String]]
  /// Words, folded, that are not looked for beside others: they say too little.
  let stopwords: Set<String>
  /// How much neighbouring words of a query count where they stand together: see ``SearchRequest/pairWeight``.
  let pairWeight: Double

  /// Where the values of a field come from.
  enum FieldSource: Sendable, Equatable {
    /// Members of the document, one inside the other: `translations.ar.title`.
    case path([String])
    /// All the texts and numbers among the document's attributes.
    case attributeValues
    /// The names of the document's attributes that are true.
    case attributeFlags
    /// Something that the log says about the product, kept in a live column.
    case signal(Signal)
  }

  /// What the log says about a product beside its document.
  enum Signal: String, Sendable, CaseIterable {
    /// Pieces that can be sold.
    case stock
    /// 1 where stock was never counted or some is left, else 0.
    case inStock = "in_stock"
    /// Pieces sold.
    case sold
    /// Clicks and views.
    case clicks
  }

  /// A definition from the text of a YAML file such as `fixtures/indexes/products.yaml`.
  ///
  /// - Parameter file: the file's name, for messages.
  public init(yaml text: String, file: String) throws(CatalogueDefinitionError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw CatalogueDefinitionError(file: file, line: nil, reason: "\(error)")
    }
    guard let members = node?.mapping, let fields = members["fields"]?.sequence else {
      throw CatalogueDefinitionError(file: file, line: nil, reason: "it must be a mapping with a list `fields`")
    }
    try Self.check(
      members, in: ["fields", "pairs", "saturation", "stopwords", "synonyms"], of: "the definition", file: file)
    var sources: [FieldSource] = []
    for field in fields {
      guard let mapping = field.mapping, let name = mapping["name"]?.string else {
        throw CatalogueDefinitionError(file: file, line: field.mark?.line, reason: "a field must have a name")
      }
      try Self.check(mapping, in: Self.fieldMembers, of: "field \(name)", file: file)
      if let language = mapping["language"]?.string, TextLanguage(rawValue: language) == nil {
        let known = TextLanguage.allCases.map(\.rawValue).joined(separator: ", ")
        throw CatalogueDefinitionError(
          file: file, line: field.mark?.line,
          reason: "field \(name): no language is called \(language); there are \(known)")
      }
      sources.append(try Self.source(of: name, mapping, file: file, line: field.mark?.line))
    }
    self.sources = sources
    synonyms = try Self.synonyms(in: node, file: file)
    stopwords = try Self.stopwords(in: node, file: file)
    pairWeight = try Self.pairWeight(in: node, file: file)
    do {
      index = try YAMLDecoder().decode(IndexDefinition.self, from: text)
      try index.validate()
    } catch let error as IndexError {
      throw CatalogueDefinitionError(file: file, line: nil, reason: "\(error)")
    } catch {
      throw CatalogueDefinitionError(file: file, line: nil, reason: "\(error)")
    }
  }

  /// Everything that an index's files depend on: how texts become terms, then a line a field; weights and synonyms count when a query is asked.
  var shape: String {
    let fields = zip(index.fields, sources).map { field, source in
      "\(field.name) \(field.type.rawValue) \(field.isHierarchical) \(field.isLive) \(field.isVocabulary) "
        + "\(field.normalization) \(field.language.rawValue) \(source)"
    }
    return (["words \(Analyzer.version)"] + fields).joined(separator: "\n")
  }

  /// The names that a query may write before a colon, with the text field that each stands for: text fields, and other
  /// fields whose words are in a text field called `NAME_words`.
  var searchableNames: [String: String] {
    var names: [String: String] = [:]
    for field in index.fields where field.type == .text {
      names[field.name] = field.name
      if field.name.hasSuffix("_words") { names[String(field.name.dropLast("_words".count))] = field.name }
    }
    return names
  }

  /// The texts of a field in a stored document.
  func texts(of field: String, in stored: [UInt8]) -> [String] {
    guard let ordinal = index.ordinal(of: field), case .object(let product)? = try? JSONValue.parse(stored) else {
      return []
    }
    switch sources[ordinal] {
    case .path(let path): return ProductIndexing.value(at: path, in: product).map(ProductIndexing.texts) ?? []
    case .attributeValues: return ProductIndexing.attributeTexts(product["attributes"])
    case .attributeFlags: return ProductIndexing.attributeFlags(product["attributes"])
    case .signal: return []
    }
  }

  private static let fieldMembers = [
    "name", "type", "from", "signal", "weight", "normalization", "hierarchical", "live", "vocabulary", "language",
  ]

  /// Refuses members that have no meaning: a misspelt one would be passed over.
  private static func check(
    _ mapping: Node.Mapping, in known: [String], of place: String, file: String
  ) throws(CatalogueDefinitionError) {
    for (key, _) in mapping where !known.contains(key.string ?? "") {
      throw CatalogueDefinitionError(
        file: file, line: key.mark?.line,
        reason: "\(place): \(key.string ?? "?") has no meaning; there are \(known.joined(separator: ", "))")
    }
  }

  private static func pairWeight(in node: Node?, file: String) throws(CatalogueDefinitionError) -> Double {
    guard let value = node?.mapping?["pairs"] else { return 0 }
    guard let weight = value.float, (0...10).contains(weight) else {
      throw CatalogueDefinitionError(file: file, line: value.mark?.line, reason: "pairs must be a number from 0 to 10")
    }
    return weight
  }

  private static func stopwords(in node: Node?, file: String) throws(CatalogueDefinitionError) -> Set<String> {
    guard let list = node?.mapping?["stopwords"] else { return [] }
    let words = (list.sequence ?? []).compactMap(\.string)
    guard let sequence = list.sequence, words.count == sequence.count,
      words.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) })
    else {
      throw CatalogueDefinitionError(
        file: file, line: list.mark?.line,
        reason:
          "stopwords must be a list of single words; put those in quotes that YAML reads otherwise, such as \"on\"")
    }
    return Set(words.map(Folding.fold))
  }

  private static func synonyms(in node: Node?, file: String) throws(CatalogueDefinitionError) -> [String: [String]] {
    guard let list = node?.mapping?["synonyms"] else { return [:] }
    var synonyms: [String: [String]] = [:]
    guard let groups = list.sequence else {
      throw CatalogueDefinitionError(file: file, line: list.mark?.line, reason: "synonyms must be a list of lists")
    }
    for group in groups {
      let words = (group.sequence ?? []).compactMap { $0.string?.lowercased() }
      guard words.count >= 2, words.count == group.sequence?.count, !words.contains(where: { $0.contains(" ") }) else {
        throw CatalogueDefinitionError(
          file: file, line: group.mark?.line, reason: "a group of synonyms must be a list of two single words or more")
      }
      for word in words { synonyms[Folding.fold(word), default: []] += words.filter { $0 != word } }
    }
    return synonyms
  }

  private static func source(
    of name: String, _ mapping: Node.Mapping, file: String, line: Int?
  ) throws(CatalogueDefinitionError) -> FieldSource {
    if let text = mapping["signal"]?.string {
      guard let signal = Signal(rawValue: text) else {
        let known = Signal.allCases.map(\.rawValue).joined(separator: ", ")
        throw CatalogueDefinitionError(
          file: file, line: line, reason: "field \(name): no signal is called \(text); there are \(known)")
      }
      return .signal(signal)
    }
    let from = mapping["from"]?.string ?? name
    if from == "attributes.*" { return .attributeValues }
    return from == "attributes.flags" ? .attributeFlags : .path(from.split(separator: ".").map(String.init))
  }
}

/// A definition of the catalogue's index that can't be used.
public struct CatalogueDefinitionError: Error, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The line in it, from 1, where known.
  public let line: Int?
  /// What is wrong, and what would be right.
  public let reason: String

  /// One line for the person who must mend it.
  public var description: String { file + (line.map { ":\($0)" } ?? "") + ": " + reason }
}
