internal import Glibc
internal import QueryLanguage

extension ScoreBoost {
  /// The factor for a number; 1 for NaN, which stands for none.
  func factor(_ number: Double) -> Double {
    if number.isNaN { return 1 }
    let share =
      switch shape {
      case .saturation(let pivot): number <= 0 ? 0 : number.isInfinite ? 1 : number / (number + pivot)
      case .gaussian(let origin, let scale): exp2(-((number - origin) / scale) * ((number - origin) / scale))
      case .exponential(let origin, let scale): exp2(-((number - origin) / scale).magnitude)
      case .linear(let origin, let scale): max(0, 1 - ((number - origin) / scale).magnitude / 2)
      case .atLeast(let least): number >= least ? 1.0 : 0
      }
    return 1 + weight * share
  }
}
