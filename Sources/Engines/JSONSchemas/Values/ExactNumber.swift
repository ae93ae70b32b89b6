internal import JSONBytes

/// A decimal number of any size, exact: `(-1)^isNegative * digits * 10^exponent`.
///
/// Zero has no digits; other numbers neither begin nor end with a zero digit, so equal numbers have equal members.
struct ExactNumber: Sendable, Hashable {
  let isNegative: Bool
  /// Digits from 0 to 9, the most significant first.
  let digits: [UInt8]
  let exponent: Int
  /// The value where it is an integer of 64 bits, by which comparing is fast.
  let integer: Int64?

  /// Exponents beyond are taken for this one: numbers so large or small are not told apart.
  private static let largestExponent = 1 << 50

  init(_ value: Int64) {
    var digits: [UInt8] = []
    var rest = value.magnitude
    while rest > 0 {
      digits.append(UInt8(rest % 10))
      rest /= 10
    }
    let zeros = digits.prefix { $0 == 0 }.count
    self.digits = digits.dropFirst(zeros).reversed()
    exponent = zeros
    isNegative = value < 0
    integer = value
  }

  /// A number from its JSON text, which the parser has checked.
  init(text: String) {
    var digits: [UInt8] = []
    var fraction = 0
    var exponent = 0
    var isAfterPoint = false
    var bytes = Array(text.utf8)[...]
    var isNegative = false
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      bytes = bytes.dropFirst()
    }
    for (index, byte) in zip(bytes.indices, bytes) {
      switch byte {
      case UInt8(ascii: "."): isAfterPoint = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        let text = String(decoding: bytes[(index + 1)...], as: UTF8.self)
        exponent = Int(text) ?? (text.hasPrefix("-") ? -Self.largestExponent : Self.largestExponent)
        exponent = min(max(exponent, -Self.largestExponent), Self.largestExponent)
      default: break
      }
      if byte | 0x20 == UInt8(ascii: "e") { break }
      guard byte &- UInt8(ascii: "0") < 10 else { continue }
      if isAfterPoint { fraction += 1 }
      if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
    }
    let zeros = digits.reversed().prefix { $0 == 0 }.count
    digits.removeLast(zeros)
    self.digits = digits
    self.isNegative = isNegative && !digits.isEmpty
    self.exponent = digits.isEmpty ? 0 : exponent - fraction + zeros
    integer = Self.integer(digits, exponent: self.exponent, isNegative: self.isNegative)
  }

  /// The number that a JSON value is; nil for other kinds.
  init?(_ value: JSONValue) {
    switch value {
    case .integer(let integer): self.init(integer)
    case .number(let number): self.init(text: number.text)
    default: return nil
    }
  }

  private static func integer(_ digits: [UInt8], exponent: Int, isNegative: Bool) -> Int64? {
    guard digits.count <= 19, (0...19).contains(exponent) else { return digits.isEmpty ? 0 : nil }
    var value: Int64 = 0
    for digit in digits + Array(repeating: 0, count: exponent) {
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) =
        isNegative
        ? tenfold.subtractingReportingOverflow(Int64(digit)) : tenfold.addingReportingOverflow(Int64(digit))
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  /// Whether there is no fraction: 2.0 is an integer.
  var isInteger: Bool { exponent >= 0 }
  var isZero: Bool { digits.isEmpty }

  /// Whether this is a whole multiple of `divisor`, a positive number of at most 18 digits.
  func isMultiple(of divisor: ExactNumber) -> Bool {
    guard !isZero else { return true }
    if let value = integer, let divisor = divisor.integer { return value % divisor == 0 }
    // Digits end in no zero, so ten can't divide them.
    guard exponent >= divisor.exponent else { return false }
    let modulus = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
    func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
      modulus.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }
    var remainder: UInt64 = 0
    for digit in digits { remainder = (multiply(remainder, 10 % modulus) + UInt64(digit)) % modulus }
    var power = exponent - divisor.exponent
    var base = 10 % modulus
    while power > 0, remainder != 0 {
      if power & 1 == 1 { remainder = multiply(remainder, base) }
      base = multiply(base, base)
      power >>= 1
    }
    return remainder == 0
  }

  /// The number as JSON, in one form for each value.
  var text: String {
    if let integer { return String(integer) }
    let digits = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    return (isNegative ? "-" : "") + digits + (exponent == 0 ? "" : "e\(exponent)")
  }
}

extension ExactNumber: Comparable {
  static func < (left: ExactNumber, right: ExactNumber) -> Bool {
    if let left = left.integer, let right = right.integer { return left < right }
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative ? right.hasLesserMagnitude(than: left) : left.hasLesserMagnitude(than: right)
  }

  private func hasLesserMagnitude(than other: ExactNumber) -> Bool {
    if isZero || other.isZero { return isZero && !other.isZero }
    let (places, otherPlaces) = (digits.count + exponent, other.digits.count + other.exponent)
    return places == otherPlaces ? digits.lexicographicallyPrecedes(other.digits) : places < otherPlaces
  }
}
