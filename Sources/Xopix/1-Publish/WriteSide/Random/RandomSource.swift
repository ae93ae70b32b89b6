/// Random numbers that are the same on every machine: xoshiro256** (David Blackman and Sebastiano Vigna, "Scrambled
/// Linear Pseudorandom Number Generators", ACM TOMS 2021), its state filled by SplitMix64 as its authors recommend.
///
/// Fractions are made with additions, multiplications and divisions only, which IEEE 754 rounds alike everywhere; the C
/// library's logarithms differ from one version to the next. Not for secrets.
struct RandomSource: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The numbers of `seed`; sources of other streams are independent of it.
  init(seed: UInt64, stream: UInt64 = 0) {
    var mixer = SplitMix64(state: seed)
    let mixed = mixer.next()
    mixer = SplitMix64(state: mixed ^ (stream &* 0xD1B5_4A32_D192_ED03))
    state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  /// The numbers that follow from a state of the generator, which must not be all zeros.
  init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

  /// 64 random bits.
  mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, 45)
    return result
  }

  /// A number in 0..<bound, by the upper half of a product; its bias is below 2⁻³² for bounds that occur here.
  mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a choice needs something to choose from")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in the range.
  mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// A fraction in 0..<1, of 53 bits.
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// True with the given probability.
  mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  /// One of the elements, which must not be empty.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// Exponentially distributed with the given mean.
  mutating func exponential(mean: Double) -> Double { -mean * PortableMath.log(1 - fraction()) }

  /// Close to the standard normal distribution: a sum of twelve fractions less six, within ±6.
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += fraction() }
    return sum
  }

  /// Log-normally distributed around the median.
  mutating func logNormal(median: Double, sigma: Double) -> Double { median * PortableMath.exp(sigma * normal()) }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 - count))
  }
}

/// SplitMix64 (Guy Steele, Doug Lea and Christine Flood, "Fast splittable pseudorandom number generators", 2014).
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Exponentials and logarithms that round alike on every machine, to about 15 digits.
enum PortableMath {
  private static let ln2 = 0.693147180559945309417232121458

  /// eˣ for |x| < 700.
  static func exp(_ x: Double) -> Double {
    let power = (x / ln2).rounded()
    let rest = x - power * ln2
    var term = 1.0
    var sum = 1.0
    for index in 1...18 {
      term *= rest / Double(index)
      sum += term
    }
    return Double(sign: .plus, exponent: Int(power), significand: sum)
  }

  /// The natural logarithm of a positive finite number.
  static func log(_ x: Double) -> Double {
    var exponent = Int(x.exponent)
    var significand = x.significand
    if significand > 1.41421356237 {
      significand /= 2
      exponent += 1
    }
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    var power = ratio
    var sum = 0.0
    for index in 0..<14 {
      sum += power / Double(2 * index + 1)
      power *= square
    }
    return 2 * sum + Double(exponent) * ln2
  }

  /// xʸ for positive x.
  static func power(_ x: Double, _ y: Double) -> Double { exp(y * log(x)) }
}
