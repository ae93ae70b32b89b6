/// Ranks by Zipf's law: rank r (from 0) with a weight of 1 / (r + 1)^exponent.
///
/// Takes 8 bytes a rank; a sample costs one binary search.
struct ZipfSampler: Sendable {
  private let cumulative: [Double]

  /// Ranks 0..<count, which must not be empty.
  init(count: Int, exponent: Double = 1) {
    precondition(count > 0, "ranks must not be empty")
    var sum = 0.0
    cumulative = (1...count).map { rank in
      sum += exponent == 1 ? 1 / Double(rank) : PortableMath.power(Double(rank), -exponent)
      return sum
    }
  }

  /// How many ranks there are.
  var count: Int { cumulative.count }

  /// A rank.
  func sample(_ random: inout RandomSource) -> Int {
    let target = random.fraction() * cumulative[cumulative.count - 1]
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
