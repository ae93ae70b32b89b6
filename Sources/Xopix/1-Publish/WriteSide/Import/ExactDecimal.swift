/// A decimal number without rounding: `mantissa` / 10^`scale`.
struct ExactDecimal: Sendable, Hashable {
  private(set) var mantissa: Int128
  /// Digits after the point, 0...30; none of them a zero at the end.
  private(set) var scale: Int

  static let zero = ExactDecimal(mantissa: 0, scale: 0)
  static let mostFractionDigits = 30

  private init(mantissa: Int128, scale: Int) {
    self.mantissa = mantissa
    self.scale = scale
    while self.scale > 0, self.mantissa % 10 == 0 {
      self.mantissa /= 10
      self.scale -= 1
    }
  }

  /// Parses `-12.50`, `+3`, `.5`, `1.5e2`; nil where the text is no such number, or has more digits than can be kept.
  init?(_ text: some StringProtocol) {
    var mantissa: Int128 = 0
    var scale = 0
    var digits = 0
    var isNegative = false
    var isAfterPoint = false
    var exponent = 0
    var bytes = Array(text.utf8)[...]
    if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") {
      isNegative = bytes.removeFirst() == UInt8(ascii: "-")
    }
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int128(byte - UInt8(ascii: "0")))
        if overflow || carry { return nil }
        mantissa = sum
        digits += 1
        if isAfterPoint { scale += 1 }
      case UInt8(ascii: ".") where !isAfterPoint: isAfterPoint = true
      case UInt8(ascii: "e") where digits > 0, UInt8(ascii: "E") where digits > 0:
        guard let value = Int(String(decoding: bytes, as: UTF8.self)), abs(value) <= 60 else { return nil }
        exponent = value
        bytes = []
      default: return nil
      }
    }
    guard digits > 0 else { return nil }
    scale -= exponent
    while scale < 0 {
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      mantissa = product
      scale += 1
    }
    self.init(mantissa: isNegative ? -mantissa : mantissa, scale: scale)
    guard self.scale <= Self.mostFractionDigits else { return nil }
  }

  /// The number without its sign.
  var absolute: ExactDecimal { ExactDecimal(mantissa: mantissa < 0 ? -mantissa : mantissa, scale: scale) }

  /// The number as an integer, where it is one that fits.
  var integer: Int64? { scale == 0 ? Int64(exactly: mantissa) : nil }

  /// The product; nil where it has more digits than can be kept.
  func multiplied(by other: ExactDecimal) -> ExactDecimal? {
    let (product, overflow) = mantissa.multipliedReportingOverflow(by: other.mantissa)
    // The least integer of 128 bits is left out: it has no absolute value.
    guard !overflow, product != .min else { return nil }
    let result = ExactDecimal(mantissa: product, scale: scale + other.scale)
    return result.scale <= Self.mostFractionDigits ? result : nil
  }

  /// The sum; nil where it has more digits than can be kept.
  func adding(_ other: ExactDecimal) -> ExactDecimal? {
    let common = max(scale, other.scale)
    guard let left = shifted(to: common), let right = other.shifted(to: common) else { return nil }
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow || sum == .min ? nil : ExactDecimal(mantissa: sum, scale: common)
  }

  private func shifted(to wanted: Int) -> Int128? {
    var result = mantissa
    for _ in scale..<wanted {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = product
    }
    return result
  }

  /// Whether the left number is the lesser.
  static func isLess(_ left: ExactDecimal, _ right: ExactDecimal) -> Bool {
    let common = max(left.scale, right.scale)
    // A number that does not fit the other one's scale is farther from zero than it, so its sign decides.
    guard let shiftedLeft = left.shifted(to: common) else { return left.mantissa < 0 }
    guard let shiftedRight = right.shifted(to: common) else { return right.mantissa > 0 }
    return shiftedLeft < shiftedRight
  }

  /// The shortest text of the number: `12.5`, `-3`, `0.0025`.
  var text: String {
    guard scale > 0 else { return String(mantissa) }
    var digits = String(mantissa.magnitude)
    if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
    return (mantissa < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
  }
}
