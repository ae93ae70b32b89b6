internal import ByteCoding
internal import Foundation

/// The time of day, read in this module only.
enum Clock {
  /// Now.
  @Sendable static func now() -> Timestamp {
    Timestamp(rawValue: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
  }
}
