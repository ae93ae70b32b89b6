/// Logarithms of counts, the same on every machine.
enum BinaryLogarithm {
  /// log2(count), or 0 where the count is less than 1; within 0.01.
  @inline(__always)
  static func of(_ count: Int64) -> Float {
    guard count > 1 else { return 0 }
    return of(Float(count))
  }

  /// log2(value) of a normal number greater than 0, within 0.01.
  @inline(__always)
  static func of(_ value: Float) -> Float {
    let exponent = Float(Int32(value.bitPattern >> 23) - 127)
    let mantissa = Float(bitPattern: value.bitPattern & 0x7F_FFFF | 0x3F80_0000)
    // The parabola through log2's values at 1, √2 and 2.
    return exponent + (mantissa - 1) * (1.353_55 - 0.353_55 * (mantissa - 1))
  }
}
