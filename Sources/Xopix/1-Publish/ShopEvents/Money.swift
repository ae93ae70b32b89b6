/// An amount of money in 1/10,000 of its currency's major unit, exact.
///
/// One `Int64` holds up to 922 trillion; sums over many events are kept in 128 bits by those who sum.
public struct Money: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Ten-thousandths of the major unit.
  public let rawValue: Int64

  /// An amount from ten-thousandths of the major unit.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Nothing.
  public static let zero = Money(rawValue: 0)

  /// The digits kept after the point.
  public static let fractionDigits = 4

  /// Parses a decimal number (`19.99`, `-3`, `1.5e2`); nil where it is not one, has more than four fraction digits
  /// other than zeros, or is out of range.
  public init?(_ text: some StringProtocol) {
    var mantissa: Int64 = 0
    var scale = 0
    var digits = 0
    var isNegative = false
    var afterPoint = false
    var exponent: Int?
    var bytes = Array(text.utf8)[...]
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      bytes = bytes.dropFirst()
    }
    while let byte = bytes.first {
      bytes = bytes.dropFirst()
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        // Zeros at the end of a fraction change nothing, and must not overflow.
        if afterPoint, byte == UInt8(ascii: "0"), bytes.allSatisfy({ $0 == UInt8(ascii: "0") }) {
          digits += 1
          continue
        }
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        if overflow || carry { return nil }
        mantissa = sum
        digits += 1
        if afterPoint { scale += 1 }
      case UInt8(ascii: ".") where !afterPoint && digits > 0:
        guard let next = bytes.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) else { return nil }
        afterPoint = true
      case UInt8(ascii: "e") where digits > 0, UInt8(ascii: "E") where digits > 0:
        if bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        guard let value = Int(String(decoding: bytes, as: UTF8.self)), abs(value) <= 40 else { return nil }
        exponent = value
        bytes = []
      default: return nil
      }
    }
    guard digits > 0 else { return nil }
    var shift = Self.fractionDigits - scale + (exponent ?? 0)
    while shift > 0 {
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      mantissa = product
      shift -= 1
    }
    while shift < 0 {
      guard mantissa % 10 == 0 else { return nil }
      mantissa /= 10
      shift += 1
    }
    rawValue = isNegative ? -mantissa : mantissa
  }

  /// The amount as a decimal with at least two and at most four fraction digits: `12.50`, `0.0025`.
  public var description: String { Self.text(Int128(rawValue)) }

  /// A 128-bit sum of ten-thousandths as text, like ``description``.
  public static func text(_ tenThousandths: Int128) -> String {
    let magnitude = tenThousandths.magnitude
    var fraction = String(magnitude % 10_000)
    fraction = String(repeating: "0", count: 4 - fraction.count) + fraction
    while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
    return (tenThousandths < 0 ? "-" : "") + String(magnitude / 10_000) + "." + fraction
  }

  /// The lesser amount comes first.
  public static func < (left: Money, right: Money) -> Bool { left.rawValue < right.rawValue }
}
