internal import ByteCoding
internal import JSONBytes
internal import Projections

/// Reads the members of a JSON object into values of the shop, and says which member is wrong and why.
struct FieldReader {
  let object: JSONObject
  /// The JSON pointer of the object itself.
  let pointer: String

  /// The longest id, in UTF-8 bytes.
  static let longestID = 256

  /// The member, with null counting as absent.
  func value(_ name: String) -> JSONValue? {
    guard let value = object[name], value != .null else { return nil }
    return value
  }

  func failure(_ name: String, _ message: String) -> Rejection {
    let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
    return Rejection(code: "schema-violation", message: "\(name) \(message)", pointer: pointer + "/" + escaped)
  }

  func string(_ name: String) throws(Rejection) -> String? {
    guard let value = value(name) else { return nil }
    guard case .string(let text) = value else { throw failure(name, "must be a string") }
    return text
  }

  /// An id: a string of 1 to 256 bytes.
  func id(_ name: String) throws(Rejection) -> String {
    guard let text = try optionalID(name) else { throw failure(name, "is required") }
    return text
  }

  func optionalID(_ name: String) throws(Rejection) -> String? {
    guard let text = try string(name) else { return nil }
    guard !text.isEmpty else { throw failure(name, "must not be empty") }
    guard text.utf8.count <= Self.longestID else {
      throw failure(name, "must be at most \(Self.longestID) bytes of UTF-8")
    }
    return text
  }

  func boolean(_ name: String) throws(Rejection) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let flag) = value else { throw failure(name, "must be true or false") }
    return flag
  }

  func integer(_ name: String, in range: ClosedRange<Int64> = 0...Int64.max) throws(Rejection) -> Int64? {
    guard let value = value(name) else { return nil }
    guard let integer = value.integerValue else { throw failure(name, "must be an integer") }
    guard range.contains(integer) else {
      throw failure(
        name,
        range.upperBound == Int64.max
          ? "must be at least \(range.lowerBound)" : "must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws(Rejection) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.doubleValue else { throw failure(name, "must be a number") }
    guard range.contains(number) else {
      throw failure(name, "must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// An amount of money: a JSON number or a decimal in a string, from 0 on, with at most four fraction digits.
  func money(_ name: String) throws(Rejection) -> Money? {
    guard let value = value(name) else { return nil }
    guard let text = value.decimalText else { throw failure(name, "must be a decimal number") }
    guard let money = Money(text) else {
      throw failure(name, "must be a decimal number with at most four digits after the point")
    }
    guard money >= .zero else { throw failure(name, "must not be negative") }
    return money
  }

  /// An ISO 4217 code.
  func currency(_ name: String = "currency") throws(Rejection) -> String? {
    guard let text = try string(name) else { return nil }
    guard text.utf8.count == 3, text.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
      throw failure(name, "must be a code of three capital letters (ISO 4217)")
    }
    return text
  }

  func time(_ name: String) throws(Rejection) -> Timestamp? {
    guard let text = try string(name) else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw failure(name, "must be a time as RFC 3339 writes it, e.g. 2026-11-23T02:41:00Z")
    }
    return time
  }

  /// A list of strings, or one string, which counts as a list of one.
  func strings(_ name: String) throws(Rejection) -> [String] {
    guard let value = value(name) else { return [] }
    if case .string(let text) = value { return [text] }
    guard case .array(let elements) = value else { throw failure(name, "must be a list of strings") }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw failure(name, "must be a list of strings") }
      texts.append(text)
    }
    return texts
  }

  /// The order lines in the member `items`.
  func items(_ name: String = "items") throws(Rejection) -> [OrderItem] {
    guard let value = value(name) else { return [] }
    guard case .array(let elements) = value else { throw failure(name, "must be a list of items") }
    var items: [OrderItem] = []
    for (index, element) in elements.enumerated() {
      guard case .object(let object) = element else { throw failure(name, "must be a list of objects") }
      let reader = FieldReader(object: object, pointer: pointer + "/\(name)/\(index)")
      let quantity = try reader.integer("quantity", in: 1...1_000_000_000)
      guard let quantity else { throw reader.failure("quantity", "is required") }
      items.append(
        OrderItem(productID: try reader.id("product_id"), quantity: quantity, unitPrice: try reader.money("unit_price"))
      )
    }
    return items
  }
}
