import ArgumentParser
import SearchEngine

/// Products of a few common words and eight attributes each, out of so many names with so many values each.
struct AttributeCatalogue: ParsableArguments {
  @Option(help: "Products.") var products = 200_000
  @Option(help: "Distinct names of attributes.") var names = 1000
  @Option(help: "Distinct values of each name.") var values = 50
  @Option(help: "The seed of what is generated.") var seed: UInt64 = 1

  /// Attributes of a product.
  static let attributesOfProduct = 8
  private static let wordsOfProduct = 4
  private static let syllables = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru"]
  /// The words of titles; a product has four of them.
  static let words = syllables.flatMap { first in syllables.map { first + $0 + "x" } }

  static let definition = IndexDefinition(fields: [
    FieldDefinition(name: "title", type: .text), FieldDefinition(name: "attributes", type: .attributes),
  ])

  /// A product; its attributes have distinct names, or are distinct pairs where there are fewer names than attributes.
  struct Product {
    let number: Int
    let words: [Int]
    let attributes: [(name: Int, value: Int)]
  }

  func validate() throws {
    guard products > 0, names > 0, values > 0, names * values >= Self.attributesOfProduct else {
      throw ValidationError("products, names and values must be above 0, and names times values at least 8")
    }
  }

  /// Every fourth name has numbers as values.
  static func isNumeric(_ name: Int) -> Bool { name % 4 == 3 }
  static func name(_ name: Int) -> String { "n\(name)" }
  static func text(_ value: Int) -> String { "v\(value)" }

  /// Gives every product in turn, the same each time.
  func forEachProduct(_ body: (Product) throws -> Void) rethrows {
    var random = SeededGenerator(seed: seed)
    for number in 0..<products {
      let words = (0..<Self.wordsOfProduct).map { _ in Int.random(in: 0..<Self.words.count, using: &random) }
      var attributes: [(name: Int, value: Int)] = []
      while attributes.count < Self.attributesOfProduct {
        let name = Int.random(in: 0..<names, using: &random)
        let value = Int.random(in: 0..<values, using: &random)
        let isThere = attributes.contains {
          $0.name == name && (names >= Self.attributesOfProduct || $0.value == value)
        }
        if !isThere { attributes.append((name, value)) }
      }
      try body(Product(number: number, words: words, attributes: attributes))
    }
  }
}

extension AttributeCatalogue.Product {
  var document: IndexDocument {
    var document = IndexDocument(id: String(number), stored: [])
    document.addText(words.map { AttributeCatalogue.words[$0] }.joined(separator: " "), field: 0)
    for (name, value) in attributes {
      if AttributeCatalogue.isNumeric(name) {
        document.addAttribute(AttributeCatalogue.name(name), Double(value), field: 1)
      } else {
        document.addAttribute(AttributeCatalogue.name(name), AttributeCatalogue.text(value), field: 1)
      }
    }
    return document
  }
}
