/// How much a number of a document changes its score: by the factor 1 + weight · shape(number).
///
/// The number may be live: a score is that of the number as it is. Without a number the score stays as it is.
public struct ScoreBoost: Sendable, Hashable {
  /// What is made of the number, from 0 to 1.
  public enum Shape: Sendable, Hashable {
    /// number / (number + pivot): ½ at the pivot, and less and less more beyond; 0 for what is not positive.
    case saturation(pivot: Double)
    /// ½ ^ (distance / scale)²: 1 at the origin, ½ at the distance of the scale.
    case gaussian(origin: Double, scale: Double)
    /// ½ ^ (distance / scale).
    case exponential(origin: Double, scale: Double)
    /// 1 at the origin, ½ at the distance of the scale, 0 from twice the scale on.
    case linear(origin: Double, scale: Double)
    /// 1 from `least` on, 0 below.
    case atLeast(Double)
  }

  /// A field of numbers, booleans (0 and 1) or dates (microseconds since 1970).
  public var field: String
  /// What is made of the number.
  public var shape: Shape
  /// The most by which it changes the score, as a share of it; above −1.
  public var weight: Double

  /// A boost.
  public init(field: String, shape: Shape, weight: Double) {
    self.field = field
    self.shape = shape
    self.weight = weight
  }

  /// The most boosts of a search.
  public static let most = 16

  /// Whether the numbers of the boost make sense: a weight above −1, pivots and scales above 0, all of them finite.
  public var isValid: Bool {
    guard weight.isFinite, weight > -1 else { return false }
    return switch shape {
    case .saturation(let pivot): pivot.isFinite && pivot > 0
    case .gaussian(let origin, let scale), .exponential(let origin, let scale), .linear(let origin, let scale):
      origin.isFinite && scale.isFinite && scale > 0
    case .atLeast(let least): least.isFinite
    }
  }
}

/// Parses boosts: `popularity:0.5:saturation:100, in_stock:1:at_least:1, price:0.3:gaussian:50:20`.
///
/// A boost is a field, a weight and a shape with its numbers: `saturation:PIVOT`, `gaussian:ORIGIN:SCALE`,
/// `exponential:ORIGIN:SCALE`, `linear:ORIGIN:SCALE`, `at_least:NUMBER`.
public enum BoostParser {
  /// The boosts in `text`; none for an empty text.
  public static func parse(_ text: String) throws(SyntaxError) -> [ScoreBoost] {
    guard text.contains(where: { !$0.isWhitespace }) else { return [] }
    var boosts: [ScoreBoost] = []
    var column = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: ":", omittingEmptySubsequences: false).map { piece in
        String(piece.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
      }
      guard pieces.count >= 3, !pieces[0].isEmpty, let weight = Double(pieces[1]) else {
        throw SyntaxError(column: column, message: "expected FIELD:WEIGHT:SHAPE:NUMBER")
      }
      let numbers = pieces[3...].compactMap { Double($0) }
      guard numbers.count == pieces.count - 3, let shape = shape(pieces[2], numbers) else {
        throw SyntaxError(
          column: column,
          message: "expected saturation:PIVOT, gaussian:ORIGIN:SCALE, exponential:ORIGIN:SCALE, linear:ORIGIN:SCALE or "
            + "at_least:NUMBER, found \"\(pieces[2...].joined(separator: ":").prefix(60))\"")
      }
      let boost = ScoreBoost(field: pieces[0], shape: shape, weight: weight)
      guard boost.isValid else {
        throw SyntaxError(column: column, message: "a weight is above -1, a pivot or scale above 0")
      }
      boosts.append(boost)
      guard boosts.count <= ScoreBoost.most else {
        throw SyntaxError(column: column, message: "a search has at most \(ScoreBoost.most) boosts")
      }
      column += part.count + 1
    }
    return boosts
  }

  private static func shape(_ name: String, _ numbers: [Double]) -> ScoreBoost.Shape? {
    switch (name, numbers.count) {
    case ("saturation", 1): .saturation(pivot: numbers[0])
    case ("gaussian", 2): .gaussian(origin: numbers[0], scale: numbers[1])
    case ("exponential", 2): .exponential(origin: numbers[0], scale: numbers[1])
    case ("linear", 2): .linear(origin: numbers[0], scale: numbers[1])
    case ("at_least", 1): .atLeast(numbers[0])
    default: nil
    }
  }
}
