internal import ByteCoding
internal import JSONBytes
internal import SearchEngine

/// Turns a product's document into an entry of the search index, by a definition.
struct ProductIndexing {
  private let definition: CatalogueDefinition

  /// Between the steps of a category's path, from broad to narrow.
  static let pathSeparator = " > "

  init(definition: CatalogueDefinition) {
    self.definition = definition
  }

  /// The entry of a product, but for its live columns.
  func document(id: String, product: JSONObject, stored: [UInt8]) -> IndexDocument {
    var document = IndexDocument(id: id, stored: stored)
    for (ordinal, field) in definition.index.fields.enumerated() {
      switch definition.sources[ordinal] {
      case .signal: continue
      case .attributeValues:
        for text in Self.attributeTexts(product["attributes"]) { document.addText(text, field: ordinal) }
      case .attributeFlags:
        for text in Self.attributeFlags(product["attributes"]) { document.addText(text, field: ordinal) }
      case .path(let path):
        guard let value = Self.value(at: path, in: product) else { continue }
        add(value, field: field, ordinal: ordinal, to: &document)
      }
    }
    return document
  }

  private func add(_ value: JSONValue, field: FieldDefinition, ordinal: Int, to document: inout IndexDocument) {
    switch field.type {
    case .text:
      for text in Self.texts(value) { document.addText(text, field: ordinal) }
    case .keyword:
      let texts = Self.texts(value)
      if field.isHierarchical {
        if !texts.isEmpty { document.addKeyword(texts.joined(separator: Self.pathSeparator), field: ordinal) }
      } else {
        for text in texts where !text.isEmpty { document.addKeyword(text, field: ordinal) }
      }
    case .number:
      if let number = value.doubleValue { document.addNumber(number, field: ordinal) }
    case .boolean:
      if case .bool(let flag) = value { document.addBoolean(flag, field: ordinal) }
    case .date:
      if case .string(let text) = value, let time = Timestamp(rfc3339: text) {
        document.addDate(time.rawValue, field: ordinal)
      }
    case .attributes:
      guard case .object(let attributes) = value else { return }
      for (name, value) in attributes.members { add(attribute: value, name: name, ordinal: ordinal, to: &document) }
    }
  }

  private func add(attribute value: JSONValue, name: String, ordinal: Int, to document: inout IndexDocument) {
    switch value {
    case .bool(let flag): document.addAttribute(name, flag ? "true" : "false", field: ordinal)
    case .integer, .number:
      if let number = value.doubleValue { document.addAttribute(name, number, field: ordinal) }
    default:
      for text in Self.texts(value) where !text.isEmpty { document.addAttribute(name, text, field: ordinal) }
    }
  }

  static func value(at path: [String], in product: JSONObject) -> JSONValue? {
    var object = product
    for name in path.dropLast() {
      guard case .object(let inner)? = object[name] else { return nil }
      object = inner
    }
    return path.last.flatMap { object[$0] }
  }

  /// The strings in a string or a list; numbers as they are written.
  static func texts(_ value: JSONValue) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(texts)
    case .integer, .number: value.decimalText.map { [$0] } ?? []
    case .null, .bool, .object: []
    }
  }

  static func attributeTexts(_ value: JSONValue?) -> [String] {
    guard case .object(let attributes)? = value else { return [] }
    return attributes.members.flatMap { texts($1) }
  }

  /// The name of an attribute that is only true tells what the product has: "bluetooth: true".
  static func attributeFlags(_ value: JSONValue?) -> [String] {
    guard case .object(let attributes)? = value else { return [] }
    return attributes.members.compactMap { $1 == .bool(true) ? $0.replacing("_", with: " ") : nil }
  }
}
