internal import Glibc

/// What a document of a rating is worth.
public enum Gain: String, Sendable, CaseIterable {
  /// The rating itself. Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002).
  case linear
  /// 2 to the power of the rating, less 1: a step of rating doubles what a document is worth. Burges et al., "Learning to
  /// rank using gradient descent" (2005).
  case exponential

  /// The gain of a rating; a rating of 0 has none.
  public func of(_ rating: Double) -> Double {
    switch self {
    case .linear: rating
    case .exponential: exp2(rating) - 1
    }
  }
}
