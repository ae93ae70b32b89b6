import JSONBytes
import SearchEngine

/// How a generated product's members go into the fields of an index; live fields are set elsewhere.
struct ProductFields {
  private let sources: [(field: Int, type: FieldDefinition.FieldType, member: String)]

  init(_ definition: IndexDefinition) {
    sources = definition.fields.enumerated().filter { !$0.element.isLive }.map { place, field in
      (place, field.type, field.name.replacing("_words", with: ""))
    }
  }

  /// The document of a product; nil where it has no id.
  func document(_ product: JSONObject, stored: [UInt8] = []) -> IndexDocument? {
    guard let id = product["id"]?.decimalText else { return nil }
    var document = IndexDocument(id: id, stored: stored)
    for (field, type, member) in sources {
      switch (type, product[member]) {
      case (.text, .string(let text)?): document.addText(text, field: field)
      case (.keyword, .string(let text)?): document.addKeyword(text, field: field)
      case (.number, let value?): if let number = value.doubleValue { document.addNumber(number, field: field) }
      default: break
      }
    }
    return document
  }
}
