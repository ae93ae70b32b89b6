import ArgumentParser
import Foundation
import JSONBytes
import SearchEngine

/// The corpus as a server indexes it: products are stored as JSON, and stock and signals are live.
struct LiveCatalogue {
  /// Live numbers of a product.
  private static let liveNames = ["stock", "in_stock", "sold", "clicks"]
  let writer: IndexWriter
  private let fields: ProductFields
  /// The ordinal of the first live field.
  private let firstLive: Int
  /// Stock by product, which an update of the product must not lose.
  private var stock: [Double] = []

  private static let definition: IndexDefinition = {
    var definition = XopixEngine.definition(isMulti: true)
    definition.fields.removeAll { liveNames.contains($0.name) }
    definition.fields += liveNames.map {
      FieldDefinition(name: $0, type: $0 == "in_stock" ? .boolean : .number, isLive: true)
    }
    return definition
  }()

  var count: Int { stock.count }

  /// Builds the index of a file of products in `directory`, and opens it as a server does when it starts.
  init(products: String, directory: String) throws {
    var building = try LiveCatalogue(writer: IndexWriter(directory: directory, definition: Self.definition), stock: [])
    for line in try Lines(path: products) {
      guard case .object(let product) = try JSONValue.parse(line) else { continue }
      guard product["id"]?.integerValue == Int64(building.count) else {
        throw ValidationError("\(products): products must be numbered from 0 on, without gaps")
      }
      building.stock.append(product["stock"]?.doubleValue ?? 0)
      building.put(product, number: building.count - 1)
      if building.count.isMultiple(of: XopixEngine.Building.batch) { _ = try building.writer.refresh() }
    }
    guard building.count > 0 else { throw ValidationError("\(products) has no products") }
    let manifest = try building.writer.checkpoint()
    self.init(
      writer: try IndexWriter.restore(directory: directory, definition: Self.definition, manifest: manifest),
      stock: building.stock)
    writer.discardFiles(notIn: manifest)
  }

  private init(writer: IndexWriter, stock: [Double]) {
    self.writer = writer
    self.stock = stock
    fields = ProductFields(Self.definition)
    firstLive = Self.definition.fields.count - Self.liveNames.count
  }

  private func put(_ product: JSONObject, number: Int) {
    var json = JSONWriter(capacity: 1024)
    json.value(.object(product))
    guard let document = fields.document(product, stored: json.bytes) else { return }
    writer.put(document)
    setLive(number)
  }

  /// Sets all live fields, as the catalogue's model does.
  private func setLive(_ number: Int) {
    let id = String(number)
    let values = [stock[number], stock[number] > 0 ? 1 : 0, 0, 0]
    writer.setLive(id: id, values: values.enumerated().map { (firstLive + $0, $1) })
  }

  /// Changes a product's stock.
  mutating func changeStock(of number: Int, to value: Int) {
    stock[number] = Double(value)
    setLive(number)
  }

  /// Changes a product's price: reads the product, and indexes it anew.
  func changePrice(of number: Int, to price: Int64) throws {
    guard let stored = writer.stored(id: String(number)), case .object(var product) = try JSONValue.parse(stored) else {
      throw ValidationError("product \(number) is lost")
    }
    product["price"] = .integer(price)
    put(product, number: number)
  }

  /// Whether a snapshot has a product's stock of now.
  func showsStock(of number: Int, in snapshot: IndexSnapshot) -> Bool {
    snapshot.document(id: String(number))?.live.contains { $0.field == "stock" && $0.value == stock[number] } ?? false
  }

  /// Whether a snapshot has this price of a product.
  func showsPrice(_ price: Int64, of number: Int, in snapshot: IndexSnapshot) -> Bool {
    guard let stored = snapshot.document(id: String(number))?.stored,
      case .object(let product)? = try? JSONValue.parse(stored)
    else { return false }
    return product["price"] == .integer(price)
  }
}
