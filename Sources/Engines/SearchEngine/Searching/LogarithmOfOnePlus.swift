internal import Glibc

/// The natural logarithm of 1 + x.
enum LogarithmOfOnePlus {
  static func of(_ value: Double) -> Double { log1p(value) }
}
