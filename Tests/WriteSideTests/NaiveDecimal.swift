/// A decimal number as a list of digits, computed with as on paper.
struct NaiveDecimal: Equatable {
  var isNegative: Bool
  /// From the least place on; no zero at the end but for zero itself.
  var digits: [Int]
  /// How many of the digits stand after the point.
  var scale: Int

  init(isNegative: Bool, digits: [Int], scale: Int) {
    var digits = digits
    var scale = scale
    while scale > 0, digits.first == 0 {
      digits.removeFirst()
      scale -= 1
    }
    while digits.count < scale + 1 { digits.append(0) }
    while digits.count > scale + 1, digits.last == 0 { digits.removeLast() }
    self.digits = digits
    self.scale = scale
    self.isNegative = isNegative && digits.contains { $0 != 0 }
  }

  /// A number from text without exponent.
  init(_ text: String) {
    let unsigned = text.drop { $0 == "-" || $0 == "+" }
    let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? parts[1] : ""
    self.init(
      isNegative: text.hasPrefix("-"), digits: (parts[0] + fraction).reversed().compactMap(\.wholeNumberValue),
      scale: fraction.count)
  }

  var text: String {
    let all = digits.reversed().map(String.init).joined()
    return (isNegative ? "-" : "") + all.dropLast(scale) + (scale > 0 ? "." + all.suffix(scale) : "")
  }

  /// The digits with as many after the point as are wanted.
  private func aligned(to wanted: Int) -> [Int] { [Int](repeating: 0, count: wanted - scale) + digits }

  private static func isLessMagnitude(_ left: [Int], _ right: [Int]) -> Bool {
    let width = max(left.count, right.count)
    for place in (0..<width).reversed() {
      let (one, other) = (place < left.count ? left[place] : 0, place < right.count ? right[place] : 0)
      if one != other { return one < other }
    }
    return false
  }

  static func < (left: NaiveDecimal, right: NaiveDecimal) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    let scale = max(left.scale, right.scale)
    let (one, other) = (left.aligned(to: scale), right.aligned(to: scale))
    return left.isNegative ? isLessMagnitude(other, one) : isLessMagnitude(one, other)
  }

  static func + (left: NaiveDecimal, right: NaiveDecimal) -> NaiveDecimal {
    let scale = max(left.scale, right.scale)
    var (one, other) = (left.aligned(to: scale), right.aligned(to: scale))
    var isNegative = left.isNegative
    var sign = 1
    if left.isNegative != right.isNegative {
      sign = -1
      if isLessMagnitude(one, other) {
        (one, other) = (other, one)
        isNegative = right.isNegative
      }
    }
    var digits: [Int] = []
    var carry = 0
    for place in 0..<max(one.count, other.count) {
      let sum = (place < one.count ? one[place] : 0) + sign * (place < other.count ? other[place] : 0) + carry
      digits.append((sum + 10) % 10)
      carry = sum < 0 ? -1 : sum / 10
    }
    return NaiveDecimal(isNegative: isNegative, digits: digits + [carry], scale: scale)
  }

  static func * (left: NaiveDecimal, right: NaiveDecimal) -> NaiveDecimal {
    var digits = [Int](repeating: 0, count: left.digits.count + right.digits.count + 1)
    for (place, one) in left.digits.enumerated() {
      for (other, digit) in right.digits.enumerated() { digits[place + other] += one * digit }
    }
    for place in 0..<digits.count - 1 {
      digits[place + 1] += digits[place] / 10
      digits[place] %= 10
    }
    return NaiveDecimal(
      isNegative: left.isNegative != right.isNegative, digits: digits, scale: left.scale + right.scale)
  }
}
