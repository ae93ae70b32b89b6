/// A JSON value (RFC 8259) of any kind.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number.
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// A number as it was written, so that decimals stay exact.
public struct JSONNumber: Sendable, Hashable {
  /// The number's JSON text, e.g. `19.90`.
  public let text: String

  /// A number from its JSON text, which the caller has checked.
  public init(text: String) { self.text = text }

  /// The nearest double; infinite where none is near.
  public var double: Double { Double(text) ?? .nan }

  /// The integer that the number is; nil where it is none of 64 bits. Its digits decide, since a double rounds.
  var integer: Int64? {
    let mantissa = text.prefix { $0 != "e" && $0 != "E" }
    let whole = mantissa.prefix { $0 != "." }
    let fraction = mantissa.dropFirst(whole.count + 1)
    var digits = whole + fraction
    let zeros = digits.reversed().prefix { $0 == "0" }.count
    digits.removeLast(zeros)
    guard !digits.isEmpty, digits != "-" else { return 0 }
    var exponent = 0
    if mantissa.endIndex != text.endIndex {
      guard let written = Int32(text[mantissa.endIndex...].dropFirst()) else { return nil }
      exponent = Int(written)
    }
    let shift = exponent - fraction.count + zeros
    return (0...19).contains(shift) ? Int64(digits + String(repeating: "0", count: shift)) : nil
  }
}

/// The members of a JSON object, in the order in which they were written. Of members of the same name the last one counts.
public struct JSONObject: Sendable, Hashable {
  /// Names and values, in order, each name once.
  public private(set) var members: [(name: String, value: JSONValue)] = []

  /// An object without members.
  public init() {}

  /// The value of the member called `name`; nil where there is none. Setting nil takes the member out. O(members).
  public subscript(name: String) -> JSONValue? {
    get { members.last { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// Takes over members whose names may repeat.
  init(parsed: [(name: String, value: JSONValue)]) {
    guard parsed.count > 1 else {
      members = parsed
      return
    }
    var places: [String: Int] = [:]
    members.reserveCapacity(parsed.count)
    for member in parsed {
      if let place = places.updateValue(members.count, forKey: member.name) {
        places[member.name] = place
        members[place].value = member.value
      } else {
        members.append(member)
      }
    }
  }

  /// Equal where the members are, whatever their order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }

  /// Feeds the members in the order of their names, so that equal objects have equal hashes.
  public func hash(into hasher: inout Hasher) {
    for member in members.sorted(by: { $0.name < $1.name }) {
      hasher.combine(member.name)
      hasher.combine(member.value)
    }
  }
}

extension JSONValue {
  /// The value as an integer where it is one, also where it is written as `2.0`.
  public var integerValue: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let number): number.integer
    default: nil
    }
  }

  /// The value as a double where it is a finite number.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let number): number.double.isFinite ? number.double : nil
    default: nil
    }
  }

  /// The digits of a number, or of a string, as they are written.
  public var decimalText: String? {
    switch self {
    case .integer(let value): String(value)
    case .number(let number): number.text
    case .string(let text): text
    default: nil
    }
  }
}
