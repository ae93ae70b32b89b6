internal import ByteCoding

/// What the log says about a product besides its document: stock by warehouse, pieces sold, clicks.
///
/// Kept also for products that are not known yet: their stock may be counted before they are created.
struct ProductSignals: Equatable, Sendable {
  /// Stock in one place.
  struct Stock: Equatable, Sendable {
    let warehouse: String
    var available: Int64
    var reserved: Int64
  }

  /// Stock by warehouse, in the order of the warehouses' names; empty where none was ever counted.
  private(set) var stock: [Stock] = []
  /// Pieces ordered, less those of cancelled orders.
  var sold: Int64 = 0
  /// Clicks on the product in search results, and views of its page.
  var clicks: Int64 = 0

  /// Pieces that can be sold, over all warehouses; nil where stock was never counted.
  var available: Int64? { stock.isEmpty ? nil : stock.reduce(0) { $0 &+ $1.available } }

  /// Pieces that are reserved, over all warehouses.
  var reserved: Int64 { stock.reduce(0) { $0 &+ $1.reserved } }

  /// Sets what is not nil of a warehouse's stock.
  mutating func count(warehouse: String, available: Int64?, reserved: Int64?) {
    let index = stock.firstIndex { $0.warehouse >= warehouse } ?? stock.count
    if index == stock.count || stock[index].warehouse != warehouse {
      // A warning of low stock that gives no number says nothing about a warehouse that was never counted.
      guard available != nil || reserved != nil else { return }
      stock.insert(Stock(warehouse: warehouse, available: 0, reserved: 0), at: index)
    }
    if let available { stock[index].available = available }
    if let reserved { stock[index].reserved = reserved }
  }
}

extension ProductSignals {
  /// The signals as bytes, the same for equal signals.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writeSignedVarint(sold)
    writer.writeSignedVarint(clicks)
    writer.writeVarint(UInt64(stock.count))
    for place in stock {
      writer.writePrefixed(place.warehouse)
      writer.writeSignedVarint(place.available)
      writer.writeSignedVarint(place.reserved)
    }
    return writer.bytes
  }

  /// Reads what ``bytes`` wrote.
  init(bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes.rawBytes)
    sold = try reader.readSignedVarint()
    clicks = try reader.readSignedVarint()
    for _ in 0..<(try reader.readCount()) {
      stock.append(
        Stock(
          warehouse: try reader.readPrefixedString(), available: try reader.readSignedVarint(),
          reserved: try reader.readSignedVarint()))
    }
  }
}
